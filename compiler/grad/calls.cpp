// The backward sweep of routines and of their calls: a routine of its own for each, whose calls are told the
// number of the call that they undo.
#include "grad/calls.h"

namespace nndiff::grad {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Type;
using ir::Value;

namespace {

Exchange exchange_of(const Function& f, const std::vector<bool>& is_active, Value routine) {
  const Op& op = f[routine];
  const ir::Region& body = op.regions[0];
  Exchange out;
  for (std::size_t k = 0; k < body.yields.size(); ++k) {
    const bool from_parameter =
        op.axes[k] >= 0 && is_active[body.params[static_cast<std::size_t>(op.axes[k])].id];
    if (is_active[body.yields[k].id] || from_parameter) out.yields.push_back(k);
  }
  for (std::size_t i = 0; i < body.params.size(); ++i) {
    if (!is_active[body.params[i].id]) continue;
    if (f[body.params[i]].type.shape.empty())
      out.numbers.push_back(i);
    else if (std::find(op.axes.begin(), op.axes.end(), static_cast<int>(i)) == op.axes.end())
      out.borrowed.push_back(i);
  }
  return out;
}

}  // namespace

// The routine that runs `routine` backwards. Its body is written when everything that calls it has been.
Value Calls::backward_routine(Value routine) {
  if (s_.mirrors[routine.id]) return s_.mirrors[routine.id];
  Op op{.kind = Kind::routine, .type = counter_type};
  for (Value v : s_.b.f.body.ops)
    if (s_.b.f[v].kind == Kind::routine) op.index = std::max(op.index, s_.b.f[v].index + 1);
  op.index += static_cast<int>(routines_.size());
  op.sweep = ir::Sweep::backward;
  op.loc = s_.b.f[routine].loc;
  op.name = s_.b.f[routine].name;
  op.regions.emplace_back();
  routines_.push_back(routine);
  return s_.mirrors[routine.id] = s_.b.f.make(std::move(op));
}

void Calls::call(Value y) {
  if (!s_.arrives(y)) return;
  const Op op = s_.b.f[y];
  const Value routine = routine_of(s_.b.f, op), backward = backward_routine(routine);
  const Exchange through = exchange_of(s_.b.f, s_.is_active, routine);
  std::vector<Value> operands = {frames_.before.at(y)};
  std::vector<Type> types;
  std::vector<int> places(through.numbers.size(), -1);
  const auto give = [&](Value adjoint) {
    if (!s_.b.shape(adjoint).empty()) places.push_back(static_cast<int>(operands.size()));
    operands.push_back(adjoint);
  };
  for (std::size_t k : through.yields) give(arriving(y, routine, k));
  for (std::size_t i : through.borrowed) {
    // An array that needs no adjoint gets one that is thrown away.
    const Value x = op.operands[i];
    const auto is_static = [](const ir::Dim& d) { return d.is_static(); };
    const ir::Shape& shape = s_.b.shape(x);
    if (in_routine_ && !s_.is_active[x.id] && !std::all_of(shape.begin(), shape.end(), is_static))
      s_.b.refuse(
          "an array without a derivative in the place of one with a derivative is not supported in a call "
          "that a recursive function makes; give it a function of its own");
    give(s_.is_active[x.id] ? s_.adjoints.carried(x) : s_.adjoints.zeros(x));
  }
  for (std::size_t i : through.numbers) types.push_back(s_.b.type(op.operands[i]));
  for (std::size_t i = through.numbers.size(); i < places.size(); ++i)
    types.push_back(s_.b.type(operands[static_cast<std::size_t>(places[i])]));
  s_.place(y);
  const op::Builder::Built built = s_.b.call(s_.b.f[backward].index, operands, types, places);
  s_.mirrors[y.id] = built.op;
  receive(op, routine, through, built.results);
}

// The adjoint of result `k` of call `y` as the backward routine begins with it.
Value Calls::arriving(Value y, Value routine, std::size_t k) {
  if (const Value result = s_.at.results[y.id][k]) return s_.adjoints.carried(result);
  const Value yield = s_.b.f[routine].regions[0].yields[k];
  return s_.b.shape(yield).empty() ? s_.b.constant(0, s_.b.type(yield)) : s_.adjoints.zeros(yield);
}

// Hands on what the backward routine has given back. First the sums, as in `loop`.
void Calls::receive(const Op& op, Value routine, const Exchange& through, const std::vector<Value>& results) {
  const std::vector<int> axes = s_.b.f[routine].axes;
  std::size_t next = through.numbers.size();
  std::vector<std::pair<Value, Value>> written;
  for (std::size_t k : through.yields)
    if (axes[k] >= 0) written.emplace_back(op.operands[static_cast<std::size_t>(axes[k])], results[next++]);
  for (std::size_t i : through.borrowed) {
    const Value x = op.operands[i], d = results[next++];
    if (s_.is_active[x.id]) s_.replace(x, d);
  }
  for (const auto& [to, adjoint] : written) s_.hand(to, adjoint, true);
  for (std::size_t n = 0; n < through.numbers.size(); ++n)
    if (const Value to = op.operands[through.numbers[n]]; s_.is_active[to.id]) s_.hand(to, results[n], true);
}

void Calls::write_routine(Value routine) {
  const Exchange through = exchange_of(s_.b.f, s_.is_active, routine);
  const Region body = s_.b.f[routine].regions[0];
  const std::vector<int> axes = s_.b.f[routine].axes;
  Region r, *outer = std::exchange(s_.b.region, &r);
  s_.place(routine);
  s_.b.f[s_.b.parameter(r, counter_type)].name = "call";
  std::vector<Value> given, arrays;
  std::vector<int> places(through.numbers.size(), -1);
  const auto take = [&](Value like, Value owner) {
    given.push_back(s_.adopt(r, like));
    if (!owner) return;
    arrays.push_back(owner);
    places.push_back(static_cast<int>(r.params.size()) - 1);
  };
  for (std::size_t k : through.yields)
    take(body.yields[k], axes[k] < 0 ? Value{} : body.params[static_cast<std::size_t>(axes[k])]);
  for (std::size_t i : through.borrowed) take(body.params[i], body.params[i]);
  for (std::size_t n = 0; n < through.borrowed.size(); ++n)
    s_.adjoints.set_owned(body.params[through.borrowed[n]], given[through.yields.size() + n]);
  for (std::size_t n = 0; n < through.yields.size(); ++n)
    s_.hand(body.yields[through.yields[n]], given[n], true);
  in_routine_ = true;
  ops_(body.ops);
  in_routine_ = false;
  for (std::size_t i : through.numbers) r.yields.push_back(s_.adjoints.carried(body.params[i]));
  for (Value array : arrays) r.yields.push_back(s_.adjoints.carried(array));
  s_.b.region = outer;
  s_.b.f[s_.mirrors[routine.id]].regions[0] = std::move(r);
  s_.b.f[s_.mirrors[routine.id]].axes = std::move(places);
}

// The list grows as backward routines call further ones.
void Calls::write_routines() {
  s_.adjoints.pool.clear();
  std::vector<Value> made;
  for (std::size_t i = 0; i < routines_.size(); ++i) {
    write_routine(routines_[i]);
    made.push_back(s_.mirrors[routines_[i].id]);
    s_.adjoints.pool.clear();
  }
  std::vector<Value>& all = s_.b.f.body.ops;
  const auto first =
      std::find_if(all.begin(), all.end(), [&](Value v) { return s_.b.f[v].kind != Kind::routine; });
  all.insert(first, made.begin(), made.end());
}

}  // namespace nndiff::grad
