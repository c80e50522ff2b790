// Core functions of random programs with loops, branches and memory, as planned and emitted, return what an
// interpreter of the IR does, the second time too, and allocate nothing then.
// RUN: %cxx %s %S/../unit/interpreter.cpp %S/../unit/random_ir.cpp %S/../unit/random_regions.cpp -I%S/../unit %rooms -o %t.gen
// RUN: %t.gen 40 > %t.cpp && %cxx -I%S/../unit -O0 %san %t.cpp %lib -o %t && %t
// RUN: %t.gen 20 1000 > %t.cpp && %clang19 -I%S/../unit -Wno-unused-function %O3 %t.cpp %lib -o %t && %t
// RUN: %t.gen 20 2000 > %t.cpp && %cxx -I%S/../unit %O3 %t.cpp %lib -o %t && %t
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "emit/core.h"
#include "emit/names.h"
#include "grad/differentiate.h"
#include "opt/simplify.h"
#include "random_regions.h"

namespace {

using namespace nndiff;

const char* const head = R"(// Generated.
#include <nn/runtime.h>
#include "called.h"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <vector>

const char* name = "";
int failures = 0;
nn::Workspace ws{2};

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
  const test::RandomProgram& p;
  std::vector<test::Array> outputs;
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
    text += "    std::vector<" + ir::cpp_name(leaf.type.elem) + "> " + a.name + numbers + ";\n";
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

std::string checked_core(const ir::Function& f, const test::RandomProgram& p, std::string& calls) {
  const plan::Plan plan = plan::plan(f);
  if (grows_an_argument(plan)) return "";
  calls += "  check_" + f.name + "();\n";
  Caller caller{f, p, test::interpret(f, p.inputs, p.sizes, p.calls)};
  for (const emit::CoreArgument& a : emit::core_arguments(f)) caller.add(a);
  std::string text = "namespace {\n" + emit::core(plan) + "}\n";
  text += "void check_" + f.name + "() {\n  name = \"" + f.name +
          "\";\n  for (int time = 0; time < 2; ++time) {\n" + caller.text +
          "    const std::size_t before = ws.capacity() + ws.rooms_size();\n    const double value = " +
          emit::core_name(f) + "(" + caller.call + ");\n" +
          "    if (time > 0 && ws.capacity() + ws.rooms_size() != before) ++failures, std::printf(\"%s "
          "allocates\\n\", name);\n" +
          "    check(\"value\", {value}, " + list(caller.outputs[0].data) + ");\n" + caller.checks +
          "  }\n}\n";
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr grad::Recompute modes[] = {grad::Recompute::automatic, grad::Recompute::all,
                                       grad::Recompute::none};
  const unsigned long programs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20;
  const unsigned long first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  std::printf("%s", head);
  std::string calls;
  for (unsigned long seed = first; seed < first + programs; ++seed) {
    test::RandomProgram p =
        test::random_regions(static_cast<std::uint32_t>(seed), 4 + static_cast<int>(seed % 24));
    p.f.name = p.f.qualified = "p" + std::to_string(seed);
    std::printf("%s\n", checked_core(p.f, p, calls).c_str());
    const bool plain = seed % 2 == 0;  // else as the compiler does it
    ir::Function gradient =
        grad::differentiate(plain ? p.f : opt::stabilise(p.f), grad::Mode::value_and_grad, modes[seed % 3]);
    if (!plain) gradient = opt::simplify(std::move(gradient));
    gradient.name = gradient.qualified = "g" + std::to_string(seed);
    std::printf("%s\n", checked_core(gradient, p, calls).c_str());
  }
  std::printf("int main() {\n%s  std::printf(\"%%d wrong\\n\", failures);\n  return failures != 0;\n}\n",
              calls.c_str());
}
