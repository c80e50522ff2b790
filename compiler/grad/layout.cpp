// Where each value of a function is made: its region, and its place in the order of execution.
#include "grad/layout.h"

#include <algorithm>
#include <set>

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

Region& region_at(Function& f, Place place) {
  return place.op ? f[place.op].regions[place.arm] : f.body;
}
const Region& region_at(const Function& f, Place place) {
  return place.op ? f[place.op].regions[place.arm] : f.body;
}

namespace {

void number(const Function& f, const Region& r, Place place, Layout& out, int& next) {
  for (Value p : r.params) {
    out.home[p.id] = place;
    out.order[p.id] = next++;
  }
  for (Value v : r.ops) {
    const Op& op = f[v];
    out.home[v.id] = place;
    out.order[v.id] = next++;
    for (std::size_t i = 0; i < op.regions.size(); ++i)
      number(f, op.regions[i], {v, static_cast<int>(i)}, out, next);
    out.end[v.id] = next;
    if (!op.regions.empty()) out.results[v.id].resize(op.regions[0].yields.size());
    if (op.kind == Kind::call) out.results[v.id].resize(op.axes.size());
    if (op.kind == Kind::result) out.results[op.operands[0].id][op.index] = v;
  }
}

}  // namespace

Layout layout(const Function& f) {
  const std::size_t n = f.ops.size();
  Layout out{std::vector<Place>(n), std::vector<int>(n, -1), std::vector<int>(n, 0),
             std::vector<std::vector<Value>>(n)};
  int next = 0;
  number(f, f.body, {}, out, next);
  return out;
}

std::vector<Place> Layout::path(Place place) const {
  std::vector<Place> out;
  for (; place.op; place = home[place.op.id]) out.push_back(place);
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<Value> captured(const Function& f, const Layout& at, Value op) {
  std::set<std::pair<int, Value>> found;
  const auto use = [&](Value v) {
    if (!at.inside(op, v)) found.emplace(at.order[v.id], v);
  };
  const auto uses = [&](Value v) {
    for (Value o : f[v].operands) use(o);
    for (const Region& r : f[v].regions)
      for (Value y : r.yields) use(y);
  };
  for (const Region& r : f[op].regions) {
    for (Value y : r.yields) use(y);
    for_each(f, r, uses);
  }
  std::vector<Value> out;
  for (const auto& [order, v] : found) out.push_back(v);
  return out;
}

bool is_open(const Function& f, const Op& loop) {
  const Op& limit = f[loop.operands[0]];
  return loop.is_while || (limit.kind == Kind::constant && limit.number < 0);
}

bool has_regions(const Function& f) {
  return std::any_of(f.ops.begin(), f.ops.end(), [](const Op& op) {
    return ir::is_unique(op) || op.kind == Kind::load || op.kind == Kind::parameter;
  });
}

}  // namespace nndiff::grad
