// The kernels of kernels.h written once in vector extensions; kernels_avx512.cpp and its like compile them,
// each with its own NN_ISA (a namespace), NN_VECTOR_BYTES, NN_TILE_ROWS and target options. Nothing of the
// standard library may be instantiated here: it would be compiled for this target and could end up in the
// whole program.
#ifndef NN_ISA
#error "include from a kernels_*.cpp, after defining NN_ISA, NN_VECTOR_BYTES and NN_TILE_ROWS"
#endif

#include "nn/rt/lanes.h"

namespace nn::rt::NN_ISA {
namespace {

using std::int64_t;

template <class T>
inline constexpr int lanes = NN_VECTOR_BYTES / sizeof(T);
template <class T>
using V = Vector<T, lanes<T>>;

template <class T>
NN_LANES_INLINE V<T> load(const T* p) {
  return rt::load<lanes<T>>(p);
}
template <class T>
NN_LANES_INLINE void store(T* p, V<T> v) {
  rt::store<lanes<T>>(p, v);
}
template <class T>
NN_LANES_INLINE V<T> broadcast(T x) {
  return rt::broadcast<lanes<T>>(x);
}

// C vectors each of R rows of a product.
template <class T, int R, int C>
struct Sums {
  V<T> sum[R][C] = {};

  // Row b of B times the column of A whose elements left(i) gives. B in place has its rows on different
  // pages, where the processor foresees nothing: a row is asked for some hundred cycles ahead, unless the
  // tile is so low that loading is all it does (by an address that may be outside of B, hence an integer).
  template <class Left>
  NN_LANES_INLINE void add(const T* b, int64_t ldb, const Left& left) {
    [[maybe_unused]] const std::uintptr_t later = reinterpret_cast<std::uintptr_t>(b) + 16 * ldb * sizeof(T);
    V<T> row[C];
    NN_UNROLL for (int j = 0; j < C; ++j) {
      row[j] = load(b + j * lanes<T>);
      if constexpr (2 * R > NN_TILE_ROWS) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): nothing is optimised about a prefetch
        __builtin_prefetch(reinterpret_cast<const void*>(later + j * NN_VECTOR_BYTES));
      }
    }
    NN_UNROLL for (int i = 0; i < R; ++i) {
      const V<T> x = broadcast(left(i));
      NN_UNROLL for (int j = 0; j < C; ++j) sum[i][j] += x * row[j];
    }
  }

  NN_LANES_INLINE void put(T* c, int64_t ldc, T beta) const {
    constexpr int w = lanes<T>;
    asm(""
        : "+r"(c), "+r"(ldc));  // or else addresses are kept since prefetch_rows, in registers that sums need
    if (beta == 0) {
      NN_UNROLL for (int i = 0; i < R; ++i) NN_UNROLL for (int j = 0; j < C; ++j)
          store(c + i * ldc + j * w, sum[i][j]);
    } else {
      const V<T> scale = broadcast(beta);
      NN_UNROLL for (int i = 0; i < R; ++i) NN_UNROLL for (int j = 0; j < C; ++j)
          store(c + i * ldc + j * w, scale * load(c + i * ldc + j * w) + sum[i][j]);
    }
  }
};

template <class T, int R>
NN_LANES_INLINE void prefetch_rows(const T* c, int64_t ldc) {
  for (int i = 0; i < R; ++i) __builtin_prefetch(c + i * ldc, 1);
}

template <class T, int R, int C>
void tile(int64_t k, const T* __restrict a, int64_t lda, const T* __restrict b, int64_t ldb, T* __restrict c,
          int64_t ldc, T beta) {
  prefetch_rows<T, R>(c, ldc);
  Sums<T, R, C> sums;
  for (int64_t p = 0; p < k; ++p, a += lda, b += ldb) sums.add(b, ldb, [a](int i) { return a[i]; });
  sums.put(c, ldc, beta);
}

template <class T, int R, int C>
void tile_of_rows(int64_t k, const T* __restrict a, int64_t lda, const T* __restrict b, int64_t ldb,
                  T* __restrict c, int64_t ldc, T beta) {
  prefetch_rows<T, R>(c, ldc);
  Sums<T, R, C> sums;
  const T* third[(R + 2) / 3];  // every third row's address: the others are one or two times lda beside it
  NN_UNROLL for (int i = 0; i < (R + 2) / 3; ++i) third[i] = a + 3 * i * lda;
  for (int64_t p = 0; p < k; ++p, b += ldb)
    sums.add(b, ldb, [&third, lda, p](int i) { return third[i / 3][i % 3 * lda + p]; });
  sums.put(c, ldc, beta);
}

