// A function whose derivative the user gives is called by its name, on memory as it lies; what its adjoint
// does not name is not kept; and where it stands there is no GPU code.
// RUN: nn-diff %s --function=chain --print=cpp | FileCheck %s --check-prefix=CHAIN
// RUN: nn-diff %s --function=tensors --print=cpp | FileCheck %s --check-prefix=TENSORS
// RUN: nn-diff %s --function=chain --print=ir | FileCheck %s --check-prefix=IR
// RUN: nn-diff %s --function=chain --print=adjoint | FileCheck %s --check-prefix=ADJOINT
// RUN: nn-diff %s --function=tensors --print=plan | FileCheck %s --check-prefix=PLAN
// RUN: nn-diff %s -o %t --emit=dot,report && FileCheck %s --check-prefix=DOT --input-file=%t.nn.dot
// RUN: nn-diff %s -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not nn-diff %s -o %t --emit=cpp,cuda 2>&1 | FileCheck %s --check-prefix=REFUSED
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

namespace own {
double root(double a);
NN_ADJOINT(root)
void root_adjoint(double result, double d_result, double& d_a);
}  // namespace own

NN_DIFF()
double chain(double a, int n) {
  for (int i = 0; i < n; ++i) a = 2 * own::root(a + i);
  return a;
}

nn::Tensor<float, N, 2> turned(const nn::Tensor<float, N, 2>& x, float angle);
NN_ADJOINT(turned)
void turned_adjoint(float angle, const nn::Tensor<float, N, 2>& d_result, nn::Tensor<float, N, 2>& d_x,
                    float& d_angle);

NN_DIFF(x)
float tensors(const nn::Tensor<float, N, 2>& x, float angle) {
  return nn::sum(nn::square(turned(x, angle)));
}

// IR: foreign %{{[0-9]+}} own::root : f64
// ADJOINT: [[ROOT:%[0-9]+]] = foreign %{{[0-9]+}} own::root : f64
// ADJOINT-NEXT: store %{{[0-9]+}}, [[ROOT]], %{{[0-9]+}} : f64[rounds_0_]
// ADJOINT: [[CALL:%[0-9]+]] = foreign %{{[0-9]+}}, %{{[0-9]+}} own::root_adjoint : i64
// ADJOINT-NEXT: written [[CALL]] #0 : f64

// CHAIN-LABEL: double chain_value_and_grad(
// CHAIN-COUNT-1: kept for backward
// CHAIN-NOT: kept for backward
// CHAIN: const double root = ::own::root(
// CHAIN-NEXT: a_2[i] = root;
// CHAIN: double d_a_2 = 0.0;
// CHAIN-NEXT: ::own::root_adjoint(a_2[t_4 - i], da * 2.0, d_a_2);
// CHAIN-NEXT: da = d_a_2;

// TENSORS-LABEL: float tensors_value_and_grad(
// TENSORS: nn::view<nn::Tensor<float, nn::Dim{"N"}, 2>>(turned, N) = ::turned(nn::view<nn::Tensor<float,
// TENSORS-NEXT: nn::Dim{"N"}, 2>>(x, N), angle);
// TENSORS-NOT: std::copy
// TENSORS: std::fill_n(d_x, N * 2, 0.0f);
// TENSORS-NEXT: auto d_x_view = nn::view<nn::Tensor<float, nn::Dim{"N"}, 2>>(d_x, N);
// TENSORS-NEXT: float d_angle = 0.0f;
// TENSORS-NEXT: ::turned_adjoint(angle, nn::view<nn::Tensor<float, nn::Dim{"N"}, 2>>({{.*}}, N), d_x_view, d_angle);

// PLAN: forward statements: x -> turned
// PLAN: backward statements: {{.*}} -> d x

// DOT: turned [label="turned\nf32[N,2]"];
// DOT: x -> turned;

// REMARK: adjoints.cpp:[[@LINE-44]]:39: remark: 'chain' is left out of the CUDA code: {{.*}}adjoint of their own
// REFUSED: adjoints.cpp:[[@LINE-45]]:39: error: {{.*}}adjoint of their own
