// The IR's law, checked between stages.
#include "ir/verify.h"

#include <algorithm>

#include "ir/diagnostic.h"
#include "ir/print.h"

namespace nndiff::ir {

namespace {

struct Verifier {
  const Function& f;
  const char* stage;
  std::vector<bool> defined = std::vector<bool>(f.ops.size(), false);

  void require(bool ok, Value v, const char* law) const {
    if (ok) return;
    bug(std::string("after ") + stage + ": %" + std::to_string(v.id) + " (" +
        std::string(name_of(f[v].kind)) + " of line " + std::to_string(f[v].loc.line) + "): " + law);
  }

  const Type& operand(Value v, std::size_t i) const { return f[f[v].operands[i]].type; }

  void check_map(Value v) const {
    const Op& op = f[v];
    require(static_cast<int>(op.operands.size()) == arity(op.map), v, "wrong number of operands");
    if (is_integral(op.map))
      require(!is_floating(op.type.elem) && op.type.shape.empty(), v, "an operator of integer scalars");
    const std::size_t first = op.map == Map::where ? 1 : 0;
    for (std::size_t i = 0; i < op.operands.size(); ++i) {
      require(operand(v, i).shape == op.type.shape, v, "an operand's shape is not the result's");
      const Elem want = i < first ? Elem::boolean : operand(v, first).elem;
      require(operand(v, i).elem == want, v, "element types of operands differ");
    }
    const Elem result = is_comparison(op.map) ? Elem::boolean : operand(v, first).elem;
    require(op.type.elem == result, v, "wrong element type of the result");
  }

  void check_broadcast(Value v) const {
    const Op& op = f[v];
    const Shape& from = operand(v, 0).shape;
    require(op.axes.size() == from.size(), v, "one axis per operand axis is needed");
    require(std::is_sorted(op.axes.begin(), op.axes.end()), v, "axes must ascend");
    for (std::size_t i = 0; i < from.size(); ++i) {
      require(op.axes[i] >= 0 && op.axes[i] < op.type.rank(), v, "axis out of range");
      require(from[i] == op.type.shape[op.axes[i]], v, "an axis changes its size");
    }
  }

  void check_reduce(Value v) const {
    const Op& op = f[v];
    Shape left;
    const Shape& from = operand(v, 0).shape;
    for (int i = 0; i < static_cast<int>(from.size()); ++i)
      if (!std::binary_search(op.axes.begin(), op.axes.end(), i)) left.push_back(from[i]);
    require(left == op.type.shape, v, "the result is not the operand without the axes");
  }

  void check_permute(Value v) const {
    const Op& op = f[v];
    const Shape& from = operand(v, 0).shape;
    require(op.axes.size() == from.size() && op.type.shape.size() == from.size(), v, "rank changes");
    for (std::size_t i = 0; i < from.size(); ++i)
      require(op.type.shape[i] == from.at(op.axes[i]), v, "axes and shape disagree");
  }

  void check_matmul(Value v) const {
    const Op& op = f[v];
    const Shape &a = operand(v, 0).shape, &b = operand(v, 1).shape;
    require(a.size() == 2 && b.size() == 2, v, "operands must be matrices");
    require(a[op.trans_a ? 0 : 1] == b[op.trans_b ? 1 : 0], v, "inner sizes differ");
    require(op.type.shape == Shape{a[op.trans_a ? 1 : 0], b[op.trans_b ? 0 : 1]}, v, "wrong result shape");
  }

  void check_pick(Value v) const {
    Shape rows = operand(v, 0).shape;
    require(!rows.empty(), v, "operand has no axis");
    rows.pop_back();
    require(rows == f[v].type.shape && operand(v, 1).shape == rows, v, "index and rows differ");
  }

  // The operands from number `first` on are the indices of an element, or of a block's first one.
  void check_element(Value v, const Type& element, std::size_t first) const {
    const Op& op = f[v];
    const Type& array = operand(v, 0);
    const std::size_t indices = op.operands.size() - first;
    require(op.operands.size() > first, v, "no index");
    require(indices == array.shape.size() || indices == 1, v, "wrong number of indices");
    require(element.elem == array.elem, v, "the element is of another type than the array");
    for (std::size_t i = first; i < op.operands.size(); ++i)
      require(operand(v, i) == Type{Elem::i64, {}}, v, "an index must be an i64 scalar");
  }

