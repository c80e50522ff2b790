// Wrong sizes, labels out of range and overlapping buffers are nn::Errors that name the argument and both
// sizes, thrown before anything is written.
// RUN: split-file %s %t && %matrix %t/errors.cpp %t/driver.cpp
//--- errors.cpp
#ifndef ERRORS_CPP
#define ERRORS_CPP
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"}, H{"H"};
struct Net {
  nn::Tensor<float, 3, H> w;
  nn::Tensor<float, H, 4> v;
};
NN_DIFF(net)
float loss(const Net& net, const nn::Tensor<float, N, 3>& x, const nn::Tensor<int, N>& label) {
  return nn::mean(nn::softmax_cross_entropy(nn::matmul(nn::matmul(x, net.w), net.v), label));
}
NN_DIFF() nn::Tensor<double, N> pairs(const nn::Tensor<double, N * 2>& x, const nn::Tensor<double, N>& y) {
  return nn::sum<1>(nn::reshape<N, 2>(x)) * y;
}
NN_DIFF(x) double from_one(const nn::Tensor<double, 2, N, 5>& x, const nn::Tensor<std::int64_t, 2, N>& word) {
  return nn::sum(nn::pick(x, word - 1));
}
NN_DIFF(x) double hot(const nn::Tensor<double, N, 3>& x, const nn::Tensor<int, N>& label) {
  return nn::sum(x * nn::one_hot<3, double>(label));
}
#endif
//--- driver.cpp
#include "errors.nn.h"
#include "verify.h"

using Batch = nn::Tensor<float, N, 3>;
using Labels = nn::Tensor<int, N>;

// A call must throw an nn::Error that says `text`, and leave the buffers as they were.
template <class F, class Grad>
void refused(F&& call, const Grad& grad, const std::string& text, const char* file = __builtin_FILE(),
             int line = __builtin_LINE()) {
  const auto before = grad;
  throws<nn::Error>(call, text, file, line);
  const auto same = [](const auto& a, const auto& b) {
    return a.size() == b.size() && a.extent(0) == b.extent(0) && verify_detail::same_bits(a, b);
  };
  check(same(grad.net.w, before.net.w) && same(grad.net.v, before.net.v), "(something was written)", file,
        line);
}

void sizes_and_labels() {
  Net net{nn::Tensor<float, 3, H>(6), nn::Tensor<float, H, 4>(6)};
  nn::Gradients<&loss> grad;
  grad.net.w = nn::Tensor<float, 3, H>(6);
  grad.net.w.fill(123);
  nn::Workspace ws(1);
  const Batch x(5);
  const Labels label{0, 1, 2, 3, 0}, short_label{1, 2}, high{0, 1, 4, 3, 0}, low{0, 1, 2, -1, 0};
  const auto call = [&](const Net& n, const Batch& b, const Labels& l) {
    return [&] { nn::value_and_grad<&loss>(n, b, l, grad, ws); };
  };
  refused(call(net, x, short_label), grad, "loss: label is [N=2], but N is 5 in x");
  refused(call(net, x, high), grad, "loss: label(2) is 4, but has to be from 0 to 3");
  refused(call(net, x, low), grad, "loss: label(3) is -1, but has to be from 0 to 3");
  refused(call(net, Batch(), label), grad, "loss: label is [N=5], but N is 0 in x");
  Net narrow{nn::Tensor<float, 3, H>(6), nn::Tensor<float, H, 4>(7)};
  refused(call(narrow, x, label), grad, "loss: net.v is [H=7, 4], but H is 6 in net.w");
  refused(call(Net{nn::Tensor<float, 3, H>(6), {}}, x, label), grad,
          "net.v is [H=0, 4], but H is 6 in net.w");

  grad.net.v = nn::Tensor<float, H, 4>(2);  // not empty, so it has to fit
  refused(call(net, x, label), grad, "loss: grad.net.v is [H=2, 4], but net.v is [H=6, 4]");
  grad.net.v = nn::Tensor<float, H, 4>();
  near(nn::value_and_grad<&loss>(net, x, label, grad, ws), std::log(4.0), 1e-6);  // the buffers still serve
  check(grad.net.v.extent(0) == 6 && grad.net.w(0, 0) == 0);

  Net moved = net;
  const Net taken = std::move(moved);
  throws<nn::Error>([&] { nn::value_and_grad<&loss>(moved, x, label, grad, ws); }, "but net.w is [3, H=0]");
}

void overlaps() {
  const Net net{nn::Tensor<float, 3, H>(6), nn::Tensor<float, H, 4>(6)};
  nn::Workspace ws(1);
  std::vector<float> memory(64, 1);
  const auto w = [&](int at) { return nn::view<nn::Tensor<float, 3, H>>(memory.data() + at, 6); };
  const auto v = [&](int at) { return nn::view<nn::Tensor<float, H, 4>>(memory.data() + at, 6); };
  const Batch x(2);
  const Labels label(2);
  nn::Gradients<&loss> each_other{{w(0), v(17)}}, apart{{w(0), v(18)}};
  throws<nn::Error>([&] { nn::value_and_grad<&loss>(net, x, label, each_other, ws); },
                    "loss: the memory of grad.net.v is written, but overlaps that of grad.net.w");
  throws<nn::Error>(
      [&] { nn::value_and_grad<&loss>(Net{w(40), nn::Tensor<float, H, 4>(6)}, x, label, apart, ws); },
      "the memory of grad.net.v is written, but overlaps that of net.w");
  for (float element : memory) check(element == 1);
  nn::value_and_grad<&loss>(net, x, label, apart, ws);
  check(memory[0] == 0 && memory[41] == 0 && memory[42] == 1);
}

void derived_sizes() {
  const nn::Tensor<double, N * 2> x(3), odd(4), empty;
  const nn::Tensor<double, N> y(3);
  throws<nn::Error>([&] { nn::vjp<&pairs>(odd, y, y); }, "pairs: y is [N=3], but N is 4 in x");
  throws<nn::Error>([&] { nn::vjp<&pairs>(empty, y, y); }, "pairs: y is [N=3], but N is 0 in x");
  throws<nn::Error>([&] { nn::vjp<&pairs>(x, y, nn::Tensor<double, N>(2)); },
                    "pairs: upstream is [N=2], but the result is [N=3]");
  nn::Outputs<&pairs> out{nn::Tensor<double, N>(9)};
  nn::Gradients<&pairs> grad;
  nn::Workspace ws(1);
  throws<nn::Error>([&] { nn::vjp<&pairs>(x, y, y, out, grad, ws); },
                    "pairs: out.value is [N=9], but the result is [N=3]");
  check(grad.x.size() == 0 && grad.y.size() == 0);
}

void shifted_labels() {
  const nn::Tensor<double, 2, N, 5> x(3);
  nn::Tensor<std::int64_t, 2, N> word(3);
  word.fill(5);
  near(nn::value_and_grad<&from_one>(x, word).grad.x(1, 2, 4), 1, 0);
  word(1, 2) = 0;
  throws<nn::Error>([&] { nn::value_and_grad<&from_one>(x, word); },
                    "from_one: word(1, 2) is 0, but has to be from 1 to 5");
  throws<nn::Error>([&] { nn::value_and_grad<&hot>(nn::Tensor<double, N, 3>(2), Labels{1, 3}); },
                    "hot: label(1) is 3, but has to be from 0 to 2");
}

int main() {
  sizes_and_labels();
  overlaps();
  derived_sizes();
  shifted_labels();
}
