// Derivatives of one's own: estimators that pass a gradient straight through what has none, the perceptron's
// rule (C10), tensors of run-time sizes, and upstream gradients.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <cmath>

inline constexpr nn::Dim N{"N"};
inline constexpr nn::Dim F{"F"};

// Rounded forwards, the identity backwards.
NN_DIFF()
double straight_through(double x, double y) {
  const double rounded = nn::stop_gradient(std::round(x) - x) + x;
  return rounded * rounded * y;
}
NN_DIFF()
float straight_through_all(const nn::Tensor<float, N, 3>& x, const nn::Tensor<float, 3>& w) {
  return nn::sum(nn::square(nn::stop_gradient(nn::round(x * w) - x * w) + x * w));
}
inline double rounded(double x) {
  return std::nearbyint(x);
}
NN_ADJOINT(rounded)
inline void rounded_adjoint(double d_result, double& d_x) {
  d_x = d_result;
}
NN_DIFF()
double straight_through_given(double x, double y) {
  return rounded(x) * rounded(x) * y;
}
// Numbers of several kinds, some of them without a derivative.
enum class Mode : short { plain, twice };
inline float scaled(float x, Mode mode, const bool& negative, unsigned char times, double by) {
  return (negative ? -1.0f : 1.0f) * (mode == Mode::twice ? 2.0f : 1.0f) * static_cast<float>(times * by) * x;
}
NN_ADJOINT(scaled)
inline void scaled_adjoint(float x, Mode mode, const bool& negative, unsigned char times, const double& by,
                           float d_result, float& d_x, double& d_by) {
  d_x = scaled(d_result, mode, negative, times, by);
  d_by = static_cast<double>(scaled(x * d_result, mode, negative, times, 1));
}
NN_DIFF()
float of_kinds(float x, double by, int times) {
  return scaled(x, times > 2 ? Mode::twice : Mode::plain, x < 0, static_cast<unsigned char>(times), by);
}
// In run-time code: what is behind a stopped value stays a constant in every round.
NN_DIFF(x)
double stopped_in_loop(const double* x, int n) {
  double s = 0, largest = 0;
  for (int i = 0; i < n; ++i) {
    if (std::abs(x[i]) > largest) largest = nn::stop_gradient(std::abs(x[i]));
    s += x[i] * x[i] / largest;
  }
  return s;
}

// C10: a threshold unit and its own rule w += η(t − o)x.
struct Perceptron {
  nn::Tensor<double, 2> w;
  double b = 0;
};
inline double threshold(double z) {
  return z > 0 ? 1 : 0;
}
NN_ADJOINT(threshold)
inline void threshold_adjoint(double d_result, double& d_z) {
  d_z = d_result;
}
NN_DIFF(unit)
double perceptron(const Perceptron& unit, const nn::Tensor<double, 2>& x, double t) {
  const double o = threshold(nn::dot(unit.w, x) + unit.b);
  return nn::square(t - o) / 2;
}

// Softmax over whole rows, by one's own code, of sizes known at run time.
namespace own {
inline nn::Tensor<double, N, F> softmax(const nn::Tensor<double, N, F>& x,
                                        const nn::Tensor<double, F>& scale) {
  nn::Tensor<double, N, F> y(x.extent(0), x.extent(1));
  for (std::int64_t n = 0; n < x.extent(0); ++n) {
    double sum = 0;
    for (std::int64_t f = 0; f < x.extent(1); ++f) sum += y(n, f) = std::exp(x(n, f) * scale(f));
    for (std::int64_t f = 0; f < x.extent(1); ++f) y(n, f) /= sum;
  }
  return y;
}
NN_ADJOINT(own::softmax)
inline void softmax_adjoint(const nn::Tensor<double, N, F>& result, const nn::Tensor<double, N, F>& d_result,
                            const nn::Tensor<double, N, F>& x, const nn::Tensor<double, F>& scale,
                            nn::Tensor<double, F>& d_scale, nn::Tensor<double, N, F>& d_x) {
  for (std::int64_t n = 0; n < x.extent(0); ++n) {
    double along = 0;
    for (std::int64_t f = 0; f < x.extent(1); ++f) along += result(n, f) * d_result(n, f);
    for (std::int64_t f = 0; f < x.extent(1); ++f) {
      const double d = result(n, f) * (d_result(n, f) - along);
      d_x(n, f) = d * scale(f);
      d_scale(f) += d * x(n, f);  // zero before
    }
  }
}
}  // namespace own
NN_DIFF()
double of_rows(const nn::Tensor<double, N, F>& x, const nn::Tensor<double, F>& scale) {
  const nn::Tensor<double, N, F> y = own::softmax(nn::sin(x), scale * 2.0);
  return nn::sum(nn::square(y) * x) + nn::sum(own::softmax(x + y, scale));
}
NN_DIFF(x, scale)
nn::Tensor<double, N, F> rows(const nn::Tensor<double, N, F>& x, const nn::Tensor<double, F>& scale) {
  return own::softmax(x, scale) * 3.0;
}
// The arguments and results are the caller's memory.
NN_DIFF(x, scale)
nn::Tensor<double, N, F> bare(const nn::Tensor<double, N, F>& x, const nn::Tensor<double, F>& scale) {
  return own::softmax(x, scale);
}
// An argument without a derivative here, and a result that nothing depends on.
NN_DIFF(scale)
double of_scale(const nn::Tensor<double, N, F>& x, const nn::Tensor<double, F>& scale) {
  const nn::Tensor<double, N, F> unused = own::softmax(x, scale);
  return nn::sum(own::softmax(nn::cos(x), scale) * x);
}
#endif
//--- driver.cpp
#include "gradcheck.h"
#include "model.nn.h"

