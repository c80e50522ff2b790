// In-place arithmetic on tensors: += -= *= /=.
#ifndef NN_ASSIGN_H
#define NN_ASSIGN_H

#include <type_traits>

#include "nn/expr.h"
#include "nn/map.h"

namespace nn {
namespace detail {

/// True where two runs of elements share memory.
template <class T, class U>
bool overlap(const T* a, std::int64_t a_count, const U* b, std::int64_t b_count) {
  const auto from = [](const auto* p) { return reinterpret_cast<std::uintptr_t>(p); };
  return a_count > 0 && b_count > 0 && from(a) < from(b + b_count) && from(b) < from(a + a_count);
}

template <class Op, class Value, class X>
void update_from(Value& target, const X& x) {
  using T = typename Value::value_type;
  T* out = target.briefly_writable();
  for_each_element<Value>(x, target.extents(), [out](std::int64_t i, T value) {
    out[i] = static_cast<T>(Op::value(out[i], value));
  });
}

/// target = Op(target, x), element by element, where x is broadcast to the target's shape.
template <class Op, class Value, class X>
Value& update(Value& target, const X& x) {
  using T = typename Value::value_type;
  check_numbers<T, X>();
  static_assert(!std::is_same_v<T, bool>, "nn: arithmetic on bool elements: use nn::cast<float>(x)");
  if constexpr (AnyTensor<X>) {
    using Tensors = TypeList<Value, tensor_type_of<X>>;
    using Result = typename Mapped<Op, Tensors, Tensors>::type;
    static_assert(std::is_same_v<Result, Value>,
                  "nn: the right side of += and its like has more axes or elements than the tensor");
    Bindings bindings;
    bindings.bind(target.extents(), Op::name);
    bindings.bind(x.extents(), Op::name);
  }
  if constexpr (is_tensor<X>) {
    if (!overlap(std::as_const(target).data(), target.size(), x.data(), x.size())) {
      update_from<Op>(target, static_cast<const tensor_type_of<X>&>(x));
      return target;
    }
  }
  update_from<Op>(target, capture<T>(x));
  return target;
}

}  // namespace detail

}  // namespace nn

#endif  // NN_ASSIGN_H
