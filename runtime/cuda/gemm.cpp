// Matrix products on the device: cublasLt with what its epilogues can do, our kernels for the rest.
#include <bit>
#include <string>

#include "context.h"
#include "gemm_finish.h"
#include "gemm_plan.h"
#include "nn/error.h"

namespace nn::rt::cuda {

namespace {

/// A product as it is handed to cublasLt, without gaps.
struct Product {
  const GemmPlan* plan;
  const void* a;
  const void* b;
  void* c;
  const void* bias;    // or where the column sums go
  const void* aux;     // a mask, or what GELU is taken of
  std::uint64_t beta;  // the bits of a double
};

void set_pointer(const GemmPlan& plan, cublasLtMatmulDescAttributes_t attribute, const void* pointer) {
  if (pointer)
    check(cublasLtMatmulDescSetAttribute(plan.desc.get(), attribute, static_cast<const void*>(&pointer),
                                         sizeof pointer),
          "describing a product to cublasLt");
}

void run_product(DeviceContext& context, const Work& work) {
  const auto product = bytes_of<Product>(work);
  const GemmPlan& plan = *product.plan;
  set_pointer(plan, CUBLASLT_MATMUL_DESC_BIAS_POINTER, product.bias);
  set_pointer(plan, CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, product.aux);
  const double beta = std::bit_cast<double>(product.beta), one = 1;
  const float beta_float = static_cast<float>(beta), one_float = 1;
  const bool is_double = work.name[0] == 'd';
  const void* const alpha_at = is_double ? static_cast<const void*>(&one) : &one_float;
  const void* const beta_at = is_double ? static_cast<const void*>(&beta) : &beta_float;
  const Memory& scratch = context.plans->scratch();
  const cublasStatus_t status =
      cublasLtMatmul(context.plans->handle(), plan.desc.get(), alpha_at, product.b, plan.first.get(),
                     product.a, plan.second.get(), beta_at, product.c, plan.result.get(), product.c,
                     plan.result.get(), &plan.algo, scratch.data(), scratch.bytes(), context.stream.get());
  check(status, "multiplying matrices (" + std::string(work.name) + ")");
}

unsigned alignment(const void* pointer) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer) | 256;
  return static_cast<unsigned>(address & (~address + 1));
}

/// What an epilogue keeps from one sweep to the other, or nothing.
template <class T>
const void* aux_of(const Products<T>& extra) {
  for (const void* aux : {static_cast<const void*>(extra.mask_in), static_cast<const void*>(extra.mask_out),
                          static_cast<const void*>(extra.gelu_in)})
    if (aux) return aux;
  return extra.gelu_out;
}

/// The epilogue that does all of `extra` to rows of n; DEFAULT where there is none, or nothing to do.
template <class T>
cublasLtEpilogue_t epilogue_for(const Products<T>& extra, std::int64_t n) {
  const bool is_forward = extra.bias || extra.relu || extra.gelu;
  if ((extra.mask_in && extra.gelu_in) || (extra.relu && extra.gelu)) return CUBLASLT_EPILOGUE_DEFAULT;
  if ((extra.gelu_in || extra.gelu_out) && n % 8 != 0) return CUBLASLT_EPILOGUE_DEFAULT;
  if (extra.mask_in || extra.gelu_in) {
    if (is_forward) return CUBLASLT_EPILOGUE_DEFAULT;
    if (extra.gelu_in) return extra.column_sums ? CUBLASLT_EPILOGUE_DGELU_BGRAD : CUBLASLT_EPILOGUE_DGELU;
    return extra.column_sums ? CUBLASLT_EPILOGUE_DRELU_BGRAD : CUBLASLT_EPILOGUE_DRELU;
  }
  if (extra.column_sums) return CUBLASLT_EPILOGUE_DEFAULT;
  if (extra.gelu_out) return extra.bias ? CUBLASLT_EPILOGUE_GELU_AUX_BIAS : CUBLASLT_EPILOGUE_GELU_AUX;
  if (extra.gelu) return extra.bias ? CUBLASLT_EPILOGUE_GELU_BIAS : CUBLASLT_EPILOGUE_GELU;
  if (extra.mask_out) return extra.bias ? CUBLASLT_EPILOGUE_RELU_AUX_BIAS : CUBLASLT_EPILOGUE_RELU_AUX;
  if (extra.relu) return extra.bias ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_RELU;
  return extra.bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
}

