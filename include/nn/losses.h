// Losses and regularisers, written with other operators: the compiler reads them like any user's function.
#ifndef NN_LOSSES_H
#define NN_LOSSES_H

#include "nn/map.h"
#include "nn/reduce.h"

namespace nn {
namespace detail {

/// Guards a loss against broadcasting its operands by mistake: tensors must have one shape, numbers are fine.
template <class A, class B>
struct SameShape {
  static constexpr bool value = [] {
    if constexpr (AnyTensor<A> && AnyTensor<B>)
      return A::dims == B::dims;
    else
      return true;
  }();
  static_assert(value, "nn: the prediction and the target of a loss have different shapes");
  using type = void;
};

}  // namespace detail

/// Mean of (a − b)² over everything.
template <detail::Operand A, detail::Operand B, class = typename detail::SameShape<A, B>::type>
auto mse(const A& a, const B& b) {
  return mean(square(a - b));
}

/// Mean of |a − b| over everything; at a tie the derivative is 0.
template <detail::Operand A, detail::Operand B, class = typename detail::SameShape<A, B>::type>
auto mae(const A& a, const B& b) {
  return mean(abs(a - b));
}

/// Mean of max(0, 1 − y·score) over everything, with targets y of ±1; the derivative is 0 where y·score is 1.
template <detail::Operand A, detail::Operand B, class = typename detail::SameShape<A, B>::type>
auto hinge(const A& score, const B& y) {
  return mean(relu(1 - y * score));
}

/// Mean of −(y·log p + (1 − y)·log(1 − p)) over everything, with probabilities p and targets y from 0 to 1;
/// 0·log 0 is 0.
template <detail::Operand A, detail::Operand B, class = typename detail::SameShape<A, B>::type>
auto binary_cross_entropy(const A& p, const B& y) {
  return -mean(xlogy(y, p) + xlogy(1 - y, 1 - p));
}

/// Σ |w|.
template <detail::Operand W>
auto l1_penalty(const W& w) {
  return sum(abs(w));
}

/// ½ Σ w².
template <detail::Operand W>
auto l2_penalty(const W& w) {
  return sum(square(w)) / 2;
}

}  // namespace nn

#endif  // NN_LOSSES_H
