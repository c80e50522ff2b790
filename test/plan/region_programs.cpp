// Random programs with loops, branches and memory as a file that checks itself.
#include "region_programs.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "emit/core.h"
#include "emit/cuda.h"
#include "emit/names.h"
#include "grad/differentiate.h"
#include "opt/simplify.h"
#include "plan/device.h"
#include "random_regions.h"

namespace test {

using namespace nndiff;

namespace {

std::string list(const std::vector<double>& numbers) {
  std::string text;
  for (double x : numbers) {
    char number[40];
    std::snprintf(number, sizeof number, std::isnan(x) ? "NAN" : "%.17g", x);
    text += (text.empty() ? "" : ", ") + std::string(number);
  }
  return "{" + text + "}";
}

// The call of a core function, and what is compared.
struct Caller {
  const ir::Function& f;
  const RandomProgram& p;
  std::vector<Array> outputs;
  bool on_device;
  std::string text = {}, call = {}, checks = {};

  void check(const std::string& name, std::size_t output) {
    checks += "    check(\"" + name + "\", " + name + ", " + list(outputs[output].data) + ");\n";
  }

  std::size_t output(ir::Output::Role role, int leaf) const {
    for (std::size_t i = 0; i < f.outputs.size(); ++i)
      if (f.outputs[i].role == role && f.outputs[i].leaf == leaf) return i;
    return f.outputs.size();
  }

  void add(const emit::CoreArgument& a) {
    using Role = emit::CoreArgument::Role;
    const auto leaves = ir::leaves(f);
    if (a.role == Role::workspace) {
      call += "ws";
      return;
    }
    if (a.role == Role::dim) {
      call += ", " + std::to_string(p.sizes.find(a.name)->second);
      return;
    }
    const ir::Leaf& leaf = *leaves[static_cast<std::size_t>(a.leaf)];
    const std::vector<double>& data = p.inputs[static_cast<std::size_t>(a.leaf)].data;
    const bool is_gradient = a.role == Role::gradient;
    const bool adds = leaf.type.rank() > 0 && leaf.type.shape[0] == ir::unknown_extent();
    std::string numbers = list(data);
    if (is_gradient) numbers = "(" + std::to_string(data.size()) + ", " + (adds ? "0" : "NAN") + ")";
    const std::string made = "std::vector<" + ir::cpp_name(leaf.type.elem) + ">" + numbers;
    // Tensors are where the function runs, numbers on the host.
    text += "    auto " + a.name + " = " +
            (on_device && leaf.type.rank() > 0 ? "on_device(" + made + ")" : made) + ";\n";
    const bool by_value = leaf.type.rank() == 0 && !is_gradient && !leaf.written;
    call += ", " + a.name + (by_value ? "[0]" : ".data()");
    if (is_gradient) check(a.name, output(ir::Output::Role::gradient, a.leaf));
    const std::size_t left = output(ir::Output::Role::argument, a.leaf);
    if (a.role == Role::leaf && left < f.outputs.size()) check(a.name, left);
  }
};

// The caller's memory has the size it has.
bool grows_an_argument(const plan::Plan& plan) {
  for (std::uint32_t i = 0; i < plan.f.ops.size(); ++i)
    if (plan.f.ops[i].kind == ir::Kind::grow &&
        plan.buffers[static_cast<std::size_t>(plan.memory[i])].place != plan::Buffer::Place::room)
      return true;
  return false;
}

// The text of the core, which refers to `emit::core_name` or `emit::cuda_name`; nothing for programs that the
// target cannot carry out.
std::string core_text(const ir::Function& f, plan::Target target) {
  const plan::Plan plan = plan::plan(f);
  if (grows_an_argument(plan)) return "";
  if (target == plan::Target::cpp) return "namespace {\n" + emit::core(plan) + "}\n";
  if (plan::obstacle_on_device(plan)) return "";
  emit::DeviceCode device;
  const std::string core = emit::cuda_core(device, f, plan::plan(f, {.target = target, .few_rounds = 0}));
  return "namespace {\n" + device.text + core + "}\n";
}

std::string checked_core(const ir::Function& f, const RandomProgram& p, plan::Target target,
                         std::string& calls) {
  const std::string core = core_text(f, target);
  if (core.empty()) return "";
  calls += "  check_" + f.name + "();\n";
  const bool on_device = target == plan::Target::cuda;
  Caller caller{f, p, interpret(f, p.inputs, p.sizes, p.calls), on_device};
  for (const emit::CoreArgument& a : emit::core_arguments(f)) caller.add(a);
  return core + "void check_" + f.name + "() {\n  name = \"" + f.name +
         "\";\n  for (int time = 0; time < 2; ++time) {\n" + caller.text +
         "    const std::size_t before = ws.capacity() + ws.rooms_size();\n    const double value = " +
         (on_device ? emit::cuda_name(f) : emit::core_name(f)) + "(" + caller.call + ");\n" +
         "    if (time > 0 && ws.capacity() + ws.rooms_size() != before) ++failures, std::printf(\"%s "
         "allocates\\n\", name);\n" +
         "    check(\"value\", {value}, " + list(caller.outputs[0].data) + ");\n" + caller.checks +
         "  }\n}\n";
}

// What the generated file is written with.
const char* const helpers = R"(
const char* name = "";
int failures = 0;

void check(const char* output, const std::vector<double>& v, const std::vector<double>& expected) {
  for (std::size_t i = 0; i < v.size(); ++i) {
    const double wanted = i < expected.size() ? expected[i] : 0;
    if (std::abs(v[i] - wanted) <= 1e-9 * (1 + std::abs(wanted))) continue;
    if (std::isnan(v[i]) && std::isnan(wanted)) continue;
    std::printf("%s: %s[%zu] is %.12g, not %.12g\n", name, output, i, v[i], wanted);
    ++failures;
  }
}

)";

}  // namespace

void print_region_checks(int argc, char** argv, plan::Target target, const char* head, const char* tail) {
  constexpr grad::Recompute modes[] = {grad::Recompute::automatic, grad::Recompute::all,
                                       grad::Recompute::none};
  const unsigned long programs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20;
  const unsigned long first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  std::printf("%s%s%s", head, helpers, tail);
  std::string calls;
  for (unsigned long seed = first; seed < first + programs; ++seed) {
    RandomProgram p = random_regions(static_cast<std::uint32_t>(seed), 4 + static_cast<int>(seed % 24));
    p.f.name = p.f.qualified = "p" + std::to_string(seed);
    std::printf("%s\n", checked_core(p.f, p, target, calls).c_str());
    const bool plain = seed % 2 == 0;  // else as the compiler does it
    ir::Function gradient =
        grad::differentiate(plain ? p.f : opt::stabilise(p.f), grad::Mode::value_and_grad, modes[seed % 3]);
    if (!plain) gradient = opt::simplify(std::move(gradient));
    gradient.name = gradient.qualified = "g" + std::to_string(seed);
    std::printf("%s\n", checked_core(gradient, p, target, calls).c_str());
  }
  std::printf(
      "int main() {\n%s  std::printf(\"%%d checked, %%d wrong\\n\", %ld, failures);\n  return failures != "
      "0;\n}\n",
      calls.c_str(), static_cast<long>(std::count(calls.begin(), calls.end(), '\n')));
}

}  // namespace test
