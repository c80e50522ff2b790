// Derivatives in a direction on the emulated GPU agree with the host's: of tensors, of numbers, of gradients.
// RUN: split-file %s %t && cd %t && nn-diff --emit=cpp,cuda model.cpp
// RUN: cd %t && %emulated -I%t model.nn.cu -x none driver.cpp model.nn.cpp %cuda_runtime -o run && ./run
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

struct Net {
  nn::Tensor<double, 7, 9> w1;
  nn::Tensor<double, 9> b1;
  nn::Tensor<double, 9, 3> w2;
};

NN_DIFF(net, x)
NN_MODES(jvp) nn::Tensor<double, N, 3> outputs(const Net& net, const nn::Tensor<double, N, 7>& x) {
  return nn::softmax(nn::matmul(nn::tanh(nn::matmul(x, net.w1) + net.b1), net.w2));
}

NN_DIFF(net)
NN_MODES(jvp, hvp)
double loss(const Net& net, const nn::Tensor<double, N, 7>& x, const nn::Tensor<int, N>& label) {
  const auto h = nn::gelu(nn::matmul(x, net.w1) + net.b1);
  return nn::mean(nn::softmax_cross_entropy(nn::matmul(h, net.w2), label));
}
#endif
//--- driver.cpp
#include <nn/cuda.h>

#include "gradcheck.h"
#include "model.nn.h"

template <class X>
X there(const X& x) {
  return nn::to(nn::cuda(), x);
}
template <class X>
void same(const X& on_device, const X& expected) {
  const X x = nn::to(nn::Device(), on_device);
  for (std::int64_t i = 0; i < x.size(); ++i) near(x.data()[i], expected.data()[i], 1e-12);
}

int main() {
  Random random(1);
  const auto draw = [&] {
    Net net;
    random.fill(net.w1);
    random.fill(net.b1);
    random.fill(net.w2);
    return net;
  };
  for (std::int64_t n : {1, 6, 40}) {
    const Net net = draw();
    nn::Tensor<double, N, 7> x(n);
    random.fill(x);
    nn::Tensor<int, N> label(n);
    for (std::int64_t i = 0; i < n; ++i) label(i) = static_cast<int>(i % 3);

    nn::Tangents<&outputs> v{draw(), x};
    const auto host = nn::jvp<&outputs>(net, x, v);
    const auto device = nn::jvp<&outputs>(there(net), there(x), there(v));
    same(device.value, host.value);
    same(device.tangent, host.tangent);

    const nn::Tangents<&loss> w{draw()};
    const auto slope = nn::jvp<&loss>(net, x, label, w);
    const auto slope_there = nn::jvp<&loss>(there(net), there(x), there(label), there(w));
    near(slope_there.value, slope.value, 1e-12);
    near(slope_there.tangent, slope.tangent, 1e-12);
    const auto second = nn::hvp<&loss>(net, x, label, w);
    const auto second_there = nn::hvp<&loss>(there(net), there(x), there(label), there(w));
    near(second_there.value, second.value, 1e-12);
    same(second_there.grad.net.w1, second.grad.net.w1);
    same(second_there.product.net.w1, second.product.net.w1);
    same(second_there.product.net.b1, second.product.net.b1);
    same(second_there.product.net.w2, second.product.net.w2);
  }
}
