// What the drivers of random programs check, for every program and extent (checker.h).
#include "checker.h"

#include <cstdio>
#include <cstring>
#include <thread>

void Result::gradient(const double* g, std::size_t count, double base) {
  for (std::size_t i = 0; i < count; ++i) gradients.push_back(g[i] - base);
}
void Result::left(const double* x, std::size_t count) {
  arguments.insert(arguments.end(), x, x + count);
}

namespace {

using Numbers = std::vector<double>;

bool all_finite(const Numbers& x) {
  for (double v : x)
    if (!std::isfinite(v)) return false;
  return true;
}

bool same_bits(const Numbers& a, const Numbers& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

bool same(const Result& a, const Result& b) {
  return same_bits(a.value, b.value) && same_bits(a.gradients, b.gradients) &&
         same_bits(a.arguments, b.arguments);
}

double dot(const Numbers& a, const Numbers& b) {
  double s = 0;
  for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
  return s;
}

/// a·x + b·y.
Numbers combined(double a, const Numbers& x, double b, const Numbers& y) {
  Numbers r(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) r[i] = a * x[i] + b * y[i];
  return r;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {
    for (int i = 0; i < 4; ++i) bits();
  }
  double number() { return static_cast<double>(bits() >> 40) / 8388608.0 * 1.5 - 1.5; }
  int whole() { return static_cast<int>(bits() >> 40) % 4; }
  Numbers numbers(std::size_t count) {
    Numbers v(count);
    for (double& x : v) x = number();
    return v;
  }

 private:
  std::uint64_t bits() { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }
  std::uint64_t state_;
};

Inputs inputs_of(const Program& p, int n, Random& random) {
  Inputs in;
  in.n = n;
  for (const Part& part : p.parts) {
    if (part.kind == Part::whole) in.wholes.push_back(random.whole());
    if (part.kind != Part::real) continue;
    const Numbers more = random.numbers(part.count(n));
    in.reals.insert(in.reals.end(), more.begin(), more.end());
  }
  return in;
}

/// The derivative of u · plain in one input by central differences of fourth order; false where the function
/// has a kink near: there one-sided slopes differ, or steps of another width give another result.
bool difference(const Program& p, Inputs in, std::size_t i, const Upstream& u, double& slope) {
  const double x = in.reals[i], middle = dot(u, p.plain(in));
  double slopes[2], scale = 0;
  for (int k = 0; k < 2; ++k) {
    const double h = k == 0 ? 1e-3 : 4e-4;
    const auto at = [&](double step) {
      in.reals[i] = x + step;
      return dot(u, p.plain(in));
    };
    const double p1 = at(h), m1 = at(-h), p2 = at(2 * h), m2 = at(-2 * h);
    const double near = (p1 - m1) / (2 * h), far = (p2 - m2) / (4 * h);
    const double bend = (p1 - 2 * middle + m1) / h, far_bend = (p2 - 2 * middle + m2) / (2 * h);
    slopes[k] = (4 * near - far) / 3;
    scale = 2e-5 * (1 + std::abs(near));
    if (!(std::abs(near - far) < scale) || !(std::abs(far_bend - 2 * bend) < scale)) return false;
  }
  slope = slopes[1];
  return std::abs(slopes[0] - slopes[1]) < 1e-2 * scale;
}

/// Where a part's numbers begin, and how many integers are before it.
std::size_t offset(const Program& p, int part, int n) {
  std::size_t at = 0;
  for (int i = 0; i < part; ++i) at += p.parts[static_cast<std::size_t>(i)].count(n);
  return at;
}
std::size_t integers_before(const Program& p, int part) {
  std::size_t count = 0;
  for (int i = 0; i < part; ++i) count += p.parts[static_cast<std::size_t>(i)].kind == Part::whole;
  return count;
}

/// What a program that `whole` calls gets of its inputs; −1 stands for `value`.
Inputs passed_on(const Program& whole, const Inputs& in, const Program& callee, const std::vector<int>& of,
                 double value) {
  Inputs to;
  to.n = in.n;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const Part& part = callee.parts[i];
    if (of[i] < 0) to.reals.push_back(value);
    if (of[i] < 0) continue;
    if (part.kind == Part::whole) to.wholes.push_back(in.wholes[integers_before(whole, of[i])]);
    const double* first = in.reals.data() + offset(whole, of[i], in.n);
    to.reals.insert(to.reals.end(), first, first + part.count(in.n));
  }
  return to;
}

/// What is expected of a gradient: a sum, and the size of what was added, for its rounding.
struct Expected {
  Numbers sum, size;
};

/// Adds factor · (the gradient of a callee) to the whole's.
void add(const Program& whole, int n, const Program& callee, const std::vector<int>& of, double factor,
         const Numbers& gradients, Expected& to) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const std::size_t count = callee.parts[i].count(n);
    for (std::size_t k = 0; k < count && of[i] >= 0; ++k) {
      const std::size_t there = offset(whole, of[i], n) + k;
      to.sum[there] += factor * gradients[at + k];
      to.size[there] += std::abs(factor * gradients[at + k]);
    }
    at += count;
  }
}

