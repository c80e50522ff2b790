// How a derivative is called: the caller's buffers, views, empty batches, several threads, no allocation
// after the first call, two models in one program.
// RUN: split-file %s %t && %matrix %t/calls.cpp %t/other.cpp %t/driver.cpp
//--- sizes.h
#ifndef SIZES_H
#define SIZES_H
#include <nn/nn.h>
inline constexpr nn::Dim N{"N"};
#endif
//--- calls.cpp
#ifndef CALLS_CPP
#define CALLS_CPP
#include "sizes.h"

struct Net {
  nn::Tensor<float, 20, 64> w1;
  nn::Tensor<float, 64> b1;
  nn::Tensor<float, 64, 5> w2;
  int version = 1;  // not a parameter: left alone
};
NN_DIFF(net, x)
float loss(const Net& net, const nn::Tensor<float, N, 20>& x, const nn::Tensor<int, N>& label) {
  auto h = nn::tanh(nn::matmul(x, net.w1) + net.b1);
  return nn::sum(nn::softmax_cross_entropy(nn::matmul(h, net.w2), label));
}
// Parameters called like what generated code adds.
NN_DIFF()
nn::Tensor<double, N> names(const nn::Tensor<double, N>& grad, const nn::Tensor<double, N>& ws, double out,
                            double upstream) {
  return grad * ws * out + upstream;
}
#endif
//--- other.cpp
#ifndef OTHER_CPP
#define OTHER_CPP
#include "sizes.h"

namespace other {
struct Net {
  nn::Tensor<float, 20> w;
};
NN_DIFF(net)
float loss(const Net& net, const nn::Tensor<float, N, 20>& x) {
  return nn::sum(nn::square(nn::matmul(x, net.w)));
}
}  // namespace other
#endif
//--- driver.cpp
#include "calls.nn.h"
#include "other.nn.h"
#include "verify.h"

#include <new>
#include <thread>

std::atomic<long> allocations{0};

void* count_allocation(void* memory) {
  ++allocations;
  if (!memory) throw std::bad_alloc();
  return memory;
}
void* operator new(std::size_t size) {
  return count_allocation(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto unit = static_cast<std::size_t>(alignment);
  return count_allocation(std::aligned_alloc(unit, (size + unit - 1) / unit * unit));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

using Batch = nn::Tensor<float, N, 20>;
using Labels = nn::Tensor<int, N>;

Net random_net() {
  Random random(1);
  Net net;
  random.fill(net.w1), random.fill(net.b1), random.fill(net.w2);
  return net;
}
Batch random_batch(int n, int seed = 2) {
  Random random(seed);
  return random_tensor(Batch(n), random);
}
Labels random_labels(int n) {
  Random random(3);
  Labels labels(n);
  for (int& label : labels) label = static_cast<int>(random.index(5));
  return labels;
}

void no_allocation() {
  const Net net = random_net();
  for (int threads : {1, 2}) {
    nn::Workspace ws(threads);
    nn::Gradients<&loss> grad, small_grad;
    const Batch x = random_batch(3000), small = random_batch(3);
    const Labels label = random_labels(3000), small_label = random_labels(3);
    const float first = nn::value_and_grad<&loss>(net, x, label, grad, ws);
    nn::value_and_grad<&loss>(net, small, small_label, small_grad, ws);
    const long before = allocations;
    for (int i = 0; i < 5; ++i) {
      check(nn::value_and_grad<&loss>(net, x, label, grad, ws) == first, "(a later call)");
      nn::value_and_grad<&loss>(net, small, small_label, small_grad, ws);
    }
    const long more = allocations - before;
    check(more == 0, "(allocated " + std::to_string(more) + " times)");
    check(ws.capacity() >= nn::Derivative<&loss>::value_and_grad_bytes(3000));
  }
}

void empty_batch() {
  nn::Gradients<&loss> grad;
  grad.net.version = 7;
  grad.net.w1.fill(3);
  nn::Workspace ws(1);
  near(nn::value_and_grad<&loss>(random_net(), Batch(0), Labels(0), grad, ws), 0, 0);
  for (float g : std::as_const(grad).net.w1) check(g == 0);
  check(grad.x.size() == 0 && grad.net.version == 7);
}

// Gradients in the caller's memory, a batch that is a view of a larger one, and gradients that share a
// buffer.
void views() {
  const Net net = random_net();
  Batch all = random_batch(10);
  const Labels label = random_labels(4);
  std::vector<float> memory(4 * 20 + 2, 9);
  nn::Gradients<&loss> into{Net(), nn::view<Batch>(memory.data() + 1, 4)};
  nn::Workspace ws(1);
  const auto part = nn::view<Batch>(std::as_const(all).data() + 3 * 20, 4);
  const float value = nn::value_and_grad<&loss>(net, part, label, into, ws);
  Batch copied(4);
  for (int i = 0; i < 80; ++i) copied.data()[i] = part.data()[i];
  const auto expected = nn::value_and_grad<&loss>(net, copied, label);
  near(value, expected.value, 0);
  for (int i = 0; i < 80; ++i) near(memory[i + 1], expected.grad.x.data()[i], 0);
  check(memory[0] == 9 && memory[81] == 9, "(written past its end)");

  nn::Gradients<&loss> shared;
  shared.net = net;  // the buffers are shared until one side is written
  nn::value_and_grad<&loss>(net, copied, label, shared, ws);
  all_near(shared.net.w1, expected.grad.net.w1, 0);
  all_near(net.w1, random_net().w1, 0);
}

void threads() {
  const Net net = random_net();
  const Labels label = random_labels(500);
  const auto expected = nn::value_and_grad<&loss>(net, random_batch(500), label);
  const auto work = [&](bool& same) {
    nn::Workspace ws(2);
    nn::Gradients<&loss> grad;
    for (int i = 0; i < 20; ++i) {
      const float value = nn::value_and_grad<&loss>(net, random_batch(500), label, grad, ws);
      same = same && value == expected.value && verify_detail::same_bits(grad.net.w1, expected.grad.net.w1);
    }
  };
  bool same[2] = {true, true};
  std::thread a([&] { work(same[0]); }), b([&] { work(same[1]); });
  a.join(), b.join();
  check(same[0] && same[1], "(threads disagree)");
}

void two_models() {
  nn::Workspace ws(1);
  nn::Gradients<&loss> grad;
  nn::Gradients<&other::loss> other_grad;
  const Batch x = random_batch(3);
  other::Net net;
  net.w.fill(0.5f);
  const float first = nn::value_and_grad<&loss>(random_net(), x, random_labels(3), grad, ws);
  const float value = nn::value_and_grad<&other::loss>(net, x, other_grad, ws);
  near(nn::value_and_grad<&loss>(random_net(), x, random_labels(3), grad, ws), first, 0);
  double expected = 0, slope = 0;
  for (int n = 0; n < 3; ++n) {
    double row = 0;
    for (int i = 0; i < 20; ++i) row += 0.5 * x(n, i);
    expected += row * row;
    slope += 2 * row * x(n, 4);
  }
  near(value, expected, 1e-5);
  near(other_grad.net.w(4), slope, 1e-5);
}

int main() {
  no_allocation();
  empty_batch();
  views();
  threads();
  two_models();
  Random random(4);
  const auto v = [&] { return random_tensor(nn::Tensor<double, N>(6), random); };
  verify<&names>(1e-8, v(), v(), 1.5, -2.0);
}
