// Derivatives of random IR programs as a C++ file that checks itself.
#include "emitted.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

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
      case Role::tangent:
        ir::bug("a core function of reverse mode has no tangents");
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

namespace {

// What the generated file is written with.
const char* const helpers = R"(
const char* name = "";
int failures = 0;

template <class T>
std::vector<T> numbers(std::size_t n, std::uint64_t& state) {
  std::vector<T> v(n);
  for (T& x : v) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const double number = static_cast<double>(state >> 40) / 16777216.0 * 3 - 1.5;
    x = static_cast<T>(std::is_integral_v<T> ? number > 0 : number);
  }
  return v;
}

template <class T>
void check(const char* output, const std::vector<T>& v, double expected, double expected_magnitude) {
  double sum = 0, magnitude = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    sum += static_cast<double>(v[i]) * (1 + static_cast<double>(i % 7) / 7);
    magnitude += std::abs(static_cast<double>(v[i]));
  }
  const double tolerance = (sizeof(T) == 4 ? 1e-3 : 1e-9) * (1 + expected_magnitude);
  const bool same = std::isnan(expected) || std::isinf(expected) ? !std::isfinite(sum)
                                                                 : std::abs(sum - expected) <= tolerance;
  if (same) return;
  std::printf("%s: %s sums to %.12g (%.6g), not %.12g (%.6g)\n", name, output, sum, magnitude, expected,
              expected_magnitude);
  ++failures;
}

)";

// Program number `seed` in every mode; returns the calls of its checks.
std::string print_program(unsigned long seed, plan::Target target) {
  using plan::Recompute;
  const RandomProgram p = random_program(static_cast<std::uint32_t>(seed), 2 + static_cast<int>(seed % 14));
  const Sizes sizes[] = {p.sizes, {{"N", 0}, {"M", 2}}, {{"N", 70}, {"M", 37}}};
  const plan::Options modes[] = {
      {}, {.recompute = Recompute::all}, {.recompute = Recompute::none}, {.budget = 64}};
  std::string calls;
  for (unsigned long number = 0; number < std::size(modes); ++number) {
    Variant variant;
    variant.options = modes[number];
    variant.options.target = target;
    variant.sizes = sizes[(seed + number) % 3];
    variant.fixed = (seed / 3) % 2 == 0;
    variant.vjp = (seed / 6) % 3 == 0;
    variant.elem = (seed / 2) % 4 == 0 ? Elem::f32 : Elem::f64;
    const std::string name = "p" + std::to_string(seed) + "_" + std::to_string(number);
    const ir::Function f = derivative(p, variant, name);
    if (f.ops.empty()) continue;
    std::printf("%s\n", checked_core(f, variant).c_str());
    calls += "  check_" + name + "();\n";
  }
  return calls;
}

}  // namespace

void print_checks(int argc, char** argv, plan::Target target, const char* head, const char* tail) {
  const unsigned long programs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20;
  const unsigned long first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  std::printf("%s%s%s", head, helpers, tail);
  std::string calls;
  for (unsigned long seed = first; seed < first + programs; ++seed) calls += print_program(seed, target);
  std::printf("int main() {\n%s  std::printf(\"%%d wrong\\n\", failures);\n  return failures != 0;\n}\n",
              calls.c_str());
}

}  // namespace test
