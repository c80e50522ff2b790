// Matrix products of small static sizes: tiles in registers straight from the operands, no packing, no call.
#ifndef NN_RT_GEMM_SMALL_H
#define NN_RT_GEMM_SMALL_H

#include "nn/rt/gemm.h"
#include "nn/rt/lanes.h"

namespace nn::rt {

namespace small {

#if defined(__AVX512F__)
inline constexpr int vector_bytes = 64, registers = 32;
#elif defined(__AVX__)
inline constexpr int vector_bytes = 32, registers = 16;
#else
inline constexpr int vector_bytes = 16, registers = 16;
#endif

// The widest vector for n columns: a power of two.
template <class T>
constexpr int width_for(int n) {
  int w = vector_bytes / static_cast<int>(sizeof(T));
  while (w > n) w /= 2;
  return w;
}

// Rows of a tile that is `vectors` wide: all sums, a row of B and a broadcast element of A stay in registers.
constexpr int tile_rows(int vectors) {
  return (registers - vectors - 1) / vectors;
}

// How many partial sums each sum of a tile is made of: additions that wait for each other take four cycles
// each.
constexpr int partial_sums(int sums, int k) {
  return sums <= 2 && k >= 8 ? 4 : sums <= 4 && k >= 4 ? 2 : 1;
}

// sum += a column of op(A) times a row of B.
template <int R, int C, int W, class T>
NN_LANES_INLINE void add(Vector<T, W> (&sum)[R][C], const T* a, int row, const T* b) {
  Vector<T, W> line[C];
  NN_UNROLL for (int j = 0; j < C; ++j) line[j] = load<W>(b + j * W);
  NN_UNROLL for (int i = 0; i < R; ++i) {
    const Vector<T, W> x = broadcast<W>(a[i * row]);
    NN_UNROLL for (int j = 0; j < C; ++j) sum[i][j] += x * line[j];
  }
}

// All partial sums, added to the first one.
template <class V, int P, int R, int C>
NN_LANES_INLINE void add_up(V (&part)[P][R][C]) {
  NN_UNROLL for (int width = P / 2; width > 0; width /= 2) {
    NN_UNROLL for (int s = 0; s < width; ++s) {
      NN_UNROLL for (int i = 0; i < R; ++i) {
        NN_UNROLL for (int j = 0; j < C; ++j) part[s][i][j] += part[s + width][i][j];
      }
    }
  }
}

// R rows and C vectors of C. op(A)(i, p) is a[i*row + p*column]; B's rows are ldb apart.
template <int R, int C, int W, int K, class T>
NN_LANES_INLINE void tile(const T* a, int row, int column, const T* b, int ldb, T* c, int ldc, T beta) {
  constexpr int partial = partial_sums(R * C, K), whole = K / partial * partial;
  Vector<T, W> part[partial][R][C] = {};
  for (int p = 0; p < whole; p += partial)
    NN_UNROLL for (int s = 0; s < partial; ++s)
        add<R, C, W>(part[s], a + (p + s) * column, row, b + (p + s) * ldb);
  NN_UNROLL for (int s = 0; s < K - whole; ++s)
      add<R, C, W>(part[s], a + (whole + s) * column, row, b + (whole + s) * ldb);
  add_up(part);
  const auto& sum = part[0];
  NN_UNROLL for (int i = 0; i < R; ++i) {
    NN_UNROLL for (int j = 0; j < C; ++j) {
      T* to = c + i * ldc + j * W;
      store<W>(to, beta == 0 ? sum[i][j] : broadcast<W>(beta) * load<W>(to) + sum[i][j]);
    }
  }
}

// C·W columns of the product, in strips of about equally many rows.
template <int M, int K, int C, int W, class T>
NN_LANES_INLINE void strips(const T* a, int row, int column, const T* b, int ldb, T* c, int ldc, T beta) {
  constexpr int count = (M + tile_rows(C) - 1) / tile_rows(C), high = (M + count - 1) / count;
  constexpr int last = M - (M - 1) / high * high;
  for (int i = 0; i + high <= M; i += high)
    tile<high, C, W, K>(a + i * row, row, column, b, ldb, c + i * ldc, ldc, beta);
  if constexpr (last != high) {
    constexpr int i = M - last;
    tile<last, C, W, K>(a + i * row, row, column, b, ldb, c + i * ldc, ldc, beta);
  }
}

// Columns from J on: pairs of the widest vectors, then single ones, ever narrower.
template <int M, int N, int K, int J, class T>
NN_LANES_INLINE void columns(const T* a, int row, int column, const T* b, T* c, T beta) {
  if constexpr (J < N) {
    constexpr int w = width_for<T>(N - J), vectors = N - J >= 2 * w ? 2 : 1, pairs = (N - J) / (vectors * w);
    for (int j = 0; j < pairs; ++j) {
      const int at = J + j * vectors * w;
      strips<M, K, vectors, w>(a, row, column, b + at, N, c + at, N, beta);
    }
    columns<M, N, K, J + pairs * vectors * w>(a, row, column, b, c, beta);
  }
}

// The transpose of [N,K] as [K,N], in squares of whole vectors as far as they go.
template <int N, int K, class T>
NN_LANES_INLINE void transposed(const T* b, T* to) {
  constexpr int w = width_for<T>(N < K ? N : K), n = N / w * w, k = K / w * w;
  for (int j = 0; j < n; j += w) {
    for (int p = 0; p < k; p += w) {
      Vector<T, w> rows[w];
      NN_UNROLL for (int i = 0; i < w; ++i) rows[i] = load<w>(b + (j + i) * K + p);
      transpose<T, w>(rows);
      NN_UNROLL for (int i = 0; i < w; ++i) store<w>(to + (p + i) * N + j, rows[i]);
    }
    for (int p = k; p < K; ++p)
      for (int i = 0; i < w; ++i) to[p * N + j + i] = b[(j + i) * K + p];
  }
  for (int j = n; j < N; ++j)
    for (int p = 0; p < K; ++p) to[p * N + j] = b[j * K + p];
}

}  // namespace small

/// gemm for sizes known when the code is compiled; meant for products of up to about 64 x 64 x 64.
/// Single-threaded; fastest where N is a multiple of the vector's width. A transposed B is turned on the
/// stack first.
template <int M, int N, int K, Trans TA, Trans TB, class T>
inline void gemm_small(const T* __restrict a, const T* __restrict b, T* __restrict c,
                       std::type_identity_t<T> beta = 0) {
  static_assert(M >= 0 && N >= 0 && K >= 0, "nn::rt::gemm_small: sizes must not be negative");
  constexpr int row = TA == Trans::yes ? 1 : K, column = TA == Trans::yes ? M : 1;
  if constexpr (M > 1 && N == 1) {  // a column: as a row, whose vectors are long
    gemm_small<1, M, K, Trans::no, TA == Trans::yes ? Trans::no : Trans::yes>(b, a, c, beta);
  } else if constexpr (M > 0 && N > 0) {
    if constexpr (TB == Trans::yes && K > 1 && N > 1) {
      alignas(64) T turned[K * N];
      small::transposed<N, K>(b, turned);
      small::columns<M, N, K, 0>(a, row, column, turned, c, beta);
    } else {
      small::columns<M, N, K, 0>(a, row, column, b, c, beta);
    }
  }
}

}  // namespace nn::rt

#endif  // NN_RT_GEMM_SMALL_H
