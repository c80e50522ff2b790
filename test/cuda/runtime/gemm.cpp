// Products with everything that may follow them agree with plain loops, by cublasLt's epilogues and by our
// kernels, and give the same bits each time.
// RUN: %emulated -O2 %s %cuda_runtime -o %t && %t && env NN_EMULATION_SEED=3 %t
#include <cublasLt.h>
#include <nn/random.h>
#include <nn/rt/cuda_call.h>

#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>
#include <vector>

#include "device_test.h"

namespace cuda = nn::rt::cuda;
using nn::rt::Trans;

namespace {

struct Extra {
  double beta = 0;
  bool bias = false, relu = false, mask_out = false, mask_in = false, column_sums = false;
  bool gelu = false, gelu_out = false, gelu_in = false;
};

template <class T>
struct Problem {
  Trans ta, tb;
  std::int64_t m, n, k;
  nn::Tensor<T, N> a, b, c, bias, gelu;
  nn::Tensor<std::int32_t, N> mask;

  Problem(Trans ta_, Trans tb_, std::int64_t m_, std::int64_t n_, std::int64_t k_)
      : ta(ta_),
        tb(tb_),
        m(m_),
        n(n_),
        k(k_),
        a(m * k),
        b(k * n),
        c(m * n),
        bias(n),
        gelu(m * n),
        mask(m * cuda::mask_words(n)) {
    number(a), number(b, 2), number(c, 3), number(bias, 4), number(gelu, 5);
    for (std::int64_t i = 0; i < mask.size(); ++i)
      mask(i) = static_cast<std::int32_t>(nn::Philox{7}.uint32(static_cast<std::uint64_t>(i)));
  }
};

template <class T>
struct Result {
  nn::Tensor<T, N> c, sums, gelu;
  nn::Tensor<std::int32_t, N> mask;
};

double gelu(double x) {
  return x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x))) / 2;
}

bool bit(const nn::Tensor<std::int32_t, N>& mask, std::int64_t n, std::int64_t i, std::int64_t j) {
  return static_cast<std::uint32_t>(mask(i * cuda::mask_words(n) + j / 32)) >> (j % 32) & 1;
}

template <class T>
Result<T> by_loops(const Problem<T>& p, const Extra& extra) {
  Result<T> r{p.c, nn::Tensor<T, N>(p.n), p.gelu, p.mask};
  std::vector<double> sums(static_cast<std::size_t>(p.n));
  for (std::int64_t i = 0; i < p.m; ++i)
    for (std::int64_t j = 0; j < p.n; ++j) {
      double x = extra.beta * p.c(i * p.n + j);
      for (std::int64_t l = 0; l < p.k; ++l)
        x += double{p.ta == Trans::yes ? p.a(l * p.m + i) : p.a(i * p.k + l)} *
             (p.tb == Trans::yes ? p.b(j * p.k + l) : p.b(l * p.n + j));
      if (extra.bias) x += p.bias(j);
      if (extra.relu && !(x > 0)) x = 0;
      if (extra.gelu_out) r.gelu(i * p.n + j) = static_cast<T>(x);
      if (extra.gelu) x = gelu(x);
      const double at = p.gelu(i * p.n + j), step = 1e-6;
      if (extra.gelu_in) x *= (gelu(at + step) - gelu(at - step)) / (2 * step);
      if (extra.mask_in && !bit(p.mask, p.n, i, j)) x = 0;
      r.c(i * p.n + j) = static_cast<T>(x);
      sums[static_cast<std::size_t>(j)] += x;
    }
  for (std::int64_t j = 0; j < p.n; ++j) r.sums(j) = static_cast<T>(sums[static_cast<std::size_t>(j)]);
  return r;
}

template <class T>
Result<T> on_device(nn::Workspace& ws, const Problem<T>& p, const Extra& extra) {
  const nn::Device gpu = nn::cuda();
  const auto a = nn::to(gpu, p.a), b = nn::to(gpu, p.b), bias = nn::to(gpu, p.bias);
  auto c = nn::to(gpu, p.c), sums = nn::to(gpu, p.bias), operand = nn::to(gpu, p.gelu);
  auto mask = nn::to(gpu, p.mask);
  auto* const bits = reinterpret_cast<std::uint32_t*>(mask.device_data());
  cuda::Products<T> products;
  products.beta = static_cast<T>(extra.beta);
  products.bias = extra.bias ? bias.device_data() : nullptr;
  products.relu = extra.relu;
  products.gelu = extra.gelu;
  products.gelu_out = extra.gelu_out ? operand.device_data() : nullptr;
  products.gelu_in = extra.gelu_in ? operand.device_data() : nullptr;
  products.mask_out = extra.mask_out ? bits : nullptr;
  products.mask_in = extra.mask_in ? bits : nullptr;
  products.column_sums = extra.column_sums ? sums.device_data() : nullptr;
  cuda::Call call(ws);
  cuda::gemm<T>(call, p.ta, p.tb, p.m, p.n, p.k, a.device_data(), b.device_data(), c.device_data(), products);
  ws.synchronize();
  return {on_host(c), on_host(sums), on_host(operand), on_host(mask)};
}

template <class T>
void compare(const Problem<T>& p, const Extra& extra, const Result<T>& got) {
  const Result<T> expected = by_loops(p, extra);
  const double tolerance =
      sizeof(T) == 8 ? (extra.gelu_in ? 1e-8 : 1e-13) : 2e-6 * static_cast<double>(p.k + p.m + 1);
  all_near(got.c, expected.c, tolerance);
  if (extra.column_sums) all_near(got.sums, expected.sums, tolerance);
  all_near(got.gelu, expected.gelu, tolerance);
  if (!extra.mask_out) return;
  for (std::int64_t i = 0; i < p.m; ++i)
    for (std::int64_t j = 0; j < p.n; ++j)
      if (!check(bit(got.mask, p.n, i, j) == (got.c(i * p.n + j) > 0), "(mask)")) return;
}

