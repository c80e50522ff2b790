// Lifts a model file and runs each function's IR on made-up inputs; native.h computes the same natively.
#include <cstdint>
#include <cstdio>
#include <exception>

#include "../unit/interpreter.h"
#include "frontend/diagnostics.h"
#include "frontend/lift.h"
#include "ir/linear.h"
#include "ir/verify.h"
#include "made_up.h"

using namespace nndiff;

namespace {

test::Sizes sizes_of(const ir::Function& f) {
  test::Sizes sizes;
  for (const ir::Leaf* leaf : ir::leaves(f))
    for (const ir::Dim& dim : leaf->type.shape)
      dim.for_each_name([&](std::string_view name) { sizes[std::string(name)] = made_up::named_size; });
  return sizes;
}

test::Array make(const ir::Leaf& leaf, const test::Sizes& sizes, made_up::Numbers& numbers) {
  test::Array array;
  for (const ir::Dim& dim : leaf.type.shape)
    array.shape.push_back(dim == ir::unknown_extent() ? made_up::unknown_size
                                                      : test::extents({dim}, sizes)[0]);
  std::int64_t count = 1;
  for (const std::int64_t n : array.shape) count *= n;
  for (std::int64_t i = 0; i < count; ++i) {
    if (ir::is_floating(leaf.type.elem))
      array.data.push_back(numbers.real());
    else
      array.data.push_back(static_cast<double>(leaf.type.elem == ir::Elem::boolean ? numbers.integer() % 2
                                                                                   : numbers.integer()));
  }
  return array;
}

void run(const ir::Function& f) {
  ir::verify(f, "lift");
  ir::verify_linear(f, "lift");
  const test::Sizes sizes = sizes_of(f);
  for (int round = 0; round < made_up::rounds; ++round) {
    made_up::Numbers numbers(round);
    std::vector<test::Array> inputs;
    for (const ir::Leaf* leaf : ir::leaves(f)) inputs.push_back(make(*leaf, sizes, numbers));
    std::printf("%s %d", f.name.c_str(), round);
    for (const test::Array& output : test::interpret(f, inputs, sizes))
      for (const double x : output.data) std::printf(" %.17g", x);
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  frontend::Options options;
  options.file = argv[1];
  options.executable = argv[0];
  const frontend::Result result = frontend::lift(options);
  std::fputs((result.clang_messages + frontend::to_text(result.diagnostics)).c_str(), stderr);
  if (result.failed) return 1;
  int status = 0;
  for (const frontend::Lifted& one : result.functions) {
    try {
      run(one.function);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s: %s\n", one.function.name.c_str(), error.what());
      status = 1;
    }
  }
  return status;
}