// How many of k rows, `ld` apart and `width` long, may be read `reach` elements wide without leaving their
// matrix.
NN_LANES_INLINE int64_t readable_rows(int64_t k, int width, int64_t ld, int reach) {
  int64_t rows = k;
  while (rows > 0 && (rows - 1) * ld + reach > (k - 1) * ld + width) --rows;
  return rows;
}

template <class T, int Vectors>
NN_LANES_INLINE void copy_wide(int64_t rows, int padded, const T* source, int64_t ld, T* panel) {
  for (int64_t p = 0; p < rows; ++p)
    NN_UNROLL for (int v = 0; v < Vectors; ++v)
        store(panel + p * padded + v * lanes<T>, load(source + p * ld + v * lanes<T>));
}

template <class T>
void copy_panel(int64_t k, int width, int padded, const T* source, int64_t ld, T* panel) {
  constexpr int w = lanes<T>;
  const int vectors = (width + w - 1) / w;
  int64_t p = 0;
  // Whole vectors where the excess is overwritten by the next row.
  if (width == padded && vectors <= tile_vectors) {
    p = readable_rows(k, width, ld, vectors * w);
    vectors == 1 ? copy_wide<T, 1>(p, padded, source, ld, panel)
                 : copy_wide<T, 2>(p, padded, source, ld, panel);
  }
  for (; p < k; ++p) {
    for (int i = 0; i < width; ++i) panel[p * padded + i] = source[p * ld + i];
    for (int i = width; i < padded; ++i) panel[p * padded + i] = 0;
  }
}

// `height` rows of `lanes` elements each become `lanes` rows, `padded` apart, of which `height` elements
// count.
template <class T>
NN_LANES_INLINE void turn_square(int height, const T* source, int64_t ld, int padded, T* panel) {
  constexpr int w = lanes<T>;
  V<T> rows[w];
  NN_UNROLL for (int i = 0; i < w; ++i) rows[i] = i < height ? load(source + i * ld) : V<T>{};
  transpose<T, w>(rows);
  NN_UNROLL for (int i = 0; i < w; ++i) store(panel + i * padded, rows[i]);
}

template <class T>
void turn_panel(int64_t k, int width, int padded, const T* source, int64_t ld, T* panel) {
  constexpr int w = lanes<T>;
  const int64_t whole = k / w * w;
  for (int64_t p = 0; p < whole; p += w) {
    for (int i = (padded - 1) / w * w; i >= 0;
         i -= w) {  // rightmost first: what sticks out is overwritten next
      const int height = width - i < w ? width - i : w;
      if (height == w) {
        turn_square<T>(w, source + i * ld + p, ld, padded, panel + p * padded + i);
      } else {
        turn_square<T>(height, source + i * ld + p, ld, padded, panel + p * padded + i);
      }
    }
  }
  for (int64_t p = whole; p < k; ++p)
    for (int i = 0; i < padded; ++i) panel[p * padded + i] = i < width ? source[i * ld + p] : T(0);
}

// y[0..w*C) = first ? beta·y : y, plus R rows of M scaled by x.
template <class T, int R, int C>
NN_LANES_INLINE void add_rows(const T* x, const T* m, int64_t ld, T* y, bool first, T beta) {
  constexpr int w = lanes<T>;
  V<T> sum[C] = {};
  if (!first || beta == 1) {
    NN_UNROLL for (int j = 0; j < C; ++j) sum[j] = load(y + j * w);
  } else if (beta != 0) {
    NN_UNROLL for (int j = 0; j < C; ++j) sum[j] = broadcast(beta) * load(y + j * w);
  }
  NN_UNROLL for (int i = 0; i < R; ++i) {
    const V<T> scale = broadcast(x[i]);
    NN_UNROLL for (int j = 0; j < C; ++j) sum[j] += scale * load(m + i * ld + j * w);
  }
  NN_UNROLL for (int j = 0; j < C; ++j) store(y + j * w, sum[j]);
}

template <class T, int R>
void add_rows_across(int64_t n, const T* x, const T* m, int64_t ld, T* y, bool first, T beta) {
  constexpr int w = lanes<T>;
  int64_t j = 0;
  for (; j + 2 * w <= n; j += 2 * w) add_rows<T, R, 2>(x, m + j, ld, y + j, first, beta);
  for (; j + w <= n; j += w) add_rows<T, R, 1>(x, m + j, ld, y + j, first, beta);
}

