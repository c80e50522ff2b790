// A plain evaluator of the IR in double precision: the reference that transforms and emitters are tested
// against.
#ifndef TEST_UNIT_INTERPRETER_H
#define TEST_UNIT_INTERPRETER_H
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ir/function.h"

namespace test {

/// A value's elements, row-major; booleans and integers are held as doubles too.
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<double> data;
};

/// The run-time sizes by name.
using Sizes = std::map<std::string, std::int64_t, std::less<>>;

/// The extents of `shape` for these sizes.
std::vector<std::int64_t> extents(const nndiff::ir::Shape& shape, const Sizes& sizes);

/// What `f` yields for `inputs` (by Kind::input's index).
std::vector<Array> interpret(const nndiff::ir::Function& f, const std::vector<Array>& inputs,
                             const Sizes& sizes);

}  // namespace test

#endif
