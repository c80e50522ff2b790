// Element types, shapes and the types of IR values.
#include "ir/type.h"

namespace nndiff::ir {

namespace {
struct ElemInfo {
  const char* short_name;
  const char* cpp_name;
  int bytes;
};
constexpr ElemInfo elem_info[] = {
    {"bool", "bool", 1},         {"i8", "std::int8_t", 1},    {"u8", "std::uint8_t", 1},
    {"i16", "std::int16_t", 2},  {"u16", "std::uint16_t", 2}, {"i32", "std::int32_t", 4},
    {"u32", "std::uint32_t", 4}, {"i64", "std::int64_t", 8},  {"u64", "std::uint64_t", 8},
    {"f32", "float", 4},         {"f64", "double", 8},
};
const ElemInfo& info(Elem elem) {
  return elem_info[static_cast<int>(elem)];
}
}  // namespace

bool is_floating(Elem elem) {
  return elem == Elem::f32 || elem == Elem::f64;
}
bool is_integer(Elem elem) {
  return elem != Elem::boolean && !is_floating(elem);
}
int bytes_of(Elem elem) {
  return info(elem).bytes;
}
std::string cpp_name(Elem elem) {
  return info(elem).cpp_name;
}

Dim unknown_extent() {
  return Dim{"unknown_extent_"};
}

Dim count(const Shape& shape) {
  Dim n{1};
  for (const Dim& d : shape) n = n * d;
  return n;
}

std::string to_string(const Shape& shape) {
  std::string out = "[";
  for (const Dim& d : shape) {
    if (out.size() > 1) out += ',';
    out += d.text();
  }
  return out + "]";
}

std::string to_string(const Type& type) {
  std::string out = info(type.elem).short_name;
  return type.shape.empty() ? out : out + to_string(type.shape);
}

}  // namespace nndiff::ir
