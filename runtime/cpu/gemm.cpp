// rt::gemm: checks the sizes, takes the forms that libraries are poor at itself, and shares the rest among
// threads.
#include "nn/rt/gemm.h"

#include <cstdlib>
#include <string>
#include <string_view>

#include "engine.h"
#include "gemm_backend.h"
#include "kernels.h"
#include "nn/error.h"
#include "nn/rt/parallel.h"

#if !defined(NN_GEMM_DEFAULT)
#define NN_GEMM_DEFAULT "builtin"
#endif

namespace nn::rt {

namespace {

using std::int64_t;

constexpr const GemmBackend* backends[] = {
#if defined(NN_WITH_OPENBLAS)
    &openblas_gemm,
#endif
#if defined(NN_WITH_ONEDNN)
    &onednn_gemm,
#endif
    &builtin_gemm,
};

std::size_t scratch(const GemmBackend& g, const Product<float>& x) {
  return g.scratch_float(x);
}
std::size_t scratch(const GemmBackend& g, const Product<double>& x) {
  return g.scratch_double(x);
}
void run(const GemmBackend& g, const Product<float>& x, std::byte* s) {
  g.run_float(x, s);
}
void run(const GemmBackend& g, const Product<double>& x, std::byte* s) {
  g.run_double(x, s);
}

// Rows [i, i + m) and columns [j, j + n) of C.
template <class T>
Product<T> slice(const Product<T>& x, int64_t i, int64_t m, int64_t j, int64_t n) {
  Product<T> s = x;
  s.m = m;
  s.n = n;
  s.a += x.ta == Trans::yes ? i : i * x.lda;
  s.b += x.tb == Trans::yes ? j * x.ldb : j;
  s.c += i * x.ldc + j;
  return s;
}

// C cut into rows x columns parts, each of whole tiles.
struct Grid {
  int64_t m, n;
  int rows, columns;
  static constexpr int64_t unit = 16;