// The last n < lanes columns: read in whole vectors where that stays inside M, the excess lanes are dropped.
template <class T>
void add_rows_edge(int64_t k, int n, const T* x, const T* m, int64_t ld, T* y, T beta) {
  constexpr int w = lanes<T>;
  T edge[w] = {};
  const int64_t wide = readable_rows(k, n, ld, w);
  int64_t p = 0;
  V<T> sum[4] = {};
  for (; p + 4 <= wide; p += 4)
    NN_UNROLL for (int i = 0; i < 4; ++i) sum[i] += broadcast(x[p + i]) * load(m + (p + i) * ld);
  for (; p < wide; ++p) sum[0] += broadcast(x[p]) * load(m + p * ld);
  store(edge, (sum[0] + sum[1]) + (sum[2] + sum[3]));
  for (; p < k; ++p)
    for (int j = 0; j < n; ++j) edge[j] += x[p] * m[p * ld + j];
  for (int j = 0; j < n; ++j) y[j] = beta == 0 ? edge[j] : beta * y[j] + edge[j];
}

template <class T>
void sum_rows(int64_t k, int64_t n, const T* x, const T* m, int64_t ld, T* y, T beta) {
  constexpr int w = lanes<T>;
  const int64_t whole = n / w * w;
  int64_t p = 0;
  for (; p + 8 <= k; p += 8) add_rows_across<T, 8>(whole, x + p, m + p * ld, ld, y, p == 0, beta);
  for (; p < k; ++p) add_rows_across<T, 1>(whole, x + p, m + p * ld, ld, y, p == 0, beta);
  if (whole < n) add_rows_edge(k, static_cast<int>(n - whole), x, m + whole, ld, y + whole, beta);
}

template <int S, class T, int... I>
NN_LANES_INLINE V<T> add_halves(V<T> v, std::integer_sequence<int, I...> all) {
  if constexpr (S == 0) {
    return v;
  } else {
    return add_halves<S / 2, T>(v + __builtin_shufflevector(v, v, (I ^ S)...), all);
  }
}

// By halves, not one after the other: a chain of additions would take as long as a whole short row.
template <class T>
NN_LANES_INLINE T sum_lanes(V<T> v) {
  return add_halves<lanes<T> / 2, T>(v, std::make_integer_sequence<int, lanes<T>>())[0];
}

template <class T, int R>
NN_LANES_INLINE void dot_some(int64_t k, const T* const (&m)[R], const T* x, T (&total)[R]) {
  constexpr int w = lanes<T>, parallel = 8 / R;  // enough independent sums to hide the latency
  V<T> sum[R][parallel] = {};
  int64_t p = 0;
  for (; p + w * parallel <= k; p += w * parallel) {
    NN_UNROLL for (int q = 0; q < parallel; ++q) {
      const V<T> xs = load(x + p + q * w);
      NN_UNROLL for (int i = 0; i < R; ++i) sum[i][q] += load(m[i] + p + q * w) * xs;
    }
  }
  for (; p + w <= k; p += w) NN_UNROLL for (int i = 0; i < R; ++i) sum[i][0] += load(m[i] + p) * load(x + p);
  NN_UNROLL for (int i = 0; i < R; ++i) {
    NN_UNROLL for (int q = 1; q < parallel; ++q) sum[i][0] += sum[i][q];
    total[i] = sum_lanes<T>(sum[i][0]);
    for (int64_t r = p; r < k; ++r) total[i] += m[i][r] * x[r];
  }
}

template <class T>
void dot_one(int64_t k, const T* m, const T* x, T* y, T beta) {
  T total[1];
  dot_some<T, 1>(k, {m}, x, total);
  *y = beta == 0 ? total[0] : beta * *y + total[0];
}

// Rows shorter than a vector, `lanes` of them at a time: read in whole vectors where that stays inside M, and
// turned, so that no lanes have to be added up.
template <class T>
void dot_short_rows(int64_t rows, int k, const T* m, int64_t ld, const T* x, T* y, T beta) {
  constexpr int w = lanes<T>;
  const int64_t wide = readable_rows(rows, k, ld, w);
  int64_t i = 0;
  for (; i + w <= wide; i += w) {
    T columns[w * w];
    turn_square<T>(w, m + i * ld, ld, w, columns);
    V<T> sums[2] = {};
    for (int p = 0; p < k; ++p) sums[p & 1] += load(columns + p * w) * broadcast(x[p]);
    V<T> total = sums[0] + sums[1];
    if (beta != 0) total += broadcast(beta) * load(y + i);
    store(y + i, total);
  }
  for (; i < rows; ++i) dot_one(k, m + i * ld, x, y + i, beta);
}

