// The plan for a GPU says what each step asks of it: a product with bias, rectifier, mask or sums of columns
// is one library call, a kernel with sums over rows two launches, what the host knows nothing; every element
// counts once. The digits classifier takes eleven, so that a training step with its optimiser is twelve.
// RUN: mkdir -p %t && cd %t && nn-diff %s --print=plan --emit=cuda | FileCheck %s
// RUN: cd %t && nn-diff %s --print=plan | FileCheck %s --check-prefix=LINE
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Digits {
  nn::Tensor<float, 784, 512> w1;
  nn::Tensor<float, 512> b1;
  nn::Tensor<float, 512, 512> w2;
  nn::Tensor<float, 512> b2;
  nn::Tensor<float, 512, 10> w3;
  nn::Tensor<float, 10> b3;
};

NN_DIFF(net)
float digits(const Digits& net, const nn::Tensor<float, N, 784>& x, const nn::Tensor<int, N>& label) {
  auto h = nn::relu(nn::matmul(x, net.w1) + net.b1);
  h = nn::relu(nn::matmul(h, net.w2) + net.b2);
  return nn::mean(nn::softmax_cross_entropy(nn::matmul(h, net.w3) + net.b3, label));
}

// CHECK: plan of digits
// CHECK-NEXT: 0 {{.*}}product h = x·net.w1 {{.*}} + net.b1, relu, its mask -> [[MASK:[a-z_0-9]+]]
// CHECK: sums of columns -> d net.b2
// CHECK: bytes read {{ *}}bytes written
// CHECK-NEXT: labels 1 {{ *}}0 {{ *}}4*N {{ *}}0
// 784·512 weights, 512 biases, N·784 inputs; N·512 results and a bit for each of them.
// CHECK-NEXT: 0 {{ *}}0 {{ *}}1 {{ *}}1607680 + 3136*N {{ *}}2112*N
// CHECK-NEXT: 1 {{ *}}0 {{ *}}1 {{ *}}1050624 + 2048*N {{ *}}2112*N
// CHECK-NEXT: 2 {{ *}}0 {{ *}}1 {{ *}}20480 + 2048*N {{ *}}40*N
// CHECK-NEXT: 3 {{ *}}0 {{ *}}0 {{ *}}0 {{ *}}0
// The softmax reads logits, labels and biases, and leaves the logits' adjoints and the biases' gradients.
// CHECK-NEXT: 4 {{ *}}2 {{ *}}0 {{ *}}40 + 44*N {{ *}}40 + 40*N
// CHECK-NEXT: 5 {{ *}}0 {{ *}}0 {{ *}}0 {{ *}}0
// CHECK: total {{ *}}3 {{ *}}8 {{ *}}3747880 + 20864*N {{ *}}2678824 + 8400*N
// CHECK-NEXT: on a GPU: 3 launches and 8 library calls, in an nn::Step one graph; about 1.392e+07 bytes
// LINE: plan of digits
// LINE-NOT: library calls {{ *}}bytes
// LINE: on a GPU: 3 launches and 8 library calls
