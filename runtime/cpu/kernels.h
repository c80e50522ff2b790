// The innermost loops of the built-in matrix products, as a table per instruction set and element type.
#ifndef NN_RUNTIME_CPU_KERNELS_H
#define NN_RUNTIME_CPU_KERNELS_H

#include <cstdint>

namespace nn::rt {

inline constexpr int most_tile_rows = 14;  // of any instruction set
inline constexpr int tile_vectors = 2;     // a full tile is this many vectors wide

/// Inner loops for one instruction set. A *panel* holds a strip of a matrix in the order that a tile reads
/// it: for each p in [0, k) the strip's `width` elements side by side.
template <class T>
struct Kernels {
  int lanes;      // elements of a vector
  int tile_rows;  // rows of a full tile, at most most_tile_rows

  /// c[i, 0..v*lanes) = beta·c + sum over p of A(i, p)·b[p*ldb + j] for r rows and v vectors, at [r-1][v-1].
  /// A(i, p) is a[p*lda + i] for `tile` and a[i*lda + p] for `tile_of_rows`; beta == 0 doesn't read c.
  using Tile = void (*)(std::int64_t k, const T* a, std::int64_t lda, const T* b, std::int64_t ldb, T* c,
                        std::int64_t ldc, T beta);
  Tile tile[most_tile_rows][tile_vectors];
  Tile tile_of_rows[most_tile_rows][tile_vectors];

  /// Fills a panel of k·padded elements (and up to `lanes` more, unspecified) with a strip of `width` <=
  /// `padded`; zeros beside it. Strip element (p, i) is at source[p*ld + i] for copy_panel, at source[i*ld +
  /// p] for turn_panel.
  void (*copy_panel)(std::int64_t k, int width, int padded, const T* source, std::int64_t ld, T* panel);
  void (*turn_panel)(std::int64_t k, int width, int padded, const T* source, std::int64_t ld, T* panel);

  /// y[n] = beta·y + xᵀM for M[k,n]: streams over the rows of M.
  void (*sum_rows)(std::int64_t k, std::int64_t n, const T* x, const T* m, std::int64_t ld, T* y, T beta);
  /// y[rows] = beta·y + M x for M[rows,k]: one inner product per row of M. With `wanted` and beta == 0, y[i]
  /// is 0 wherever wanted[i] is not above 0, or the product all the same.
  void (*dot_rows)(std::int64_t rows, std::int64_t k, const T* m, std::int64_t ld, const T* x, T* y, T beta,
                   const T* wanted);
  /// C[rows,n] = beta·C + x yᵀ.
  void (*outer)(std::int64_t rows, std::int64_t n, const T* x, const T* y, T* c, std::int64_t ldc, T beta);
};

/// The widest kernels that this processor runs.
template <class T>
const Kernels<T>& kernels();

#if defined(__x86_64__)
namespace avx512 {
extern const Kernels<float> kernels_float;
extern const Kernels<double> kernels_double;
}  // namespace avx512
namespace avx2 {
extern const Kernels<float> kernels_float;
extern const Kernels<double> kernels_double;
}  // namespace avx2
#endif
namespace baseline {
extern const Kernels<float> kernels_float;
extern const Kernels<double> kernels_double;
}  // namespace baseline

}  // namespace nn::rt

#endif  // NN_RUNTIME_CPU_KERNELS_H
