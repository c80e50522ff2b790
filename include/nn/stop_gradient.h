// Values that a derivative takes for constants.
#ifndef NN_STOP_GRADIENT_H
#define NN_STOP_GRADIENT_H

#include "nn/map.h"

namespace nn {
namespace op {

/// A number as it is.
struct stop_gradient {
  static constexpr const char* name = "stop_gradient";
  template <class T>
  static constexpr T value(T x) {
    return x;
  }
};

}  // namespace op

/// x itself, through which no gradient flows: `nn::stop_gradient(nn::round(x) - x) + x` is rounded, and has
/// the derivative of x.
template <detail::Operand X>
NN_PRIMITIVE("stop_gradient")
constexpr auto stop_gradient(X&& x) {
  if constexpr (detail::Scalar<X>) {
    return static_cast<std::remove_cvref_t<X>>(x);
  } else {
    using In = detail::tensor_type_of<X>;
    const auto extents = x.extents();
    return detail::make_expr<In, op::stop_gradient>(
        extents, detail::capture<typename In::value_type>(std::forward<X>(x)));
  }
}

}  // namespace nn

#endif  // NN_STOP_GRADIENT_H
