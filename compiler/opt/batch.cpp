// Products of rows with what does not change are done for all rows at once, before the loop.
#include "opt/batch.h"

#include "op/build.h"
#include "opt/rows.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

ir::Shape with_first(const ir::Dim& first, const ir::Shape& rest) {
  ir::Shape shape{first};
  shape.insert(shape.end(), rest.begin(), rest.end());
  return shape;
}

// The product `v` of a loop's body, whose rows are all of an array's.
std::optional<Row> rows_of_product(const Function& f, const CountedLoop& loop, Value v) {
  const Op& op = f[v];
  if (op.kind != Kind::matmul || op.trans_a || loop.inside.count(op.operands[1])) return std::nullopt;
  const auto row = row_of(f, loop, op.operands[0]);
  if (!row || f[row->array].type.shape[0] != loop.trips) return std::nullopt;
  return row;
}

struct Batch {
  Function& f;
  bool& changed;

  void mark(op::Builder& b, const Op& op) const {
    b.loc = op.loc;
    b.statement = op.statement;
    b.sweep = op.sweep;
  }

  // Appends the product of all rows to `front`, and the index that the round's part has in it to `ops`; `v`
  // becomes that part.
  void take_out(Value v, const Row& row, Region& front, Region& ops) {
    const Op product = f[v];
    const ir::Shape part = f[product.operands[0]].type.shape;
    const ir::Dim trips = f[row.array].type.shape[0];
    op::Builder b(f);
    mark(b, product);
    b.region = &front;
    const Value rows = b.reshape(row.array, {trips * part[0], part[1]});
    const Value all = b.matmul(rows, false, product.operands[1], product.trans_b);
    const Value parts = b.reshape(all, with_first(trips, product.type.shape));
    b.region = &ops;
    const Value size = b.size(ir::count(product.type.shape), {ir::Elem::i64, {}});
    const Value index = b.map(ir::Map::mul, row.row, size);
    Op load{.kind = Kind::load, .type = product.type, .operands = {parts, index}};
    load.sweep = product.sweep;
    load.loc = product.loc;
    load.statement = product.statement;
    load.name = product.name;
    f[v] = std::move(load);
    changed = true;
  }

  Region region(Region from) {
    Region to{std::move(from.params), {}, std::move(from.yields)};
    for (Value v : from.ops) {
      for (std::size_t i = 0; i < f[v].regions.size(); ++i) {
        Region inner = region(std::move(f[v].regions[i]));
        if (const auto loop = counted(f, v, inner)) inner = body(*loop, std::move(inner), to);
        f[v].regions[i] = std::move(inner);
      }
      to.ops.push_back(v);
    }
    return to;
  }

  Region body(const CountedLoop& loop, Region from, Region& front) {
    Region to{std::move(from.params), {}, std::move(from.yields)};
    for (Value v : from.ops) {
      if (const auto row = rows_of_product(f, loop, v)) take_out(v, *row, front, to);
      to.ops.push_back(v);
    }
    return to;
  }
};

}  // namespace

Function batch_products(Function f, bool& changed) {
  Region body = std::move(f.body);
  f.body = Batch{f, changed}.region(std::move(body));
  return f;
}

}  // namespace nndiff::opt
