// Builders of memory, loops, branches and calls.
#include <algorithm>

#include "op/build.h"

namespace nndiff::op {

using ir::Kind;
using ir::Op;

Value Builder::alloc(Type type) {
  return append({.kind = Kind::alloc, .type = std::move(type)});
}

Value Builder::copy(Value x) {
  return append({.kind = Kind::copy, .type = type(x), .operands = {x}});
}

Value Builder::zeros(Type type) {
  return copy(constant(0, std::move(type)));
}

Value Builder::load(Value array, std::vector<Value> index, Shape block) {
  index.insert(index.begin(), array);
  return append(
      {.kind = Kind::load, .type = {type(array).elem, std::move(block)}, .operands = std::move(index)});
}

Value Builder::store(Value array, Value element, std::vector<Value> index) {
  index.insert(index.begin(), {array, element});
  return append({.kind = Kind::store, .type = type(array), .operands = std::move(index)});
}

Value Builder::accumulate(Value array, Value element, std::vector<Value> index) {
  index.insert(index.begin(), {array, element});
  return append({.kind = Kind::accumulate, .type = type(array), .operands = std::move(index)});
}

Value Builder::grow(Value array, Value n) {
  return append({.kind = Kind::grow, .type = type(array), .operands = {array, n}});
}

Dim Builder::dimension(Value n, const std::string& hint) {
  int number = 0;
  for (const Op& op : f.ops) number += op.kind == Kind::dimension;
  const auto named = [&] { return Dim::parse(hint.substr(0, 30) + "_" + std::to_string(number) + "_"); };
  const auto is_taken = [&](const Dim& dim) {
    return std::any_of(f.ops.begin(), f.ops.end(),
                       [&](const Op& op) { return op.kind == Kind::dimension && op.dim == dim; });
  };
  while (is_taken(named())) ++number;
  const Dim dim = named();
  append({.kind = Kind::dimension, .type = {Elem::i64, {}}, .operands = {n}, .dim = dim});
  return dim;
}

namespace {

std::vector<Value> results(Builder& b, Value of, const std::vector<Value>& yields) {
  std::vector<Value> out;
  for (std::size_t i = 0; i < yields.size(); ++i)
    out.push_back(b.append(
        {.kind = Kind::result, .type = b.type(yields[i]), .operands = {of}, .index = static_cast<int>(i)}));
  return out;
}

}  // namespace

Value Builder::parameter(ir::Region& of, Type type) {
  const Value v = f.make(
      {.kind = Kind::parameter, .type = std::move(type), .sweep = sweep, .loc = loc, .statement = statement});
  of.params.push_back(v);
  return v;
}

Builder::Built Builder::loop(Value limit, std::vector<Value> initial, ir::Region body, bool is_while) {
  const std::vector<Value> yields = body.yields;
  initial.insert(initial.begin(), limit);
  Op op{.kind = Kind::loop, .type = {Elem::i64, {}}, .operands = std::move(initial), .is_while = is_while};
  op.regions.push_back(std::move(body));
  const Value made = append(std::move(op));
  return {made, results(*this, made, yields)};
}

Builder::Built Builder::branch(Value condition, ir::Region yes, ir::Region no) {
  const std::vector<Value> yields = yes.yields;
  Op op{.kind = Kind::branch, .type = type(condition), .operands = {condition}};
  op.regions.push_back(std::move(yes));
  op.regions.push_back(std::move(no));
  const Value made = append(std::move(op));
  return {made, results(*this, made, yields)};
}

Builder::Built Builder::foreign(int number, std::vector<Value> operands, const std::vector<Value>& memory) {
  const ir::Foreign callee = f.foreigns[static_cast<std::size_t>(number)];
  std::vector<Type> gradients;
  for (const ir::Foreign::Argument& a : callee.arguments)
    if (a.role == ir::Foreign::Argument::Role::gradient) gradients.push_back(a.type);
  Op op{.kind = Kind::foreign, .type = callee.result, .operands = std::move(operands), .index = number};
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (gradients[i].shape.empty()) continue;
    op.operands.push_back(i < memory.size() && memory[i] ? memory[i] : zeros(gradients[i]));
    ++op.writes;
  }
  Built built{append(std::move(op)), {}};
  for (std::size_t i = 0; i < gradients.size(); ++i)
    built.results.push_back(append(
        {.kind = Kind::written, .type = gradients[i], .operands = {built.op}, .index = static_cast<int>(i)}));
  return built;
}

Builder::Built Builder::call(int number, std::vector<Value> operands, const std::vector<Type>& types,
                             std::vector<int> places) {
  Op op{.kind = Kind::call,
        .type = {Elem::i64, {}},
        .operands = std::move(operands),
        .axes = std::move(places),
        .index = number};
  Built built{append(std::move(op)), {}};
  for (std::size_t i = 0; i < types.size(); ++i)
    built.results.push_back(append(
        {.kind = Kind::result, .type = types[i], .operands = {built.op}, .index = static_cast<int>(i)}));
  return built;
}

}  // namespace nndiff::op
