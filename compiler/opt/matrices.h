// Matrix products that are written as loops over elements: which loops, and which matrices.
#ifndef NNDIFF_OPT_MATRICES_H
#define NNDIFF_OPT_MATRICES_H
#include <map>
#include <optional>
#include <set>

#include "ir/function.h"

namespace nndiff::opt {

/// A whole number as a sum of products of values that do not change in a nest of loops, and of counters.
using Terms = std::map<std::vector<ir::Value>, std::int64_t>;

/// Three loops inside each other that sum products of two elements over the rounds of `k`, for each round of
/// `n` and of `j`, which is inside of `n`.
struct Nest {
  ir::Value n, j, k;
  ir::Value first, second;          // the loads that are multiplied
  ir::Value add = {};               // what an array's element is set to, where the sum is one
  std::set<ir::Value> inside = {};  // all that the outermost loop makes
};

/// Elements of a matrix: where it begins, and whether the sum runs over its rows; or a whole array, by its
/// shape.
struct Matrix {
  Terms begin;
  bool by_rows = false;
  ir::Shape whole = {};
};

/// True for a loop that says on entry how often it runs.
bool is_counted(const ir::Function& f, ir::Value loop);

/// The loop, in `outer` and `middle`, as the sum of a number: s + x·y and nothing else.
std::optional<Nest> sum_of_numbers(const ir::Function& f, ir::Value outer, ir::Value middle, ir::Value inner,
                                   const std::set<ir::Value>& inside);

/// The three loops, in whatever order, as sums in the elements of an array: c(n, j) += x·y and nothing else
/// inside of the loop that sums.
std::optional<Nest> sum_of_elements(const ir::Function& f, ir::Value outer, ir::Value middle, ir::Value inner,
                                    const std::set<ir::Value>& inside);

/// The elements that `load` takes in all rounds of `rows` (one of the outer loops; `other` is the other one)
/// and of the loop that sums, without gaps: at begin + row · K + k or begin + k · rows + row.
std::optional<Matrix> matrix_of(const ir::Function& f, const Nest& nest, ir::Value load, ir::Value rows,
                                ir::Value other);

}  // namespace nndiff::opt

#endif
