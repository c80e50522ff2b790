// A plain evaluator of the IR in double precision.
#include "interpreter.h"

#include <memory>
#include <tuple>

#include "dense.h"

namespace test {

using namespace nndiff;
using ir::Kind;
using ir::Op;
using ir::Value;

namespace {

// What a value's elements are kept in. Writing to it makes it another version: values of earlier ones are
// gone.
struct Memory {
  std::vector<Number> data;
  int version = 0;
  bool boundless = false;  // the caller's: zeros as far as anybody looks
};

struct Slot {
  Index shape;
  std::shared_ptr<Memory> memory = nullptr;
  int version = 0;
  std::shared_ptr<Memory> base = nullptr;  // of a view: what it looks at
  int base_version = 0;
};

constexpr Number unwritten = std::numeric_limits<Number>::quiet_NaN();

bool is_unknown(const ir::Type& type) {
  return type.rank() == 1 && type.shape[0] == ir::unknown_extent();
}

struct Machine {
  const ir::Function& f;
  const std::vector<Array>& inputs;
  Sizes sizes;
  const Calls& calls;
  Run done = {};
  std::vector<Slot> slots = std::vector<Slot>(f.ops.size());
  std::vector<std::vector<Slot>> results = std::vector<std::vector<Slot>>(f.ops.size());

  std::int64_t size(const ir::Dim& d) const {
    return d.is_static() ? d.value : d.eval([&](std::string_view n) { return sizes.at(std::string(n)); });
  }

  Slot& read(Value v) {
    Slot& s = slots[v.id];
    require(s.memory != nullptr, "a value is used before it is made");
    require(s.memory->version == s.version, "memory is read after it was overwritten");
    require(!s.base || s.base->version == s.base_version, "a view is read after its base was overwritten");
    return s;
  }
  Dense operand(const Op& op, std::size_t i) {
    Slot& s = read(op.operands[i]);
    return {s.shape, s.memory->data};
  }
  Number scalar(Value v) {
    const Number x = read(v).memory->data.at(0);
    require(!std::isnan(x), "a decision depends on memory never written");
    return x;
  }

  // The value in the same memory, which is not to be reached by its old name any more.
  Slot take(Value v) {
    Slot s = read(v);
    if (!f[v].type.shape.empty()) s.version = ++s.memory->version;
    return s;
  }

  void map(const Op& op, Dense& out) {
    std::vector<const Number*> in;
    for (Value v : op.operands) in.push_back(read(v).memory->data.data());
    const ir::Elem elem = f[op.operands.back()].type.elem;
    Number v[3];
    for (std::size_t i = 0; i < out.data.size(); ++i) {
      for (std::size_t k = 0; k < in.size(); ++k) v[k] = in[k][i];
      out.data[i] = evaluate(op.map, elem, v, in.size());
    }
  }

  // Values that are computed whole.
  void compute(const Op& op, Dense& out) {
    switch (op.kind) {
      case Kind::constant:
        return each(out, [&](const Index&) { return op.number; });
      case Kind::size:
        return each(out, [&](const Index&) { return static_cast<Number>(size(op.dim)); });
      case Kind::iota:
        return each(out, [&](const Index& i) { return static_cast<Number>(i[op.axes[0]]); });
      case Kind::map:
        return map(op, out);
      case Kind::cast:
        out.data = operand(op, 0).data;
        for (Number& x : out.data) x = convert(x, f[op.operands[0]].type.elem, op.type.elem);
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
        return reduce(op, operand(op, 0), out);
      case Kind::matmul:
        return matmul(op, operand(op, 0), operand(op, 1), out);
      case Kind::pick:
        return each(out, [&](Index i) {
          const Number k = at(operand(op, 1), i);
          i.push_back(static_cast<std::int64_t>(k));
          return at(operand(op, 0), i);
        });
      case Kind::softmax:
      case Kind::log_softmax:
      case Kind::logsumexp:
        return softmax(op, operand(op, 0), out);
      default:
        throw std::logic_error("the interpreter does not know " + std::string(name_of(op.kind)));
    }
  }

  void whole(Value v) {
    const Op& op = f[v];
    Slot& s = slots[v.id];
    s = {extents(op.type.shape, sizes), std::make_shared<Memory>()};
    s.memory->data.assign(count(s.shape), 0);
    Dense out{s.shape, s.memory->data};
    compute(op, out);
    if (op.kind == Kind::constant || op.kind == Kind::size) return;
    const bool view = op.kind == Kind::reshape || op.kind == Kind::broadcast || op.kind == Kind::permute;
    if (view) {
      const Slot& of = read(op.operands[0]);
      s.base = of.base ? of.base : of.memory;
      s.base_version = of.base ? of.base_version : of.version;
      return;
    }
    std::int64_t n = count(s.shape);
    if (op.kind == Kind::reduce) n = count(read(op.operands[0]).shape);
    if (op.kind == Kind::matmul) n *= operand(op, 0).shape[op.trans_a ? 0 : 1];
    done.work += std::max<std::int64_t>(n, 1);
  }

