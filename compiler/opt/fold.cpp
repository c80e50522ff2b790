// Folding of constants.
#include "op/evaluate.h"
#include "opt/match.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

// Integers divide and overflow by their own rules: they are left to the generated code.
bool foldable(const Builder& b, const Op& op) {
  if (ir::is_integral(op.map)) return false;
  for (Value o : op.operands) {
    if (!is_constant(b, o)) return false;
    const ir::Elem elem = b.type(o).elem;
    if (ir::is_integer(elem)) return false;
  }
  return !op.operands.empty();
}

// A float's constant is what the generated code would hold: rounded to float.
double rounded(double number, ir::Elem elem) {
  return elem == ir::Elem::f32 ? static_cast<double>(static_cast<float>(number)) : number;
}

// Memory is filled with a constant for whoever writes to it; others read the constant.
std::optional<Value> of_constants(Builder& b, const Op& op) {
  std::vector<Value> operands = op.operands;
  for (Value& o : operands)
    if (is_kind(b, o, Kind::copy) && is_constant(b, get(b, o).operands[0])) o = get(b, o).operands[0];
  if (operands == op.operands) return std::nullopt;
  return op.kind == Kind::map ? b.map(op.map, operands) : b.reshape(operands[0], op.type.shape);
}

}  // namespace

std::optional<Value> fold_constants(Builder& b, const Op& op) {
  if (op.kind == Kind::map || op.kind == Kind::reshape)
    if (const auto read = of_constants(b, op)) return read;
  switch (op.kind) {
    case Kind::map: {
      if (!foldable(b, op)) return std::nullopt;
      std::vector<double> numbers;
      for (Value o : op.operands) numbers.push_back(get(b, o).number);
      return b.constant(rounded(op::evaluate(op.map, numbers), op.type.elem), op.type);
    }
    case Kind::size:
      if (op.dim.is_static()) return b.constant(static_cast<double>(op.dim.value), op.type);
      return std::nullopt;
    case Kind::broadcast:
    case Kind::reshape:
    case Kind::permute:
    case Kind::stop_gradient:
      if (is_constant(b, op.operands[0])) return b.constant(get(b, op.operands[0]).number, op.type);
      if (is_kind(b, op.operands[0], Kind::size)) return b.size(get(b, op.operands[0]).dim, op.type);
      return std::nullopt;
    case Kind::cast:
      if (!ir::is_floating(op.type.elem)) return std::nullopt;
      if (is_constant(b, op.operands[0]))
        return b.constant(rounded(get(b, op.operands[0]).number, op.type.elem), op.type);
      if (is_kind(b, op.operands[0], Kind::size)) return b.size(get(b, op.operands[0]).dim, op.type);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace nndiff::opt
