// Calls of functions whose derivative the user has given, and of these derivatives.
#include <algorithm>
#include <set>

#include "emit/code.h"
#include "emit/interface.h"
#include "emit/names.h"

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

namespace {

using Arguments = std::vector<Foreign::Argument>;
using Form = Foreign::Argument::Form;

// Where the arguments end that C++ passes as one.
std::size_t end_of(const Arguments& list, std::size_t first) {
  std::size_t last = first + 1;
  while (last < list.size() && list[last].parameter == list[first].parameter) ++last;
  return last;
}

std::string list_text(const std::vector<std::string>& arguments) {
  std::string text;
  for (const std::string& a : arguments) text += (text.empty() ? "" : ", ") + a;
  return text;
}

}  // namespace

// A call, parameter by parameter.
struct Code::ForeignCall {
  Code& code;
  const Value v;
  const Op& op = code.w_.plan.f[v];
  const Foreign& callee = code.w_.plan.f.foreigns[static_cast<std::size_t>(op.index)];
  std::vector<Value> operands = {}, memory = {}, results = {};  // by argument
  std::vector<std::string> after = {};                          // statements that follow the call
  Waiting reads = {};

  void assign() {
    std::size_t next = 0, array = op.operands.size() - static_cast<std::size_t>(op.writes), number = 0;
    for (const Foreign::Argument& a : callee.arguments) {
      const bool is_gradient = a.role == Role::gradient;
      operands.push_back(a.is_operand() ? op.operands[next++] : Value{});
      memory.push_back(is_gradient && !a.type.shape.empty() ? op.operands[array++] : Value{});
      results.push_back(is_gradient ? code.usage_.result(v, number++) : Value{});
    }
  }

  std::string buffer(Value x) const {
    return code.w_.buffers[static_cast<std::size_t>(code.usage_.buffer_of(x))];
  }
  std::string count(const Foreign::Argument& a) const {
    return code.w_.text(plan::count(a.type.shape)).source;
  }
  std::string size(const Foreign::Argument& a) const { return "static_cast<std::size_t>(" + count(a) + ")"; }
  void line(const std::string& text) const { code.w_.lines.line(text); }

  // A variable of the type that C++ wants, empty.
  std::string variable(const std::string& spelling, const std::string& name) const {
    const std::string unique = code.w_.names.unique(identifier(name));
    line(global_type(spelling) + " " + unique + "{};");
    return unique;
  }

  // A number, or a tensor as a view of its memory.
  std::string plain(std::size_t k) {
    const Foreign::Argument& a = callee.arguments[k];
    if (!a.type.shape.empty()) return code.view(a.spelling, operands[k]);
    const Text t = code.operand(operands[k], reads);
    return is_named(a.spelling, a.type.elem)
               ? t.source
               : "static_cast<" + global_type(a.spelling) + ">(" + t.source + ")";
  }

  void copy_in(std::size_t k, const std::string& to) const {
    const Foreign::Argument& a = callee.arguments[k];
    line("std::copy_n(" + buffer(operands[k]) + ", " + count(a) + ", rt::first(" + to + "));");
  }

  std::string value(std::size_t first, std::size_t last) {
    const Foreign::Argument& a = callee.arguments[first];
    if (!a.whole.empty()) return whole(first, last);
    switch (a.form) {
      case Form::array: {
        const std::string name = variable(a.spelling, a.name);
        copy_in(first, name);
        return name;
      }
      case Form::span:
        return global_type(a.spelling) + "(" + buffer(operands[first]) + ", " + size(a) + ")";
      case Form::vector: {
        const std::string from = buffer(operands[first]);
        return global_type(a.spelling) + "(" + from + ", " + from + " + " + count(a) + ")";
      }
      case Form::pointer:
        return at(buffer(operands[first]), first + 1);
      default:
        return plain(first);
    }
  }

  // "x + i"
  std::string at(const std::string& array, std::size_t offset) {
    const Op& place = code.w_.plan.f[operands[offset]];
    if (place.kind == ir::Kind::constant && place.number == 0) return array;
    return emit::sum({array, ir::Elem::i64}, code.operand(operands[offset], reads)).source;
  }

