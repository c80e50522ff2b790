// Leaving out what loops and branches carry for nothing.
#include "grad/prune.h"

#include <algorithm>

#include "grad/layout.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

// Finds what is needed: a loop's carried value only if its result is, or its parameter within the body.
struct Needs {
  const Function& f;
  const Layout at = layout(f);
  std::vector<bool> live = std::vector<bool>(f.ops.size(), false);
  std::vector<Value> work = {};

  void need(Value v) {
    if (live[v.id]) return;
    live[v.id] = true;
    work.push_back(v);
  }

  void carried(Value loop, std::size_t k) {
    const Op& op = f[loop];
    need(loop);
    need(op.operands[k + 1]);
    need(op.regions[0].params[k + 1]);
    need(op.regions[0].yields[k]);
  }

  void visit(Value v) {
    const Op& op = f[v];
    // What is inside of a loop or branch needs it to be there.
    if (const Value around = at.home[v.id].op) need(around);
    switch (op.kind) {
      case Kind::loop:
        need(op.operands[0]);
        if (op.is_while) carried(v, 0);
        return;
      case Kind::routine:
        for (Value p : op.regions[0].params) need(p);
        for (Value y : op.regions[0].yields) need(y);
        return;
      case Kind::call:
        need(routine_of(f, op));
        for (Value o : op.operands) need(o);
        return;
      case Kind::result: {
        const Value of = op.operands[0];
        if (f[of].kind == Kind::loop) return carried(of, op.index);
        need(of);
        for (const Region& r : f[of].regions) need(r.yields[op.index]);
        return;
      }
      case Kind::parameter: {
        const Value loop = at.home[v.id].op;
        if (f[loop].kind == Kind::routine) return;
        const auto& params = f[loop].regions[0].params;
        const auto k = std::find(params.begin(), params.end(), v) - params.begin();
        if (k > 0) carried(loop, static_cast<std::size_t>(k - 1));
        return;
      }
      default:
        for (Value o : op.operands) need(o);
    }
  }

  void run(const std::vector<Value>& roots) {
    for (Value y : f.body.yields) need(y);
    for (Value v : roots) need(v);
    for_each(f, f.body, [&](Value v) {
      const Kind kind = f[v].kind;
      if (kind == Kind::input || kind == Kind::dimension || f[v].checked) need(v);
    });
    while (!work.empty()) {
      const Value v = work.back();
      work.pop_back();
      visit(v);
    }
  }
};

template <class T>
void keep_if(std::vector<T>& all, std::size_t offset, const std::vector<bool>& keep) {
  std::size_t to = offset;
  for (std::size_t i = 0; i < keep.size(); ++i)
    if (keep[i]) all[to++] = all[i + offset];
  all.resize(to);
}

// Drops what is not live, and numbers the results again.
void sweep(Function& f, Region& r, const Needs& needs) {
  std::erase_if(r.ops, [&](Value v) { return !needs.live[v.id]; });
  for (Value v : r.ops) {
    Op& op = f[v];
    if (op.regions.empty()) continue;
    if (op.kind == Kind::routine) {
      sweep(f, op.regions[0], needs);
      continue;
    }
    const std::size_t n = op.regions[0].yields.size();
    std::vector<bool> keep(n, false);
    for (std::size_t k = 0; k < n; ++k) {
      const Value result = needs.at.results[v.id][k];
      keep[k] = result && needs.live[result.id];
      if (op.kind == Kind::loop && needs.live[op.regions[0].params[k + 1].id]) keep[k] = true;
    }
    int next = 0;
    for (std::size_t k = 0; k < n; ++k) {
      if (!keep[k]) continue;
      if (const Value result = needs.at.results[v.id][k]) f[result].index = next;
      ++next;
    }
    for (Region& inner : op.regions) keep_if(inner.yields, 0, keep);
    if (op.kind == Kind::loop) {
      keep_if(op.operands, 1, keep);
      keep_if(op.regions[0].params, 1, keep);
    }
    for (Region& inner : op.regions) sweep(f, inner, needs);
  }
}

// Values that a loop or branch only passes on, and what they are.
struct Passing {
  Function& f;
  std::vector<Value> is = std::vector<Value>(f.ops.size());
  bool found = false;

  Value resolve(Value v) const {
    while (is[v.id]) v = is[v.id];
    return v;
  }

  void note(Value v, Value same) {
    if (is[v.id] || resolve(same) == v) return;
    is[v.id] = same;
    found = true;
  }

  void look(const Layout& at, Value v) {
    const Op& op = f[v];
    for (std::size_t k = 0; !op.regions.empty() && k < op.regions[0].yields.size(); ++k) {
      const Value result = at.results[v.id][k];
      const Value yield = op.regions[0].yields[k];
      if (op.kind == Kind::loop && resolve(yield) == op.regions[0].params[k + 1]) {
        note(op.regions[0].params[k + 1], op.operands[k + 1]);
        if (result) note(result, op.operands[k + 1]);
      }
      const bool outside = op.kind == Kind::branch && !at.inside(v, yield);
      if (outside && op.regions[1].yields[k] == yield && result) note(result, yield);
    }
  }

  void replace(Region& r) {
    for (Value v : r.ops) {
      for (Value& o : f[v].operands) o = resolve(o);
      for (Region& inner : f[v].regions) replace(inner);
    }
    for (Value& y : r.yields) y = resolve(y);
  }

  bool run() {
    const Layout at = layout(f);
    for_each(f, f.body, [&](Value v) { look(at, v); });
    if (found) replace(f.body);
    return found;
  }
};

}  // namespace

void prune(Function& f, const std::vector<Value>& roots) {
  bool again = true;
  while (again) {
    Needs needs{f};
    needs.run(roots);
    sweep(f, f.body, needs);
    again = Passing{f}.run();
  }
}

}  // namespace nndiff::grad