/// What the oracle says: value, then gradient.
Numbers oracle_of(const Program& p, const Inputs& in) {
  if (!p.dual) return p.plain(in);
  const Duals duals = p.dual(in);
  Numbers all = {duals.value.v};
  all.insert(all.end(), duals.value.d.begin(), duals.value.d.end());
  return all;
}

/// True where inputs that differ in their last bits give results that differ in digits that are compared: a
/// jump, or an iteration that blows up rounding.
bool is_ill_posed(const Program& p, const Inputs& in) {
  const Numbers middle = oracle_of(p, in);
  Random random(3);
  for (int trial = 0; trial < 8; ++trial) {
    Inputs near = in;
    for (double& x : near.reals) x *= 1 + 1e-15 * random.number();
    const Numbers there = oracle_of(p, near);
    for (std::size_t i = 0; i < middle.size(); ++i)
      if (!(std::abs(there[i] - middle[i]) <= 1e-11 * (1 + std::abs(middle[i])))) return true;
  }
  return false;
}

class Checker {
 public:
  explicit Checker(const std::vector<Program>& programs) : programs_(programs) {}

  void all_rules(const Program& p, int n) {
    Random random(static_cast<std::uint64_t>(n) * 1000003 + p.parts.size());
    const Inputs& in = begin(p, n, random);
    const Result r = p.dual ? against_duals(p, in) : against_differences(p, in, random);
    unchanged(p, in, r);
    ++checks_;
  }

  /// The rule of sums or the chain rule for a program that calls two others.
  void composition(const Composed& c, int n) {
    const Program &whole = programs_[c.whole], &f = programs_[c.first], &g = programs_[c.second];
    Random random(static_cast<std::uint64_t>(n) + 77);
    const Inputs& in = begin(whole, n, random);
    const Result h = whole.run(in, nullptr, ws_);
    const Inputs of_f = passed_on(whole, in, f, c.of_first, 0);
    const Result rf = f.run(of_f, nullptr, ws_);
    const Inputs of_g = passed_on(whole, in, g, c.of_second, rf.value[0]);
    const Result rg = g.run(of_g, nullptr, ws_);
    const bool chained = c.rule == Composed::chain;
    const Upstream du = {chained && !rg.gradients.empty() ? rg.gradients[0] : 0};
    const Result pulled = chained ? f.run(of_f, &du, ws_) : rf;
    Expected expected{Numbers(h.gradients.size()), Numbers(h.gradients.size(), 1)};
    add(whole, n, f, c.of_first, chained ? 1 : c.a, pulled.gradients, expected);
    add(whole, n, g, c.of_second, chained ? 1 : c.b, rg.gradients, expected);
    if (!all_finite(expected.sum) || !all_finite(h.gradients)) return;
    for (std::size_t i = 0; i < h.gradients.size(); ++i)
      compare(chained ? "the chain rule" : "the rule of sums", i, h.gradients[i], expected.sum[i],
              1e-10 * expected.size[i]);
    ++checks_;
  }

