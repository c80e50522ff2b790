// Finds consumptions that would be seen elsewhere, by numbering all uses in order of execution.
#include "opt/own.h"

#include <algorithm>
#include <map>

#include "ir/linear.h"

namespace nndiff::opt {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Region;
using ir::Value;

namespace {

struct Span {
  int begin = 0, end = 0;
  bool holds(int time) const { return begin <= time && time <= end; }
};

// When each value is used. Yields are uses at the end of their region.
struct Times {
  std::vector<int> op;                   // by operation
  std::vector<std::vector<Span>> spans;  // by operation, of its regions
  std::vector<std::vector<int>> uses;    // by value, its views' included, ascending
  std::vector<int> loop;                 // by value: the loop whose body makes it, 0 for none
  std::map<std::uint32_t, int> body;     // by routine: what stands for the loop in its body
};

class Clock {
 public:
  explicit Clock(const Function& f) : f_(f) {
    const std::size_t n = f.ops.size();
    times_ = {std::vector<int>(n),
              std::vector<std::vector<Span>>(n),
              std::vector<std::vector<int>>(n),
              std::vector<int>(n),
              {}};
    region(f.body, 0);
  }
  Times times() && { return std::move(times_); }

 private:
  void use(Value v) { times_.uses[ir::base_of(f_, v).id].push_back(now_); }

  Span region(const Region& r, int loop) {
    Span span{++now_, 0};
    for (Value p : r.params) times_.loop[p.id] = loop;
    for (Value v : r.ops) {
      const Op& op = f_[v];
      times_.op[v.id] = ++now_;
      times_.loop[v.id] = loop;
      // A view is read when it is used.
      if (!ir::is_view(op.kind))
        for (Value o : op.operands) use(o);
      const int inside = op.kind == Kind::loop || op.kind == Kind::routine ? ++loops_ : loop;
      if (op.kind == Kind::routine) times_.body[v.id] = inside;
      for (const Region& inner : op.regions) times_.spans[v.id].push_back(region(inner, inside));
    }
    span.end = ++now_;
    for (Value y : r.yields) use(y);
    return span;
  }

  const Function& f_;
  Times times_;
  int now_ = 0, loops_ = 0;
};

class Owner {
 public:
  explicit Owner(Function f) : f_(std::move(f)), times_(Clock(f_).times()) {}

  Function run() {
    Region body = std::move(f_.body);
    region(body, 0, 0);
    f_.body = std::move(body);
    return std::move(f_);
  }

 private:
  bool is_array(Value v) const { return !f_[v].type.shape.empty(); }

  // Whether what happens at `time`, in the body of `loop`, may overwrite x.
  bool may_consume(Value x, int time, int loop) const {
    if (!ir::is_owner(f_, x) || times_.loop[x.id] != loop) return false;
    const auto& uses = times_.uses[x.id];
    int now = 0;
    for (int use : uses) {
      now += use == time;
      const bool excluded = std::any_of(others_.begin(), others_.end(), [&](Span s) { return s.holds(use); });
      if (use > time && !excluded) return false;
    }
    return now <= 1;
  }

  // x itself, or a copy of it appended to `ops`.
  Value owned(Value x, int time, int loop, std::vector<Value>& ops, const Op& by) {
    if (may_consume(x, time, loop)) return x;
    Op copy{.kind = Kind::copy, .type = f_[x].type, .operands = {x}};
    copy.sweep = by.sweep;
    copy.loc = by.loc;
    copy.statement = by.statement;
    copy.name = f_[x].name;
    const Value made = f_.make(std::move(copy));
    ops.push_back(made);
    return made;
  }

  void visit(Value v, int loop, std::vector<Value>& ops) {
    Op op = f_[v];
    const int time = times_.op[v.id];
    for (std::size_t i = 0; i < op.operands.size(); ++i) {
      bool consumed = ir::consumes(op, i);
      if (op.kind == Kind::loop && i > 0)
        consumed = is_array(op.operands[i]) && op.regions[0].yields[i - 1] != op.regions[0].params[i];
      if (consumed) op.operands[i] = owned(op.operands[i], time, loop, ops, op);
    }
    for (std::size_t r = 0; r < op.regions.size(); ++r) {
      const std::vector<Span> spans = times_.spans[v.id];
      const bool is_branch = op.kind == Kind::branch;
      if (is_branch) others_.push_back(spans[1 - r]);
      const bool is_routine = op.kind == Kind::routine;
      const int inside = is_branch    ? loop
                         : is_routine ? times_.body.at(v.id)
                                      : times_.loop[op.regions[r].params.at(0).id];
      region(op.regions[r], inside, spans[r].end, &op);
      if (is_branch) others_.pop_back();
    }
    f_[v] = std::move(op);
    ops.push_back(v);
  }

  void region(Region& r, int loop, int end, const Op* of = nullptr) {
    std::vector<Value> ops;
    for (Value v : r.ops) visit(v, loop, ops);
    for (std::size_t i = 0; of && i < r.yields.size(); ++i) {
      const bool handed_through = of->kind == Kind::loop && r.yields[i] == r.params[i + 1];
      if (is_array(r.yields[i]) && !handed_through) r.yields[i] = owned(r.yields[i], end, loop, ops, *of);
    }
    r.ops = std::move(ops);
  }

  Function f_;
  Times times_;
  std::vector<Span> others_;  // of the branches around: the arms not taken
};

}  // namespace

Function own(Function f) {
  return Owner(std::move(f)).run();
}

}  // namespace nndiff::opt
