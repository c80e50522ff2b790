// Recursive functions of a plan as C++: a function of its own for each sweep, and the calls.
#include <algorithm>

#include "emit/code.h"
#include "emit/core_text.h"
#include "ir/diagnostic.h"

namespace nndiff::emit {

using ir::Kind;
using ir::Op;
using plan::Buffer;
using plan::Step;

namespace {

// The first number that a routine yields, which its function returns; the others are references.
std::size_t returned(const ir::Function& f, const Op& routine) {
  const std::vector<Value>& yields = routine.regions[0].yields;
  const auto is_number = [&](Value y) { return f[y].type.shape.empty(); };
  return static_cast<std::size_t>(std::find_if(yields.begin(), yields.end(), is_number) - yields.begin());
}

}  // namespace

void Code::name_routines() {
  Names names;
  std::set<std::string> sizes;
  for (const Step& step : w_.plan.steps) {
    if (step.kind != Step::Kind::routine) continue;
    const Op& op = w_.plan.f[step.values[0]];
    const bool backward = op.sweep == ir::Sweep::backward;
    functions_[op.index] =
        names.unique(core_name(w_.plan.f) + "_" + identifier(op.name.empty() ? "call" : op.name) +
                     (backward ? "_backward" : "_forward"));
    ir::for_each(w_.plan.f, op.regions[0], [&](Value v) {
      const auto add = [&](std::string_view name) { sizes.emplace(name); };
      for (const Dim& d : w_.plan.f[v].type.shape) d.for_each_name(add);
      if (w_.plan.f[v].kind == Kind::size) w_.plan.f[v].dim.for_each_name(add);
    });
  }
  for (const std::string& dim : run_time_dims(w_.plan.f))
    if (sizes.count(dim) > 0) sizes_.push_back(dim);
}

std::string Code::routines() {
  name_routines();
  std::string declarations, definitions;
  for (const Step& step : w_.plan.steps) {
    if (step.kind != Step::Kind::routine) continue;
    std::string declaration;
    definitions += routine(step, declaration);
    declarations += declaration;
  }
  return declarations.empty() ? "" : declarations + "\n" + definitions;
}

// The function's result, its name and its parameters; those that `body` does not mention stay unnamed.
std::string Code::head(const Step& step, const std::string& body) const {
  const Op& op = w_.plan.f[step.values[0]];
  const ir::Region& region = op.regions[0];
  const std::size_t result = returned(w_.plan.f, op);
  const std::string type =
      result < region.yields.size() ? ir::cpp_name(w_.plan.f[region.yields[result]].type.elem) : "void";
  std::vector<std::string> parameters;
  const auto add = [&](const std::string& of, const std::string& name) {
    parameters.push_back(of + (mentions(body, name) ? name : "/*" + name + "*/"));
  };
  for (const std::string& dim : sizes_) add("const std::int64_t ", w_.dims.at(dim));
  for (Value p : region.params) {
    const std::string elem = ir::cpp_name(w_.plan.f[p].type.elem);
    if (w_.plan.f[p].type.shape.empty()) {
      add("const " + elem + " ", w_.scalars.at(p));
      continue;
    }
    const auto buffer = static_cast<std::size_t>(usage_.buffer_of(p));
    const bool writes = usage_.is_written(step, static_cast<int>(buffer));
    add(w_.plan.buffers[buffer].is_grown ? "nn::rt::Growing<" + elem + ">& "
                                         : (writes ? "" : "const ") + elem + "* ",
        w_.buffers[buffer]);
  }
  for (std::size_t k = 0; k < region.yields.size(); ++k)
    if (k != result && w_.plan.f[region.yields[k]].type.shape.empty())
      add(ir::cpp_name(w_.plan.f[region.yields[k]].type.elem) + "& ", results_.at({op.index, k}));
  return function_head(type, functions_.at(op.index), parameters);
}

void Code::declare_locals(Value routine) {
  for (std::size_t i = 0; i < w_.plan.buffers.size(); ++i) {
    const Buffer& b = w_.plan.buffers[i];
    if (b.place != Buffer::Place::local || b.values.empty() || b.first < 0) continue;
    const int scope = usage_.scopes.outermost(usage_.scopes.of_value(b.values.front()));
    if (usage_.scopes[scope].owner != routine) continue;
    const std::int64_t cells = std::max<std::int64_t>(1, b.bytes.factor / ir::bytes_of(b.elem));
    const std::string elem = ir::cpp_name(b.elem);
    const std::string memory = b.moves ? w_.names.unique(w_.buffers[i] + "_memory") : w_.buffers[i];
    w_.lines.line(elem + " " + memory + "[" + std::to_string(cells) + "];");
    if (b.moves) w_.lines.line(elem + "* " + w_.buffers[i] + " = " + memory + ";");
  }
}

std::string Code::routine(const Step& step, std::string& declaration) {
  const Value owner = step.values[0];
  const Op& op = w_.plan.f[owner];
  Lines around;
  std::swap(around, w_.lines);
  const Names::Mark outer = w_.names.mark();
  const std::size_t result = returned(w_.plan.f, op);
  for (Value p : op.regions[0].params)
    if (w_.plan.f[p].type.shape.empty()) w_.scalars[p] = name_of(p);
  for (std::size_t k = 0; k < op.regions[0].yields.size(); ++k)
    if (k != result && w_.plan.f[op.regions[0].yields[k]].type.shape.empty())
      results_[{op.index, k}] = w_.names.unique("result");
  declare_locals(owner);
  for (const Step& inner : step.parts[0].steps) this->step(inner);
  leave_routine(step, result);
  w_.names.back_to(outer);
  std::swap(around, w_.lines);
  const std::string body = around.text();
  declaration = head(step, "") + ";\n";
  const std::string backward = op.sweep == ir::Sweep::backward ? "a call undone" : "a call";
  return "// " + op.name + ": " + backward + (place(owner).empty() ? "" : ", " + place(owner)) + "\n" +
         head(step, body) + " {\n" +
         (body.find("rt::") == std::string::npos ? "" : "  namespace rt = nn::rt;\n") + body + "}\n\n";
}

// The results. What is not in the memory that the caller knows is copied there.
void Code::leave_routine(const Step& step, std::size_t result) {
  const Op& op = w_.plan.f[step.values[0]];
  const std::vector<Value>& yields = op.regions[0].yields;
  for (const plan::Move& m : step.parts[0].moves) {
    const Buffer& b = w_.plan.buffers[static_cast<std::size_t>(m.to)];
    if (b.grows) ir::bug("a routine leaves an array of unknown extent in other memory");
    write(m.to);
    w_.lines.line("std::copy_n(" + w_.buffers[static_cast<std::size_t>(m.from)] + ", " +
                  w_.text(plan::count(b.shape)).source + ", " + w_.buffers[static_cast<std::size_t>(m.to)] +
                  ");");
  }
  for (std::size_t k = 0; k < yields.size(); ++k)
    if (k != result && w_.plan.f[yields[k]].type.shape.empty())
      w_.lines.line(results_.at({op.index, k}) + " = " + text(yields[k]).source + ";");
  if (result < yields.size()) w_.lines.line("return " + text(yields[result]).source + ";");
}

// An array as a function that makes it grow, or not, takes it.
std::string Code::handed_over(Value operand, Value parameter) const {
  const auto from = static_cast<std::size_t>(usage_.buffer_of(operand));
  const Buffer& b = w_.plan.buffers[from];
  const bool is_object = b.is_grown || (b.place == Buffer::Place::room && b.grows);
  const bool wants_object = w_.plan.buffers[static_cast<std::size_t>(usage_.buffer_of(parameter))].is_grown;
  return w_.buffers[from] + (is_object && !wants_object ? ".data()" : "");
}

void Code::call(Value v) {
  const Op& op = w_.plan.f[v];
  const Op& routine = w_.plan.f[routine_of(w_.plan.f, op)];
  const ir::Region& region = routine.regions[0];
  const std::size_t result = returned(w_.plan.f, routine);
  std::string arguments;
  const auto add = [&](const std::string& argument) {
    arguments += (arguments.empty() ? "" : ", ") + argument;
  };
  for (const std::string& dim : sizes_) add(w_.dims.at(dim));
  for (std::size_t i = 0; i < op.operands.size(); ++i) {
    Waiting reads;
    const bool is_array = w_.plan.f[op.operands[i]].type.rank() > 0;
    add(is_array ? handed_over(op.operands[i], region.params[i]) : operand(op.operands[i], reads).source);
  }
  for (int place : op.axes)
    if (place >= 0) write(usage_.buffer_of(op.operands[static_cast<std::size_t>(place)]));
  const auto name = [&](std::size_t k) {
    const Value r = usage_.result(v, k);
    const std::string made = r ? name_of(r) : w_.names.unique("unused");
    if (r) w_.scalars[r] = made;
    return made;
  };
  for (std::size_t k = 0; k < region.yields.size(); ++k) {
    if (k == result || w_.plan.f[region.yields[k]].type.rank() > 0) continue;
    const std::string made = name(k);
    w_.lines.line(ir::cpp_name(w_.plan.f[region.yields[k]].type.elem) + " " + made + ";");
    add(made);
  }
  const std::string text = functions_.at(op.index) + "(" + arguments + ");";
  const Value r = result < region.yields.size() ? usage_.result(v, result) : Value{};
  const bool is_used = r && usage_[r].count > 0;
  w_.lines.line(is_used ? "const " + ir::cpp_name(w_.plan.f[r].type.elem) + " " + name(result) + " = " + text
                        : text);
}

}  // namespace nndiff::emit
