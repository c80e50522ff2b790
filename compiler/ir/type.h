// Element types, shapes and the types of IR values.
#ifndef NNDIFF_IR_TYPE_H
#define NNDIFF_IR_TYPE_H
#include <nn/dim.h>

#include <cstdint>
#include <string>
#include <vector>

namespace nndiff::ir {

using nn::Dim;

/// The element types that a tensor or a scalar can have.
enum class Elem : std::uint8_t { boolean, i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 };

/// Sizes of the axes, outermost first; empty for a scalar.
using Shape = std::vector<Dim>;

/// The type of a value: a scalar is a tensor of rank 0.
struct Type {
  Elem elem = Elem::f32;
  Shape shape;

  friend bool operator==(const Type&, const Type&) = default;
  int rank() const { return static_cast<int>(shape.size()); }
};

/// True for the element types that can carry a derivative.
bool is_floating(Elem elem);

/// True for the integers, bool apart.
bool is_integer(Elem elem);

/// Bytes of one element.
int bytes_of(Elem elem);

/// The C++ name of an element type: "float", "std::int64_t", …
std::string cpp_name(Elem elem);

/// The extent of memory whose size nothing says: behind a raw pointer, or growing. It must not be computed
/// with.
Dim unknown_extent();

/// The number of elements as a dimension expression; 1 for a scalar.
Dim count(const Shape& shape);

/// "[N,784]".
std::string to_string(const Shape& shape);

/// "f32[N,784]"; "f32" for a scalar.
std::string to_string(const Type& type);

}  // namespace nndiff::ir

#endif
