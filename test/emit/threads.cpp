// Independent rounds of statements are shared out over threads where that pays: sums in parts of one order,
// what a round has for itself on the thread's stack.
// RUN: nn-diff %s --print=cpp | FileCheck %s
// RUN: nn-diff %s --print=plan | FileCheck %s --check-prefix=PLAN
#include <nn/nn.h>

#include <cmath>
#include <vector>

NN_DIFF()
double summed(const double* x, int n, double a) {
  double s = a;
  for (int i = 0; i < n; ++i) s += std::exp(a * x[i]);
  return s;
}
// CHECK-LABEL: double summed_value_and_grad(
// CHECK: double [[S:s[_0-9]*]] = a;
// CHECK-NEXT: const int [[COUNT:chunk_count]] = rt::chunks([[N:[a-z_0-9]+]], [[WORK:[1-9][0-9]+]]);
// CHECK-NEXT: double [[PARTS:s[_0-9]*_parts]][rt::max_chunks];
// CHECK-NEXT: rt::each_chunk(ws, [[N]], [[COUNT]], [](std::int64_t begin, std::int64_t end, int chunk,
// CHECK: double* __restrict [[PARTS]], const double* __restrict x,
// CHECK: double [[PART:s[_0-9]*_part]] = 0;
// CHECK-NEXT: NN_INDEPENDENT
// CHECK-NEXT: for (std::int64_t i = begin; i < end; ++i) {
// CHECK: nn::math::exp(
// CHECK: [[PART]] +=
// CHECK: [[PARTS]][chunk] = [[PART]];
// CHECK-NEXT: }, [[PARTS]], x,
// CHECK-NEXT: for (int chunk = 0; chunk < [[COUNT]]; ++chunk)
// CHECK-NEXT: [[S]] += [[PARTS]][chunk];
// PLAN-LABEL: plan of summed
// PLAN: forward loop in threads of threads.cpp:13
// PLAN: backward loop of threads.cpp:13

// Without a sum; memory of a round's own; work that depends on sizes.
NN_DIFF()
double own_memory(const std::vector<double>& x, int k, double a) {
  std::vector<double> y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    double h[3] = {x[i], x[i] * a, 1};
    for (int j = 0; j < k; ++j) h[j % 3] = std::tanh(h[j % 3] + a * h[(j + 1) % 3]);
    y[i] = h[0] * h[1] + h[2];
  }
  return y.empty() ? a : y.front() * y.back();
}
// CHECK-LABEL: double own_memory_value_and_grad(
// CHECK-NOT: double h[3]
// CHECK: rt::each_row(ws, {{[a-z_0-9]+}}, {{[1-9][0-9]*}} * [[K:[a-z_0-9]+]] + {{[1-9][0-9]*}}, [](std::int64_t begin, std::int64_t end,
// CHECK: {{^}}    double h[3];
// CHECK-NEXT: for (std::int64_t i = begin; i < end; ++i) {
// CHECK: h[0] =
// CHECK: for (std::int64_t j = 0; j < [[K]]; ++j) {
// PLAN-LABEL: plan of own_memory
// PLAN: forward loop in threads of
// PLAN: local

// Too little to do: what memory delivers, what a constant number of rounds does, and what is done again and
// again.
NN_DIFF()
double little(const double* x, double* y, int n, double a) {
  for (int i = 0; i < n; ++i) y[i] = a * x[i];
  double s = 0;
  for (int i = 0; i < 100; ++i) s += std::exp(a * x[0] * i);
  for (int t = 0; t < n; ++t) {
    double u = 0;
    for (int i = 0; i < n; ++i) u += std::sin(s * y[i]);
    s = u;
  }
  return s;
}
// CHECK-LABEL: double little_value_and_grad(
// CHECK-NOT: rt::each_
// CHECK: {{^}}}

// Each round needs the one before it.
NN_DIFF()
double chained(const double* x, int n, double a) {
  double s = 0;
  for (int i = 0; i < n; ++i) s = std::tanh(s * a + x[i]);
  return s;
}
// CHECK-LABEL: double chained_value_and_grad(
// CHECK-NOT: rt::each_
// CHECK: {{^}}}
