// Elementwise operators as C++ text: the formulas of nn/ops.def, printed.
#ifndef NNDIFF_OP_TEXT_H
#define NNDIFF_OP_TEXT_H
#include <span>
#include <string>

#include "ir/function.h"

namespace nndiff::op {

/// How tightly the outermost operator of an expression text binds; larger is tighter.
enum class Binding : std::uint8_t { conditional, equality, relation, sum, product, prefix, primary };

/// C++ source of an expression of element type `elem`.
struct Text {
  std::string source;
  ir::Elem elem = ir::Elem::f32;
  Binding binding = Binding::primary;
};

/// The value of an elementwise operator on `operands`, with no more parentheses than needed. Functions are
/// qualified: "nn::math::exp(x)". An operand may occur more than once: see `occurrences`.
Text text(ir::Map map, std::span<const Text> operands);

/// How often the operator's text names its operand number `operand`.
int occurrences(ir::Map map, int operand);

/// `number` as a literal of type `elem`: "0.5f", "2.0", "3", "true"; infinities and NaN by
/// std::numeric_limits.
Text literal(double number, ir::Elem elem);

/// `x` converted to `elem`: "static_cast<float>(x)".
Text cast(const Text& x, ir::Elem elem);

}  // namespace nndiff::op

#endif
