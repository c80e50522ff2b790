// Loops, branches and single elements on the emulated GPU: value, gradients and what is left in arguments
// agree with the host's, for sizes of one and of many blocks, twice with the same bits; launches are those
// that
// --print=plan counts.
// RUN: split-file %s %t && cd %t && nn-diff --emit=cpp,cuda loops.cpp
// RUN: cd %t && nn-diff --print=plan --emit=cuda loops.cpp > plans.txt
// RUN: cd %t && %clang19 %as_emulated %san -g0 -I%t loops.nn.cu -x none driver.cpp loops.nn.cpp %cuda_runtime -o run && ./run plans.txt
// RUN: cd %t && env NN_EMULATION_SEED=7 ./run plans.txt
//--- loops.cpp
#ifndef LOOPS_CPP
#define LOOPS_CPP
#include <nn/nn.h>

#include <cmath>
#include <span>
#include <utility>
#include <vector>

inline constexpr nn::Dim N{"N"}, K{"K"};

// Independent rounds, and two sums over them.
NN_DIFF()
double independent(const double* x, const double* y, int n) {
  double s = 0, p = 1;
  for (int i = 0; i < n; ++i) {
    s += std::sin(x[i]) * y[i];
    if (x[i] > 0) p -= x[i] * x[i];
  }
  return s * p;
}
// Rows of a matrix behind a pointer: a softmax of each, its own in every round.
NN_DIFF()
double rows(const double* x, int n, int m) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    double most = x[i * m];
    for (int j = 1; j < m; ++j) most = std::max(most, x[i * m + j]);
    double total = 0;
    for (int j = 0; j < m; ++j) total += std::exp(x[i * m + j] - most);
    for (int j = 0; j < m; ++j) s += std::exp(x[i * m + j] - most) / total * j;
  }
  return s;
}
// Memory of a round.
NN_DIFF()
double own_memory(const double* x, int n) {
  double s = 0;
  for (int i = 0; i < n; ++i) {
    double t[3];
    for (int k = 0; k < 3; ++k) t[k] = x[3 * i + k] * (k + 1);
    s += t[0] * t[1] + std::sin(t[2]);
  }
  return s;
}
// Rounds that need each other: elements that the round before has written, and a number that is not only
// added to.
NN_DIFF()
double dependent(std::span<double> x, int n) {
  for (int i = 1; i < n; ++i) x[i] += 0.5 * x[i - 1];
  double s = 0;
  for (int i = 2; i < n; ++i) s = 0.9 * s + x[i] * x[i - 2];
  return s;
}
// Buffers that change places, in a loop of one thread.
NN_DIFF()
double swapped(const double* x, int n, int rounds) {
  double a[9] = {}, b[9] = {}, *now = a, *next = b;
  for (int i = 0; i < n && i < 9; ++i) now[i] = x[i];
  for (int k = 0; k < rounds; ++k) {
    for (int i = 0; i < 9; ++i) next[i] = 0.3 * now[i] + std::sin(now[(i + 1) % 9]);
    std::swap(now, next);
  }
  double s = 0;
  for (int i = 0; i < 9; ++i) s += now[i] * (i + 1);
  return s;
}
// What the host knows decides between whole tensors.
NN_DIFF(a)
double chosen(const nn::Tensor<double, N, 4>& a, int mode, double c) {
  nn::Tensor<double, N, 4> r = a * c;
  double k = c;
  if (mode > 1) {
    r = nn::tanh(r);
    k = nn::sum(r);
  }
  return nn::sum(r * r) * k;
}
struct Rnn {
  nn::Tensor<double, 5, 7> in;
  nn::Tensor<double, 7, 7> rec;
  nn::Tensor<double, 7> b;
};
// Products in a loop of the host's; numbers that stay on the device.
NN_DIFF(net, x, decay)
double rnn(const Rnn& net, const nn::Tensor<double, N, 5>& x, int steps, double decay) {
  nn::Tensor<double, N, 7> h = nn::matmul(x, net.in);
  double s = 0;
  for (int t = 0; t < steps; ++t) {
    h = nn::tanh(nn::matmul(x, net.in) + nn::matmul(h, net.rec) * s + net.b);
    s = s * decay + nn::sum(h * h) / (t + 1);
  }
  return s;
}
// Elements of tensors between operations on them.
NN_DIFF()
double elements(const nn::Tensor<double, N, 4>& a, double c) {
  nn::Tensor<double, N, 4> r(a.extent(0));
  for (int i = 0; i < a.extent(0); ++i)
    for (int j = 0; j < 4; ++j) r(i, j) = a(i, j) * c * j + (i > 0 ? a(i - 1, j) : 0.0);
  return nn::sum(nn::tanh(r));
}
// Whole tensors and a number that are changed, without a loop.
NN_DIFF()
double overwrites(nn::Tensor<double, N>& a, const nn::Tensor<double, N>& b, double& k) {
  a = a * b;
  k = k * nn::sum(a);
  return nn::sum(b * a * a) * k;
}
// A tensor that the function changes, one without axes, a number that it changes, and a span.
NN_DIFF()
double changes(nn::Tensor<double, N>& a, const nn::Tensor<double>& c, double& k, std::span<const double> v) {
  for (int i = 0; i < a.extent(0); ++i) a(i) = a(i) * a(i) * k;
  for (double x : v) k += x * c;
  return nn::sum(a) * k;
}
#endif
//--- driver.cpp
#include <nn/cuda.h>