  void input(Value v) {
    const Array& given = inputs.at(f[v].index);
    slots[v.id] = {given.shape, std::make_shared<Memory>()};
    slots[v.id].memory->data.assign(given.data.begin(), given.data.end());
  }

  void fresh(Value v) {
    const Op& op = f[v];
    const bool boundless =
        is_unknown(op.type) && op.kind == Kind::copy && f[op.operands[0]].kind == Kind::constant;
    Slot s{is_unknown(op.type) ? Index{0} : extents(op.type.shape, sizes), std::make_shared<Memory>()};
    s.memory->boundless = boundless;
    if (op.kind == Kind::copy && !boundless) {
      s.shape = read(op.operands[0]).shape;
      s.memory->data = operand(op, 0).data;
    } else {
      s.memory->data.assign(count(s.shape), unwritten);
    }
    done.memory += static_cast<std::int64_t>(s.memory->data.size());
    done.work += op.kind == Kind::copy ? std::max<std::int64_t>(1, count(s.shape)) : 1;
    slots[v.id] = std::move(s);
  }

  void reach(Slot& s, std::int64_t n) {
    if (static_cast<std::int64_t>(s.memory->data.size()) >= n) return;
    done.memory += n - static_cast<std::int64_t>(s.memory->data.size());
    s.memory->data.resize(n, 0);
    s.shape = {n};
  }

  // Where the element or block of `n` elements is that operands from number `first` on name.
  std::int64_t place(const Op& op, std::size_t first, std::int64_t n) {
    Slot& array = slots[op.operands[0].id];
    Index index;
    for (std::size_t i = first; i < op.operands.size(); ++i)
      index.push_back(static_cast<std::int64_t>(scalar(op.operands[i])));
    const bool by_axes = index.size() == array.shape.size();
    for (std::size_t i = 0; i < index.size(); ++i)
      require(array.memory->boundless ||
                  (index[i] >= 0 && index[i] < (by_axes ? array.shape[i] : count(array.shape))) || n == 0,
              "an index is out of range");
    const std::int64_t flat = by_axes ? flat_of(index, array.shape) : index[0];
    if (array.memory->boundless) reach(array, flat + n);
    require(flat >= 0 && flat + n <= static_cast<std::int64_t>(array.memory->data.size()),
            "a block is out of range");
    return flat;
  }

  void load(Value v) {
    const Op& op = f[v];
    read(op.operands[0]);
    const Index shape = extents(op.type.shape, sizes);
    const std::int64_t n = count(shape), flat = place(op, 1, n);
    const std::vector<Number>& from = slots[op.operands[0].id].memory->data;
    slots[v.id] = {shape, std::make_shared<Memory>()};
    slots[v.id].memory->data.assign(from.begin() + flat, from.begin() + flat + n);
    done.work += std::max<std::int64_t>(n, 1);
  }

  void write(Value v) {
    const Op& op = f[v];
    const std::vector<Number> element = operand(op, 1).data;
    const auto n = static_cast<std::int64_t>(element.size());
    const std::int64_t flat = place(op, 2, n);
    Slot s = take(op.operands[0]);
    for (std::int64_t i = 0; i < n; ++i) {
      Number& x = s.memory->data[flat + i];
      x = op.kind == Kind::store ? element[i] : static_cast<double>(x) + static_cast<double>(element[i]);
    }
    done.work += std::max<std::int64_t>(n, 1);
    slots[v.id] = std::move(s);
  }

  void grow(Value v) {
    Slot s = take(f[v].operands[0]);
    reach(s, static_cast<std::int64_t>(scalar(f[v].operands[1])));
    done.work += 1;
    slots[v.id] = std::move(s);
  }

  std::vector<Slot> yielded(const ir::Region& r, bool of_loop) {
    std::vector<Slot> out;
    for (std::size_t i = 0; i < r.yields.size(); ++i) {
      const bool passes = of_loop && r.yields[i] == r.params[i + 1];
      out.push_back(passes ? read(r.yields[i]) : take(r.yields[i]));
    }
    return out;
  }

  void loop(Value v) {
    const Op& op = f[v];
    const ir::Region& body = op.regions[0];
    const bool endless = f[op.operands[0]].kind == Kind::constant && f[op.operands[0]].number == -1;
    const auto limit = static_cast<std::int64_t>(scalar(op.operands[0]));
    std::vector<Slot> carried;
    for (std::size_t i = 0; i < body.yields.size(); ++i)
      carried.push_back(body.yields[i] == body.params[i + 1] ? read(op.operands[i + 1])
                                                             : take(op.operands[i + 1]));
    std::int64_t round = 0;
    for (; endless || round < limit; ++round) {
      if (op.is_while)
        require(!std::isnan(carried[0].memory->data[0]), "a loop's condition was never written");
      if (op.is_while && carried[0].memory->data[0] == 0) break;
      require(round < 10'000'000, "a loop does not end");
      slots[body.params[0].id] = number(static_cast<Number>(round));
      for (std::size_t i = 0; i < carried.size(); ++i) slots[body.params[i + 1].id] = carried[i];
      region(body);
      carried = yielded(body, true);
      ++done.work;
    }
    slots[v.id] = number(static_cast<Number>(round));
    results[v.id] = std::move(carried);
  }

