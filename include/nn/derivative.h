// The front door to generated derivatives: nn::value_and_grad and nn::vjp find the code that nn-diff wrote.
#ifndef NN_DERIVATIVE_H
#define NN_DERIVATIVE_H

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "nn/annotate.h"
#include "nn/workspace.h"

namespace nn {
namespace detail {

template <auto F>
inline constexpr bool is_generated = false;

template <class F>
struct Signature;
template <class R, class... A>
struct Signature<R (*)(A...)> {
  using result = std::remove_cvref_t<R>;
  static constexpr std::size_t arity = sizeof...(A);
};
template <class R, class... A>
struct Signature<R (*)(A...) noexcept> : Signature<R (*)(A...)> {};

template <auto F>
inline constexpr std::size_t arity = Signature<decltype(F)>::arity;

/// Where the first tensor among the arguments is that is on a device; the host if there is none.
template <class... Args>
Device place_of(const Args&... args) {
  Device place;
  const auto look = [&](const auto& x) {
    if constexpr (requires { Device(x.device()); })
      if (place.is_host()) place = x.device();
  };
  (look(args), ...);
  return place;
}

}  // namespace detail

#define NN_NOT_GENERATED                                                                            \
  static_assert(                                                                                    \
      detail::is_generated<F>,                                                                      \
      "nn: there is no generated derivative of this function: mark it NN_DIFF, run nn-diff on its " \
      "file, and include the .nn.h that nn-diff writes instead of the file")

/// What nn-diff generates for a function: static functions value_and_grad and vjp. Specialised by generated
/// headers.
template <auto F>
struct Derivative {
  NN_NOT_GENERATED;
};

/// The gradients of a function: one member per differentiated parameter, with its name and type. Specialised
/// by generated headers.
template <auto F>
struct Gradients {
  NN_NOT_GENERATED;
};

/// A direction in the space of a function's differentiated parameters, for nn::jvp and nn::hvp: a member for
/// each of them, as in its gradients. All have to have their sizes.
template <auto F>
using Tangents = Gradients<F>;

/// The result of a function as `value`, for nn::vjp to write to. Specialised by generated headers.
template <auto F>
struct Outputs {
  NN_NOT_GENERATED;
};

#undef NN_NOT_GENERATED

/// What value_and_grad and vjp return when they are not given where to write.
template <class Value, class Grad>
struct ValueAndGrad {
  Value value;
  Grad grad;
};

/// The value of a function and its gradient with respect to the parameters named in NN_DIFF, in one of two
/// forms:
///
///   T value_and_grad<&f>(args..., nn::Gradients<&f>& grad, nn::Workspace& ws)   nothing is allocated after
///   the
///                                                                               first call of a size
///   auto [value, grad] = value_and_grad<&f>(args...)                            allocates both for this
///   call,
///                                                                               where the tensors are
///
/// Gradients are overwritten. Throws nn::Error, before anything is written, where sizes don't fit or a label
/// is out of range.
template <auto F, class... Args>
NN_PRIMITIVE("derivative.value_and_grad")
auto value_and_grad(Args&&... args) {
  constexpr std::size_t given = sizeof...(Args), own = detail::arity<F>;
  static_assert(
      given == own + 2 || given == own,
      "nn::value_and_grad takes the function's arguments, alone or with gradients and workspace after them");
  if constexpr (given == own + 2) {
    Workspace& ws = std::get<own + 1>(std::forward_as_tuple(args...));
    const auto value = Derivative<F>::value_and_grad(std::forward<Args>(args)...);
    ws.last_value = static_cast<double>(value);
    return value;
  } else if constexpr (given == own) {
    using Value = typename detail::Signature<decltype(F)>::result;
    ValueAndGrad<Value, Gradients<F>> result{};
    Workspace workspace(detail::place_of(args...));
    result.value = Derivative<F>::value_and_grad(std::forward<Args>(args)..., result.grad, workspace);
    return result;
  }
}

/// The value of a function and the product of an upstream gradient (of the shape of its result) with its
/// Jacobian, in one of two forms:
///
///   void vjp<&f>(args..., upstream, nn::Outputs<&f>& out, nn::Gradients<&f>& grad, nn::Workspace& ws)
///   auto [value, grad] = vjp<&f>(args..., upstream)
///
/// Gradients are overwritten. Throws nn::Error as value_and_grad does.
template <auto F, class... Args>
NN_PRIMITIVE("derivative.vjp")
auto vjp(Args&&... args) {
  constexpr std::size_t given = sizeof...(Args), own = detail::arity<F>;
  static_assert(
      given == own + 4 || given == own + 1,
      "nn::vjp takes the function's arguments and the upstream gradient, alone or with outputs, gradients "
      "and workspace after them");
  if constexpr (given == own + 4) {
    Derivative<F>::vjp(std::forward<Args>(args)...);
  } else if constexpr (given == own + 1) {
    Outputs<F> out{};
    Gradients<F> grad{};
    Workspace workspace(detail::place_of(args...));
    Derivative<F>::vjp(std::forward<Args>(args)..., out, grad, workspace);
    return ValueAndGrad<decltype(out.value), Gradients<F>>{std::move(out.value), std::move(grad)};
  }
}

/// The gradient of a function alone, in one of two forms:
///
///   void grad<&f>(args..., nn::Gradients<&f>& grad, nn::Workspace& ws)
///   nn::Gradients<&f> grad<&f>(args...)
template <auto F, class... Args>
NN_PRIMITIVE("derivative.grad")
auto grad(Args&&... args) {
  if constexpr (sizeof...(Args) == detail::arity<F>)
    return value_and_grad<F>(std::forward<Args>(args)...).grad;
  else
    static_cast<void>(value_and_grad<F>(std::forward<Args>(args)...));
}

/// What jvp returns when it is not given where to write.
template <class Value>
struct ValueAndTangent {
  Value value, tangent;
};

/// The value of a function and its derivative in a direction, the product of the Jacobian with it, in one of
/// two forms; for functions with NN_MODES(jvp):
///
///   void jvp<&f>(args..., const nn::Tangents<&f>& direction, nn::Outputs<&f>& out, nn::Outputs<&f>& tangent,
///                nn::Workspace& ws)
///   auto [value, tangent] = jvp<&f>(args..., direction)
///
/// Throws nn::Error as value_and_grad does. Where the function overwrites memory behind a pointer or a span,
/// the memory that `direction` names for it is overwritten with the tangents of what is left there.
template <auto F, class... Args>
NN_PRIMITIVE("derivative.jvp")
auto jvp(Args&&... args) {
  constexpr std::size_t given = sizeof...(Args), own = detail::arity<F>;
  static_assert(
      requires { &Derivative<F>::jvp; },
      "nn: this derivative has not been generated: ask for it with NN_MODES(jvp) beside NN_DIFF");
  static_assert(given == own + 4 || given == own + 1,
                "nn::jvp takes the function's arguments and a direction, alone or with outputs, tangent and "
                "workspace after them");
  if constexpr (given == own + 4) {
    Derivative<F>::jvp(std::forward<Args>(args)...);
  } else if constexpr (given == own + 1) {
    Outputs<F> out{}, tangent{};
    Workspace workspace(detail::place_of(args...));
    Derivative<F>::jvp(std::forward<Args>(args)..., out, tangent, workspace);
    return ValueAndTangent<decltype(out.value)>{std::move(out.value), std::move(tangent.value)};
  }
}

/// What hvp returns when it is not given where to write.
template <class Value, class Grad>
struct ValueGradAndProduct {
  Value value;
  Grad grad, product;
};

/// The value of a function, its gradient, and the product of its Hessian with a direction, which is the
/// gradient's derivative in that direction, in one of two forms; for functions with NN_MODES(hvp):
///
///   T hvp<&f>(args..., const nn::Tangents<&f>& direction, nn::Gradients<&f>& grad, nn::Gradients<&f>&
///   product,
///             nn::Workspace& ws)
///   auto [value, grad, product] = hvp<&f>(args..., direction)
///
/// Throws nn::Error as value_and_grad does.
template <auto F, class... Args>
NN_PRIMITIVE("derivative.hvp")
auto hvp(Args&&... args) {
  constexpr std::size_t given = sizeof...(Args), own = detail::arity<F>;
  static_assert(
      requires { &Derivative<F>::hvp; },
      "nn: this derivative has not been generated: ask for it with NN_MODES(hvp) beside NN_DIFF");
  static_assert(
      given == own + 4 || given == own + 1,
      "nn::hvp takes the function's arguments and a direction, alone or with gradients, product and "
      "workspace after them");
  if constexpr (given == own + 4) {
    return Derivative<F>::hvp(std::forward<Args>(args)...);
  } else if constexpr (given == own + 1) {
    using Value = typename detail::Signature<decltype(F)>::result;
    ValueGradAndProduct<Value, Gradients<F>> result{};
    Workspace workspace(detail::place_of(args...));
    result.value = Derivative<F>::hvp(std::forward<Args>(args)..., result.grad, result.product, workspace);
    return result;
  }
}

namespace detail {

template <class F>
struct Parameters;
template <class R, class... A>
struct Parameters<R (*)(A...)> {
  template <std::size_t I>
  using type = std::remove_cvref_t<std::tuple_element_t<I, std::tuple<A...>>>;
};

/// What nn::partial calls: instantiated in the .nn.cpp of the file that takes the derivative.
template <auto F, std::size_t I, class Function = decltype(F)>
struct Partial;
template <auto F, std::size_t I, class R, class... A>
struct Partial<F, I, R (*)(A...)> {
  static typename Parameters<R (*)(A...)>::template type<I> at(const std::remove_cvref_t<A>&... args);
};

}  // namespace detail

/// The gradient of a function with respect to its parameter number `I`, for use inside of another function of
/// the same file, where nn::Gradients<&f> is not there yet:
///
///   NN_DIFF() double energy(const nn::Tensor<double, 3>& x, double k) { … }
///   NN_DIFF() double roughness(const nn::Tensor<double, 3>& x, double k) {
///     const nn::Tensor<double, 3> force = nn::partial<&energy, 0>(x, k);
///     return nn::sum(force * force);
///   }
template <auto F, std::size_t I = 0, class... Args>
NN_PRIMITIVE("derivative.partial")
typename detail::Parameters<decltype(F)>::template type<I> partial(const Args&... args) {
  static_assert(sizeof...(Args) == detail::arity<F>, "nn::partial takes the function's arguments");
  return detail::Partial<F, I>::at(args...);
}

}  // namespace nn

#endif  // NN_DERIVATIVE_H
