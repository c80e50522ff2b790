// A generated function's arguments have to be where the workspace is; gradients that nobody wrote go there.
// RUN: %emulated %san %s %cuda_runtime -o %t && %t
#include <nn/derivative.h>
#include <nn/rt/boundary.h>
#include <nn/train.h>

#include <limits>

#include "device_test.h"

namespace {

using Matrix = nn::Tensor<float, 3, 4>;
using Rows = nn::Tensor<float, N, 4>;

void test_inputs() {
  const nn::Device gpu = nn::cuda();
  nn_emulation::set_device_count(2);
  const Matrix here, there = nn::to(gpu, here), elsewhere = nn::to(nn::cuda(1), here);
  nn::rt::Boundary on_host("loss"), on_gpu("loss", gpu);
  on_host.input("x", here);
  on_gpu.input("x", there);
  on_gpu.input("x", nn::to(gpu, Rows(0)));
  throws<nn::Error>([&] { on_host.input("x", there); },
                    "loss: x is on cuda:0, but the call runs on the host; copy it");
  throws<nn::Error>([&] { on_gpu.input("x", here); },
                    "loss: x is on the host, the workspace on cuda:0; copy it");
  throws<nn::Error>([&] { on_gpu.input("x", elsewhere); }, "loss: x is on cuda:1, the workspace on cuda:0");
  on_gpu.labels("label", nn::to(gpu, nn::Tensor<std::int32_t, 2>{5, 6}), 3);  // looked at on the device
  on_gpu.pointer("p", there.device_data());
  on_gpu.pointer("p", nullptr);
  on_host.pointer("p", here.data());
  throws<nn::Error>([&] { on_gpu.pointer("p", here.data()); },
                    "loss: p is on the host, the workspace on cuda:0");
  throws<nn::Error>([&] { on_gpu.pointer("p", elsewhere.device_data()); }, "loss: p is on cuda:1");
}

void test_gradients() {
  const nn::Device gpu = nn::cuda();
  const Matrix x = nn::to(gpu, Matrix());
  const Rows rows = nn::to(gpu, Rows(5));
  nn::rt::Boundary boundary("loss", gpu);
  Matrix fresh, written, there = nn::to(gpu, Matrix());
  Rows unsized;
  written(0, 0) = 1;
  boundary.gradient("grad.w", fresh, x, "w");
  boundary.gradient("grad.w", there, x, "w");
  boundary.gradient("grad.x", unsized, rows, "x");
  throws<nn::Error>([&] { boundary.gradient("grad.model.w1", written, x, "w"); },
                    "loss: grad.model.w1 is on the host, the workspace on cuda:0");
  float memory[12];
  const Matrix view = nn::view<Matrix>(memory);
  throws<nn::Error>([&] { boundary.gradient("grad.w", view, x, "w"); }, "grad.w is on the host");
  throws<nn::Error>([&] { boundary.gradient("grad.x", nn::to(gpu, Rows(4)), rows, "x"); },
                    "grad.x is [N=4, 4], but x is [N=5, 4]");

  const float* const kept = std::as_const(there).device_data();
  check(nn::rt::sized(there, x.extents(), gpu) == kept);
  check(nn::rt::sized(fresh, x.extents(), gpu) == std::as_const(fresh).device_data() &&
        fresh.device() == gpu);
  check(nn::rt::sized(unsized, rows.extents(), gpu) != nullptr && unsized.device() == gpu &&
        unsized.size() == 20);
  Matrix host;
  check(nn::rt::sized(host, host.extents(), nn::Device()) == host.data());

  nn::rt::Memory pieces[] = {nn::rt::read("x", x), nn::rt::written("grad.w", fresh),
                             nn::rt::written("y", there)};
  boundary.no_overlaps(pieces);
  Matrix same = nn::view<Matrix>(gpu, there.device_data());
  nn::rt::Memory overlapping[] = {nn::rt::read("x", same), nn::rt::written("grad.w", there)};
  throws<nn::Error>([&] { boundary.no_overlaps(overlapping); },
                    "the memory of grad.w is written, but overlaps that of x");
}

// Without a workspace a call runs where its tensors are.
float total(const Matrix& x) {
  return nn::sum(x);
}

}  // namespace

template <>
struct nn::Gradients<&total> {
  Matrix x;
};
template <>
inline constexpr bool nn::detail::is_generated<&total> = true;
template <>
struct nn::Derivative<&total> {
  static float value_and_grad(const Matrix& x, nn::Gradients<&total>& grad, nn::Workspace& ws) {
    nn::rt::Boundary boundary("total", ws.device());
    boundary.input("x", x);
    boundary.gradient("grad.x", grad.x, x, "x");
    nn::rt::sized(grad.x, x.extents(), ws.device());
    return 5;
  }
};

namespace {

void test_convenience() {
  const Matrix here, there = nn::to(nn::cuda(), here);
  const auto result = nn::value_and_grad<&total>(there);
  check(result.value == 5 && result.grad.x.device() == nn::cuda());
  check(nn::value_and_grad<&total>(here).grad.x.device().is_host());
  nn::Workspace ws(nn::cuda());
  nn::Gradients<&total> grad;
  check(nn::value_and_grad<&total>(there, grad, ws) == 5 && ws.last_value == 5);
  throws<nn::Error>([&] { nn::value_and_grad<&total>(here, grad, ws); }, "total: x is on the host");
}

// What only looks at a model works where the model is.
void test_looking() {
  struct Model {
    Matrix w;
  };
  Model model;
  model.w(1, 1) = std::numeric_limits<float>::quiet_NaN();
  const Model there = nn::to(nn::cuda(), model);
  check(nn::train::parameter_count(there) == 12);
  check(nn::train::summary(there) == nn::train::summary(model));
  check(nn::train::find_trouble(1, there) == "the gradient of w has nan at element 5");
}

}  // namespace

int main() {
  test_convenience();
  test_looking();
  test_inputs();
  test_gradients();
  no_leaks();
}
