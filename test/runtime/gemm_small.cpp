// The unrolled products of small static sizes agree with the textbook sum, at every optimisation level and
// vector width.
// RUN: %cxx %san %s -o %t && %t
// RUN: %cxx %O3 %s -o %t && %t
// RUN: %clang14 -O0 %s -o %t && %t
// RUN: %clang19 -O3 -mavx2 -mfma %s -o %t && %t
#include <limits>
#include <vector>

#include "check.h"
#include "nn/rt/gemm_small.h"

using nn::rt::Trans;

template <int M, int N, int K, Trans TA, Trans TB, class T>
void test() {
  std::vector<T> a(M * K), b(K * N),
      c(M * N, std::numeric_limits<T>::quiet_NaN());  // integers: sums are exact
  for (int i = 0; i < M * K; ++i) a[i] = T(i * 7 % 13 - 6);
  for (int i = 0; i < K * N; ++i) b[i] = T(i * 5 % 11 - 5);
  nn::rt::gemm_small<M, N, K, TA, TB>(a.data(), b.data(), c.data());
  std::vector<T> sum = c;
  nn::rt::gemm_small<M, N, K, TA, TB>(a.data(), b.data(), sum.data(), T(2));
  bool right = true;
  for (int i = 0; i < M; ++i)
    for (int j = 0; j < N; ++j) {
      T expected = 0;
      for (int p = 0; p < K; ++p)
        expected += a[TA == Trans::yes ? p * M + i : i * K + p] * b[TB == Trans::yes ? j * K + p : p * N + j];
      right = right && c[i * N + j] == expected && sum[i * N + j] == 3 * expected;
    }
  check(M * N == 0 || right, std::to_string(M) + "," + std::to_string(N) + "," + std::to_string(K));
}

template <int M, int N, int K, class T>
void test_size() {
  test<M, N, K, Trans::no, Trans::no, T>();
  test<M, N, K, Trans::no, Trans::yes, T>();
  test<M, N, K, Trans::yes, Trans::no, T>();
  test<M, N, K, Trans::yes, Trans::yes, T>();
}

int main() {
  test_size<8, 8, 8, float>();
  test_size<8, 8, 8, double>();
  test_size<4, 8, 2, float>();
  test_size<1, 1, 1, float>();
  test_size<3, 4, 0, float>();
  test_size<0, 4, 3, float>();
  test_size<9, 20, 17, float>();
  test_size<5, 1, 9, double>();
  test_size<4, 1, 8, float>();
  test_size<40, 1, 1, float>();
  test_size<1, 40, 37, float>();
  test_size<2, 1, 0, float>();
  test_size<7, 5, 3, double>();
}
