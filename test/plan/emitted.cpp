// Derivatives of random IR programs as a C++ file that checks itself.
#include "emitted.h"

#include <cmath>
#include <cstdio>

#include "emit/core.h"
#include "emit/cuda.h"
#include "emit/names.h"
#include "grad/differentiate.h"
#include "ir/verify.h"
#include "opt/simplify.h"

namespace test {

using namespace nndiff;
using ir::Elem;
using ir::Kind;
using ir::Value;

namespace {

ir::Type changed(ir::Type type, const Variant& variant) {
  if (type.elem == Elem::f64) type.elem = variant.elem;
  if (!variant.fixed) return type;
  for (ir::Dim& d : type.shape) d = ir::Dim{extents({d}, variant.sizes)[0]};
  return type;
}

void change(ir::Function& f, const Variant& variant) {
  for (ir::Op& op : f.ops) {
    op.type = changed(op.type, variant);
    if (op.kind != Kind::size || !variant.fixed) continue;
    op.kind = Kind::constant;
    op.number = static_cast<double>(extents({op.dim}, variant.sizes)[0]);
  }
  for (ir::Param& param : f.params)
    for (ir::Leaf& leaf : param.leaves) leaf.type = changed(leaf.type, variant);
  f.result = changed(f.result, variant);
}

// The last tensor that a program computes before it adds everything up.
Value last_tensor(const ir::Function& f) {
  for (auto it = f.body.ops.rbegin(); it != f.body.ops.rend(); ++it)
    if (f[*it].kind == Kind::map && f[*it].type.rank() > 0 && f[*it].type.elem == Elem::f64) return *it;
  return {};
}

// The same numbers as `numbers` in the text of the generated file.
double input_number(std::uint64_t& state) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<double>(state >> 40) / 16777216.0 * 3 - 1.5;
}

Array input_array(const ir::Type& type, const Sizes& sizes, std::uint64_t& state) {
  Array a{extents(type.shape, sizes), {}};
  std::int64_t n = 1;
  for (std::int64_t d : a.shape) n *= d;
  for (std::int64_t i = 0; i < n; ++i) {
    const double x = input_number(state);
    a.data.push_back(type.elem == Elem::i32 ? static_cast<double>(x > 0) : x);
  }
  return a;
}

std::string number(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", x);
  return std::isnan(x) ? "NAN" : std::isinf(x) ? (x > 0 ? "INFINITY" : "-INFINITY") : text;
}

// Two numbers that stand for an array: a weighted sum, and the sum of magnitudes.
std::string digest(const Array& a) {
  double sum = 0, magnitude = 0;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    sum += a.data[i] * (1 + static_cast<double>(i % 7) / 7);
    magnitude += std::abs(a.data[i]);
  }
  return number(sum) + ", " + number(magnitude);
}

struct Caller {
  const ir::Function& f;
  const Variant& variant;
  std::string text = {}, call = {};
  std::string checks = {};
  std::vector<Array> inputs = {}, outputs = {};
  std::uint64_t state = 1;

  // Tensors are where the function runs, numbers on the host.
  std::string placed(const ir::Type& type, const std::string& numbers) const {
    const bool on_device = variant.options.target == plan::Target::cuda && type.rank() > 0;
    return on_device ? "on_device(" + numbers + ")" : numbers;
  }

  void add_input(const emit::CoreArgument& a, const ir::Type& type) {
    inputs.push_back(input_array(type, variant.sizes, state));
    const std::string size = std::to_string(inputs.back().data.size());
    const std::string numbers = "numbers<" + ir::cpp_name(type.elem) + ">(" + size + ", state)";
    text += "  const auto " + a.name + " = " + placed(type, numbers) + ";\n";
    call += type.rank() == 0 ? ", " + a.name + "[0]" : ", " + a.name + ".data()";
  }

  void add_output(const emit::CoreArgument& a, std::size_t output) {
    const ir::Type& type = f[f.body.yields[output]].type;
    const std::string elem = ir::cpp_name(type.elem), size = std::to_string(outputs[output].data.size());
    text += "  auto " + a.name + " = " + placed(type, "std::vector<" + elem + ">(" + size + ", NAN)") + ";\n";
    call += ", " + a.name + ".data()";
    checks += "  check(\"" + a.name + "\", " + a.name + ", " + digest(outputs[output]) + ");\n";
  }

  void add(const emit::CoreArgument& a, std::size_t& gradient) {
    using Role = emit::CoreArgument::Role;
    const std::vector<const ir::Leaf*> leaves = ir::leaves(f);
    switch (a.role) {
      case Role::workspace:
        call += "ws";
        return;
      case Role::dim:
        call += ", " + std::to_string(variant.sizes.find(a.name)->second);
        return;
      case Role::leaf:
        return add_input(a, leaves[a.leaf]->type);
      case Role::upstream:
        return add_input(a, f[*f.upstream].type);
      case Role::value:
        return add_output(a, 0);
      case Role::gradient:
        return add_output(a, gradient++);
    }
  }
};

}  // namespace

ir::Function derivative(const RandomProgram& p, const Variant& variant, const std::string& name) {
  ir::Function f = p.f;
  f.name = f.qualified = name;
  if (variant.vjp) {
    const Value v = last_tensor(f);
    if (!v) return {};
    f.body.yields = {v};
    f.result = f[v].type;
  }
  change(f, variant);
  const auto mode = variant.vjp ? grad::Mode::vjp : grad::Mode::value_and_grad;
  f = opt::simplify(grad::differentiate(opt::stabilise(f), mode));
  ir::verify(f, "derivative");
  return f;
}

namespace {

std::string core_text(const plan::Plan& plan, plan::Target target) {
  if (target == plan::Target::cpp) return "namespace {\n" + emit::core(plan) + "}\n";
  emit::DeviceCode device;
  const std::string core = emit::cuda_core(device, {}, plan);
  return "namespace {\n" + device.text + core + "}\n";
}

}  // namespace

std::string checked_core(const ir::Function& f, const Variant& variant) {
  const plan::Plan plan = plan::plan(f, variant.options);
  Caller caller{f, variant};
  // Inputs first: outputs are what the interpreter makes of them.
  std::uint64_t state = 1;
  std::vector<Array> inputs;
  for (const ir::Leaf* leaf : ir::leaves(f)) inputs.push_back(input_array(leaf->type, variant.sizes, state));
  if (f.upstream) inputs.push_back(input_array(f[*f.upstream].type, variant.sizes, state));
  caller.outputs = interpret(f, inputs, variant.sizes);
  std::size_t gradient = 1;
  for (const emit::CoreArgument& a : emit::core_arguments(f)) caller.add(a, gradient);
  const bool returns = f.result.rank() == 0;
  const std::string type = ir::cpp_name(f.result.elem);
  std::string text = core_text(plan, variant.options.target);
  text += "void check_" + f.name + "() {\n  name = \"" + f.name + "\";\n  std::uint64_t state = 1;\n" +
          caller.text;
  const bool on_device = variant.options.target == plan::Target::cuda;
  const std::string call = (on_device ? emit::cuda_name(f) : emit::core_name(f)) + "(" + caller.call + ")";
  text += returns ? "  const std::vector<" + type + "> result(1, " + call + ");\n" : "  " + call + ";\n";
  if (returns) text += "  check(\"result\", result, " + digest(caller.outputs[0]) + ");\n";
  return text + caller.checks + "}\n";
}

}  // namespace test