template <class T>
bool is_plain(const Products<T>& extra) {
  return !extra.bias && !extra.relu && !extra.gelu && !extra.mask_in && !extra.gelu_in;
}

void check_sizes(std::int64_t m, std::int64_t n, std::int64_t k) {
  if (m < 0 || n < 0 || k < 0)
    throw Error("nn::rt::cuda::gemm: the sizes m = " + std::to_string(m) + ", n = " + std::to_string(n) +
                ", k = " + std::to_string(k) + " must not be negative");
}

/// One product with its operands.
template <class T>
struct Operands {
  Trans ta, tb;
  std::int64_t m, n, k;
  const T* a;
  const T* b;
  T* c;
};

/// Lets cublasLt do the product with an epilogue; false where it can't.
template <class T>
bool multiply(DeviceContext& context, const Operands<T>& x, cublasLtEpilogue_t epilogue,
              const Products<T>& extra) {
  if (!context.plans) context.plans = std::make_unique<GemmPlans>(context.index);
  const void* aux = aux_of(extra);
  if (epilogue != CUBLASLT_EPILOGUE_DEFAULT && alignment(aux) < 16) return false;
  const GemmPlan& plan = context.plans->plan({sizeof(T) == 8, context.precision, x.ta, x.tb, epilogue,
                                              alignment(x.a), alignment(x.b), alignment(x.c), x.m, x.n, x.k});
  if (!plan.usable) return false;
  Product product{&plan, x.a, x.b, x.c, nullptr, nullptr, std::bit_cast<std::uint64_t>(double{extra.beta})};
  if (epilogue != CUBLASLT_EPILOGUE_DEFAULT) {
    product.bias = extra.column_sums ? extra.column_sums : extra.bias;
    product.aux = aux;
  }
  context.submit(work_of(sizeof(T) == 8 ? "double product" : "float product", run_product, product));
  return true;
}

}  // namespace

template <class T>
void gemm(Call& call, Trans ta, Trans tb, std::int64_t m, std::int64_t n, std::int64_t k, const T* a,
          const T* b, T* c, const Products<T>& extra) {
  check_sizes(m, n, k);
  DeviceContext& context = call.context();
  if (m == 0 && n > 0 && extra.column_sums)
    submit_zero(context, extra.column_sums, static_cast<std::size_t>(n) * sizeof(T));
  if (m == 0 || n == 0) return;
  const Operands<T> operands{ta, tb, m, n, k, a, b, c};
  const cublasLtEpilogue_t epilogue = sizeof(T) == 8 ? CUBLASLT_EPILOGUE_DEFAULT : epilogue_for(extra, n);
  if (k > 0 && epilogue != CUBLASLT_EPILOGUE_DEFAULT && multiply(context, operands, epilogue, extra)) return;
  if (k > 0) multiply(context, operands, CUBLASLT_EPILOGUE_DEFAULT, extra);
  if (k == 0 || !is_plain(extra)) finish(context, m, n, k == 0 ? extra.beta : T(1), c, extra);
  if (extra.column_sums) sum_columns(context, m, n, c, extra.column_sums);
}

template void gemm<float>(Call&, Trans, Trans, std::int64_t, std::int64_t, std::int64_t, const float*,
                          const float*, float*, const Products<float>&);
template void gemm<double>(Call&, Trans, Trans, std::int64_t, std::int64_t, std::int64_t, const double*,
                           const double*, double*, const Products<double>&);

}  // namespace nn::rt::cuda