  void check_array(Value v) const {
    const Op& op = f[v];
    if (op.kind == Kind::load) return check_element(v, op.type, 1);
    require(op.operands.size() >= 2, v, "wrong number of operands");
    require(operand(v, 0) == op.type, v, "the array changes its type");
    if (op.kind == Kind::grow) return;
    check_element(v, operand(v, 1), 2);
    if (op.kind == Kind::accumulate) require(is_floating(op.type.elem), v, "no floating array");
  }

  void check_loop(Value v) const {
    const Op& op = f[v];
    require(op.regions.size() == 1 && !op.operands.empty(), v, "a loop has a limit and one region");
    const Region& body = op.regions[0];
    require(operand(v, 0) == Type{Elem::i64, {}} && op.type == Type{Elem::i64, {}}, v, "the limit is an i64");
    require(body.params.size() == op.operands.size() && body.yields.size() + 1 == op.operands.size(), v,
            "carried values, parameters and yields differ in number");
    for (std::size_t i = 1; i < op.operands.size(); ++i) {
      require(f[body.params[i]].type == operand(v, i), v,
              "a parameter has another type than its initial value");
      require(f[body.yields[i - 1]].type == operand(v, i), v, "a carried value changes its type");
    }
    if (op.is_while)
      require(op.operands.size() > 1 && operand(v, 1) == Type{Elem::boolean, {}}, v,
              "no condition is carried");
  }

  void check_branch(Value v) const {
    const Op& op = f[v];
    require(op.regions.size() == 2 && operand(v, 0) == Type{Elem::boolean, {}}, v,
            "no condition, two regions");
    const auto &a = op.regions[0].yields, &b = op.regions[1].yields;
    require(a.size() == b.size(), v, "the regions yield different numbers of values");
    for (std::size_t i = 0; i < a.size(); ++i)
      require(f[a[i]].type == f[b[i]].type, v, "the regions yield different types");
  }

  void check_call(Value v) const {
    const Op& op = f[v];
    const Op& routine = f[routine_of(f, op)];
    const Region& body = routine.regions.at(0);
    require(op.axes == routine.axes, v, "it goes on in other operands than its routine does");
    require(body.params.size() == op.operands.size(), v, "operands and parameters differ in number");
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      require(f[body.params[i]].type == operand(v, i), v, "an operand has another type than its parameter");
  }

  void check_routine(Value v) const {
    const Op& op = f[v];
    require(op.regions.size() == 1, v, "a routine has one region");
    const Region& body = op.regions[0];
    require(op.axes.size() == body.yields.size(), v, "each yield says where it lives");
    for (std::size_t k = 0; k < body.yields.size(); ++k) {
      const Type& type = f[body.yields[k]].type;
      require((op.axes[k] >= 0) == !type.shape.empty(), v, "arrays, and only these, live in parameters");
      if (op.axes[k] >= 0)
        require(f[body.params.at(static_cast<std::size_t>(op.axes[k]))].type == type, v,
                "a yield has another type than the parameter it lives in");
    }
  }

  void check_result(Value v) const {
    const Op& from = f[f[v].operands[0]];
    const bool is_call = from.kind == Kind::call;
    require(from.kind == Kind::loop || from.kind == Kind::branch || is_call, v,
            "not of a loop, branch or call");
    const auto& yields = (is_call ? f[routine_of(f, from)] : from).regions.at(0).yields;
    const auto index = static_cast<std::size_t>(f[v].index);
    require(index < yields.size() && f[yields[index]].type == f[v].type, v, "no such result");
  }

  std::size_t operand_count(const Op& op) const {
    switch (op.kind) {
      case Kind::input:
      case Kind::constant:
      case Kind::size:
      case Kind::iota:
      case Kind::alloc:
      case Kind::parameter:
      case Kind::routine:
        return 0;
      case Kind::matmul:
      case Kind::pick:
      case Kind::grow:
        return 2;
      default:
        return 1;
    }
  }