#include <emulation.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <string>

#include "gradcheck.h"
#include "loops.nn.h"

namespace {

constexpr auto gpu_memory = [] { return nn::cuda(); };
using Array = nn::Tensor<double, N>;

Array numbers(std::int64_t n, int seed) {
  Array x(n);
  Random(seed).fill(x);
  return x;
}
Array fetched(const Array& x) {
  return nn::to(nn::Device(), x);
}
void agree(const Array& a, const Array& b) {
  for (std::int64_t i = 0; i < a.size(); ++i) near(a(i), b(i), 1e-12);
}

// By function, the launches that --print=plan says.
std::map<std::string, long> planned;

void read_plans(const char* path) {
  std::ifstream file(path);
  std::string function;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("plan of ")) function = line.substr(8, line.find(" (") - 8);
    long launches = 0;
    if (std::sscanf(line.c_str(), "  on a GPU: %ld launch", &launches) == 1) planned[function] = launches;
  }
}

// A function of a pointer and sizes: on the host, and twice on the device.
template <auto f, class... Rest>
void with_pointer(const char* name, std::int64_t n, Rest... rest) {
  Array x = numbers(n, 1), d(n);
  const Array there_before = nn::to(gpu_memory(), x), zero = nn::to(gpu_memory(), d);
  nn::Gradients<f> grad;
  nn::Workspace host{1}, ws{gpu_memory()};
  grad.x = d.data();
  const double value = nn::value_and_grad<f>(x.data(), rest..., grad, host);
  Array first;
  for (int call = 0; call < 2; ++call) {
    Array there = there_before, slopes = zero;
    grad.x = slopes.device_data();
    double* const elements = there.device_data();
    const long before = nn_emulation::counters().launches;
    near(nn::value_and_grad<f>(elements, rest..., grad, ws), value, 1e-12);
    if (n > 0) check(nn_emulation::counters().launches - before == planned.at(name), name);
    agree(fetched(slopes), d);
    agree(fetched(there), x);
    if (call == 1) check(std::equal(first.begin(), first.end(), fetched(slopes).begin()));
    first = fetched(slopes);
  }
  grad.x = nullptr;
  Array there = there_before;
  near(nn::value_and_grad<f>(there.device_data(), rest..., grad, ws), value, 1e-12);
}

