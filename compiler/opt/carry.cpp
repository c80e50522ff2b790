// Arrays of rows that loops fill: added to once, filled twice, and sums over them.
#include "opt/carry.h"

#include "opt/carried.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Value;

namespace {

// The first row of what is counted lies at its beginning, and the rounds together reach all of it.
bool fills(const Carried& c, Value store, const ir::Type& array) {
  const Function& f = c.f;
  const auto row = row_number(f, store);
  const auto offset = row ? row_offset(f, c.loop, *row) : std::nullopt;
  const ir::Dim part = ir::count(f[f[store].operands[1]].type.shape);
  return offset == 0 && ir::count(array.shape) == c.loop.trips * part;
}

// What carried value `k` becomes by `kind`, a statement of the body that nothing else interferes with.
std::optional<Value> only_write(const Carried& c, std::size_t k, Kind kind) {
  const Value written = c.body.yields[k];
  const Op& op = c.f[written];
  const bool is_alone = op.kind == kind && op.operands[0] == c.parameter(k) &&
                        c.uses.count(c.parameter(k)) == 1 && c.uses.count(written) == 1 &&
                        c.is_listed(written);
  if (!is_alone || op.operands[1] == c.parameter(k)) return std::nullopt;
  return written;
}

bool is_zeros(const Function& f, Value v) {
  const Op& op = f[v];
  if (op.kind == Kind::copy) return is_zeros(f, op.operands[0]);
  return op.kind == Kind::constant && op.number == 0;
}

void store_once(Carried& c) {
  for (std::size_t k = 0; k < c.count(); ++k) {
    const auto write = only_write(c, k, Kind::accumulate);
    if (!write || !is_zeros(c.f, c.initial(k))) continue;
    if (!fills(c, *write, c.f[*write].type)) continue;
    c.f[*write].kind = Kind::store;
    op::Builder b = c.builder(*write, c.front);
    const Value memory = b.alloc(c.f[*write].type);
    c.set_initial(k, memory);
    c.changed = true;
  }
}

// The store by which carried array `k` is filled from nothing.
std::optional<Value> filled(const Carried& c, std::size_t k) {
  const auto write = only_write(c, k, Kind::store);
  if (!write || c.f[c.initial(k)].kind != Kind::alloc || !fills(c, *write, c.f[*write].type))
    return std::nullopt;
  return write;
}

void join_twins(Carried& c) {
  for (std::size_t k = 0; k < c.count(); ++k) {
    const auto first = filled(c, k);
    if (!first) continue;
    for (std::size_t other = k + 1; other < c.count(); ++other) {
      const auto second = filled(c, other);
      if (!second || c.f[*second].operands[1] != c.f[*first].operands[1]) continue;
      if (row_number(c.f, *second) != row_number(c.f, *first)) continue;
      op::Builder b = c.builder(*second, c.back);
      const Value joined = c.result(b, k);
      c.replace_results(other, b.reshape(joined, c.f[*second].type.shape));
      c.body.yields[other] = c.parameter(other);
      c.changed = true;
    }
  }
}

// The other summand where the value carried is added to.
std::optional<Value> summand(const Carried& c, std::size_t k) {
  const Value sum = c.body.yields[k];
  const Op& op = c.f[sum];
  if (op.kind != Kind::map || op.map != Map::add || op.type.rank() == 0 || !ir::is_floating(op.type.elem))
    return std::nullopt;
  if (c.uses.count(c.parameter(k)) != 1 || c.uses.count(sum) != 1 || !c.is_listed(sum)) return std::nullopt;
  const int side = op.operands[0] == c.parameter(k) ? 1 : 0;
  if (op.operands[static_cast<std::size_t>(1 - side)] != c.parameter(k)) return std::nullopt;
  return op.operands[static_cast<std::size_t>(side)];
}

void sum_behind(Carried& c) {
  for (std::size_t k = 0; k < c.count(); ++k) {
    const auto added = summand(c, k);
    if (!added || !is_zeros(c.f, c.initial(k))) continue;
    for (std::size_t other = 0; other < c.count(); ++other) {
      const auto kept = filled(c, other);
      if (!kept || c.f[*kept].operands[1] != *added) continue;
      op::Builder b = c.builder(c.body.yields[k], c.back);
      ir::Shape rows = c.f[*added].type.shape;
      rows.insert(rows.begin(), c.loop.trips);
      c.replace_results(k, b.reduce(ir::Reducer::sum, b.reshape(c.result(b, other), rows), {0}));
      c.body.yields[k] = c.parameter(k);
      c.changed = true;
      break;
    }
  }
}

}  // namespace

Function store_once(Function f, bool& changed) {
  return for_each_counted(std::move(f), changed, [](Carried& c) { store_once(c); });
}

Function join_twins(Function f, bool& changed) {
  return for_each_counted(std::move(f), changed, [](Carried& c) { join_twins(c); });
}

Function sum_behind(Function f, bool& changed) {
  return for_each_counted(std::move(f), changed, [](Carried& c) { sum_behind(c); });
}

}  // namespace nndiff::opt