  // Operands go by the arguments that have one, in order, and memory comes behind.
  void check_foreign(Value v) const {
    const Op& op = f[v];
    require(op.index >= 0 && op.index < static_cast<int>(f.foreigns.size()), v, "it calls nothing");
    const Foreign& callee = f.foreigns[static_cast<std::size_t>(op.index)];
    std::vector<Type> passed, memory;
    for (const Foreign::Argument& a : callee.arguments) {
      if (a.is_operand()) passed.push_back(a.type);
      if (a.role == Foreign::Argument::Role::gradient && !a.type.shape.empty()) memory.push_back(a.type);
    }
    require(op.writes == static_cast<int>(memory.size()), v, "wrong number of arrays to write");
    passed.insert(passed.end(), memory.begin(), memory.end());
    require(op.operands.size() == passed.size(), v, "wrong number of operands");
    for (std::size_t i = 0; i < passed.size(); ++i)
      require(operand(v, i) == passed[i], v, "an argument is of another type");
    require(op.type == callee.result, v, "wrong type of the result");
  }

  void check_written(Value v) const {
    const Op& op = f[v];
    const Op& call = f[op.operands[0]];
    require(call.kind == Kind::foreign, v, "nothing is called");
    int number = 0;
    for (const Foreign::Argument& a : f.foreigns[static_cast<std::size_t>(call.index)].arguments)
      if (a.role == Foreign::Argument::Role::gradient && number++ == op.index)
        return require(a.type == op.type, v, "type changes");
    require(false, v, "no gradient of that number");
  }

  void check_kind(Value v) const {
    const Op& op = f[v];
    if (op.kind == Kind::map) return check_map(v);
    if (op.kind == Kind::loop) return check_loop(v);
    if (op.kind == Kind::foreign) return check_foreign(v);
    if (op.kind == Kind::call) return check_call(v);
    if (op.kind == Kind::load || op.kind == Kind::store || op.kind == Kind::accumulate) return check_array(v);
    require(op.operands.size() == operand_count(op), v, "wrong number of operands");
    switch (op.kind) {
      case Kind::broadcast:
        return check_broadcast(v);
      case Kind::reduce:
        return check_reduce(v);
      case Kind::permute:
        return check_permute(v);
      case Kind::matmul:
        return check_matmul(v);
      case Kind::pick:
        return check_pick(v);
      case Kind::reshape:
        return require(count(operand(v, 0).shape) == count(op.type.shape), v, "numbers of elements differ");
      case Kind::cast:
        return require(operand(v, 0).shape == op.type.shape, v, "shape changes");
      case Kind::grow:
        return check_array(v);
      case Kind::branch:
        return check_branch(v);
      case Kind::result:
        return check_result(v);
      case Kind::written:
        return check_written(v);
      case Kind::routine:
        return check_routine(v);
      case Kind::softmax:
      case Kind::log_softmax:
      case Kind::stop_gradient:
      case Kind::copy:
        return require(operand(v, 0) == op.type, v, "type changes");
      default:
        return;
    }
  }

  void region(const Region& r) {
    bool only_routines = true;
    for (Value v : r.params) defined[v.id] = true;
    for (Value v : r.ops) {
      for (Value o : f[v].operands)
        require(o.id < f.ops.size() && defined[o.id], v, "an operand is not defined");
      require(f[v].statement < static_cast<int>(f.statements.size()), v, "of no statement");
      if (f[v].kind == Kind::routine)
        require(&r == &f.body && only_routines, v, "routines come first");
      else
        only_routines = false;
      for (const Region& inner : f[v].regions) region(inner);
      check_kind(v);
      require(!defined[v.id], v, "defined twice");
      defined[v.id] = true;
    }
    for (Value v : r.yields) require(v.id < f.ops.size() && defined[v.id], v, "yielded but not defined");
    // What a region defines is not visible after it.
    if (&r == &f.body) return;
    for (Value v : r.params) defined[v.id] = false;
    for (Value v : r.ops) defined[v.id] = false;
  }
};

}  // namespace

void verify(const Function& f, const char* stage) {
  Verifier{f, stage}.region(f.body);
}

}  // namespace nndiff::ir
