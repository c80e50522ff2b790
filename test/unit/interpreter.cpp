// A plain evaluator of the IR in double precision.
#include "interpreter.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace test {

using namespace nndiff;
using ir::Kind;
using ir::Op;
using ir::Value;

namespace {

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}
double softplus(double x) {
  return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}
double select(double c, double a, double b) {
  return c != 0 ? a : b;
}
double zero(double) {
  return 0;
}
double one(double) {
  return 1;
}

double evaluate(ir::Map map, const std::vector<double>& v) {
  using namespace std;
  switch (map) {
#define NN_MAP1(name, doc, value, ...) \
  case ir::Map::name: {                \
    const double x = v[0];             \
    return value;                      \
  }
#define NN_MAP2(name, doc, value, ...) \
  case ir::Map::name: {                \
    const double a = v[0], b = v[1];   \
    return value;                      \
  }
#define NN_MAP3(name, doc, value, ...)         \
  case ir::Map::name: {                        \
    const double a = v[0], b = v[1], c = v[2]; \
    return value;                              \
  }
#define NN_COMPARE(name, doc, value) NN_MAP2(name, doc, value)
#include <nn/ops.def>
    default:
      break;
  }
  throw std::logic_error("unknown map");
}

using Index = std::vector<std::int64_t>;

std::int64_t count(const Index& shape) {
  std::int64_t n = 1;
  for (auto d : shape) n *= d;
  return n;
}

Index index_of(std::int64_t flat, const Index& shape) {
  Index out(shape.size());
  for (std::size_t i = shape.size(); i-- > 0;) {
    out[i] = flat % shape[i];
    flat /= shape[i];
  }
  return out;
}

std::int64_t flat_of(const Index& index, const Index& shape) {
  std::int64_t flat = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) flat = flat * shape[i] + index[i];
  return flat;
}

struct Machine {
  const ir::Function& f;
  const std::vector<Array>& inputs;
  const Sizes& sizes;
  std::vector<Array> values = std::vector<Array>(f.ops.size());

  std::int64_t size(const ir::Dim& d) const {
    return d.is_static() ? d.value : d.eval([&](std::string_view n) { return sizes.find(n)->second; });
  }
  const Array& operand(const Op& op, std::size_t i) const { return values[op.operands[i].id]; }

  void each(Array& out, auto element) {
    for (std::int64_t i = 0; i < count(out.shape); ++i) out.data[i] = element(index_of(i, out.shape));
  }

  Index select(const Index& at, const std::vector<int>& axes) const {
    Index out;
    for (int a : axes) out.push_back(at[a]);
    return out;
  }

  double at(const Array& x, const Index& index) const { return x.data[flat_of(index, x.shape)]; }

  void reduce(const Op& op, Array& out) {
    const Array& x = operand(op, 0);
    const double inf = std::numeric_limits<double>::infinity();
    const bool sum = op.reducer == ir::Reducer::sum, max = op.reducer == ir::Reducer::max;
    std::fill(out.data.begin(), out.data.end(), sum ? 0 : max ? -inf : inf);
    for (std::int64_t i = 0; i < count(x.shape); ++i) {
      Index at = index_of(i, x.shape), kept;
      for (std::size_t a = 0; a < at.size(); ++a)
        if (!std::binary_search(op.axes.begin(), op.axes.end(), static_cast<int>(a))) kept.push_back(at[a]);
      double& o = out.data[flat_of(kept, out.shape)];
      o = sum ? o + x.data[i] : max ? std::max(o, x.data[i]) : std::min(o, x.data[i]);
    }
  }

  void matmul(const Op& op, Array& out) {
    const Array &a = operand(op, 0), &b = operand(op, 1);
    const std::int64_t inner = a.shape[op.trans_a ? 0 : 1];
    each(out, [&](const Index& at) {
      double sum = 0;
      for (std::int64_t k = 0; k < inner; ++k)
        sum += this->at(a, op.trans_a ? Index{k, at[0]} : Index{at[0], k}) *
               this->at(b, op.trans_b ? Index{at[1], k} : Index{k, at[1]});
      return sum;
    });
  }