// A function that changes what a span shows.
template <auto f, class... Rest>
void with_span(std::int64_t n, Rest... rest) {
  Array x = numbers(n, 2), d(n), there = nn::to(gpu_memory(), x), slopes = nn::to(gpu_memory(), d);
  const auto size = static_cast<std::size_t>(n);
  nn::Gradients<f> grad;
  nn::Workspace host{1}, ws{gpu_memory()};
  grad.x = {d.data(), size};
  const double value = nn::value_and_grad<f>(std::span(x.data(), size), rest..., grad, host);
  grad.x = {slopes.device_data(), size};
  near(nn::value_and_grad<f>(std::span(there.device_data(), size), rest..., grad, ws), value, 1e-12);
  agree(fetched(slopes), d);
  agree(fetched(there), x);
}

void two_pointers(std::int64_t n) {
  const Array x = numbers(n, 3), y = numbers(n, 4), x_there = nn::to(gpu_memory(), x),
              y_there = nn::to(gpu_memory(), y);
  Array dx(n), dy(n), dx_there = nn::to(gpu_memory(), dx), dy_there = nn::to(gpu_memory(), dy);
  nn::Gradients<&independent> grad{dx.data(), dy.data()},
      there{dx_there.device_data(), dy_there.device_data()};
  nn::Workspace host{1}, ws{gpu_memory()};
  const int size = static_cast<int>(n);
  const double value = nn::value_and_grad<&independent>(x.data(), y.data(), size, grad, host);
  near(nn::value_and_grad<&independent>(x_there.device_data(), y_there.device_data(), size, there, ws), value,
       1e-12);
  agree(fetched(dx_there), dx);
  agree(fetched(dy_there), dy);
}

void tensors(std::int64_t n) {
  nn::Tensor<double, N, 4> a(n);
  Random(5).fill(a);
  const auto there = nn::to(gpu_memory(), a);
  nn::Workspace ws{gpu_memory()};
  const auto same = [&](const auto& x, const auto& y) {
    const auto back = nn::to(nn::Device(), y);
    for (std::int64_t i = 0; i < x.size(); ++i) near(x.data()[i], back.data()[i], 1e-12);
  };
  for (int mode : {1, 2}) {
    const auto r = nn::value_and_grad<&chosen>(a, mode, 0.3);
    nn::Gradients<&chosen> grad;
    near(nn::value_and_grad<&chosen>(there, mode, 0.3, grad, ws), r.value, 1e-12);
    same(r.grad.a, grad.a);
  }
  const auto r = nn::value_and_grad<&elements>(a, 0.3);
  nn::Gradients<&elements> grad;
  near(nn::value_and_grad<&elements>(there, 0.3, grad, ws), r.value, 1e-12);
  same(r.grad.a, grad.a);
  near(r.grad.c, grad.c, 1e-12);
}

void networks(std::int64_t n) {
  Rnn net;
  Random random(6);
  random.fill(net.in), random.fill(net.rec), random.fill(net.b);
  nn::Tensor<double, N, 5> x(n);
  random.fill(x);
  const Rnn net_there = nn::to(gpu_memory(), net);
  const auto x_there = nn::to(gpu_memory(), x);
  nn::Workspace ws{gpu_memory()};
  for (int steps : {0, 1, 4}) {
    const auto r = nn::value_and_grad<&rnn>(net, x, steps, 0.4);
    nn::Gradients<&rnn> grad;
    near(nn::value_and_grad<&rnn>(net_there, x_there, steps, 0.4, grad, ws), r.value, 1e-12);
    const nn::Gradients<&rnn> back = nn::to(nn::Device(), grad);
    for (int i = 0; i < 35; ++i) near(back.net.in.data()[i], r.grad.net.in.data()[i], 1e-11);
    for (int i = 0; i < 49; ++i) near(back.net.rec.data()[i], r.grad.net.rec.data()[i], 1e-11);
    for (int i = 0; i < 7; ++i) near(back.net.b(i), r.grad.net.b(i), 1e-11);
    for (std::int64_t i = 0; i < x.size(); ++i) near(back.x.data()[i], r.grad.x.data()[i], 1e-11);
    near(grad.decay, r.grad.decay, 1e-11);
  }
}

