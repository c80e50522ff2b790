// What nn::partial runs, for the generated file that instantiates it.
#ifndef NN_RT_PARTIAL_H
#define NN_RT_PARTIAL_H

#include <utility>

#include "nn/derivative.h"

namespace nn::detail {

/// The member of a function's gradients that belongs to parameter number `I`.
template <auto F, std::size_t I>
auto& member(Gradients<F>& grad);

template <auto F, std::size_t I, class R, class... A>
typename Parameters<R (*)(A...)>::template type<I> Partial<F, I, R (*)(A...)>::at(
    const std::remove_cvref_t<A>&... args) {
  Gradients<F> grad;
  Workspace workspace(place_of(args...));
  Derivative<F>::value_and_grad(args..., grad, workspace);
  return std::move(member<F, I>(grad));
}

}  // namespace nn::detail

#endif  // NN_RT_PARTIAL_H