const std::vector<Extra> extras = {
    {},
    {.beta = 1},
    {.bias = true},
    {.beta = 0.5, .bias = true},
    {.relu = true},
    {.bias = true, .relu = true},
    {.relu = true, .mask_out = true},
    {.bias = true, .relu = true, .mask_out = true},
    {.mask_in = true},
    {.mask_in = true, .column_sums = true},
    {.column_sums = true},
    {.bias = true, .relu = true, .mask_out = true, .column_sums = true},
    {.bias = true, .mask_in = true},
    {.gelu = true},
    {.bias = true, .gelu = true},
    {.beta = 1, .gelu = true, .gelu_out = true},
    {.bias = true, .gelu = true, .gelu_out = true},
    {.gelu_in = true},
    {.column_sums = true, .gelu_in = true},
    {.bias = true, .gelu = true, .gelu_in = true},
};

template <class T>
void test_all(std::int64_t m, std::int64_t n, std::int64_t k) {
  nn::Workspace ws(nn::cuda());
  for (const Trans ta : {Trans::no, Trans::yes})
    for (const Trans tb : {Trans::no, Trans::yes}) {
      const Problem<T> p(ta, tb, m, n, k);
      for (const Extra& extra : extras) {
        const Result<T> once = on_device(ws, p, extra), again = on_device(ws, p, extra);
        compare(p, extra, once);
        check(std::memcmp(once.c.data(), again.c.data(), static_cast<std::size_t>(m * n) * sizeof(T)) == 0 &&
                  std::memcmp(once.sums.data(), again.sums.data(), static_cast<std::size_t>(n) * sizeof(T)) ==
                      0,
              "(bits differ)");
      }
    }
}

#ifdef NN_CUDA_EMULATION
// The heuristic is asked once for a shape, and what it refuses our kernels do.
void test_plans() {
  nn::Workspace ws(nn::cuda());
  const Problem<float> p(Trans::no, Trans::no, 9, 140, 7), eights(Trans::no, Trans::no, 9, 136, 7);
  const Extra extra{.bias = true, .relu = true, .mask_out = true};
  nn_emulation::reset_counters();
  compare(p, extra, on_device(ws, p, extra));
  compare(p, extra, on_device(ws, p, extra));
  check(nn_emulation::calls("cublasLtMatmulAlgoGetHeuristic") == 1);
  check(nn_emulation::counters().library_calls == 2 && nn_emulation::counters().launches == 0);

  for (const Extra& refused : extras) {
    nn::Workspace other(nn::cuda());
    const Problem<float>& q = refused.gelu || refused.gelu_in ? eights : p;
    const bool is_backward = refused.mask_in || refused.gelu_in;
    const bool has_epilogue = is_backward ? !refused.bias : !refused.column_sums;
    if (!has_epilogue || (!refused.bias && !refused.relu && !refused.gelu && !is_backward)) continue;
    nn_emulation::fail_next_library("cublasLtMatmulAlgoGetHeuristic", CUBLAS_STATUS_NOT_SUPPORTED);
    nn_emulation::reset_counters();
    compare(q, refused, on_device(other, q, refused));
    check(nn_emulation::calls("cublasLtMatmulAlgoGetHeuristic") == 2);  // refused, then the plain product
    check(nn_emulation::counters().launches == (refused.column_sums ? 2 : 1));
  }
}

#endif

void test_edges() {
  for (const Extra& extra : extras) {
    nn::Workspace ws(nn::cuda());
    for (const auto& [m, n, k] : {std::array<std::int64_t, 3>{0, 3, 2}, {3, 0, 2}, {2, 3, 0}, {0, 0, 0}}) {
      const Problem<float> p(Trans::no, Trans::yes, m, n, k);
      compare(p, extra, on_device(ws, p, extra));
    }
  }
  nn::Workspace ws(nn::cuda());
  cuda::Call call(ws);
  throws<nn::Error>(
      [&] { cuda::gemm<float>(call, Trans::no, Trans::no, 2, -1, 3, nullptr, nullptr, nullptr); },
      "m = 2, n = -1, k = 3 must not be negative");
}

// Less precise products are asked for by the workspace, and only for float.
void test_precision() {
  nn::Workspace ws(nn::cuda());
  const Problem<float> p(Trans::no, Trans::no, 8, 16, 32);
  const Problem<double> q(Trans::no, Trans::no, 8, 16, 32);
  for (const nn::Precision precision : {nn::Precision::float32, nn::Precision::tf32, nn::Precision::bf16}) {
    ws.set_precision(precision);
    const Result<float> got = on_device(ws, p, {}), exact = by_loops(p, {});
    all_near(got.c, exact.c, precision == nn::Precision::bf16 ? 0.05 : 1e-4);
    compare(q, {}, on_device(ws, q, {}));
  }
}

}  // namespace

int main() {
  test_all<float>(5, 3, 4);
  test_all<float>(33, 130, 17);
  test_all<float>(1, 1, 1);
  test_all<float>(6, 24, 5);
  test_all<double>(7, 40, 9);
#ifdef NN_CUDA_EMULATION
  test_plans();
#endif
  test_edges();
  test_precision();
  no_leaks();
}
