// Recurrent networks over a run-time number of steps: RNN, LSTM and GRU against differences, the recursion of
// backpropagation through time, and numbers computed elsewhere; losses on the last state and on each, an
// upstream gradient, truncation.
// RUN: split-file %s %t && %matrix %t/model.cpp %t/driver.cpp
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

inline constexpr nn::Dim T{"T"};
inline constexpr nn::Dim N{"N"};

using Inputs = nn::Tensor<double, T, N, 2>;
using States = nn::Tensor<double, N, 3>;

struct Rnn {
  nn::Tensor<double, 2, 3> w;
  nn::Tensor<double, 3, 3> u;
  States operator()(const nn::Tensor<double, N, 2>& x, const States& h) const {
    return nn::tanh(nn::matmul(x, w) + nn::matmul(h, u));
  }
};

// Input, forget and output gates and the candidate, each of three columns; the equations of PyTorch's
// nn.LSTM.
struct Gate {
  nn::Tensor<double, 2, 3> w;
  nn::Tensor<double, 3, 3> u;
  nn::Tensor<double, 3> b;
  auto operator()(const nn::Tensor<double, N, 2>& x, const States& h) const {
    return nn::matmul(x, w) + nn::matmul(h, u) + b;
  }
};
struct LstmState {
  States h, c;
};
struct Lstm {
  Gate input, forget, output, candidate;
  LstmState operator()(const nn::Tensor<double, N, 2>& x, const LstmState& s) const {
    States c = nn::sigmoid(forget(x, s.h)) * s.c + nn::sigmoid(input(x, s.h)) * nn::tanh(candidate(x, s.h));
    States h = nn::sigmoid(output(x, s.h)) * nn::tanh(c);
    return {h, c};
  }
};
// nn.GRU's: the reset gate scales what the candidate takes from the state, after its product.
struct Gru {
  Gate reset, update;
  nn::Tensor<double, 2, 3> w;
  nn::Tensor<double, 3, 3> u;
  States operator()(const nn::Tensor<double, N, 2>& x, const States& h) const {
    auto z = nn::sigmoid(update(x, h));
    auto n = nn::tanh(nn::matmul(x, w) + nn::sigmoid(reset(x, h)) * nn::matmul(h, u));
    return (1.0 - z) * n + z * h;
  }
};

NN_DIFF()
double rnn_last(const Rnn& cell, const Inputs& x, const States& h0) {
  States h = h0;
  for (int t = 0; t < x.extent(0); ++t) h = cell(x(t), h);
  return nn::sum(h * h);
}
NN_DIFF()
States rnn_state(const Rnn& cell, const Inputs& x, const States& h0) {
  States h = h0;
  for (int t = 0; t < x.extent(0); ++t) h = cell(x(t), h);
  return h;
}
NN_DIFF()
double lstm_each(const Lstm& cell, const Inputs& x) {
  const int n = static_cast<int>(x.extent(1));
  LstmState s{States(n), States(n)};
  double loss = 0;
  for (int t = 0; t < x.extent(0); ++t) {
    s = cell(x(t), s);
    loss += nn::sum(s.h * s.h);
  }
  return loss;
}
NN_DIFF()
double gru_last(const Gru& cell, const Inputs& x) {
  States h(static_cast<int>(x.extent(1)));
  for (int t = 0; t < x.extent(0); ++t) h = cell(x(t), h);
  return nn::sum(h);
}
// The gradient goes back through at most `steps` steps.
NN_DIFF(cell)
double rnn_truncated(const Rnn& cell, const Inputs& x, const States& h0, int steps) {
  States h = h0;
  double loss = 0;
  for (int t = 0; t < x.extent(0); ++t) {
    if (t % steps == 0) h = nn::stop_gradient(h);
    h = cell(x(t), h);
    loss += nn::sum(h * h);
  }
  return loss;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

template <class X>
void set(X& tensor, int& k) {
  for (auto& v : tensor) v = 0.8 * std::sin(1.3 * ++k);
}
void set(Gate& gate, int& k) {
  set(gate.w, k), set(gate.u, k), set(gate.b, k);
}
Rnn rnn() {
  Rnn cell;
  int k = 0;
  set(cell.w, k), set(cell.u, k);
  return cell;
}
Lstm lstm() {
  Lstm cell;
  int k = 0;
  set(cell.input, k), set(cell.forget, k), set(cell.output, k), set(cell.candidate, k);
  return cell;
}
Gru gru() {
  Gru cell;
  int k = 0;
  set(cell.reset, k), set(cell.update, k), set(cell.w, k), set(cell.u, k);
  return cell;
}
Inputs inputs(int t, int n) {
  Inputs x(t, n);
  int k = 100;
  set(x, k);
  return x;
}
States states(int n) {
  States h(n);
  int k = 200;
  set(h, k);
  return h;
}

// d loss / d u and d loss / d w by hand: delta_T = g'(z_T) dh_T, delta_t = g'(z_t) (delta_{t+1} Uᵀ);
// dU = Σ h_{t-1}ᵀ delta_t, dW = Σ x_tᵀ delta_t. `cut`: where a multiple of it begins, nothing goes further
// back.
void through_time(const Rnn& cell, const Inputs& x, const States& h0, int cut, bool each, Rnn& d) {
  const int steps = static_cast<int>(x.extent(0)), n = static_cast<int>(x.extent(1));
  std::vector<States> h{h0};
  for (int t = 0; t < steps; ++t) h.push_back(cell(x(t), h.back()));
  States dh(n);
  for (int t = steps; t-- > 0;) {
    States delta(n), before(n);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < 3; ++j) {
        const double y = h[static_cast<std::size_t>(t) + 1](i, j);
        if (each || t == steps - 1) dh(i, j) += 2 * y;
        delta(i, j) = (1 - y * y) * dh(i, j);
        for (int k = 0; k < 3; ++k) {
          d.u(k, j) += h[static_cast<std::size_t>(t)](i, k) * delta(i, j);
          before(i, k) += delta(i, j) * cell.u(k, j);
        }
        for (int k = 0; k < 2; ++k) d.w(k, j) += x(t, i, k) * delta(i, j);
      }
    dh = cut > 0 && t % cut == 0 ? States(n) : before;
  }
}

