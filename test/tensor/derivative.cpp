// nn::value_and_grad and nn::vjp reach what a generated header specialises, in both forms, without copying
// arguments; without such a header the C++ compiler says in one sentence what to do.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
// RUN: not %cxx -fsyntax-only -DMISSING %s 2>&1 | FileCheck %s
// RUN: not %clang14 -fsyntax-only -DMISSING %s 2>&1 | FileCheck %s
// RUN: not %clang19 -fsyntax-only -DMISSING %s 2>&1 | FileCheck %s
// RUN: not %clang19 -fsyntax-only -DCOUNT %s 2>&1 | FileCheck --check-prefix=COUNT %s
#include <nn/derivative.h>
#include <nn/rt/boundary.h>

#include "tensor_test.h"

using Row = nn::Tensor<float, N>;

struct Model {
  Row w;
  nn::Tensor<float, 2> b;
};

const void* address_of_model;  // the argument as the generated function sees it

NN_DIFF(model)
float loss(const Model& model, const Row& x, float scale) {
  return scale * nn::dot(model.w, x) + nn::sum(model.b);
}

NN_DIFF(x)
nn::Tensor<float, N> doubled(const Row& x) noexcept {
  return x * 2;
}

// What nn-diff writes, by hand: checks and sizing as generated code has them; the workspaces are only passed
// on.
template <>
struct nn::Gradients<&loss> {
  Model model;
};
template <>
struct nn::Derivative<&loss> {
  static float value_and_grad(const Model& model, const Row& x, float scale, Gradients<&loss>& grad,
                              Workspace&) {
    address_of_model = &model;
    rt::Boundary boundary("loss");
    boundary.input("model.w", model.w);
    boundary.input("model.b", model.b);
    boundary.input("x", x);
    boundary.same_size("x", x, 0, boundary.size(model.w, 0), "model.w");
    boundary.gradient("grad.model.w", grad.model.w, model.w, "model.w");
    boundary.gradient("grad.model.b", grad.model.b, model.b, "model.b");
    if (boundary.borrows()) {
      rt::Memory memory[] = {rt::read("model.w", model.w), rt::read("model.b", model.b), rt::read("x", x),
                             rt::written("grad.model.w", grad.model.w),
                             rt::written("grad.model.b", grad.model.b)};
      boundary.no_overlaps(memory);
    }
    float* d_w = rt::sized(grad.model.w, model.w.extents());
    for (std::int64_t i = 0; i < x.size(); ++i) d_w[i] = scale * x.data()[i];
    float* d_b = rt::sized(grad.model.b, model.b.extents());
    d_b[0] = d_b[1] = 1;
    return loss(model, x, scale);
  }
};
template <>
struct nn::Gradients<&doubled> {
  Row x;
};
template <>
struct nn::Outputs<&doubled> {
  Row value;
};
template <>
struct nn::Derivative<&doubled> {
  static void vjp(const Row& x, const Row& upstream, Outputs<&doubled>& out, Gradients<&doubled>& grad,
                  Workspace&) {
    rt::Boundary boundary("doubled");
    boundary.input("x", x);
    const auto shape = rt::extents<Row>({boundary.size(x, 0)});
    boundary.upstream("upstream", upstream, shape);
    boundary.output("out.value", out.value, shape, "the result");
    boundary.gradient("grad.x", grad.x, x, "x");
    if (boundary.borrows()) {
      rt::Memory memory[] = {rt::read("x", x), rt::read("upstream", upstream),
                             rt::written("out.value", out.value), rt::written("grad.x", grad.x)};
      boundary.no_overlaps(memory);
    }
    float* value = rt::sized(out.value, shape);
    float* d_x = rt::sized(grad.x, x.extents());
    for (std::int64_t i = 0; i < x.size(); ++i) value[i] = 2 * x.data()[i], d_x[i] = 2 * upstream.data()[i];
  }
};

#if defined(MISSING)
NN_DIFF() float plain(float x) {
  return x;
}
float value = nn::value_and_grad<&plain>(1.0f).value;
// CHECK: there is no generated derivative of this function: mark it NN_DIFF, run nn-diff on its file, and include the .nn.h
#elif defined(COUNT)
auto result = nn::value_and_grad<&loss>(Model(), Row());
// COUNT: nn::value_and_grad takes the function's arguments, alone or with gradients and workspace after them
#endif

int main() {
  const Model model{Row{1, 2}, {3, 4}};
  const Row x{10, 20};

  // The workspace's definition is in the runtime library, which this test does without: the calls below only
  // pass it.
  alignas(nn::Workspace) unsigned char storage[sizeof(nn::Workspace)];
  auto& workspace = reinterpret_cast<nn::Workspace&>(storage);

  nn::Gradients<&loss> grad;
  check(nn::value_and_grad<&loss>(model, x, 2, grad, workspace) == 107 && address_of_model == &model);
  has(grad.model.w, {20, 40});
  has(grad.model.b, {1, 1});
  check(nn::value_and_grad<&loss>(model, x * 2, 1.0f, grad, workspace) == 107);
  has(grad.model.w, {20, 40});

  throws<nn::Error>([&] { nn::value_and_grad<&loss>(model, Row(3), 1, grad, workspace); },
                    "loss: x is [N=3], but N is 2 in model.w");
  has(grad.model.w, {20, 40});  // nothing was written
  nn::Gradients<&loss> wrong;
  wrong.model.w = Row(5);
  throws<nn::Error>([&] { nn::value_and_grad<&loss>(model, x, 1, wrong, workspace); },
                    "loss: grad.model.w is [N=5], but model.w is [N=2]");

  nn::Outputs<&doubled> out;
  nn::Gradients<&doubled> grad_of_doubled;
  float buffer[2] = {};
  nn::Gradients<&doubled> borrowed{nn::view<Row>(buffer, 2)};
  nn::vjp<&doubled>(x, x + 1, out, grad_of_doubled, workspace);
  has(out.value, {20, 40});
  has(grad_of_doubled.x, {22, 42});
  nn::vjp<&doubled>(x, Row{1, 2}, out, borrowed, workspace);
  check(buffer[0] == 2 && buffer[1] == 4);
  nn::Gradients<&doubled> too_small{nn::view<Row>(buffer, 0)};
  throws<nn::Error>([&] { nn::vjp<&doubled>(x, x, out, too_small, workspace); },
                    "doubled: grad.x is [N=0], but x is [N=2]");
  throws<nn::Error>([&] { nn::vjp<&doubled>(x, Row(3), out, borrowed, workspace); },
                    "doubled: upstream is [N=3], but the result is [N=2]");

  const nn::Tensor<int, N> labels{0, 2, 3};
  const nn::rt::Boundary boundary("f");
  boundary.labels("label", labels, 4);
  throws<nn::Error>([&] { boundary.labels("label", labels, 3); },
                    "f: label(2) is 3, but has to be from 0 to 2");
  nn::Tensor<float, N + 1> composite;
  nn::rt::sized(composite, nn::rt::extents<nn::Tensor<float, N + 1>>({3}));
  check(composite.size() == 4);
  nn::rt::Boundary again("g");
  throws<nn::Error>(
      [&] { again.output("grad.y", composite, nn::rt::extents<nn::Tensor<float, N + 1>>({4}), "y"); },
      "g: grad.y is [N+1=4], but y is [N+1=5]");
}
