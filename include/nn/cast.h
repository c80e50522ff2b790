// Conversion between element types.
#ifndef NN_CAST_H
#define NN_CAST_H

#include "nn/map.h"

namespace nn {
namespace op {

/// Conversion of a number as static_cast does it.
template <class T>
struct cast {
  static constexpr const char* name = "cast";
  template <class U>
  static constexpr T value(U x) {
    return static_cast<T>(x);
  }
};

}  // namespace op

/// The same values in another element type, as static_cast converts a number: `nn::cast<float>(labels)`.
template <class T, detail::Operand X>
NN_PRIMITIVE("cast")
constexpr auto cast(X&& x) {
  static_assert(detail::is_element<T>, "nn::cast: to float, double, std::int32_t, std::int64_t or bool");
  if constexpr (detail::Scalar<X>) {
    return static_cast<T>(x);
  } else {
    using In = detail::tensor_type_of<X>;
    using Out = detail::tensor_of<T, detail::BroadcastOf<In>>;
    const auto extents = x.extents();
    return detail::make_expr<Out, op::cast<T>>(extents,
                                               detail::capture<typename In::value_type>(std::forward<X>(x)));
  }
}

}  // namespace nn

#endif  // NN_CAST_H
