// First weights from a seed: normal, uniform, Xavier/Glorot and He/Kaiming, for one tensor or a whole
// aggregate.
#ifndef NN_TRAIN_INIT_H
#define NN_TRAIN_INIT_H

#include <cmath>
#include <cstdint>

#include "nn/random.h"
#include "nn/train/reflect.h"

namespace nn::init {

/// How many inputs meet in one output of a weight, and how many outputs one input reaches.
struct Fans {
  double in = 1, out = 1;
};

/// Of a weight [in, out] as in x·w: the sizes of its axes. Of one axis: that size twice (a matrix with one
/// column or row). Of a convolution's weight [out, in, height, width]: in and out times height · width.
template <class P>
Fans fans_of(const P& parameter) {
  const auto sizes = train::sizes_of(parameter);
  if (sizes.empty()) return {};
  if (sizes.size() == 1) return {static_cast<double>(sizes[0]), static_cast<double>(sizes[0])};
  if (sizes.size() == 2) return {static_cast<double>(sizes[0]), static_cast<double>(sizes[1])};
  double field = 1;
  for (std::size_t axis = 2; axis < sizes.size(); ++axis) field *= static_cast<double>(sizes[axis]);
  return {static_cast<double>(sizes[1]) * field, static_cast<double>(sizes[0]) * field};
}

/// Fills with independent normal numbers: element i is number i of Philox{seed, stream}.
template <class P>
void normal(P& parameter, std::uint64_t seed, double mean = 0, double deviation = 1,
            std::uint64_t stream = 0) {
  using Value = train::Element<P>;
  static_assert(train::is_learnt<P>, "only floating-point tensors are initialised at random");
  const Philox source{seed, stream};
  std::uint64_t i = 0;
  for (Value& value : train::elements(parameter)) {
    value = static_cast<Value>(mean + deviation * source.normal<double>(i++));
  }
}

/// Fills with independent numbers uniform in [low, high).
template <class P>
void uniform(P& parameter, std::uint64_t seed, double low, double high, std::uint64_t stream = 0) {
  using Value = train::Element<P>;
  static_assert(train::is_learnt<P>, "only floating-point tensors are initialised at random");
  const Philox source{seed, stream};
  std::uint64_t i = 0;
  for (Value& value : train::elements(parameter)) {
    value = static_cast<Value>(low + (high - low) * source.uniform<double>(i++));
  }
}

/// A way to fill one weight from its fans. `deviation` is the standard deviation wanted.
enum class Shape { normal, uniform };

namespace detail {
template <class P>
void fill(P& parameter, Shape shape, double deviation, std::uint64_t seed, std::uint64_t stream) {
  if (shape == Shape::normal) return normal(parameter, seed, 0, deviation, stream);
  const double limit = std::sqrt(3.0) * deviation;
  uniform(parameter, seed, -limit, limit, stream);
}

/// Zeroes what has fewer than two axes (biases and numbers) and fills each weight from a stream of its own,
/// so that a layer added at the end does not change the weights before it.
template <class A, class Deviation>
void fill_all(A& model, Shape shape, std::uint64_t seed, Deviation deviation) {
  std::uint64_t stream = 0;
  for_each_tensor(model, [&](auto& p) {
    using P = std::remove_reference_t<decltype(p)>;
    if constexpr (train::is_learnt<P>) {
      if constexpr (std::is_floating_point_v<P>) {
        p = 0;
      } else if constexpr (P::rank < 2) {
        p.fill(0);
      } else {
        fill(p, shape, deviation(fans_of(p)), seed, stream);
      }
    }
    ++stream;
  });
}
}  // namespace detail

/// Xavier Glorot and Bengio (2010): variance 2 / (fan_in + fan_out), for tanh and sigmoid. Biases become
/// zero. uniform means [-sqrt(6 / (in + out)), sqrt(6 / (in + out))).
template <class A>
void xavier(A& model, std::uint64_t seed, Shape shape = Shape::uniform) {
  detail::fill_all(model, shape, seed, [](Fans fans) { return std::sqrt(2 / (fans.in + fans.out)); });
}

/// He, Zhang, Ren and Sun (2015): variance 2 / fan_in, for ReLU. Biases become zero.
/// uniform means [-sqrt(6 / in), sqrt(6 / in)).
template <class A>
void he(A& model, std::uint64_t seed, Shape shape = Shape::normal) {
  detail::fill_all(model, shape, seed, [](Fans fans) { return std::sqrt(2 / fans.in); });
}

}  // namespace nn::init

#endif  // NN_TRAIN_INIT_H
