// Softmax and its kin as plain operations: shifted by the maximum, so that no exponential overflows.
#include "opt/match.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

struct Row {
  Builder& b;
  const Op& op;
  ir::Shape full = b.shape(op.operands[0]);

  Value repeat(Value v) {
    std::vector<int> kept;
    for (int i = 0, at = 0; i < static_cast<int>(full.size()); ++i) {
      if (at < static_cast<int>(op.axes.size()) && op.axes[at] == i)
        ++at;
      else
        kept.push_back(i);
    }
    return b.broadcast_in(v, full, kept);
  }
  Value maximum() { return b.reduce(ir::Reducer::max, op.operands[0], op.axes); }
  Value shifted() { return b.map(Map::sub, op.operands[0], repeat(maximum())); }
  Value sum(Value e) { return b.reduce(ir::Reducer::sum, e, op.axes); }
};

}  // namespace

std::optional<Value> lower_composites(Builder& b, const Op& op) {
  if (op.kind == Kind::stop_gradient) return op.operands[0];
  if (op.kind != Kind::softmax && op.kind != Kind::log_softmax && op.kind != Kind::logsumexp)
    return std::nullopt;
  if (op.axes.empty())
    return op.kind == Kind::softmax       ? b.constant(1, op.type)
           : op.kind == Kind::log_softmax ? b.constant(0, op.type)
                                          : op.operands[0];
  Row row{b, op};
  const Value z = row.shifted();
  const Value e = b.map(Map::exp, z);
  const Value total = row.sum(e);
  if (op.kind == Kind::logsumexp) return b.map(Map::add, row.maximum(), b.map(Map::log, total));
  if (op.kind == Kind::log_softmax) return b.map(Map::sub, z, row.repeat(b.map(Map::log, total)));
  const Value inverse = b.map(Map::div, b.constant(1, b.type(total)), total);
  return b.map(Map::mul, e, row.repeat(inverse));
}

}  // namespace nndiff::opt
