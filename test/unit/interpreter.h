// A plain evaluator of the IR in double precision: the reference that transforms and emitters are tested
// against.
#ifndef TEST_UNIT_INTERPRETER_H
#define TEST_UNIT_INTERPRETER_H
#include <cstdint>
#include <functional>
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

/// What running a function gave and cost.
struct Run {
  std::vector<Array> outputs;
  std::int64_t work = 0;    // elements computed and moved, at least one an operation
  std::int64_t memory = 0;  // elements that memory was made for by alloc, copy and grow
};

/// The functions that Kind::foreign calls, by their names: from the operands to what is returned, or to what
/// is left in the gradients, in the order of the arguments.
using Calls = std::map<std::string, std::function<std::vector<Array>(const std::vector<Array>&)>>;

/// Runs `f` for `inputs` (by Kind::input's index), integers exactly. Throws where the program breaks a law
/// that only shows when it runs: memory read after it was overwritten, an index out of range, a decision
/// that depends on memory never written. What has not been written is NaN, but for memory of unknown extent
/// that starts as a copy of a constant: it is the caller's and reaches as far as it is used.
Run execute(const nndiff::ir::Function& f, const std::vector<Array>& inputs, const Sizes& sizes,
            const Calls& calls = {});

/// What `f` yields, alone.
inline std::vector<Array> interpret(const nndiff::ir::Function& f, const std::vector<Array>& inputs,
                                    const Sizes& sizes, const Calls& calls = {}) {
  return execute(f, inputs, sizes, calls).outputs;
}

}  // namespace test

#endif