int main() {
  nn::Workspace ws;
  for (int t : {0, 1, 2, 7})
    for (int n : {0, 1, 3}) {
      verify(rnn_last, rnn(), inputs(t, n), states(n));
      verify(lstm_each, lstm(), inputs(t, n));
      verify(gru_last, gru(), inputs(t, n));
      nn::Gradients<&rnn_last> grad;
      nn::value_and_grad<&rnn_last>(rnn(), inputs(t, n), states(n), grad, ws);
      Rnn by_hand;
      through_time(rnn(), inputs(t, n), states(n), 0, false, by_hand);
      all_near(grad.cell.u, by_hand.u, 1e-12);
      all_near(grad.cell.w, by_hand.w, 1e-12);
      // The same with the upstream gradient given.
      nn::Outputs<&rnn_state> out;
      nn::Gradients<&rnn_state> back;
      nn::vjp<&rnn_state>(rnn(), inputs(t, n), states(n), states(n), out, back, ws);
      States twice = out.value * 2.0;
      nn::vjp<&rnn_state>(rnn(), inputs(t, n), states(n), twice, out, back, ws);
      all_near(back.cell.u, by_hand.u, 1e-12);
      all_near(back.x, grad.x, 1e-12);
      all_near(back.h0, grad.h0, 1e-12);
      for (int cut : {1, 2, 3}) {
        nn::Gradients<&rnn_truncated> truncated;
        nn::value_and_grad<&rnn_truncated>(rnn(), inputs(t, n), states(n), cut, truncated, ws);
        Rnn expected;
        through_time(rnn(), inputs(t, n), states(n), cut, true, expected);
        all_near(truncated.cell.u, expected.u, 1e-12);
        all_near(truncated.cell.w, expected.w, 1e-12);
      }
    }
  // Values and gradients computed by complex steps from PyTorch's documented equations.
  nn::Gradients<&lstm_each> l;
  near(nn::value_and_grad<&lstm_each>(lstm(), inputs(5, 2), l, ws), 0.739016496605019, 1e-13);
  near(l.cell.input.u(0, 0), 0.000311727117921823, 1e-13);
  near(l.cell.forget.u(2, 1), -0.027224147928510863, 1e-13);
  near(l.cell.output.w(1, 2), 0.033793770857337535, 1e-13);
  near(l.cell.candidate.b(0), 0.10806023200414462, 1e-13);
  nn::Gradients<&gru_last> g;
  near(nn::value_and_grad<&gru_last>(gru(), inputs(5, 2), g, ws), 0.11291653635514692, 1e-13);
  near(g.cell.reset.u(0, 0), -0.026086905702675363, 1e-13);
  near(g.cell.update.b(1), 0.11641725364814114, 1e-13);
  near(g.cell.w(1, 2), -0.21147574645966538, 1e-13);
  near(g.cell.u(2, 0), -0.011864877108521186, 1e-13);
}