// Four wanted rows at a time, the last ones as often as it takes to be four: a row's bits don't depend on the
// others.
template <class T>
void dot_wanted_rows(int64_t rows, int64_t k, const T* m, int64_t ld, const T* x, T* y, const T* wanted) {
  int64_t place[4];
  int count = 0;
  const auto flush = [&] {
    T total[4];
    for (int i = count; i < 4; ++i) place[i] = place[0];
    dot_some<T, 4>(k, {m + place[0] * ld, m + place[1] * ld, m + place[2] * ld, m + place[3] * ld}, x, total);
    for (int i = 0; i < count; ++i) y[place[i]] = total[i];
    count = 0;
  };
  for (int64_t i = 0; i < rows; ++i) {
    y[i] = 0;
    place[count] = i;
    count += wanted[i] > 0;
    if (count == 4) flush();
  }
  if (count > 0) flush();
}

template <class T>
void dot_rows(int64_t rows, int64_t k, const T* m, int64_t ld, const T* x, T* y, T beta, const T* wanted) {
  if (k < lanes<T>) return dot_short_rows(rows, static_cast<int>(k), m, ld, x, y, beta);
  if (wanted && beta == 0) return dot_wanted_rows(rows, k, m, ld, x, y, wanted);
  int64_t i = 0;
  for (; i + 4 <= rows; i += 4) {
    T total[4];
    const T* row = m + i * ld;
    dot_some<T, 4>(k, {row, row + ld, row + 2 * ld, row + 3 * ld}, x, total);
    for (int r = 0; r < 4; ++r) y[i + r] = beta == 0 ? total[r] : beta * y[i + r] + total[r];
  }
  for (; i < rows; ++i) dot_one(k, m + i * ld, x, y + i, beta);
}

// Rows of C shorter than a vector: whole vectors are stored where the excess is overwritten by the rows
// below.
template <class T>
void outer_short(int64_t rows, int n, const T* x, const T* y, T* c, int64_t ldc) {
  constexpr int w = lanes<T>;
  T wide[w] = {};
  for (int j = 0; j < n; ++j) wide[j] = y[j];
  const V<T> line = load(wide);
  const int64_t whole = readable_rows(rows, n, ldc, w);
  int64_t i = 0;
  if (ldc == n)
    for (; i < whole; ++i) store(c + i * ldc, broadcast(x[i]) * line);
  for (; i < rows; ++i)
    for (int j = 0; j < n; ++j) c[i * ldc + j] = x[i] * y[j];
}

template <class T>
void outer(int64_t rows, int64_t n, const T* x, const T* y, T* c, int64_t ldc, T beta) {
  constexpr int w = lanes<T>;
  if (n < w && beta == 0) return outer_short(rows, static_cast<int>(n), x, y, c, ldc);
  for (int64_t i = 0; i < rows; ++i, c += ldc) {
    const V<T> scale = broadcast(x[i]), kept = broadcast(beta);
    int64_t j = 0;
    if (beta == 0) {
      for (; j + w <= n; j += w) store(c + j, scale * load(y + j));
      for (; j < n; ++j) c[j] = x[i] * y[j];
    } else {
      for (; j + w <= n; j += w) store(c + j, kept * load(c + j) + scale * load(y + j));
      for (; j < n; ++j) c[j] = beta * c[j] + x[i] * y[j];
    }
  }
}

template <class T, int... R>
constexpr Kernels<T> table(std::integer_sequence<int, R...>) {
  return {lanes<T>,
          NN_TILE_ROWS,
          {{&tile<T, R + 1, 1>, &tile<T, R + 1, 2>}...},
          {{&tile_of_rows<T, R + 1, 1>, &tile_of_rows<T, R + 1, 2>}...},
          &copy_panel<T>,
          &turn_panel<T>,
          &sum_rows<T>,
          &dot_rows<T>,
          &outer<T>};
}

}  // namespace

extern constexpr Kernels<float> kernels_float = table<float>(std::make_integer_sequence<int, NN_TILE_ROWS>());
extern constexpr Kernels<double> kernels_double =
    table<double>(std::make_integer_sequence<int, NN_TILE_ROWS>());

}  // namespace nn::rt::NN_ISA
