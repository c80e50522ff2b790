// Value and gradient of an RNN and an LSTM, 64 steps of 32 rows: generated and by hand.
#include <array>
#include <memory>

#include "harness.h"
#include "nn/rt/float_mode.h"
#include "recurrent_expert.h"
#include "recurrent_model.nn.h"

namespace {

constexpr int steps = 64, rows = 32, in = bench::inputs_of_cell, width = bench::states_of_cell;

// Multiply-adds of the products, twice: forward once, backward for both operands.
double flops(int gates) {
  return 3 * 2.0 * steps * rows * (in + width) * width * gates;
}

/// What both contenders are given, and the gates side by side for the hand-written one.
template <std::size_t gates>
struct Problem {
  static constexpr std::int64_t columns = gates * width;

  Problem() {
    bench::fill(random, x, 1);
    bench::fill(random, h0, 0.5f);
    for (Gate& gate : cell)
      bench::fill(random, gate.w, 0.1f), bench::fill(random, gate.u, 0.1f), bench::fill(random, gate.b, 0.1f);
    w = joined([](const Gate& g) { return g.w.data(); }, in);
    u = joined([](const Gate& g) { return g.u.data(); }, width);
    b = joined([](const Gate& g) { return g.b.data(); }, 1);
  }

  template <class Of>
  std::vector<float> joined(Of of, std::int64_t count) const {
    std::vector<float> all(static_cast<std::size_t>(count * columns));
    for (std::size_t g = 0; g < gates; ++g)
      for (std::int64_t i = 0; i < count; ++i)
        std::copy_n(of(cell[g]) + i * width, width,
                    all.begin() + i * columns + static_cast<std::int64_t>(g) * width);
    return all;
  }

  bench::Cell by_hand() const { return {w.data(), u.data(), b.data()}; }
  bench::Sequence sequence() const { return {x.data(), h0.data(), steps, rows}; }
  bench::CellGradients gradients() { return {dw.data(), du.data(), db.data(), dx.data(), dh0.data()}; }

  nn::Random random{5};
  Inputs x = Inputs(steps, rows);
  States h0 = States(rows);
  std::array<Gate, gates> cell;
  std::vector<float> w, u, b, room;
  std::vector<float> dw = std::vector<float>(in * columns), du = std::vector<float>(width * columns);
  std::vector<float> db = std::vector<float>(columns), dx = std::vector<float>(steps * rows * in);
  std::vector<float> dh0 = std::vector<float>(rows * width);
  nn::Workspace ws{1};
};

// The largest difference relative to the largest entry.
double apart(const float* a, const float* b, std::size_t size) {
  double most = 0, largest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const double d = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (!(d <= most)) most = d;  // a NaN stays
    largest = std::max(largest, std::abs(static_cast<double>(a[i])));
  }
  return most / largest;
}

// The gradient of one gate, as generated, and where the hand-written one has it.
template <std::size_t gates, class D>
void compare(const std::string& net, Problem<gates>& p, const D& gate, std::size_t number) {
  const auto part = [&](const std::vector<float>& all, const float* own, std::int64_t count) {
    double most = 0;
    for (std::int64_t i = 0; i < count; ++i)
      most = std::max(
          most, apart(own + i * width, all.data() + i * p.columns + static_cast<std::int64_t>(number) * width,
                      width));
    return most;
  };
  bench::require_rounding(net, "the gradient of w", part(p.dw, gate.w.data(), in));
  bench::require_rounding(net, "the gradient of u", part(p.du, gate.u.data(), width));
  bench::require_rounding(net, "the gradient of b", part(p.db, gate.b.data(), 1));
}

template <std::size_t gates, class D>
void compare_rest(const std::string& net, const Problem<gates>& p, const D& grad, float value,
                  float by_hand) {
  bench::require_rounding(net, "the value", apart(&value, &by_hand, 1));
  bench::require_rounding(net, "the gradient of x", apart(p.dx.data(), grad.x.data(), p.dx.size()));
  bench::require_rounding(net, "the gradient of h0", apart(p.dh0.data(), grad.h0.data(), p.dh0.size()));
}

void add_rnn() {
  const auto p = std::make_shared<Problem<1>>();
  const auto grad = std::make_shared<nn::Gradients<&rnn_loss>>();
  const auto generated = [p, grad] {
    return nn::value_and_grad<&rnn_loss>(p->cell[0], p->x, p->h0, *grad, p->ws);
  };
  const auto by_hand = [p] {
    const nn::rt::FlushSubnormals flush;
    const bench::CellGradients out = p->gradients();
    return bench::rnn_by_hand(p->ws, p->by_hand(), p->sequence(), &out, p->room);
  };
  const float value = generated(), hand_value = by_hand();
  compare_rest("rnn", *p, *grad, value, hand_value);
  compare("rnn", *p, grad->cell, 0);
  bench::add("rnn/forward", flops(1) / 3,
             [p] { return bench::rnn_by_hand(p->ws, p->by_hand(), p->sequence(), nullptr, p->room); });
  bench::add("rnn/by_hand", flops(1), by_hand);
  bench::add("rnn/generated", flops(1), generated);
}

void add_lstm() {
  const auto p = std::make_shared<Problem<4>>();
  const auto grad = std::make_shared<nn::Gradients<&lstm_loss>>();
  const auto cell = std::make_shared<Lstm>(Lstm{p->cell[0], p->cell[1], p->cell[2], p->cell[3]});
  const auto generated = [p, grad, cell] {
    return nn::value_and_grad<&lstm_loss>(*cell, p->x, p->h0, *grad, p->ws);
  };
  const auto by_hand = [p] {
    const nn::rt::FlushSubnormals flush;
    const bench::CellGradients out = p->gradients();
    return bench::lstm_by_hand(p->ws, p->by_hand(), p->sequence(), &out, p->room);
  };
  const float value = generated(), hand_value = by_hand();
  compare_rest("lstm", *p, *grad, value, hand_value);
  compare("lstm", *p, grad->cell.input, 0);
  compare("lstm", *p, grad->cell.forget, 1);
  compare("lstm", *p, grad->cell.output, 2);
  compare("lstm", *p, grad->cell.candidate, 3);
  bench::add("lstm/forward", flops(4) / 3,
             [p] { return bench::lstm_by_hand(p->ws, p->by_hand(), p->sequence(), nullptr, p->room); });
  bench::add("lstm/by_hand", flops(4), by_hand);
  bench::add("lstm/generated", flops(4), generated);
}

}  // namespace

int main(int argc, char** argv) {
  add_rnn();
  add_lstm();
  return bench::run(argc, argv);
}