  std::string whole(std::size_t first, std::size_t last) {
    const std::string name = variable(callee.arguments[first].whole, callee.arguments[first].name);
    for (std::size_t k = first; k < last; ++k) {
      const Foreign::Argument& a = callee.arguments[k];
      if (a.form == Form::array)
        copy_in(k, name + a.path);
      else
        line(name + a.path + " = " + plain(k) + ";");
    }
    return name;
  }

  // What a gradient is written to.
  std::string gradient(std::size_t first, std::size_t last) {
    const Foreign::Argument& a = callee.arguments[first];
    for (std::size_t k = first; k < last; ++k)
      if (memory[k]) code.write(code.usage_.buffer_of(memory[k]));
    if (!a.whole.empty()) return whole_gradient(first, last);
    switch (a.form) {
      case Form::array: {
        const std::string name = variable(a.spelling, a.name);
        after.push_back("std::copy_n(rt::first(" + name + "), " + count(a) + ", " + buffer(memory[first]) +
                        ");");
        return name;
      }
      case Form::span:
        return global_type(a.spelling) + "(" + buffer(memory[first]) + ", " + size(a) + ")";
      case Form::vector: {
        const std::string name = code.w_.names.unique(identifier(a.name));
        line(global_type(a.spelling) + " " + name + "(" + size(a) + ");");
        after.push_back("std::copy_n(" + name + ".data(), " + count(a) + ", " + buffer(memory[first]) + ");");
        return name;
      }
      case Form::pointer:
        return lent(first);
      default:
        return code.gradient(a, memory[first], results[first]);
    }
  }

  // A place in the adjoint of an array; null where nobody wants that.
  std::string lent(std::size_t k) {
    const Foreign::Argument& a = callee.arguments[k];
    if (a.role == Role::shared && a.number < 0) {
      code.operand(operands[k + 1], reads);
      return "nullptr";
    }
    const Value array = memory[a.role == Role::shared ? static_cast<std::size_t>(a.number) : k];
    const std::string name = buffer(array);
    std::string place = at(name, k + 1);
    if (place == name || !code.may_be_null(code.usage_.buffer_of(array))) return place;
    return name + " ? " + place + " : nullptr";
  }

  std::string whole_gradient(std::size_t first, std::size_t last) {
    const std::string name = variable(callee.arguments[first].whole, callee.arguments[first].name);
    for (std::size_t k = first; k < last; ++k) {
      const Foreign::Argument& a = callee.arguments[k];
      const std::string part = name + a.path;
      if (a.form == Form::array) {
        after.push_back("std::copy_n(rt::first(" + part + "), " + count(a) + ", " + buffer(memory[k]) + ");");
      } else if (!a.type.shape.empty()) {
        const std::string view = code.view(a.spelling, memory[k]);
        line(part + " = " + view + ";");
        after.push_back(view + " = " + part + ";");
      } else if (results[k]) {
        code.w_.scalars[results[k]] = part;
      }
    }
    return name;
  }

  std::string text() {
    assign();
    std::vector<std::string> arguments;
    for (std::size_t k = 0; k < callee.arguments.size();) {
      const std::size_t last = end_of(callee.arguments, k);
      const bool is_value = callee.arguments[k].is_operand();
      arguments.push_back(is_value ? value(k, last) : gradient(k, last));
      k = last;
    }
    return "::" + callee.name + "(" + list_text(arguments) + ")";
  }
};

// Declares what a gradient is written to.
std::string Code::gradient(const Foreign::Argument& argument, Value memory, Value result) {
  if (!argument.type.shape.empty()) {
    const int buffer = usage_.buffer_of(memory);
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
  ForeignCall made{*this, v};
  const std::string call = made.text();
  const Foreign& callee = made.callee;
  if (callee.adjoint < 0) {
    w_.lines.line(call + ";");
    for (const std::string& line : made.after) w_.lines.line(line);
    return;
  }
  if (op.type.shape.empty()) return declare(v, {call, op.type.elem});
  write(usage_.buffer_of(v));
  w_.lines.line(view(callee.result_spelling, v) + " = " + call + ";");
}

}  // namespace nndiff::emit
