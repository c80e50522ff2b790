// The law of linear values: nothing is read after it was overwritten.
#include "ir/linear.h"

#include <algorithm>

#include "ir/diagnostic.h"

namespace nndiff::ir {

bool is_view(Kind kind) {
  return kind == Kind::broadcast || kind == Kind::reshape || kind == Kind::permute;
}

Value base_of(const Function& f, Value v) {
  while (is_view(f[v].kind)) v = f[v].operands[0];
  return v;
}

bool is_owner(const Function& f, Value v) {
  const Op& op = f[v];
  switch (op.kind) {
    case Kind::constant:
    case Kind::size:
    case Kind::iota:
    case Kind::broadcast:
    case Kind::reshape:
    case Kind::permute:
      return false;
    case Kind::input:
      for (const Leaf* leaf : leaves(f))
        if (leaf->value == v) return leaf->written;
      return false;
    default:
      return true;
  }
}

namespace {

struct Linear {
  const Function& f;
  const char* stage;
  std::vector<bool> consumed = std::vector<bool>(f.ops.size(), false);
  std::vector<int> loop_of = std::vector<int>(f.ops.size(), 0);  // by value: the loop body that makes it
  std::vector<int> loops = {0};                                  // the bodies around, innermost last
  int count = 0;
  std::vector<bool> borrowed = std::vector<bool>(f.ops.size(), false);  // routines' parameters that it keeps

  void require(bool ok, Value v, const char* law) const {
    if (ok) return;
    bug(std::string("after ") + stage + ": %" + std::to_string(v.id) + " (" +
        std::string(name_of(f[v].kind)) + " of line " + std::to_string(f[v].loc.line) + "): " + law);
  }
  bool is_array(Value v) const { return !f[v].type.shape.empty(); }

  void use(Value by, Value v) const {
    require(!consumed[base_of(f, v).id], by, "an operand was consumed before");
  }

  void consume(Value by, Value v) {
    use(by, v);
    require(is_owner(f, v) && !borrowed[v.id], by, "it consumes what is not its own");
    require(loop_of[v.id] == loops.back(), by, "it consumes a value from outside of the loop in each round");
    consumed[v.id] = true;
  }

  void loop(Value v) {
    const Op& op = f[v];
    const Region& body = op.regions[0];
    for (std::size_t i = 0; i < body.yields.size(); ++i)
      if (is_array(body.yields[i]) && body.yields[i] != body.params[i + 1]) consume(v, op.operands[i + 1]);
    loops.push_back(++count);
    for (Value p : body.params) loop_of[p.id] = loops.back();
    region(body);
    for (std::size_t i = 0; i < body.yields.size(); ++i) {
      if (!is_array(body.yields[i])) continue;
      if (body.yields[i] == body.params[i + 1])
        use(v, body.yields[i]);
      else
        consume(v, body.yields[i]);
    }
    loops.pop_back();
  }

  void routine(Value v) {
    const Op& op = f[v];
    const Region& body = op.regions[0];
    loops.push_back(++count);
    for (std::size_t i = 0; i < body.params.size(); ++i) {
      loop_of[body.params[i].id] = loops.back();
      borrowed[body.params[i].id] =
          std::find(op.axes.begin(), op.axes.end(), static_cast<int>(i)) == op.axes.end();
    }
    region(body);
    for (Value y : body.yields)
      if (is_array(y)) consume(v, y);
    loops.pop_back();
  }

  void branch(Value v) {
    const std::vector<bool> before = consumed;
    std::vector<bool> after = before;
    for (const Region& r : f[v].regions) {
      consumed = before;
      region(r);
      for (Value y : r.yields)
        if (is_array(y)) consume(v, y);
      for (std::size_t i = 0; i < after.size(); ++i) after[i] = after[i] || consumed[i];
    }
    consumed = after;
  }

  void region(const Region& r) {
    for (Value v : r.ops) {
      const Op& op = f[v];
      loop_of[v.id] = loops.back();
      for (Value o : op.operands) use(v, o);
      for (std::size_t i = 0; i < op.operands.size(); ++i)
        if (consumes(op, i)) consume(v, op.operands[i]);
      if (op.kind == Kind::loop) loop(v);
      if (op.kind == Kind::branch) branch(v);
      if (op.kind == Kind::routine) routine(v);
    }
  }
};

}  // namespace

void verify_linear(const Function& f, const char* stage) {
  Linear linear{f, stage};
  linear.region(f.body);
  for (Value y : f.body.yields)
    linear.require(!linear.consumed[base_of(f, y).id], y, "it is yielded but was consumed");
}

}  // namespace nndiff::ir