void changed(std::int64_t n) {
  Array a = numbers(n, 7), v = numbers(9, 8), a_there = nn::to(gpu_memory(), a),
        v_there = nn::to(gpu_memory(), v);
  nn::Tensor<double> c;
  *c.data() = 0.7;
  const auto c_there = nn::to(gpu_memory(), c);
  Array dv(9), dv_there = nn::to(gpu_memory(), dv);
  nn::Gradients<&changes> grad, there;
  grad.v = {dv.data(), 9};
  there.v = {dv_there.device_data(), 9};
  double k = 0.3, k_there = 0.3;
  nn::Workspace host{1}, ws{gpu_memory()};
  const double value = nn::value_and_grad<&changes>(a, c, k, std::span(v.data(), 9), grad, host);
  near(
      nn::value_and_grad<&changes>(a_there, c_there, k_there, std::span(v_there.device_data(), 9), there, ws),
      value, 1e-12);
  agree(fetched(a_there), a);
  near(k_there, k, 1e-12);
  near(there.k, grad.k, 1e-12);
  near(*nn::to(nn::Device(), there.c).data(), *grad.c.data(), 1e-12);
  agree(nn::to(nn::Device(), there.a), grad.a);
  agree(fetched(dv_there), dv);
}

void overwritten(std::int64_t n) {
  const Array before = numbers(n, 9), b = numbers(n, 10), b_there = nn::to(gpu_memory(), b);
  Array a = before, a_there = nn::to(gpu_memory(), before), slopes(n);
  nn::Gradients<&overwrites> grad, there;
  double k = 0.3, k_there = 0.3, sum = 0, squares = 0;
  nn::Workspace host{1}, ws{gpu_memory()};
  const double value = nn::value_and_grad<&overwrites>(a, b, k, grad, host);
  near(nn::value_and_grad<&overwrites>(a_there, b_there, k_there, there, ws), value, 1e-12);
  for (std::int64_t i = 0; i < n; ++i)
    near(a(i), before(i) * b(i), 1e-12), sum += a(i), squares += b(i) * a(i) * a(i);
  near(k, 0.3 * sum, 1e-12);
  near(value, squares * k, 1e-12);
  for (std::int64_t i = 0; i < n; ++i) near(grad.a(i), 0.3 * (squares + 2 * b(i) * a(i) * sum) * b(i), 1e-12);
  agree(fetched(a_there), a);
  near(k_there, k, 1e-12);
  near(there.k, grad.k, 1e-12);
  agree(nn::to(nn::Device(), there.a), grad.a);
  agree(nn::to(nn::Device(), there.b), grad.b);
}

void refusals() {
  nn::Workspace ws{gpu_memory()};
  const double x[2] = {1, 2};
  nn::Gradients<&own_memory> grad;
  throws<nn::Error>([&] { nn::value_and_grad<&own_memory>(x, 2, grad, ws); }, "own_memory: x is on the host");
  const Array there = nn::to(gpu_memory(), numbers(6, 1));
  double d[6] = {};
  grad.x = d;
  throws<nn::Error>([&] { nn::value_and_grad<&own_memory>(there.device_data(), 2, grad, ws); },
                    "own_memory: grad.x is on the host");
}

}  // namespace

int main(int, char** argv) {
  read_plans(argv[1]);
  for (int n : {0, 1, 5, 1000}) {
    two_pointers(n);
    with_pointer<&rows>("rows", n * 7, n, 7);
    with_pointer<&own_memory>("own_memory", n * 3, n);
    with_span<&dependent>(n, n);
    with_pointer<&swapped>("swapped", n, n, 3);
    changed(n), overwritten(n);
  }
  with_pointer<&swapped>("swapped", 40, 40, 4);
  for (int n : {1, 3, 300}) tensors(n), networks(n);
  refusals();
}
