// Products of sizes, such as strides and byte counts: a number times named sizes.
#ifndef NNDIFF_PLAN_SIZE_H
#define NNDIFF_PLAN_SIZE_H
#include <optional>

#include "ir/function.h"

namespace nndiff::plan {

using ir::Dim;

/// factor times the product of `dims`, which are symbolic and sorted by their text. Kept as a product because
/// a canonical polynomial can outgrow nn::Dim.
struct Size {
  std::int64_t factor = 1;
  std::vector<Dim> dims;

  Size() = default;
  Size(std::int64_t number) : factor(number) {}  // NOLINT: implicit on purpose
  explicit Size(const Dim& dim) { *this *= dim; }

  Size& operator*=(const Dim& dim);
  Size& operator*=(const Size& other);
  bool is_static() const { return dims.empty(); }
  friend bool operator==(const Size&, const Size&) = default;
};

inline Size operator*(Size a, const Size& b) {
  return a *= b;
}

/// The number of elements of a shape.
Size count(const ir::Shape& shape);

/// True where a <= b whatever the named sizes are.
bool never_larger(const Size& a, const Size& b);

/// "4", "N", "4*N*(N + 1)".
std::string to_string(const Size& size);

/// The value when every named size is `nominal`: for cost estimates.
double estimate(const Size& size, double nominal = 256);

}  // namespace nndiff::plan

#endif