  // Only for rows along `axes`: the sum of exponentials shifted by the maximum.
  void softmax(const Op& op, Array& out) {
    const Array& x = operand(op, 0);
    std::map<Index, double> max, sum;
    auto key = [&](Index at) {
      for (int a : op.axes) at[a] = 0;
      return at;
    };
    for (std::int64_t i = 0; i < count(x.shape); ++i) {
      auto [it, fresh] = max.try_emplace(key(index_of(i, x.shape)), x.data[i]);
      if (!fresh) it->second = std::max(it->second, x.data[i]);
    }
    for (std::int64_t i = 0; i < count(x.shape); ++i) {
      const Index k = key(index_of(i, x.shape));
      sum[k] += std::exp(x.data[i] - max[k]);
    }
    if (op.kind == Kind::logsumexp) {
      std::int64_t i = 0;
      for (const auto& [k, m] : max) out.data[i++] = m + std::log(sum[k]);
      return;
    }
    for (std::int64_t i = 0; i < count(x.shape); ++i) {
      const Index k = key(index_of(i, x.shape));
      const double z = x.data[i] - max[k];
      out.data[i] = op.kind == Kind::softmax ? std::exp(z) / sum[k] : z - std::log(sum[k]);
    }
  }

  void run(Value v) {
    const Op& op = f[v];
    Array& out = values[v.id];
    out.shape = extents(op.type.shape, sizes);
    out.data.assign(count(out.shape), 0);
    switch (op.kind) {
      case Kind::input:
        out = inputs.at(op.index);
        return;
      case Kind::constant:
        return each(out, [&](const Index&) { return op.number; });
      case Kind::size:
        return each(out, [&](const Index&) { return static_cast<double>(size(op.dim)); });
      case Kind::iota:
        return each(out, [&](const Index& i) { return static_cast<double>(i[op.axes[0]]); });
      case Kind::map:
        for (std::size_t i = 0; i < out.data.size(); ++i) {
          std::vector<double> arguments;
          for (std::size_t k = 0; k < op.operands.size(); ++k) arguments.push_back(operand(op, k).data[i]);
          out.data[i] = evaluate(op.map, arguments);
        }
        return;
      case Kind::cast:
        out.data = operand(op, 0).data;
        if (!ir::is_floating(op.type.elem))
          for (double& x : out.data) x = std::trunc(x);
        return;
      case Kind::reshape:
      case Kind::stop_gradient:
        out.data = operand(op, 0).data;
        return;
      case Kind::broadcast:
        return each(out, [&](const Index& i) { return at(operand(op, 0), select(i, op.axes)); });
      case Kind::permute:
        return each(out, [&](const Index& i) {
          Index from(i.size());
          for (std::size_t a = 0; a < i.size(); ++a) from[op.axes[a]] = i[a];
          return at(operand(op, 0), from);
        });
      case Kind::reduce:
        return reduce(op, out);
      case Kind::matmul:
        return matmul(op, out);
      case Kind::pick:
        return each(out, [&](Index i) {
          const double k = at(operand(op, 1), i);
          i.push_back(static_cast<std::int64_t>(k));
          return at(operand(op, 0), i);
        });
      case Kind::softmax:
      case Kind::log_softmax:
      case Kind::logsumexp:
        return softmax(op, out);
      default:
        throw std::logic_error("the interpreter has no regions");
    }
  }
};

}  // namespace

Index extents(const ir::Shape& shape, const Sizes& sizes) {
  Index out;
  for (const ir::Dim& d : shape)
    out.push_back(d.is_static() ? d.value
                                : d.eval([&](std::string_view n) { return sizes.find(n)->second; }));
  return out;
}

std::vector<Array> interpret(const ir::Function& f, const std::vector<Array>& inputs, const Sizes& sizes) {
  Machine m{f, inputs, sizes};
  for (Value v : f.body.ops) m.run(v);
  std::vector<Array> out;
  for (Value v : f.body.yields) out.push_back(m.values[v.id]);
  return out;
}

}  // namespace test
