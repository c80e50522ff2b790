// What the planner decides about single operations.
#include "plan/prepare.h"

#include <algorithm>

namespace nndiff::plan {

namespace {

std::vector<bool> live(const Function& f) {
  std::vector<bool> is_live(f.ops.size());
  std::vector<Value> open = f.body.yields;
  while (!open.empty()) {
    const Value v = open.back();
    open.pop_back();
    if (is_live[v.id]) continue;
    is_live[v.id] = true;
    for (Value o : f[v].operands) open.push_back(o);
  }
  return is_live;
}

// Among memory and loops the scalars are statements like them.
bool is_scalar_code(const Function& f, const Op& op) {
  if (op.type.rank() > 0) return false;
  const bool moves = op.kind == Kind::reshape || op.kind == Kind::permute || op.kind == Kind::broadcast;
  return op.kind == Kind::map || op.kind == Kind::cast || moves ||
         (op.kind == Kind::reduce && f[op.operands[0]].type.rank() == 0);
}

Part part_of(const Function& f, const Op& op, bool has_code) {
  if (is_code(op.kind) || (has_code && is_scalar_code(f, op))) return Part::code;
  switch (op.kind) {
    case Kind::input:
    case Kind::parameter:
      return Part::leaf;
    case Kind::constant:
    case Kind::size:
    case Kind::iota:
    case Kind::broadcast:
    case Kind::permute:
    case Kind::reshape:
      return Part::free;
    case Kind::map:
    case Kind::cast:
    case Kind::reduce:
    case Kind::pick:
      return Part::anchor;
    case Kind::matmul:
      return Part::product;
    default:
      ir::bug("the planner met '" + std::string(name_of(op.kind)) + "'");
  }
}

// A scalar argument is no memory: an output that is one still needs a copy, as does memory that is spoken
// for.
void claim_outputs(Program& p) {
  p.output.assign(p.f.ops.size(), -1);
  if (p.has_code) return;  // memory is not settled yet: see chains.h
  for (std::size_t i = 0; i < p.f.body.yields.size(); ++i) {
    Value& yield = p.f.body.yields[i];
    const Value base = base_of(p.f, yield);
    const bool scalar = p.f[yield].type.rank() == 0;
    const bool spoken_for = p.f[base].kind == Kind::input || p.output[base.id] >= 0;
    if (spoken_for || (scalar && base != yield)) {
      const bool primal = i < p.f.outputs.size() && p.f.outputs[i].role == ir::Output::Role::primal;
      Op copy{.kind = Kind::cast, .type = p.f[yield].type, .operands = {yield}};
      copy.sweep = primal ? ir::Sweep::forward : ir::Sweep::backward;
      copy.name = p.f[yield].name;
      copy.statement = p.f[yield].statement;
      yield = p.f.append(copy);
      p.output.push_back(static_cast<int>(i));
    } else {
      p.output[base.id] = static_cast<int>(i);
    }
  }
}

void force(Program& p, Value v) {
  const Value base = base_of(p.f, v);
  p.forced[base.id] = true;
  if (p.part[base.id] == Part::free) p.part[base.id] = Part::anchor;
}

// Statements work on memory.
void force_memory(Program& p, const Op& op) {
  const auto needs = [&](Value v) {
    if (p.f[v].type.rank() > 0) force(p, v);
  };
  const bool fills = op.kind == Kind::copy && p.f[op.operands[0]].kind == Kind::constant;
  if (!fills)
    for (Value o : op.operands) needs(o);
  for (const ir::Region& r : op.regions)
    for (Value y : r.yields) needs(y);
}

std::vector<int> count_uses(const Function& f, const std::vector<bool>& is_live) {
  std::vector<int> uses(f.ops.size());
  for (std::size_t i = 0; i < f.ops.size(); ++i)
    if (is_live[i])
      for (Value o : f.ops[i].operands) ++uses[o.id];
  for_each(f, f.body, [&](Value v) {
    for (const ir::Region& r : f[v].regions)
      for (Value y : r.yields) ++uses[y.id];
  });
  for (Value y : f.body.yields) ++uses[y.id];
  return uses;
}

// A sum of products that nothing else reads needs no pass of its own: the later product is added to the
// earlier one as it is computed. So are the contributions of weights that several layers share.
void accumulate_sums(Program& p, const std::vector<bool>& is_live) {
  p.summand.assign(p.f.ops.size(), Value{});
  const std::vector<int> uses = count_uses(p.f, is_live);
  const auto is_own = [&](Value v) { return p.part[v.id] == Part::product && uses[v.id] == 1; };
  for (std::size_t i = 0; i < p.f.ops.size(); ++i) {
    const Op& op = p.f.ops[i];
    if (p.part[i] != Part::anchor || op.kind != Kind::map || op.map != ir::Map::add) continue;
    Value sum = op.operands[0], last = op.operands[1];
    if (!is_own(sum) || !is_own(last) || sum == last) continue;
    if (p.f[last].kind != Kind::matmul || (p.f[sum].kind == Kind::matmul && last < sum)) std::swap(sum, last);
    if (p.f[last].kind != Kind::matmul) continue;
    const int scope = p.scopes.of_value(Value{static_cast<std::uint32_t>(i)});
    if (p.scopes.of_value(sum) != scope || p.scopes.of_value(last) != scope) continue;
    p.part[i] = Part::product;
    p.part[last.id] = Part::none;
    p.summand[i] = last;
    p.f.ops[i].operands = {sum, last};
    p.forced[sum.id] = true;
  }
}

}  // namespace

Value product_in(const Program& p, Value v) {
  return p.summand[v.id] ? p.summand[v.id] : v;
}

bool is_view(Kind kind) {
  return kind == Kind::broadcast || kind == Kind::permute || kind == Kind::reshape ||
         kind == Kind::constant || kind == Kind::size || kind == Kind::iota;
}

std::pair<Value, bool> stored_matrix(const Program& p, Value operand, bool transposed) {
  while (p.f[operand].kind == Kind::permute && p.part[operand.id] == Part::free) {
    operand = p.f[operand].operands[0];
    transposed = !transposed;
  }
  return {base_of(p.f, operand), transposed};
}

Program prepare(const Function& f, const std::vector<bool>& late) {
  Program p{.f = f};
  p.has_code = has_code(f);
  claim_outputs(p);
  p.scopes = scopes_of(p.f);
  const std::vector<bool> is_live = p.has_code ? std::vector<bool>(f.ops.size(), true) : live(p.f);
  p.part.assign(p.f.ops.size(), Part::none);
  p.forced.assign(p.f.ops.size(), false);
  for (std::size_t i = 0; i < p.f.ops.size(); ++i) {
    if (!is_live[i]) continue;
    p.part[i] = part_of(p.f, p.f.ops[i], p.has_code);
    const bool by_demand =
        i < late.size() && late[i] && (p.f.ops[i].kind == Kind::map || p.f.ops[i].kind == Kind::cast);
    if (by_demand) p.part[i] = Part::free;
  }
  for (Value y : p.f.body.yields) force(p, y);
  for (std::size_t i = 0; i < p.f.ops.size(); ++i) {
    if (!is_live[i]) continue;
    const Op& op = p.f.ops[i];
    if (p.part[i] == Part::code) force_memory(p, op);
    if (op.kind == Kind::matmul)
      for (Value o : op.operands) force(p, stored_matrix(p, o, false).first);
    if (op.kind == Kind::reshape && !is_unit_reshape(p.f, op)) force(p, op.operands[0]);
  }
  accumulate_sums(p, is_live);
  return p;
}

const ir::Type& domain(const Function& f, Value v) {
  return f[v].kind == Kind::reduce ? f[f[v].operands[0]].type : f[v].type;
}

namespace {

// What the element `env` of `v` reads, v itself if it is no free operation.
void collect_reads(const Program& p, Value v, const Env& env, std::set<Read>& seen, std::vector<Read>& out) {
  if (!seen.insert({v, env}).second) return;
  const Op& op = p.f[v];
  const bool alias = op.kind == Kind::reshape && !is_unit_reshape(p.f, op);
  if (p.part[v.id] != Part::free || alias) {
    out.push_back({v, env});
    return;
  }
  for (int i = 0; i < static_cast<int>(op.operands.size()); ++i)
    collect_reads(p, op.operands[i], operand_env(p.f, op, i, env), seen, out);
}

void collect_origins(const Program& p, Value v, std::set<Value>& seen, std::set<Value>& out) {
  if (!seen.insert(v).second) return;
  if (p.part[v.id] != Part::free) {
    out.insert(v);
    return;
  }
  for (Value o : p.f[v].operands) collect_origins(p, o, seen, out);
}

}  // namespace

std::set<Value> origins(const Program& p, Value v) {
  std::set<Value> seen, out;
  collect_origins(p, v, seen, out);
  return out;
}

std::set<Value> reads_of_code(const Program& p, Value v) {
  std::set<Value> seen, all, out;
  const int own = p.scopes.of_value(v);
  const auto visit = [&](Value from, auto& self) -> void {
    for (Value o : p.f[from].operands) collect_origins(p, o, seen, all);
    for (const ir::Region& r : p.f[from].regions) {
      for (Value inner : r.ops) self(inner, self);
      for (Value y : r.yields) collect_origins(p, y, seen, all);
    }
  };
  visit(v, visit);
  for (Value o : all)
    if (p.scopes.inside(p.scopes.of_value(o), own) < 0) out.insert(o);
  return out;
}

std::vector<Value> consumed_by(const Program& p, Value v) {
  const Op& op = p.f[v];
  std::vector<Value> out;
  for (std::size_t i = 0; i < op.operands.size(); ++i) {
    const bool carried = op.kind == Kind::loop && p.f[op.operands[i]].type.rank() > 0;
    if (carried || ir::consumes(op, i)) out.push_back(op.operands[i]);
  }
  if (op.kind != Kind::branch) return out;
  const int own = p.scopes.of_value(v);
  const auto add = [&](Value o) {
    if (p.f[o].type.rank() > 0 && p.scopes.inside(p.scopes.of_value(o), own) < 0) out.push_back(o);
  };
  for (const ir::Region& r : op.regions) {
    for (Value inner : r.ops)
      for (Value o : consumed_by(p, inner)) add(o);
    for (Value y : r.yields) add(y);
  }
  return out;
}

std::vector<Read> reads_of_anchor(const Program& p, Value v, const Env& env) {
  const Op& op = p.f[v];
  std::vector<Read> out;
  std::set<Read> seen;
  for (int i = 0; i < static_cast<int>(op.operands.size()); ++i) {
    Env at = env;
    if (op.kind == Kind::pick && i == 0) {
      at.push_back({Coord::Kind::node, -1});
      at = normal(p.f[op.operands[0]].type, at);
    } else if (op.kind != Kind::reduce && op.kind != Kind::pick) {
      at = operand_env(p.f, op, i, env);
    }
    collect_reads(p, op.operands[i], at, seen, out);
  }
  return out;
}

}  // namespace nndiff::plan
