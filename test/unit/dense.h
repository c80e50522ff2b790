// The interpreter's operators on whole tensors.
#ifndef TEST_UNIT_DENSE_H
#define TEST_UNIT_DENSE_H
#include <algorithm>
#include <map>

#include "numbers.h"

namespace test {

namespace ir = nndiff::ir;

using Index = std::vector<std::int64_t>;

inline std::int64_t count(const Index& shape) {
  std::int64_t n = 1;
  for (auto d : shape) n *= d;
  return n;
}

inline Index index_of(std::int64_t flat, const Index& shape) {
  Index out(shape.size());
  for (std::size_t i = shape.size(); i-- > 0;) {
    out[i] = flat % shape[i];
    flat /= shape[i];
  }
  return out;
}

inline std::int64_t flat_of(const Index& index, const Index& shape) {
  std::int64_t flat = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) flat = flat * shape[i] + index[i];
  return flat;
}

// Elements to read, or to fill for a new value.
struct Dense {
  const Index& shape;
  std::vector<Number>& data;
};

inline void each(Dense& out, auto element) {
  for (std::int64_t i = 0; i < count(out.shape); ++i) out.data[i] = element(index_of(i, out.shape));
}

inline Index select(const Index& at, const std::vector<int>& axes) {
  Index out;
  for (int a : axes) out.push_back(at[a]);
  return out;
}

inline Number at(const Dense& x, const Index& index) {
  return x.data[flat_of(index, x.shape)];
}

inline void reduce(const ir::Op& op, const Dense& x, Dense& out) {
  const Number inf = std::numeric_limits<double>::infinity();
  const bool sum = op.reducer == ir::Reducer::sum, max = op.reducer == ir::Reducer::max;
  std::fill(out.data.begin(), out.data.end(), sum ? 0 : max ? -inf : inf);
  for (std::int64_t i = 0; i < count(x.shape); ++i) {
    Index at = index_of(i, x.shape), kept;
    for (std::size_t a = 0; a < at.size(); ++a)
      if (!std::binary_search(op.axes.begin(), op.axes.end(), static_cast<int>(a))) kept.push_back(at[a]);
    Number& o = out.data[flat_of(kept, out.shape)];
    o = sum ? o + x.data[i] : max ? std::max(o, x.data[i]) : std::min(o, x.data[i]);
  }
}

inline void matmul(const ir::Op& op, const Dense& a, const Dense& b, Dense& out) {
  const std::int64_t inner = a.shape[op.trans_a ? 0 : 1];
  each(out, [&](const Index& at) {
    Number sum = 0;
    for (std::int64_t k = 0; k < inner; ++k)
      sum += test::at(a, op.trans_a ? Index{k, at[0]} : Index{at[0], k}) *
             test::at(b, op.trans_b ? Index{at[1], k} : Index{k, at[1]});
    return sum;
  });
}

// Only for rows along `axes`: the sum of exponentials shifted by the maximum.
inline void softmax(const ir::Op& op, const Dense& x, Dense& out) {
  std::map<Index, Number> max, sum;
  auto key = [&](Index at) {
    for (int a : op.axes) at[a] = 0;
    return at;
  };
  for (std::int64_t i = 0; i < count(x.shape); ++i) {
    auto [it, fresh] = max.try_emplace(key(index_of(i, x.shape)), x.data[i]);
    if (!fresh) it->second = std::max(it->second, x.data[i]);
  }
  for (std::int64_t i = 0; i < count(x.shape); ++i) {
    const Index k = key(index_of(i, x.shape));
    sum[k] += std::exp(x.data[i] - max[k]);
  }
  if (op.kind == ir::Kind::logsumexp) {
    std::int64_t i = 0;
    for (const auto& [k, m] : max) out.data[i++] = m + std::log(sum[k]);
    return;
  }
  for (std::int64_t i = 0; i < count(x.shape); ++i) {
    const Index k = key(index_of(i, x.shape));
    const Number z = x.data[i] - max[k];
    out.data[i] = op.kind == ir::Kind::softmax ? std::exp(z) / sum[k] : z - std::log(sum[k]);
  }
}

}  // namespace test

#endif
