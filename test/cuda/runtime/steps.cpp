// A Step is captured once and replayed by one launch; what changed is captured anew, and nothing stale runs.
// RUN: %emulated %s %cuda_runtime -o %t && %t && env NN_EMULATION_SEED=0 %t && env NN_EMULATION_SEED=4 %t
#include <nn/rt/cuda.h>
#include <nn/train.h>

#include <cmath>
#include <memory>

#include "device_test.h"

namespace cuda = nn::rt::cuda;

namespace {

using Vector = nn::Tensor<float, N>;

struct Model {
  Vector w;
};

// grad = 2 (w - x), by way of the arena; value = |w - x|².
__global__ void difference(int n, const float* w, const float* x, float* d) {
  for (int i = static_cast<int>(threadIdx.x); i < n; i += 256) d[i] = w[i] - x[i];
}
__global__ void square(int n, const float* d, float* grad, float* value) {
  float sum = 0;
  for (int i = static_cast<int>(threadIdx.x); i < n; i += 256) {
    grad[i] = 2 * d[i];
    sum += d[i] * d[i];
  }
  sum = cuda::block_sum(sum);
  if (threadIdx.x == 0) *value = sum;
}

float distance(const Model& model, const Vector& x, Model& grad, nn::Workspace& ws) {
  const auto n = static_cast<int>(x.size());
  cuda::Call call(ws);
  auto* const d = reinterpret_cast<float*>(call.reserve(static_cast<std::size_t>(n + 1) * sizeof(float)));
  cuda::launch(call, "difference", difference, {1, 256}, n, model.w.device_data(), x.device_data(), d);
  cuda::launch(call, "square", square, {1, 256}, n, d, grad.w.raw_briefly_writable(), d + n);
  return call.value(d + n);
}

Vector filled(std::int64_t n, float value) {
  Vector x(n);
  x.fill(value);
  return x;
}

float expected_value(int step, int n, float start) {  // w moves by 2·rate of the way each time
  return static_cast<float>(n * std::pow(start * std::pow(0.8, step), 2));
}

void test_replay() {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu);
  Model model{nn::to(gpu, filled(100, 1))}, grad{nn::to(gpu, Vector(100))};
  Vector x = nn::to(gpu, Vector(100));
  nn::Sgd<Model> sgd({.learning_rate = 0.1});
  nn::Step step(ws);
  float inside = 0;
  const auto body = [&] {
    inside = distance(model, x, grad, ws);
    sgd.step(model, grad, ws);
  };
  step(body);
  check(std::isnan(inside));
  near(step.value<float>(), expected_value(0, 100, 1), 1e-5);
  near(step.value<float>(), expected_value(0, 100, 1), 1e-5);  // again

  nn_emulation::reset_counters();
  for (int i = 0; i < 5; ++i) step(body);
  const nn_emulation::Counters now = nn_emulation::counters();
  check(now.graph_launches == 5 && now.launches == 15 && now.captures == 0, "(replayed)");
  check(now.allocations == 0 && now.host_allocations == 0 && now.frees == 0 && now.synchronisations == 0);
  check(nn_emulation::calls("cudaLaunchKernel") == 0);
  near(step.value<float>(), expected_value(5, 100, 1), 1e-5);
  check(nn_emulation::counters().synchronisations == 1);

  // Other elements in the same place need no new graph; another place, number or amount of work does.
  nn::copy(x, filled(100, 0.5f), ws);
  step(body);
  near(step.value<float>(), 100 * std::pow(std::pow(0.8, 6) - 0.5, 2), 1e-4);
  check(nn_emulation::counters().captures == 0);
  const Vector before = x;
  x = nn::to(gpu, filled(100, 2));
  step(body);
  check(nn_emulation::counters().captures == 1);
  const float w = on_host(model.w)(0);
  step(body);
  near(step.value<float>(), 100 * std::pow(w - 2, 2), 1e-3);
  check(nn_emulation::counters().captures == 1);
  sgd.options.learning_rate = 0;
  const long syncs = nn_emulation::counters().synchronisations;
  const long made = nn_emulation::calls("cudaGraphInstantiate");
  step(body);
  step(body);
  check(nn_emulation::counters().captures == 2);
  check(nn_emulation::calls("cudaGraphInstantiate") == made);  // the graph is updated, not made again
  check(nn_emulation::counters().synchronisations == syncs);
  near(step.value<float>(), 100 * std::pow(on_host(model.w)(0) - 2, 2), 1e-3);
  step([&] { distance(model, x, grad, ws); });
  check(nn_emulation::counters().captures == 3);
  step([] {});
  throws<nn::Error>([&] { step.value<float>(); }, "no step has computed a value");
}

// Another size in between grows the arena, and the memory that was noted stays until it was used.
void test_sizes() {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu);
  nn::Step step(ws);
  for (int round = 0; round < 3; ++round)
    for (const int n : {10, 1000, 300}) {
      Model small{nn::to(gpu, filled(4, 3))}, model{nn::to(gpu, filled(n, 2))};
      step([&] {
        Model small_grad{nn::to(gpu, Vector(4))};  // freed before the graph runs
        Model grad{nn::to(gpu, Vector(n))};
        distance(small, small.w, small_grad, ws);
        distance(model, grad.w, grad, ws);
      });
      near(step.value<float>(), 4.0 * n, 1e-3);
    }
}

