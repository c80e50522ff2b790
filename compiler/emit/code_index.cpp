// Where an element lies in memory: indices as C++, checked where they could leave their axis.
#include <algorithm>

#include "emit/code.h"

namespace nndiff::emit {

using ir::Op;

// An index inside of brackets, where an integer needs no cast.
Text Code::plain_index(Value v, Waiting& reads) {
  const Op& cast = w_.plan.f[v];
  const auto it = waiting_.find(v);
  const bool drops = it != waiting_.end() && it->second.block < 0 && cast.kind == ir::Kind::cast;
  Text t = operand(v, reads);
  const std::string head = "static_cast<std::int64_t>(";
  if (!drops || !t.source.starts_with(head) || !ir::is_integer(w_.plan.f[cast.operands[0]].type.elem))
    return t;
  const std::string inner = t.source.substr(head.size(), t.source.size() - head.size() - 1);
  const bool simple = std::all_of(inner.begin(), inner.end(), nn::detail::continues_name);
  return Text{inner, ir::Elem::i64, simple ? Binding::primary : Binding::conditional};
}

// An index of an axis, or of all elements in row-major order; of a block of `count` of them, where it begins.
Text Code::checked_index(const Text& index, const Size& extent, const Size& count) const {
  const bool is_block = !(count == Size(1));
  const std::string& call = is_block ? moving_.block : moving_.index;
  const std::string length = is_block ? w_.text(count).source + ", " : "";
  return Text{call + index.source + ", " + length + w_.text(extent).source + ")", ir::Elem::i64,
              Binding::primary};
}

// The indices of `op` from operand number `first` on as one, in row-major order.
Text Code::index(const Op& op, std::size_t first, Waiting& reads) {
  const ir::Shape& shape = w_.plan.f[op.operands[0]].type.shape;
  const ir::Shape& block = op.kind == ir::Kind::load ? op.type.shape : w_.plan.f[op.operands[1]].type.shape;
  if (op.operands.size() - first == 1) {
    const Text at = plain_index(op.operands[first], reads);
    const bool is_sure = !op.checked || (shape.size() == 1 && block.empty() &&
                                         usage_.bounds.holds(op.operands[first], shape[0]));
    return is_sure ? at : checked_index(at, plan::count(shape), plan::count(block));
  }
  Text sum{"0", ir::Elem::i64};
  for (std::size_t i = 0; i < shape.size(); ++i) {
    Size stride;
    for (std::size_t k = i + 1; k < shape.size(); ++k) stride *= shape[k];
    Text at = plain_index(op.operands[first + i], reads);
    if (op.checked && !usage_.bounds.holds(op.operands[first + i], shape[i]))
      at = checked_index(at, Size(shape[i]), 1);
    sum = emit::sum(sum, product(at, w_.text(stride)));
  }
  return sum;
}

}  // namespace nndiff::emit
