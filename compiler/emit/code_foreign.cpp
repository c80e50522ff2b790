// Calls of functions whose derivative the user has given, and of these derivatives.
#include <set>

#include "emit/code.h"

namespace nndiff::emit {

using ir::Foreign;
using ir::Op;
using Role = Foreign::Argument::Role;

// "nn::view<nn::Tensor<double, nn::Dim{"N"}>>(x, N)": the memory of an array as the user's function takes it.
std::string Code::view(const std::string& spelling, Value v) const {
  std::string text =
      "nn::view<" + spelling + ">(" + w_.buffers[static_cast<std::size_t>(usage_.buffer_of(v))];
  std::set<std::string, std::less<>> seen;
  for (const Dim& d : w_.plan.f[v].type.shape)
    d.for_each_name([&](std::string_view name) {
      if (seen.emplace(name).second) text += ", " + w_.text(Dim::parse(name)).source;
    });
  return text + ")";
}

namespace {

// A type of that size may have another name, and an enumeration has one of its own.
bool is_named(const std::string& spelling, ir::Elem elem) {
  switch (elem) {
    case ir::Elem::boolean:
      return spelling == "bool";
    case ir::Elem::i32:
      return spelling == "int";
    default:
      return spelling == ir::cpp_name(elem);
  }
}

}  // namespace

std::string Code::passed(const Foreign::Argument& argument, Value v, Waiting& reads) {
  if (!argument.type.shape.empty()) return view(argument.spelling, v);
  const Text t = operand(v, reads);
  return !is_named(argument.spelling, argument.type.elem)
             ? "static_cast<" + argument.spelling + ">(" + t.source + ")"
             : t.source;
}

// Declares what a gradient is written to.
std::string Code::gradient(const Foreign::Argument& argument, Value memory, Value result) {
  if (!argument.type.shape.empty()) {
    const int buffer = usage_.buffer_of(memory);
    write(buffer);
    const std::string name = w_.names.unique(w_.buffers[static_cast<std::size_t>(buffer)] + "_view");
    w_.lines.line("auto " + name + " = " + view(argument.spelling, memory) + ";");
    return name;
  }
  const std::string name = result ? name_of(result) : w_.names.unique(identifier(argument.name));
  w_.lines.line(ir::cpp_name(argument.type.elem) + " " + name + " = " +
                op::literal(0, argument.type.elem).source + ";");
  if (result) w_.scalars[result] = name;
  return name;
}

void Code::foreign(Value v) {
  const Op& op = w_.plan.f[v];
  const Foreign& callee = w_.plan.f.foreigns[static_cast<std::size_t>(op.index)];
  const std::size_t first_memory = op.operands.size() - static_cast<std::size_t>(op.writes);
  std::size_t next = 0, memory = first_memory, number = 0;
  std::vector<std::string> arguments;
  Waiting reads;
  for (const Foreign::Argument& a : callee.arguments) {
    if (a.role != Role::gradient) {
      arguments.push_back(passed(a, op.operands[next++], reads));
      continue;
    }
    const Value array = a.type.shape.empty() ? Value{} : op.operands[memory++];
    arguments.push_back(gradient(a, array, usage_.result(v, number++)));
  }
  std::string call = "::" + callee.name + "(";
  for (std::size_t i = 0; i < arguments.size(); ++i) call += (i > 0 ? ", " : "") + arguments[i];
  call += ")";
  if (callee.adjoint < 0) return w_.lines.line(call + ";");
  if (op.type.shape.empty()) return declare(v, {call, op.type.elem});
  write(usage_.buffer_of(v));
  w_.lines.line(view(callee.result_spelling, v) + " = " + call + ";");
}

}  // namespace nndiff::emit