// The optimisers count their steps on the device.
void test_adam() {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu), host;
  Model model{nn::to(gpu, filled(10, 1))}, grad{nn::to(gpu, Vector(10))}, reference{filled(10, 1)};
  const Vector x = nn::to(gpu, Vector(10));
  nn::Adam<Model> adam({.learning_rate = 0.05}), host_adam({.learning_rate = 0.05});
  nn::Step step(ws);
  for (int i = 0; i < 20; ++i) {
    if (i == 2) nn_emulation::reset_counters();
    if (i == 10) adam.steps = host_adam.steps = 1000;  // as after loading a checkpoint
    step([&] {
      distance(model, x, grad, ws);
      adam.step(model, grad, ws);
    });
    host_adam.step(reference, Model{Vector(2.0f * reference.w)}, host);
    all_near(on_host(model.w), reference.w, 1e-5);
  }
  check(adam.steps == 1010 && nn_emulation::counters().captures <= 1);
}

void test_uploads() {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu);
  Model model{nn::to(gpu, Vector(50))}, grad{nn::to(gpu, Vector(50))};
  Vector x = nn::to(gpu, Vector(50)), batch(50);
  nn::Step step(ws);
  nn_emulation::reset_counters();
  for (int i = 0; i < 6; ++i) {
    batch.fill(static_cast<float>(i));
    step([&] {
      nn::copy(x, batch, ws);
      distance(model, x, grad, ws);
    });
    batch.fill(-1);
    if (i % 2 == 0) near(step.value<float>(), 50.0 * i * i, 1e-6);
  }
  check(nn_emulation::counters().captures == 2, "(two graphs take turns)");
  check(nn_emulation::counters().host_allocations == 2);
  ws.synchronize();
  nn_emulation::reset_counters();
  batch.fill(3);
  for (int i = 0; i < 2; ++i) {
    step([&] {
      nn::copy(x, batch, ws);
      distance(model, x, grad, ws);
    });
  }
  check(nn_emulation::counters().synchronisations == 0, "(both are free, so nobody waits)");
  throws<nn::Error>([&] { nn::copy(x, Vector(49), ws); }, "[N=50], the one to read [N=49]");
  throws<nn::Error>([&] { nn::copy(batch, batch, ws); },
                    "the tensor to write is on the host, the workspace on cuda:0");
  throws<nn::Error>([&] { nn::copy(x, x, ws); }, "the tensor to read is on cuda:0");
}

// What cannot be part of a step says so, and a body that throws leaves nothing behind.
void test_mistakes() {
  const nn::Device gpu = nn::cuda();
  nn::Workspace ws(gpu);
  Model model{nn::to(gpu, filled(10, 1))}, grad{nn::to(gpu, Vector(10))};
  const Vector x = nn::to(gpu, Vector(10));
  nn::Step step(ws), other(ws);
  const auto body = [&] { distance(model, x, grad, ws); };
  throws<nn::Error>([&] { step.value<float>(); }, "no step has computed a value");
  throws<nn::Error>([&] { step([&] { other(body); }); }, "a step inside the body of a step");
  throws<nn::Error>([&] { step([&] { body(), static_cast<void>(on_host(grad.w)); }); },
                    "copied to the host inside the body of an nn::Step");
  throws<nn::Error>([&] { step([&] { ws.synchronize(); }); }, "ws.synchronize() inside the body");
  throws<nn::Error>([&] { step([&] { step.value<float>(); }); }, "value() inside the body");
  throws<nn::Error>([&] { step([&] { body(), throw nn::Error("mine"); }); }, "mine");
  step(body);
  near(step.value<float>(), 10, 1e-6);
  throws<nn::Error>([&] { step.value<double>(); }, "the value has 4 bytes, value<T>() asks for 8");
  step([&] {
    body();
    const Model snapshot = grad;  // shares the buffer until the next line
    distance(model, x, grad, ws);
    check(snapshot.w.device_data() != std::as_const(grad.w).device_data());
  });
  near(step.value<float>(), 10, 1e-6);
}

// A failure at any call of CUDA while capturing or replaying is an error, and the next step works.
void test_failures() {
  const nn::Device gpu = nn::cuda();
  const char* const functions[] = {"cudaStreamBeginCapture", "cudaLaunchKernel", "cudaMemcpyAsync",
                                   "cudaGraphInstantiate",   "cudaGraphLaunch",  "cudaEventRecord"};
  for (const char* function : functions) {
    nn::Workspace ws(gpu);
    Model model{nn::to(gpu, filled(10, 1))}, grad{nn::to(gpu, Vector(10))};
    const Vector x = nn::to(gpu, Vector(10));
    nn::Step step(ws);
    const auto body = [&] { distance(model, x, grad, ws); };
    nn_emulation::fail_next(function, cudaErrorInvalidValue);
    throws<nn::Error>([&] { step(body); }, "cudaErrorInvalidValue");
    step(body);
    near(step.value<float>(), 10, 1e-6);
  }
}

void test_on_host() {
  nn::Workspace ws;
  nn::Step step(ws);
  int runs = 0;
  for (int i = 0; i < 3; ++i) step([&] { ws.last_value = ++runs; });
  check(runs == 3 && step.value<float>() == 3);
  Vector x(3);
  nn::copy(x, filled(3, 2), ws);
  all_near(x, filled(3, 2), 0);
}

}  // namespace

int main() {
  test_replay();
  test_sizes();
  test_adam();
  test_uploads();
  test_mistakes();
  test_failures();
  test_on_host();
  no_leaks();
}
