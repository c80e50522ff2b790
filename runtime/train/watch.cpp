// Looking over gradients for NaN, infinities and nothing but zeros, in passes that vectorise.
#include "nn/train/watch.h"

namespace nn::train {

template <class T>
Scan scan(const T* values, std::int64_t count) {
  int bad = 0, nonzero = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    bad |= !(values[i] - values[i] == 0);  // NaN for NaN and for infinities
    nonzero |= values[i] != 0;
  }
  Scan result;
  result.all_zero = nonzero == 0;
  for (std::int64_t i = 0; bad != 0 && i < count && result.first_bad < 0; ++i) {
    if (!std::isfinite(values[i])) result.first_bad = i;
  }
  return result;
}

template Scan scan<float>(const float*, std::int64_t);
template Scan scan<double>(const double*, std::int64_t);

}  // namespace nn::train
