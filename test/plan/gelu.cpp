// On a GPU products take GELU's approximation by tanh along, and the sweep back its derivative with the
// bias's gradient: the library's and one that the user has spelled out. What is another function (the exact
// GELU, other constants, a kink) or has rows that are no whole eights stays in kernels.
// RUN: mkdir -p %t && cd %t && nn-diff %s --print=plan --emit=cuda > plans
// RUN: FileCheck %s < %t/plans
// RUN: nn-diff %s --print=plan --emit=cpp -o %t/host | FileCheck %s --check-prefix=HOST
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

template <int n>
struct Layer {
  nn::Tensor<float, 8, n> w;
  nn::Tensor<float, n> b;
};

NN_DIFF(net)
float library(const Layer<24>& net, const nn::Tensor<float, N, 8>& x, const nn::Tensor<float, 24, 3>& out) {
  auto h = nn::gelu_tanh(nn::matmul(x, net.w) + net.b);
  return nn::sum(nn::square(nn::matmul(h, out)));
}
// CHECK: plan of library
// CHECK-NEXT: forward product [[H:h[_0-9]*]] = x·net.w {{.*}} + net.b, gelu, its operand -> [[OPERAND:[a-z_0-9]+]]{{$}}
// CHECK-NEXT: forward product {{.*}} = [[H]]·out
// CHECK: backward product dh = {{.*}}·outᵀ {{.*}} times gelu'([[OPERAND]]), sums of columns -> d net.b
// CHECK-NEXT: backward product d net.w = xᵀ·dh
// CHECK: total {{ *}}2 {{ *}}4

// On the host it is a kernel that stores the operand, and nothing twice.
// HOST: plan of library
// HOST-NEXT: product
// HOST-NEXT: forward loops {{.*}}: h, net.b -> h, h_2{{$}}

NN_DIFF(net, out)
float spelled(const Layer<24>& net, const nn::Tensor<float, N, 8>& x, const nn::Tensor<float, 24, 3>& out) {
  auto u = nn::matmul(x, net.w) + net.b;
  auto h = 0.5 * u * (1.0 + nn::tanh(0.79788456 * u * (1.0 + 0.044715 * nn::square(u))));
  return nn::sum(nn::square(nn::matmul(h, out)));
}
// CHECK: plan of spelled
// CHECK-NEXT: product h{{.*}} = x·net.w {{.*}} + net.b, gelu, its operand -> [[SPELLED:[a-z_0-9]+]]{{$}}
// CHECK: times gelu'([[SPELLED]]), sums of columns -> d net.b

NN_DIFF(net)
float exact(const Layer<24>& net, const nn::Tensor<float, N, 8>& x, const nn::Tensor<float, 24, 3>& out) {
  auto h = nn::gelu(nn::matmul(x, net.w) + net.b);
  return nn::sum(nn::square(nn::matmul(h, out)));
}
// CHECK: plan of exact
// CHECK-NOT: gelu

NN_DIFF(net)
float other_constant(const Layer<24>& net, const nn::Tensor<float, N, 8>& x,
                     const nn::Tensor<float, 24, 3>& out) {
  auto u = nn::matmul(x, net.w) + net.b;
  auto h = 0.5 * u * (1.0 + nn::tanh(0.7979 * u * (1.0 + 0.044715 * nn::square(u))));
  return nn::sum(nn::square(nn::matmul(h, out)));
}
// CHECK: plan of other_constant
// CHECK-NOT: gelu

NN_DIFF(net)
float with_a_kink(const Layer<24>& net, const nn::Tensor<float, N, 8>& x,
                  const nn::Tensor<float, 24, 3>& out) {
  auto u = nn::matmul(x, net.w) + net.b;
  auto h = nn::maximum(nn::gelu_tanh(u), -10);
  return nn::sum(nn::square(nn::matmul(h, out)));
}
// CHECK: plan of with_a_kink
// CHECK-NOT: gelu

NN_DIFF(net)
float ragged(const Layer<20>& net, const nn::Tensor<float, N, 8>& x, const nn::Tensor<float, 20, 3>& out) {
  auto h = nn::gelu_tanh(nn::matmul(x, net.w) + net.b);
  return nn::sum(nn::square(nn::matmul(h, out)));
}
// CHECK: plan of ragged
// CHECK-NOT: gelu
