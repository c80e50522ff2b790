// Products of sizes, such as strides and byte counts.
#include "plan/size.h"

#include <algorithm>

namespace nndiff::plan {

Size& Size::operator*=(const Dim& dim) {
  if (dim.is_static()) {
    factor *= dim.value;
    return *this;
  }
  const auto before = [](const Dim& a, const Dim& b) { return a.name() < b.name(); };
  dims.insert(std::upper_bound(dims.begin(), dims.end(), dim, before), dim);
  return *this;
}

Size& Size::operator*=(const Size& other) {
  factor *= other.factor;
  const std::vector<Dim> factors = other.dims;  // a copy: `other` may be *this
  for (const Dim& dim : factors) *this *= dim;
  return *this;
}

Size count(const ir::Shape& shape) {
  Size size;
  for (const Dim& dim : shape) size *= dim;
  return size;
}

bool never_larger(const Size& a, const Size& b) {
  if (a.factor == 0) return true;
  return a.dims == b.dims && a.factor <= b.factor;
}

std::string to_string(const Size& size) {
  std::string out = size.factor == 1 && !size.dims.empty() ? "" : std::to_string(size.factor);
  for (const Dim& d : size.dims) {
    if (!out.empty()) out += "*";
    out += d.is_name() ? d.text() : "(" + d.text() + ")";
  }
  return out;
}

double estimate(const Size& size, double nominal) {
  double value = static_cast<double>(size.factor);
  for (const Dim& dim : size.dims) {
    const std::int64_t number = static_cast<std::int64_t>(nominal);
    try {
      value *= static_cast<double>(dim.eval([&](std::string_view) { return number; }));
    } catch (const nn::DimError&) {
      value *= nominal;
    }
  }
  return value;
}

}  // namespace nndiff::plan