  void branch(Value v) {
    const ir::Region& taken = f[v].regions[scalar(f[v].operands[0]) != 0 ? 0 : 1];
    slots[v.id] = read(f[v].operands[0]);
    ++done.work;
    region(taken);
    results[v.id] = yielded(taken, false);
  }

  // Memory for gradients is zero before; what the function leaves there comes from its results.
  void foreign(Value v) {
    const Op& op = f[v];
    const ir::Foreign& callee = f.foreigns.at(static_cast<std::size_t>(op.index));
    std::vector<Array> arguments;
    for (std::size_t i = 0; i < op.operands.size(); ++i) {
      const Slot s = ir::consumes(op, i) ? take(op.operands[i]) : read(op.operands[i]);
      const std::vector<Number>& x = s.memory->data;
      done.work += static_cast<std::int64_t>(x.size());
      if (!ir::consumes(op, i))
        arguments.push_back({s.shape, {x.begin(), x.end()}});
      else
        for (Number element : x) require(element == 0, "a gradient is not zero before the call");
    }
    results[v.id].clear();
    for (const Array& a : calls.at(callee.name)(arguments)) {
      Slot s{a.shape, std::make_shared<Memory>()};
      s.memory->data.assign(a.data.begin(), a.data.end());
      results[v.id].push_back(std::move(s));
    }
    slots[v.id] = callee.adjoint < 0 ? number(0) : results[v.id].at(0);
  }

  // What a routine makes is put aside while it runs once more.
  void call(Value v) {
    const Op& op = f[v];
    const ir::Region& body = f[routine_of(f, op)].regions[0];
    std::vector<Slot> given;
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      given.push_back(ir::consumes(op, i) ? take(op.operands[i]) : read(op.operands[i]));
    std::vector<Value> own = body.params;
    ir::for_each(f, body, [&](Value inner) {
      own.push_back(inner);
      for (const ir::Region& r : f[inner].regions) own.insert(own.end(), r.params.begin(), r.params.end());
    });
    std::vector<std::pair<Slot, std::vector<Slot>>> outer;
    for (Value inner : own) outer.emplace_back(std::move(slots[inner.id]), std::move(results[inner.id]));
    for (std::size_t i = 0; i < given.size(); ++i) slots[body.params[i].id] = given[i];
    region(body);
    std::vector<Slot> out = yielded(body, false);
    for (std::size_t i = 0; i < own.size(); ++i)
      std::tie(slots[own[i].id], results[own[i].id]) = std::move(outer[i]);
    slots[v.id] = number(0);
    results[v.id] = std::move(out);
    ++done.work;
  }

  Slot number(Number x) {
    Slot s{{}, std::make_shared<Memory>()};
    s.memory->data = {x};
    return s;
  }

  void region(const ir::Region& r) {
    for (Value v : r.ops) run(v);
  }

  void run(Value v) {
    const Op& op = f[v];
    switch (op.kind) {
      case Kind::input:
        return input(v);
      case Kind::alloc:
      case Kind::copy:
        return fresh(v);
      case Kind::load:
        return load(v);
      case Kind::store:
      case Kind::accumulate:
        return write(v);
      case Kind::grow:
        return grow(v);
      case Kind::dimension: {
        const auto n = static_cast<std::int64_t>(scalar(op.operands[0]));
        require(n >= 0, "a size is negative");
        sizes[std::string(op.dim.text())] = n;
        slots[v.id] = read(op.operands[0]);
        return;
      }
      case Kind::loop:
        return loop(v);
      case Kind::branch:
        return branch(v);
      case Kind::foreign:
        return foreign(v);
      case Kind::routine:
        return;
      case Kind::call:
        return call(v);
      case Kind::result:
      case Kind::written:
        slots[v.id] = results[op.operands[0].id].at(op.index);
        return;
      case Kind::constant:
        if (is_unknown(op.type)) return;  // stands for the caller's zeros, see fresh
        return whole(v);
      default:
        return whole(v);
    }
  }
};

}  // namespace

Index extents(const ir::Shape& shape, const Sizes& sizes) {
  Index out;
  for (const ir::Dim& d : shape)
    out.push_back(d.is_static() ? d.value
                                : d.eval([&](std::string_view n) { return sizes.at(std::string(n)); }));
  return out;
}

Run execute(const ir::Function& f, const std::vector<Array>& inputs, const Sizes& sizes, const Calls& calls) {
  Machine m{f, inputs, sizes, calls};
  m.region(f.body);
  for (Value v : f.body.yields) {
    const Slot& s = m.read(v);
    m.done.outputs.push_back({s.shape, {s.memory->data.begin(), s.memory->data.end()}});
  }
  return m.done;
}

}  // namespace test
