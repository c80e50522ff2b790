// Matrix products by oneDNN, which has them in single precision only: double ones are the built-in kernel's.
#if defined(NN_WITH_ONEDNN)

#include <dnnl.h>

#include <string>

#include "gemm_backend.h"
#include "nn/error.h"

// oneDNN's own threads are OpenMP's; of its interface only these two are needed, and no compiler's omp.h.
extern "C" int omp_get_max_threads(void);
extern "C" void omp_set_num_threads(int);

namespace nn::rt {

namespace {

// Holds OpenMP at one thread in the calling thread (the setting is the thread's own), since our own threads
// share the work.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) {
    if (before_ != 1) omp_set_num_threads(1);
  }
  ~OneThread() {
    if (before_ != 1) omp_set_num_threads(before_);
  }

 private:
  const int before_;
};

void run_float(const Product<float>& x, std::byte*) {
  const OneThread one_thread;
  const auto flag = [](Trans t) { return t == Trans::yes ? 'T' : 'N'; };
  const dnnl_status_t status =
      dnnl_sgemm(flag(x.ta), flag(x.tb), x.m, x.n, x.k, 1, x.a, x.lda, x.b, x.ldb, x.beta, x.c, x.ldc);
  if (status != dnnl_success) {
    throw Error("nn::rt::gemm: oneDNN refused a product of " + std::to_string(x.m) + "x" +
                std::to_string(x.k) + " and " + std::to_string(x.k) + "x" + std::to_string(x.n) +
                " with status " + std::to_string(status));
  }
}

std::size_t scratch_float(const Product<float>&) {
  return 0;
}
std::size_t scratch_double(const Product<double>& x) {
  return builtin_gemm.scratch_double(x);
}
void run_double(const Product<double>& x, std::byte* scratch) {
  builtin_gemm.run_double(x, scratch);
}

}  // namespace

const GemmBackend onednn_gemm{"onednn", &scratch_float, &scratch_double, &run_float, &run_double};

}  // namespace nn::rt

#endif  // NN_WITH_ONEDNN
