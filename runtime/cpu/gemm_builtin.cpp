// The built-in matrix product: blocks for the caches, panels packed in the order they are read, tiles in
// registers.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "gemm_backend.h"
#include "kernels.h"

namespace nn::rt {

namespace {

using std::int64_t;

// Block sizes. A block of A (mc x kc, at most 800 KB) is meant for the second-level cache, a panel of
// B (kc x tile width) for the first; nc bounds the packed part of B.
template <class T>
constexpr int64_t most_kc = 1792 / sizeof(T);
template <class T>
constexpr int64_t most_a_block = 800000 / sizeof(T);
constexpr int64_t most_nc = 1024;

int64_t ceil_div(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}
int64_t round_up(int64_t a, int64_t b) {
  return ceil_div(a, b) * b;
}

// The size of equal pieces, none above `most`, in multiples of `unit`.
int64_t even_piece(int64_t n, int64_t most, int64_t unit) {
  if (n <= most) return round_up(n, unit);
  return round_up(ceil_div(n, ceil_div(n, most)), unit);
}

// An operand as its strips see it: strip element i at depth p is at data[p*ld + i] if `across`, else
// data[i*ld + p].
template <class T>
struct Operand {
  const T* data;
  int64_t ld;
  bool across;
};

// A product ready for blocking: C[i*row + j*column] = beta·C + sum over p of A(i, p)·B(j, p).
template <class T>
struct Plan {
  int64_t m, n, k;
  Operand<T> a, b;
  T* c;
  int64_t ldc;
  bool turned;  // C is stored with i and j exchanged
  T beta;
  bool a_in_place;  // A is read where it lies
  int64_t mc, nc, kc;
};

// A's elements are read one by one, so any layout does, unless a strip's rows all fall on the same sets of
// the first-level cache.
template <class T>
bool can_stay_in_place(const Operand<T>& a) {
  return a.across || a.ld * static_cast<int64_t>(sizeof(T)) % 4096 != 0;
}

template <class T>
Plan<T> plan(const Product<T>& x) {
  const Kernels<T>& kern = kernels<T>();
  const Operand<T> a{x.a, x.lda, x.ta == Trans::yes}, b{x.b, x.ldb, x.tb == Trans::no};
  Plan<T> p{x.m, x.n, x.k, a, b, x.c, x.ldc, false, x.beta, false, 0, 0, 0};
  // The columns fill vectors. If C has few, computing its transpose wastes less, though its stores are
  // scattered.
  const int64_t stores = 16 * x.m * x.n;
  if (x.m * round_up(x.n, kern.lanes) * x.k > x.n * round_up(x.m, kern.lanes) * x.k + stores) {
    std::swap(p.m, p.n);
    std::swap(p.a, p.b);
    p.turned = true;
  }
  p.a_in_place = can_stay_in_place(p.a);
  p.kc = even_piece(p.k, most_kc<T>, 1);
  p.mc = even_piece(p.m, most_a_block<T> / p.kc, kern.tile_rows);
  p.nc = even_piece(p.n, most_nc, tile_vectors * kern.lanes);
  return p;
}

// With one block of A, each panel of B serves only once: it is read where it lies, if its rows are
// contiguous, or else packed one at a time.
template <class T>
bool one_block(const Plan<T>& p) {
  return p.m <= p.mc;
}

template <class T>
std::size_t a_elements(const Plan<T>& p) {
  if (p.a_in_place) return 0;
  return static_cast<std::size_t>(round_up(p.mc * p.kc + kernels<T>().lanes, 64));
}

template <class T>
std::size_t scratch(const Product<T>& x) {
  const Plan<T> p = plan(x);
  const int64_t width = one_block(p) ? tile_vectors * kernels<T>().lanes : p.nc;
  return (a_elements(p) + static_cast<std::size_t>(width * p.kc + kernels<T>().lanes)) * sizeof(T);
}

template <class T>
void pack(const Operand<T>& x, int64_t first, int width, int padded, int64_t p0, int64_t k, T* panel) {
  if (x.across)
    kernels<T>().copy_panel(k, width, padded, x.data + p0 * x.ld + first, x.ld, panel);
  else
    kernels<T>().turn_panel(k, width, padded, x.data + first * x.ld + p0, x.ld, panel);
}

// Rows [begin, begin + rows) of a block as strips of at most tile_rows, all about equally high.
struct Strips {
  int64_t rows;
  int64_t count;
  Strips(int64_t rows, int tile_rows) : rows(rows), count(ceil_div(rows, tile_rows)) {}
  int64_t begin(int64_t strip) const { return rows * strip / count; }
  int height(int64_t strip) const { return static_cast<int>(begin(strip + 1) - begin(strip)); }
};

// Adds a finished tile that doesn't fit C as it is: at the right edge, or transposed.
template <class T>
void merge(const Plan<T>& p, const T* tile, int64_t width, int rows, int64_t columns, int64_t i0, int64_t j0,
           T beta) {
  const int64_t row = p.turned ? 1 : p.ldc, column = p.turned ? p.ldc : 1;
  T* c = p.c + i0 * row + j0 * column;
  const auto put = [&](int64_t i, int64_t j) {
    T& to = c[i * row + j * column];
    to = beta == 0 ? tile[i * width + j] : beta * to + tile[i * width + j];
  };
  if (p.turned) {
    for (int64_t j = 0; j < columns; ++j)
      for (int i = 0; i < rows; ++i) put(i, j);
  } else {
    for (int i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j) put(i, j);
  }
}

// Rows [i0, i0 + strips.rows) and depths [p0, p0 + k) of A, in place or packed.
template <class T>
struct Block {
  Strips strips;
  int64_t i0, p0, k;
  const T* packed;
};

template <class T>
void pack_a(const Plan<T>& p, const Block<T>& block, T* packed) {
  for (int64_t s = 0; s < block.strips.count; ++s) {
    const int rows = block.strips.height(s);
    const int64_t i = block.strips.begin(s);
    pack(p.a, block.i0 + i, rows, rows, block.p0, block.k, packed + i * block.k);
  }
}

// One strip of a block times a panel of B.
template <class T>
void multiply_strip(const Plan<T>& p, const Block<T>& block, int64_t strip, int vectors, const T* b,
                    int64_t ldb, T* c, int64_t ldc, T beta) {
  const Kernels<T>& kern = kernels<T>();
  const int rows = block.strips.height(strip);
  const int64_t i = block.i0 + block.strips.begin(strip);
  const auto tile = kern.tile[rows - 1][vectors - 1];
  if (!p.a_in_place) {
    tile(block.k, block.packed + (i - block.i0) * block.k, rows, b, ldb, c, ldc, beta);
  } else if (p.a.across) {
    tile(block.k, p.a.data + block.p0 * p.a.ld + i, p.a.ld, b, ldb, c, ldc, beta);
  } else {
    const auto tile_of_rows = kern.tile_of_rows[rows - 1][vectors - 1];
    tile_of_rows(block.k, p.a.data + i * p.a.ld + block.p0, p.a.ld, b, ldb, c, ldc, beta);
  }
}

// A block of A times a panel of B, columns [j0, j0 + columns).
template <class T>
void multiply_panel(const Plan<T>& p, const Block<T>& block, int64_t j0, int64_t columns, const T* b,
                    int64_t ldb, T beta) {
  const int lanes = kernels<T>().lanes;
  const int vectors = static_cast<int>(ceil_div(columns, lanes));
  const int64_t width = static_cast<int64_t>(vectors) * lanes;
  alignas(64) T edge[most_tile_rows * tile_vectors * 64 / sizeof(T)];
  for (int64_t s = 0; s < block.strips.count; ++s) {
    const int64_t i = block.i0 + block.strips.begin(s);
    if (columns == width && !p.turned) {
      multiply_strip(p, block, s, vectors, b, ldb, p.c + i * p.ldc + j0, p.ldc, beta);
    } else {
      multiply_strip(p, block, s, vectors, b, ldb, edge, width, T(0));
      merge(p, edge, width, block.strips.height(s), columns, i, j0, beta);
    }
  }
}

// All products of columns [j0, j0 + n) with depths [p0, p0 + k).
template <class T>
void multiply_columns(const Plan<T>& p, int64_t j0, int64_t n, int64_t p0, int64_t k, T* a, T* b) {
  const Kernels<T>& kern = kernels<T>();
  const int64_t wide = static_cast<int64_t>(tile_vectors) * kern.lanes;
  const T beta = p0 == 0 ? p.beta : T(1);
  for (int64_t i0 = 0; i0 < p.m; i0 += p.mc) {
    const Block<T> block{Strips(std::min(p.mc, p.m - i0), kern.tile_rows), i0, p0, k, a};
    if (!p.a_in_place) pack_a(p, block, a);
    for (int64_t j = 0; j < n; j += wide) {
      const int64_t columns = std::min(wide, n - j);
      const int padded = static_cast<int>(round_up(columns, kern.lanes));
      if (one_block(p) && p.b.across && columns == padded) {
        multiply_panel(p, block, j0 + j, columns, p.b.data + p0 * p.b.ld + j0 + j, p.b.ld, beta);
        continue;
      }
      T* panel = one_block(p) ? b : b + j * k;
      if (i0 == 0) pack(p.b, j0 + j, static_cast<int>(columns), padded, p0, k, panel);
      multiply_panel(p, block, j0 + j, columns, panel, padded, beta);
    }
  }
}

template <class T>
void run(const Product<T>& x, std::byte* scratch) {
  const Plan<T> p = plan(x);
  T* a = reinterpret_cast<T*>(scratch);
  T* b = a + a_elements(p);
  for (int64_t j0 = 0; j0 < p.n; j0 += p.nc)
    for (int64_t p0 = 0; p0 < p.k; p0 += p.kc)
      multiply_columns(p, j0, std::min(p.nc, p.n - j0), p0, std::min(p.kc, p.k - p0), a, b);
}

}  // namespace

const GemmBackend builtin_gemm{"builtin", &scratch<float>, &scratch<double>, &run<float>, &run<double>};

}  // namespace nn::rt