  /// Two threads, each with a workspace of its own, get what one alone gets.
  void threads(int n) {
    std::vector<Result> results[2];
    const auto work = [&](std::vector<Result>& to) {
      nn::Workspace ws;
      for (const Program& p : programs_) {
        Random random(static_cast<std::uint64_t>(n) + 5);
        const Inputs in = inputs_of(p, n, random);
        const Upstream u(p.plain(in).size(), 1.0);
        to.push_back(p.run(in, &u, ws));
      }
    };
    std::thread first(work, std::ref(results[0])), second(work, std::ref(results[1]));
    first.join();
    second.join();
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      Random random(static_cast<std::uint64_t>(n) + 5);
      begin(programs_[i], n, random);
      if (!same(results[0][i], results[1][i])) fail("two threads get different results");
      ++checks_;
    }
  }

  int report() const {
    std::printf("%d checks, %d failures, %d differences where rounding decides\n", checks_, failures_,
                ill_posed_);
    return failures_ != 0;
  }

 private:
  /// Begins the checks of a program; returns what it is called with.
  const Inputs& begin(const Program& p, int n, Random& random) {
    program_ = &p;
    n_ = n;
    shown_ = false;
    return inputs_ = inputs_of(p, n, random);
  }

  void fail(const std::string& what) {
    if (!shown_) std::printf("%s (n = %d): %s\n", program_->name, n_, what.c_str());
    shown_ = true;
    ++failures_;
  }

  void compare(const char* what, std::size_t i, double got, double expected, double tolerance) {
    const bool both_wild = !std::isfinite(got) && !std::isfinite(expected);
    if (both_wild || std::abs(got - expected) <= tolerance) return;
    if (is_ill_posed(*program_, inputs_)) return void(++ill_posed_);
    char text[200];
    std::snprintf(text, sizeof text, "%s [%zu] is %.17g, not %.17g", what, i, got, expected);
    fail(text);
  }
  void compare(const char* what, std::size_t i, double got, double expected) {
    compare(what, i, got, expected, 1e-10 * (1 + std::abs(expected)));
  }

  /// What a second call returns, which must find nothing of the first.
  void again(const Program& p, const Inputs& in, const Upstream* u, const Result& r) {
    if (!same(r, p.run(in, u, ws_))) fail("a second call returns something else");
  }

  Result against_duals(const Program& p, const Inputs& in) {
    const Duals oracle = p.dual(in);
    const Result r = p.run(in, nullptr, ws_);
    again(p, in, nullptr, r);
    compare("value", 0, r.value[0], p.plain(in)[0]);
    compare("value of duals", 0, r.value[0], oracle.value.v);
    for (std::size_t i = 0; i < r.gradients.size(); ++i)
      compare(name_at(p, i, in.n), i, r.gradients[i], oracle.value.d[i]);
    for (std::size_t i = 0; i < r.arguments.size(); ++i)
      compare("what is left in argument", i, r.arguments[i], oracle.arguments[i].v);
    for (double u : {1.0, 2.0, -0.75}) {
      const Upstream upstream = {u};
      const Result pulled = p.run(in, &upstream, ws_);
      compare("value of vjp", 0, pulled.value[0], r.value[0]);
      for (std::size_t i = 0; i < r.gradients.size(); ++i)
        compare("linearity of", i, pulled.gradients[i], u * r.gradients[i]);
      if (!same_bits(pulled.arguments, r.arguments)) fail("vjp leaves something else in arguments");
    }
    return r;
  }

  Result against_differences(const Program& p, const Inputs& in, Random& random) {
    const Numbers plain = p.plain(in);
    const Upstream u = plain.size() == 1 ? Upstream{1} : random.numbers(plain.size());
    const Result r = p.run(in, &u, ws_);
    again(p, in, &u, r);
    for (std::size_t i = 0; i < plain.size(); ++i) compare("value", i, r.value[i], plain[i]);
    for (std::size_t i = 0; i < r.gradients.size(); ++i) {
      double slope = 0;
      if (difference(p, in, i, u, slope))
        compare(name_at(p, i, in.n), i, r.gradients[i], slope, 2e-6 * (1 + std::abs(slope)));
    }
    const Upstream v = random.numbers(plain.size()), both = combined(2, u, -0.75, v);
    const Numbers of_v = p.run(in, &v, ws_).gradients, of_both = p.run(in, &both, ws_).gradients;
    const Numbers expected = combined(2, r.gradients, -0.75, of_v);
    for (std::size_t i = 0; i < expected.size(); ++i) compare("linearity of", i, of_both[i], expected[i]);
    return r;
  }

  /// Arguments that a program cannot write are as they were.
  void unchanged(const Program& p, const Inputs& in, const Result& r) {
    std::size_t at = 0, seen = 0;
    for (const Part& part : p.parts) {
      const std::size_t count = part.count(in.n);
      const double* before = in.reals.data() + at;
      at += count;
      if (part.access == Part::by_value) continue;
      const double* after = r.arguments.data() + seen;
      seen += count;
      if (part.access == Part::read &&
          !same_bits(Numbers(before, before + count), Numbers(after, after + count)))
        fail("an argument that is only read has changed");
    }
  }

  static const char* name_at(const Program& p, std::size_t i, int n) {
    std::size_t end = 0;
    for (const Part& part : p.parts)
      if (i < (end += part.count(n))) return part.name;
    return "gradient";
  }

  const std::vector<Program>& programs_;
  nn::Workspace ws_;
  int checks_ = 0, failures_ = 0, ill_posed_ = 0, n_ = 0;
  const Program* program_ = nullptr;
  Inputs inputs_;
  bool shown_ = false;
};

}  // namespace

int check_all(const std::vector<Program>& programs, const std::vector<Composed>& composed, int argc,
              char** argv) {
  const auto wanted = [&](const Program& p) {
    bool named = argc < 2;
    for (int i = 1; i < argc; ++i) named = named || std::strcmp(argv[i], p.name) == 0;
    return named;
  };
  Checker checker(programs);
  for (int n : {0, 1, 2, 5, 3}) {
    for (const Program& p : programs)
      if (wanted(p)) checker.all_rules(p, n);
    for (const Composed& c : composed)
      if (wanted(programs[c.whole])) checker.composition(c, n);
  }
  if (argc < 2) checker.threads(3);
  return checker.report();
}
