// Matrix products by OpenBLAS.
#if defined(NN_WITH_OPENBLAS)

#include <cblas.h>

#include <climits>
#include <mutex>

#include "gemm_backend.h"

namespace nn::rt {

namespace {

// Holds OpenBLAS at one thread while any of our products runs, since our own threads share the work; the
// number that the user had set is restored after the last of them. The number is the library's global
// variable, so must this be.
class OneThread {
 public:
  OneThread() {
    const std::lock_guard lock(mutex);
    if (users++ > 0) return;
    before = openblas_get_num_threads();
    if (before != 1) openblas_set_num_threads(1);
  }
  ~OneThread() {
    const std::lock_guard lock(mutex);
    if (--users == 0 && before != 1) openblas_set_num_threads(before);
  }

 private:
  static inline std::mutex mutex;
  static inline int users = 0, before = 1;
};

void call(const Product<float>& x, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb) {
  cblas_sgemm(CblasRowMajor, ta, tb, x.m, x.n, x.k, 1, x.a, x.lda, x.b, x.ldb, x.beta, x.c, x.ldc);
}

void call(const Product<double>& x, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb) {
  cblas_dgemm(CblasRowMajor, ta, tb, x.m, x.n, x.k, 1, x.a, x.lda, x.b, x.ldb, x.beta, x.c, x.ldc);
}

template <class T>
bool fits(const Product<T>& x) {
  const std::int64_t most = sizeof(blasint) == 8 ? LLONG_MAX : INT_MAX;
  return x.m <= most && x.n <= most && x.k <= most && x.lda <= most && x.ldb <= most && x.ldc <= most;
}

std::size_t scratch_float(const Product<float>& x) {
  return fits(x) ? 0 : builtin_gemm.scratch_float(x);
}
std::size_t scratch_double(const Product<double>& x) {
  return fits(x) ? 0 : builtin_gemm.scratch_double(x);
}

void run_float(const Product<float>& x, std::byte* scratch) {
  if (!fits(x)) return builtin_gemm.run_float(x, scratch);
  const OneThread one_thread;
  call(x, x.ta == Trans::yes ? CblasTrans : CblasNoTrans, x.tb == Trans::yes ? CblasTrans : CblasNoTrans);
}

void run_double(const Product<double>& x, std::byte* scratch) {
  if (!fits(x)) return builtin_gemm.run_double(x, scratch);
  const OneThread one_thread;
  call(x, x.ta == Trans::yes ? CblasTrans : CblasNoTrans, x.tb == Trans::yes ? CblasTrans : CblasNoTrans);
}

}  // namespace

const GemmBackend openblas_gemm{"openblas", &scratch_float, &scratch_double, &run_float, &run_double};

}  // namespace nn::rt

#endif  // NN_WITH_OPENBLAS
