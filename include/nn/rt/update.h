// One step of an optimiser as plain data, for the library of a device.
#ifndef NN_RT_UPDATE_H
#define NN_RT_UPDATE_H

#include <cstdint>

namespace nn::rt {

/// A tensor that is learnt: its gradient, and the optimiser's state beside it (as far as it has one).
struct UpdateTensor {
  void* weights;
  const void* gradient;
  void* first;
  void* second;
  std::int64_t count;
};

/// What an optimiser does to some tensors of one element type; the members as in nn::SgdOptions,
/// nn::MomentumOptions and nn::AdamOptions.
struct Update {
  enum class Kind : unsigned char { sgd, momentum, adam };

  Kind kind;
  bool is_double;
  bool is_last;  ///< of the step: counts it
  int count;
  const UpdateTensor* tensors;
  double learning_rate, momentum, beta1, beta2, epsilon, weight_decay;
  std::int64_t* steps;  ///< Adam's, on the device: those made before this one, and a counter that is 0
};

/// The most tensors in one Update.
inline constexpr int most_update_tensors = 64;

}  // namespace nn::rt

#endif  // NN_RT_UPDATE_H
