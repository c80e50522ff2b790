// Sums of products over the rounds of a loop become one product behind it.
#include <algorithm>
#include <map>

#include "op/build.h"
#include "opt/batch.h"
#include "opt/rows.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

constexpr ir::Type index_type{ir::Elem::i64, {}};

// sum' = sum + aᵀ·d, where a is a row.
struct Sum {
  std::size_t carried = 0;
  Value product;
  Row row;
  std::int64_t offset = 0;
};

struct Gather {
  Function& f;
  bool& changed;
  std::map<Value, int> uses = {};
  std::set<Value> consumed = {};  // by anything: it may not be read behind the loop

  void count_uses() {
    for_each(f, f.body, [&](Value v) {
      const Op& op = f[v];
      for (std::size_t i = 0; i < op.operands.size(); ++i) {
        ++uses[op.operands[i]];
        if (ir::consumes(op, i) || (op.kind == Kind::loop && i > 0)) consumed.insert(op.operands[i]);
      }
      for (const Region& region : op.regions) note_yields(region);
    });
    note_yields(f.body);
  }
  void note_yields(const Region& region) {
    for (Value y : region.yields) {
      ++uses[y];
      consumed.insert(y);
    }
  }

  std::optional<Sum> sum(const CountedLoop& loop, const Region& body, std::size_t k) {
    const Value before = body.params[k + 1], after = body.yields[k];
    const Op& add = f[after];
    if (add.kind != Kind::map || add.map != Map::add || !ir::is_floating(add.type.elem)) return std::nullopt;
    if (uses[before] != 1 || uses[after] != 1 || !is_listed(body, after)) return std::nullopt;
    const int side = add.operands[0] == before ? 1 : 0;
    const Value product = add.operands[side];
    const Op& op = f[product];
    if (add.operands[1 - side] != before || op.kind != Kind::matmul || uses[product] != 1)
      return std::nullopt;
    if (!op.trans_a || op.trans_b || !is_listed(body, product)) return std::nullopt;
    const auto row = row_of(f, loop, op.operands[0]);
    if (!row || consumed.count(row->array)) return std::nullopt;
    const auto offset = row_offset(f, loop, row->row);
    if (!offset || *offset < 0) return std::nullopt;
    return Sum{k, product, *row, *offset};
  }

  static bool is_listed(const Region& body, Value v) {
    return std::find(body.ops.begin(), body.ops.end(), v) != body.ops.end();
  }

  Region region(Region from) {
    Region to{std::move(from.params), {}, std::move(from.yields)};
    for (Value v : from.ops) {
      for (std::size_t i = 0; i < f[v].regions.size(); ++i) {
        Region inner = region(std::move(f[v].regions[i]));
        f[v].regions[i] = std::move(inner);
      }
      if (f[v].kind == Kind::loop)
        loop(v, to);
      else
        to.ops.push_back(v);
    }
    return to;
  }

  // Appends the loop `v` to `to`, and behind it the products that took its sums' place.
  void loop(Value v, Region& to) {
    Region body = f[v].regions[0];
    const auto counted_loop = counted(f, v, body);
    std::vector<std::pair<Sum, Value>> sums;  // with the rows that the loop keeps
    op::Builder b(f);
    for (std::size_t k = 0; counted_loop && k < body.params.size() - 1 && k < f[v].operands.size() - 1; ++k)
      if (const auto found = sum(*counted_loop, body, k)) {
        b.loc = f[found->product].loc;
        b.statement = f[found->product].statement;
        b.sweep = f[found->product].sweep;
        sums.emplace_back(*found, keep_rows(b, *counted_loop, *found, body, to));
      }
    f[v].regions[0] = std::move(body);
    to.ops.push_back(v);
    b.region = &to;
    for (const auto& [found, kept] : sums) finish(b, *counted_loop, found, kept);
  }

  // Makes the loop keep the second operands of the products; returns the array behind the loop, without a
  // place in a region yet.
  Value keep_rows(op::Builder& b, const CountedLoop& loop, const Sum& sum, Region& body, Region& front) {
    const Value each = f[sum.product].operands[1];
    const ir::Shape part = f[each].type.shape;
    const ir::Type type{f[each].type.elem, {loop.trips, part.at(0), part.at(1)}};
    b.region = &front;
    const Value memory = b.alloc(type);
    b.region = &body;
    Value row = sum.row.row;
    if (sum.offset > 0) row = b.map(Map::sub, row, b.constant(static_cast<double>(sum.offset), index_type));
    const Value index = b.map(Map::mul, row, b.size(ir::count(part), index_type));
    const Value parameter = b.parameter(body, type);
    body.yields.push_back(b.store(parameter, each, {index}));
    body.yields[sum.carried] = body.params[sum.carried + 1];
    f[loop.loop].operands.push_back(memory);
    changed = true;
    return f.make({.kind = Kind::result,
                   .type = type,
                   .operands = {loop.loop},
                   .index = static_cast<int>(body.yields.size()) - 1});
  }

  void finish(op::Builder& b, const CountedLoop& loop, const Sum& sum, Value kept) {
    const Op product = f[sum.product];
    const ir::Shape left = f[product.operands[0]].type.shape, right = f[product.operands[1]].type.shape;
    b.region->ops.push_back(kept);
    Value rows = sum.row.array;
    ir::Shape all = f[rows].type.shape;
    if (sum.offset > 0 || all[0] != loop.trips) {
      all[0] = loop.trips;
      const ir::Shape one(all.begin() + 1, all.end());
      const Value size = b.size(ir::count(one), index_type);
      const Value offset = b.constant(static_cast<double>(sum.offset), index_type);
      rows = b.load(rows, {b.map(Map::mul, offset, size)}, all);
    }
    rows = b.reshape(rows, {loop.trips * left[0], left[1]});
    const Value total = b.matmul(rows, true, b.reshape(kept, {loop.trips * right[0], right[1]}), false);
    const Value before = b.append({.kind = Kind::result,
                                   .type = f[total].type,
                                   .operands = {loop.loop},
                                   .index = static_cast<int>(sum.carried)});
    // The loop's result of that number, wherever it stands, is the sum of both.
    for (Op& op : f.ops) {
      const bool is_result = op.kind == Kind::result && op.operands[0] == loop.loop && &op != &f[before] &&
                             op.index == static_cast<int>(sum.carried);
      if (!is_result) continue;
      op.kind = Kind::map;
      op.map = Map::add;
      op.operands = {before, total};
      op.index = 0;
    }
  }
};

}  // namespace

Function gather_products(Function f, bool& changed) {
  Gather gather{f, changed};
  gather.count_uses();
  Region body = std::move(f.body);
  f.body = gather.region(std::move(body));
  return f;
}

}  // namespace nndiff::opt