  static int64_t begin(int64_t size, int parts, int part) {
    const int64_t units = (size + unit - 1) / unit, at = units * part / parts * unit;
    return at < size ? at : size;
  }
  static int64_t longest(int64_t size, int parts) {
    const int64_t units = (size + unit - 1) / unit;
    return (units + parts - 1) / parts * unit;
  }
};

// The most even grid of `parts`: least arithmetic in the largest part, and least packing, which is repeated
// in each.
Grid best_grid(int64_t m, int64_t n, int parts) {
  constexpr double packing = 16;  // cost of packing an element, in multiplications
  Grid best{m, n, 1, parts};
  double least = 0;
  for (int rows = 1; rows <= parts; ++rows) {
    if (parts % rows != 0) continue;
    const double h = static_cast<double>(Grid::longest(m, rows)),
                 w = static_cast<double>(Grid::longest(n, parts / rows));
    const double cost = h * w + packing * (h + w);
    if (rows == 1 || cost < least) best = {m, n, rows, parts / rows}, least = cost;
  }
  return best;
}

// Rows of A as it is stored are examples of a batch: a thread then makes the rows whose elementwise passes
// come to it too, as long as each gets enough of them.
template <class T>
Grid grid_of(const Product<T>& x, int parts) {
  constexpr int64_t enough = 32;
  if (x.ta == Trans::no && x.m >= enough * parts) return {x.m, x.n, parts, 1};
  return best_grid(x.m, x.n, parts);
}

// Runs a slice with packing memory of its own.
template <class T>
void run_slice(const GemmBackend& library, const Product<T>& x, std::byte* packing) {
  if (x.m > 0 && x.n > 0) run(library, x, packing);
}

// Narrow products, and A·Bᵀ with few rows, go to the built-in kernels: the libraries take up to twice as long
// (bench-gemm).
template <class T>
const GemmBackend& backend_for(const Workspace& ws, const Product<T>& x) {
  const bool narrow = x.m <= 16 || x.n <= 16;
  const bool few_rows = x.ta == Trans::no && x.tb == Trans::yes && x.m <= 64;
  return narrow || few_rows ? builtin_gemm : ws.gemm_backend();
}

template <class T>
void multiply(Workspace& ws, const Product<T>& x) {
  const GemmBackend& library = backend_for(ws, x);
  const int parts = worthwhile_parts(ws.threads(), (x.m * x.n + 255) / 256, 256 * x.k);
  if (parts == 1) {
    const std::size_t bytes = scratch(library, x);
    return run(library, x, bytes > 0 ? ws.engine().scratch(1, bytes).data : nullptr);
  }
  const Grid grid = grid_of(x, parts);
  const auto part_of = [&x, grid](int part) {
    const int r = part / grid.columns, c = part % grid.columns;
    const int64_t i = Grid::begin(x.m, grid.rows, r), j = Grid::begin(x.n, grid.columns, c);
    return slice(x, i, Grid::begin(x.m, grid.rows, r + 1) - i, j, Grid::begin(x.n, grid.columns, c + 1) - j);
  };
  std::size_t most = 0;
  for (int p = 0; p < parts; ++p) {
    const Product<T> s = part_of(p);
    if (s.m > 0 && s.n > 0 && scratch(library, s) > most) most = scratch(library, s);
  }
  const Engine::Scratch packing = most > 0 ? ws.engine().scratch(parts, most) : Engine::Scratch{nullptr, 0};
  auto work = [&](int part) { run_slice(library, part_of(part), packing.data + packing.stride * part); };
  const auto call = [](void* context, int part) { (*static_cast<decltype(work)*>(context))(part); };
  parallel(ws, parts, call, &work);
}

// C = beta·C, reading C only if it must.
template <class T>
void scale(Workspace& ws, int64_t n, T* c, T beta) {
  rows(ws, n, 1, [=](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) c[i] = beta == 0 ? T(0) : beta * c[i];
  });
}

// y = beta·y + op(M)·x, M stored as [rows, columns]. No row is skipped for a zero in x: 0·inf has to be nan.
template <class T>
void matrix_times_vector(Workspace& ws, bool transposed, int64_t rows, int64_t columns, const T* m,
                         const T* x, T* y, T beta, const T* wanted) {
  const Kernels<T>& kern = kernels<T>();
  if (transposed) {  // 16 columns at a time, so that threads share no cache line of y
    constexpr int64_t unit = 64 / sizeof(T);
    rt::rows(ws, (columns + unit - 1) / unit, unit * rows, [=, &kern](int64_t begin, int64_t end) {
      const int64_t j = begin * unit, last = end * unit < columns ? end * unit : columns;
      kern.sum_rows(rows, last - j, x, m + j, columns, y + j, beta);
    });
  } else {  // 4 rows at a time, as the kernel takes them: so threads make no difference to the bits
    constexpr int64_t unit = 4;
    rt::rows(ws, (rows + unit - 1) / unit, unit * columns, [=, &kern](int64_t begin, int64_t end) {
      const int64_t i = begin * unit, last = end * unit < rows ? end * unit : rows;
      kern.dot_rows(last - i, columns, m + i * columns, columns, x, y + i, beta,
                    wanted ? wanted + i : nullptr);
    });
  }
}

template <class T>
void outer_product(Workspace& ws, int64_t m, int64_t n, const T* x, const T* y, T* c, T beta) {
  const Kernels<T>& kern = kernels<T>();
  rows(ws, m, n, [=, &kern](int64_t begin, int64_t end) {
    kern.outer(end - begin, n, x + begin, y, c + begin * n, n, beta);
  });
}

void check_sizes(int64_t m, int64_t n, int64_t k) {
  if (m >= 0 && n >= 0 && k >= 0) return;
  throw Error("nn::rt::gemm: sizes must not be negative: m = " + std::to_string(m) +
              ", n = " + std::to_string(n) + ", k = " + std::to_string(k));
}

}  // namespace

template <class T>
void gemm(Workspace& ws, Trans ta, Trans tb, int64_t m, int64_t n, int64_t k, const T* a, const T* b, T* c,
          std::type_identity_t<T> beta, const T* wanted) {
  check_sizes(m, n, k);
  if (m == 0 || n == 0) return;
  if (k == 0) return scale(ws, m * n, c, beta);
  if (k == 1) return outer_product(ws, m, n, a, b, c, beta);
  const bool at = ta == Trans::yes, bt = tb == Trans::yes;
  if (m == 1) return matrix_times_vector(ws, !bt, bt ? n : k, bt ? k : n, b, a, c, beta, wanted);
  if (n == 1) return matrix_times_vector(ws, at, at ? k : m, at ? m : k, a, b, c, beta, wanted);
  multiply(ws, Product<T>{ta, tb, m, n, k, a, at ? m : k, b, bt ? k : n, c, n, beta});
}

template void gemm<float>(Workspace&, Trans, Trans, int64_t, int64_t, int64_t, const float*, const float*,
                          float*, float, const float*);
template void gemm<double>(Workspace&, Trans, Trans, int64_t, int64_t, int64_t, const double*, const double*,
                           double*, double, const double*);

const GemmBackend& chosen_gemm_backend() {
  const char* asked = std::getenv("NN_GEMM");
  const std::string_view name = asked && *asked ? asked : NN_GEMM_DEFAULT;
  std::string known;
  for (const GemmBackend* b : backends) {
    if (b->name == name) return *b;
    known += known.empty() ? b->name : std::string(", ") + b->name;
  }
  throw Error("nn::Workspace: NN_GEMM is \"" + std::string(name) + "\", this build has " + known);
}

}  // namespace nn::rt
