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

// The number of the row that a load of whole rows begins at.
std::optional<Value> row_number(const Function& f, const Op& load) {
  const std::size_t indices = load.operands.size() - 1;
  if (indices > 1) {
    for (std::size_t i = 2; i < load.operands.size(); ++i)
      if (!is_zero(f[load.operands[i]])) return std::nullopt;
    return load.operands[1];
  }
  const ir::Dim count = ir::count(load.type.shape);
  if (count == ir::Dim{1}) return load.operands[1];
  const Op& index = f[load.operands[1]];
  if (index.kind != Kind::map || index.map != ir::Map::mul) return std::nullopt;
  for (int side : {0, 1})
    if (is_count(f[index.operands[1 - side]], count)) return index.operands[side];
  return std::nullopt;
}

}  // namespace

std::optional<Row> row_of(const Function& f, const CountedLoop& loop, Value v) {
  while (f[v].kind == Kind::reshape && loop.inside.count(v)) v = f[v].operands[0];
  const Op& load = f[v];
  if (load.kind != Kind::load || !loop.inside.count(v) || load.type.rank() == 0) return std::nullopt;
  const Value array = load.operands[0];
  const ir::Shape& shape = f[array].type.shape;
  const bool is_row = shape.size() == load.type.shape.size() + 1 &&
                      std::equal(load.type.shape.begin(), load.type.shape.end(), shape.begin() + 1);
  if (!is_row || loop.inside.count(array)) return std::nullopt;
  const auto row = row_number(f, load);
  if (!row) return std::nullopt;
  return Row{array, *row};
}

}  // namespace nndiff::opt