namespace {

void straight() {
  const auto r = nn::value_and_grad<&straight_through>(1.7, 3.0);
  near(r.value, 12, 1e-15);
  near(r.grad.x, 2 * 2 * 3, 1e-15);
  near(r.grad.y, 4, 1e-15);
  const auto given = nn::value_and_grad<&straight_through_given>(1.7, 3.0);
  near(given.value, 12, 1e-15);
  near(given.grad.x, 12, 1e-15);
  near(given.grad.y, 4, 1e-15);
  nn::Tensor<float, N, 3> x(2);
  nn::Tensor<float, 3> w;
  Random random(3);
  random.fill(x, -3, 3);
  random.fill(w, -2, 2);
  const auto all = nn::value_and_grad<&straight_through_all>(x, w);
  near(all.value, straight_through_all(x, w), 1e-5);
  for (int n = 0; n < 2; ++n)
    for (int i = 0; i < 3; ++i) near(all.grad.x(n, i), 2 * std::nearbyint(x(n, i) * w(i)) * w(i), 1e-5);
}

void kinds() {
  for (const float x : {-1.5f, 2.0f})
    for (const int times : {2, 3}) {
      const auto r = nn::value_and_grad<&of_kinds>(x, 0.75, times);
      near(r.value, of_kinds(x, 0.75, times), 1e-6);
      const double factor = (x < 0 ? -1 : 1) * (times > 2 ? 2 : 1) * times;
      near(r.grad.x, factor * 0.75, 1e-6);
      near(r.grad.by, factor * static_cast<double>(x), 1e-6);
    }
}

void stopped() {
  const double x[] = {-0.5, 2, 1, -4, 3};
  double d[5] = {};
  nn::Gradients<&stopped_in_loop> grad;
  grad.x = d;
  nn::Workspace ws;
  near(nn::value_and_grad<&stopped_in_loop>(x, 5, grad, ws), stopped_in_loop(x, 5), 1e-14);
  const double largest[] = {0.5, 2, 2, 4, 4};
  for (int i = 0; i < 5; ++i) near(d[i], 2 * x[i] / largest[i], 1e-14);
}

// Two clouds with a line between them: the rule ends without errors.
void learn() {
  Random random(11);
  double points[40][2];
  for (auto& p : points) do
      for (double& c : p) c = random.uniform(-1, 1);
    while (std::abs(p[0] + 2 * p[1] - 0.2) < 0.1);
  Perceptron unit;
  nn::Gradients<&perceptron> grad;
  nn::Workspace ws;
  const double rate = 0.25;
  int errors = 1, epochs = 0;
  for (; errors > 0 && epochs < 1000; ++epochs) {
    errors = 0;
    for (const auto& p : points) {
      nn::Tensor<double, 2> x = {p[0], p[1]};
      const double t = p[0] + 2 * p[1] > 0.2 ? 1 : 0;
      const double o = threshold(nn::dot(unit.w, x) + unit.b);
      errors += nn::value_and_grad<&perceptron>(unit, x, t, grad, ws) > 0;
      for (int i = 0; i < 2; ++i) {
        const double ruled = unit.w(i) + rate * (t - o) * x(i);
        unit.w(i) -= rate * grad.unit.w(i);
        near(unit.w(i), ruled, 1e-15);
      }
      unit.b -= rate * grad.unit.b;
    }
  }
  check(errors == 0);
  check(epochs > 1);
}

void tensors() {
  Random random(5);
  for (const std::int64_t n : {0, 1, 3})
    for (const std::int64_t f : {1, 2, 5}) {
      nn::Tensor<double, N, F> x(n, f), up(n, f);
      nn::Tensor<double, F> scale(f);
      random.fill(x), random.fill(up), random.fill(scale, 0.5, 2);
      const auto r = nn::value_and_grad<&of_rows>(x, scale);
      near(r.value, of_rows(x, scale), 1e-13);
      gradient_near([&] { return of_rows(x, scale); }, x, r.grad.x);
      gradient_near([&] { return of_rows(x, scale); }, scale, r.grad.scale);
      const auto s = nn::value_and_grad<&of_scale>(x, scale);
      gradient_near([&] { return of_scale(x, scale); }, scale, s.grad.scale);
      nn::Workspace ws;
      for (int call = 0; call < 2; ++call) {
        nn::Outputs<&rows> out;
        nn::Gradients<&rows> grad;
        nn::vjp<&rows>(x, scale, up, out, grad, ws);
        gradient_near([&] { return nn::sum(rows(x, scale) * up); }, x, grad.x);
        gradient_near([&] { return nn::sum(rows(x, scale) * up); }, scale, grad.scale);
        nn::Outputs<&bare> out_bare;
        nn::Gradients<&bare> grad_bare;
        nn::vjp<&bare>(x, scale, up, out_bare, grad_bare, ws);
        for (std::int64_t i = 0; i < n; ++i)
          for (std::int64_t k = 0; k < f; ++k) near(out_bare.value(i, k), bare(x, scale)(i, k), 1e-14);
        gradient_near([&] { return nn::sum(bare(x, scale) * up); }, x, grad_bare.x);
      }
    }
}

}  // namespace

int main() {
  straight();
  kinds();
  stopped();
  learn();
  tensors();
}
