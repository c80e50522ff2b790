// Elementwise operators as C++ text: instantiates the formulas of nn/ops.def with a type that prints itself.
#include "op/text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "ir/diagnostic.h"

namespace nndiff::op {

namespace {

using ir::Elem;
using ir::Map;

std::string wrap(const Text& t, Binding at_least) {
  return t.binding < at_least ? "(" + t.source + ")" : t.source;
}

Text binary(const Text& a, const char* symbol, const Text& b, Binding binding, Elem result) {
  // The right operand of - and / must bind more tightly; + and * keep the same rule so that the text
  // evaluates in the order it was written.
  const Binding tighter = static_cast<Binding>(static_cast<int>(binding) + 1);
  return {wrap(a, binding) + " " + symbol + " " + wrap(b, tighter), result, binding};
}

Text operator+(const Text& a, const Text& b) {
  return binary(a, "+", b, Binding::sum, a.elem);
}
Text operator-(const Text& a, const Text& b) {
  return binary(a, "-", b, Binding::sum, a.elem);
}
Text operator*(const Text& a, const Text& b) {
  return binary(a, "*", b, Binding::product, a.elem);
}
Text operator/(const Text& a, const Text& b) {
  return binary(a, "/", b, Binding::product, a.elem);
}
Text operator-(const Text& a) {
  // "- -x" must not become "--x".
  const bool signed_already = !a.source.empty() && a.source[0] == '-';
  return {"-" + (signed_already ? "(" + a.source + ")" : wrap(a, Binding::prefix)), a.elem, Binding::prefix};
}
Text compare(const Text& a, const char* symbol, const Text& b, Binding binding) {
  Text t = binary(a, symbol, b, binding, Elem::boolean);
  return t;
}
Text operator<(const Text& a, const Text& b) {
  return compare(a, "<", b, Binding::relation);
}
Text operator<=(const Text& a, const Text& b) {
  return compare(a, "<=", b, Binding::relation);
}
Text operator>(const Text& a, const Text& b) {
  return compare(a, ">", b, Binding::relation);
}
Text operator>=(const Text& a, const Text& b) {
  return compare(a, ">=", b, Binding::relation);
}
Text operator==(const Text& a, const Text& b) {
  return compare(a, "==", b, Binding::equality);
}
Text operator!=(const Text& a, const Text& b) {
  return compare(a, "!=", b, Binding::equality);
}

Text operator%(const Text& a, const Text& b) {
  return binary(a, "%", b, Binding::product, a.elem);
}
// The bits' operators bind in ways that few remember: they always get parentheses.
Text bits(const Text& a, const char* symbol, const Text& b) {
  return {"(" + binary(a, symbol, b, Binding::product, a.elem).source + ")", a.elem, Binding::primary};
}
Text operator&(const Text& a, const Text& b) {
  return bits(a, a.elem == Elem::boolean ? "&&" : "&", b);
}
Text operator|(const Text& a, const Text& b) {
  return bits(a, a.elem == Elem::boolean ? "||" : "|", b);
}
Text operator^(const Text& a, const Text& b) {
  return bits(a, a.elem == Elem::boolean ? "!=" : "^", b);
}
Text operator<<(const Text& a, const Text& b) {
  return bits(a, "<<", b);
}
Text operator>>(const Text& a, const Text& b) {
  return bits(a, ">>", b);
}
Text operator~(const Text& a) {
  return {"~" + wrap(a, Binding::prefix), a.elem, Binding::prefix};
}
Text operator!(const Text& a) {
  return {"!" + wrap(a, Binding::prefix), Elem::boolean, Binding::prefix};
}

Text select(const Text& c, const Text& a, const Text& b) {
  return {
      wrap(c, Binding::equality) + " ? " + wrap(a, Binding::equality) + " : " + wrap(b, Binding::conditional),
      a.elem, Binding::conditional};
}
Text zero(const Text& x) {
  return literal(0, x.elem);
}
Text one(const Text& x) {
  return literal(1, x.elem);
}

Text call(const char* name, std::initializer_list<Text> arguments) {
  std::string list;
  for (const Text& a : arguments) list += (list.empty() ? "" : ", ") + a.source;
  return {"nn::math::" + std::string(name) + "(" + list + ")", arguments.begin()->elem, Binding::primary};
}

#define NN_FUNCTION1(name)   \
  Text name(const Text& x) { \
    return call(#name, {x}); \
  }
#define NN_FUNCTION2(name)                  \
  Text name(const Text& a, const Text& b) { \
    return call(#name, {a, b});             \
  }
#include "op/functions.def"

[[maybe_unused]] Text lit(const Text& x, double number) {
  return literal(number, x.elem);
}

Text value(Map map, std::span<const Text> v) {
  switch (map) {
#define NN_MAP1(name, doc, value, ...) \
  case Map::name: {                    \
    const Text& x = v[0];              \
    return value;                      \
  }
#define NN_MAP2(name, doc, value, ...) \
  case Map::name: {                    \
    const Text &a = v[0], &b = v[1];   \
    return value;                      \
  }
#define NN_MAP3(name, doc, value, ...)          \
  case Map::name: {                             \
    const Text &a = v[0], &b = v[1], &c = v[2]; \
    return value;                               \
  }
#define NN_COMPARE(name, doc, value) NN_MAP2(name, doc, value)
#include <nn/ops.def>
#define NN_INTEGER1(name, value) \
  case Map::name: {              \
    const Text& a = v[0];        \
    return value;                \
  }
#define NN_INTEGER2(name, value)     \
  case Map::name: {                  \
    const Text &a = v[0], &b = v[1]; \
    return value;                    \
  }
#include "ir/integers.def"
  }
  ir::bug("unknown elementwise operator");
}

}  // namespace

Text text(Map map, std::span<const Text> operands) {
  return value(map, operands);
}

int occurrences(Map map, int operand) {
  std::array<Text, 3> marks = {Text{"@0"}, Text{"@1"}, Text{"@2"}};
  const std::string source = value(map, marks).source;
  const std::string& mark = marks[operand].source;
  int count = 0;
  for (std::size_t at = source.find(mark); at != std::string::npos; at = source.find(mark, at + 1)) ++count;
  return count;
}

Text literal(double number, Elem elem) {
  if (elem == Elem::boolean) return {number != 0 ? "true" : "false", elem};
  const Binding binding = std::signbit(number) ? Binding::prefix : Binding::primary;
  char buffer[40];
  if (!ir::is_floating(elem)) {
    auto end = std::to_chars(buffer, buffer + sizeof buffer, static_cast<std::int64_t>(number)).ptr;
    return {std::string(buffer, end), elem, binding};
  }
  const bool f32 = elem == Elem::f32;
  const std::string limits = "std::numeric_limits<" + ir::cpp_name(elem) + ">::";
  if (std::isnan(number)) return {limits + "quiet_NaN()", elem};
  const bool overflows = std::isinf(number) || (f32 && std::isinf(static_cast<float>(number)));
  if (overflows) return {(number < 0 ? "-" : "") + limits + "infinity()", elem, binding};
  auto end = f32 ? std::to_chars(buffer, buffer + sizeof buffer, static_cast<float>(number)).ptr
                 : std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  std::string source(buffer, end);
  if (source.find_first_of(".e") == std::string::npos) source += ".0";
  return {source + (f32 ? "f" : ""), elem, binding};
}

Text cast(const Text& x, Elem elem) {
  if (x.elem == elem) return x;
  return {"static_cast<" + ir::cpp_name(elem) + ">(" + x.source + ")", elem};
}

}  // namespace nndiff::op
