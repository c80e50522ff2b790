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
    {"bool", "bool", 1}, {"i32", "std::int32_t", 4}, {"i64", "std::int64_t", 8},
    {"f32", "float", 4}, {"f64", "double", 8},
};
const ElemInfo& info(Elem elem) {
  return elem_info[static_cast<int>(elem)];
}
}  // namespace

bool is_floating(Elem elem) {
  return elem == Elem::f32 || elem == Elem::f64;
}
int bytes_of(Elem elem) {
  return info(elem).bytes;
}
std::string cpp_name(Elem elem) {
  return info(elem).cpp_name;
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
