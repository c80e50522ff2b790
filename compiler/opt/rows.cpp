// Rows of arrays that the rounds of a loop take.
#include "opt/rows.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Value;

std::optional<CountedLoop> counted(const Function& f, Value v, const ir::Region& body) {
  const Op& op = f[v];
  if (op.kind != Kind::loop || op.is_while) return std::nullopt;
  const Op& limit = f[op.operands[0]];
  CountedLoop loop{v, body.params.at(0), op.operands[0], ir::Dim{1}, {}};
  if (limit.kind == Kind::size)
    loop.trips = limit.dim;
  else if (limit.kind == Kind::constant && limit.number >= 1)
    loop.trips = ir::Dim(static_cast<std::int64_t>(limit.number));
  else
    return std::nullopt;
  loop.inside.insert(body.params.begin(), body.params.end());
  for_each(f, body, [&](Value inner) {
    loop.inside.insert(inner);
    for (const ir::Region& region : f[inner].regions)
      loop.inside.insert(region.params.begin(), region.params.end());
  });
  return loop;
}

namespace {

bool is_zero(const Op& op) {
  return op.kind == Kind::constant && op.number == 0;
}

bool is_count(const Op& op, const ir::Dim& count) {
  if (op.kind == Kind::size) return op.dim == count;
  return op.kind == Kind::constant && count.is_static() && op.number == static_cast<double>(count.value);
}

}  // namespace

std::optional<Value> row_number(const Function& f, Value v) {
  const Op& op = f[v];
  const std::size_t first = op.kind == Kind::load ? 1 : 2, indices = op.operands.size() - first;
  const ir::Shape& block = first == 1 ? op.type.shape : f[op.operands[1]].type.shape;
  if (indices > 1) {
    for (std::size_t i = first + 1; i < op.operands.size(); ++i)
      if (!is_zero(f[op.operands[i]])) return std::nullopt;
    return op.operands[first];
  }
  const ir::Dim count = ir::count(block);
  if (count == ir::Dim{1}) return op.operands[first];
  const Op& index = f[op.operands[first]];
  if (index.kind != Kind::map || index.map != ir::Map::mul) return std::nullopt;
  for (int side : {0, 1})
    if (is_count(f[index.operands[1 - side]], count)) return index.operands[side];
  return std::nullopt;
}

namespace {

// limits · L + offset + steps · i, in whole numbers, where L is the loop's trip count and i its counter.
struct Line {
  std::int64_t limits = 0, offset = 0, steps = 0;
};

std::optional<Line> line(const Function& f, const CountedLoop& loop, Value v) {
  const Op& op = f[v];
  if (v == loop.counter) return Line{0, 0, 1};
  if (v == loop.limit || (op.kind == Kind::size && op.dim == loop.trips)) return Line{1, 0, 0};
  if (op.kind == Kind::constant) return Line{0, static_cast<std::int64_t>(op.number), 0};
  if (op.kind != Kind::map || (op.map != ir::Map::add && op.map != ir::Map::sub)) return std::nullopt;
  const auto a = line(f, loop, op.operands[0]), b = line(f, loop, op.operands[1]);
  if (!a || !b) return std::nullopt;
  const int sign = op.map == ir::Map::add ? 1 : -1;
  return Line{a->limits + sign * b->limits, a->offset + sign * b->offset, a->steps + sign * b->steps};
}

}  // namespace

std::optional<std::int64_t> row_offset(const Function& f, const CountedLoop& loop, Value row) {
  const auto at = line(f, loop, row);
  if (!at) return std::nullopt;
  if (at->steps == 1 && at->limits == 0) return at->offset;
  if (loop.trips.is_static() && at->steps == -1 && at->limits == 0) return at->offset - loop.trips.value + 1;
  if (at->steps == -1 && at->limits == 1) return at->offset + 1;
  return std::nullopt;
}

std::optional<Row> row_of(const Function& f, const CountedLoop& loop, Value v) {
  while (f[v].kind == Kind::reshape && loop.inside.count(v)) v = f[v].operands[0];
  const Op& load = f[v];
  if (load.kind != Kind::load || !loop.inside.count(v) || load.type.rank() == 0) return std::nullopt;
  const Value array = load.operands[0];
  const ir::Shape& shape = f[array].type.shape;
  const bool is_row = shape.size() == load.type.shape.size() + 1 &&
                      std::equal(load.type.shape.begin(), load.type.shape.end(), shape.begin() + 1);
  if (!is_row || loop.inside.count(array)) return std::nullopt;
  const auto row = row_number(f, v);
  if (!row) return std::nullopt;
  return Row{array, *row};
}

}  // namespace nndiff::opt
