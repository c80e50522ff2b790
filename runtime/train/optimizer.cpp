// The loops of the optimisers: each reads and writes every array once. Vectorised when compiled without
// math-errno.
#include "nn/train/optimizer.h"

namespace nn::train {

template <class T>
void sgd_update(T* __restrict weights, const T* __restrict gradient, std::int64_t count, double rate) {
  const T r = static_cast<T>(rate);
  for (std::int64_t i = 0; i < count; ++i) weights[i] -= r * gradient[i];
}

template <class T>
void momentum_update(T* __restrict weights, const T* __restrict gradient, T* __restrict velocity,
                     std::int64_t count, double rate, double momentum) {
  const T r = static_cast<T>(rate), mu = static_cast<T>(momentum);
  for (std::int64_t i = 0; i < count; ++i) {
    velocity[i] = mu * velocity[i] - r * gradient[i];
    weights[i] += velocity[i];
  }
}

template <class T>
void adam_update(T* __restrict weights, const T* __restrict gradient, T* __restrict first,
                 T* __restrict second, std::int64_t count, const AdamStep& step) {
  const T beta1 = static_cast<T>(step.beta1), beta2 = static_cast<T>(step.beta2);
  const T rest1 = static_cast<T>(1 - step.beta1), rest2 = static_cast<T>(1 - step.beta2);
  const T rate = static_cast<T>(step.rate), scale = static_cast<T>(step.scale);
  const T epsilon = static_cast<T>(step.epsilon), keep = static_cast<T>(step.keep);
  for (std::int64_t i = 0; i < count; ++i) {
    const T g = gradient[i];
    const T m = beta1 * first[i] + rest1 * g;
    const T v = beta2 * second[i] + rest2 * g * g;
    first[i] = m;
    second[i] = v;
    weights[i] = keep * weights[i] - rate * m / (std::sqrt(v) * scale + epsilon);
  }
}

#define NN_INSTANTIATE(T)                                                           \
  template void sgd_update<T>(T*, const T*, std::int64_t, double);                  \
  template void momentum_update<T>(T*, const T*, T*, std::int64_t, double, double); \
  template void adam_update<T>(T*, const T*, T*, T*, std::int64_t, const AdamStep&);
NN_INSTANTIATE(float)
NN_INSTANTIATE(double)
#undef NN_INSTANTIATE

}  // namespace nn::train
