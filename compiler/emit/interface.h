// What the arguments of a function have to satisfy at run time, and how generated code spells their types.
#ifndef NNDIFF_EMIT_INTERFACE_H
#define NNDIFF_EMIT_INTERFACE_H
#include <set>
#include <string>
#include <vector>

#include "ir/function.h"

namespace nndiff::emit {

/// The name number `index` in the shape of leaf `leaf` (in order of first appearance there) is the named size
/// `name`.
struct NamedSize {
  std::string name;
  int leaf = 0;
  int index = 0;
};

/// Integers that select one of `classes`: those of a leaf, or a constant where leaf is -1. `shift` is added
/// to them.
struct Labels {
  int leaf = -1;
  std::int64_t shift = 0;
  ir::Dim classes{1};
  friend bool operator==(const Labels&, const Labels&) = default;
};

/// Everything that the boundary of a function has to check.
struct Interface {
  std::vector<NamedSize> sizes;  // every place, leaf by leaf: the first one of a name defines it
  std::vector<Labels> labels;
  std::vector<ir::Dim> not_negative;  // sizes inside the function that a subtraction could make negative
  std::vector<ir::Dim> not_zero;      // sizes that others are divided by
  std::set<std::string, std::less<>> bound = {};  // names of sizes that the function computes
};

/// Finds what to check. Throws ir::Refusal where class indices do not come from an argument, so that nothing
/// could check them, and where the function has a named size that no argument has.
Interface interface_of(const ir::Function& primal);

/// The names in a shape, in order of first appearance.
std::vector<std::string> names_in(const ir::Shape& shape);

/// `nn::Tensor<float, nn::Dim{"N"}, 784>`, or `float` for a scalar.
std::string type_text(const ir::Type& type);

/// A type as the frontend spells it, with `::` before each name at global scope: generated code stands in
/// namespace nn, where the user's names could mean something else.
std::string global_type(const std::string& type);

}  // namespace nndiff::emit

#endif
