// Loops of statements whose rounds several threads of the CPU carry out.
#include "plan/threads.h"

#include <algorithm>

#include "plan/independent.h"
#include "plan/lower.h"

namespace nndiff::plan {

using ir::Kind;
using ir::Op;
using ir::Region;

namespace {

// Rounds of fewer scalar operations are left to the compiler's vectoriser: they wait for memory.
constexpr double least_work = 16;
// Rounds inside of another loop are handed out every time, which takes more to pay.
constexpr double least_inner_work = 2048;
// As many operations as nn::rt::worth_a_thread, twice: what two threads are worth.
constexpr double little_work = 65536;
// A thread's stack holds this much of what a round has for itself.
constexpr std::int64_t most_own_bytes = 4096;
// Trip counts that are not known count as this many when loops are chosen.
constexpr double usual_count = 64;

struct Rounds {
  const ir::Function& f;
  std::map<Value, Value> limits = {};  // of counters inside
  std::set<Value> inside = {};
  std::vector<Work> found = {};

  // The trip count as it is known outside; none where it is not.
  Value known(Value limit) const {
    if (!inside.count(limit)) return limit;
    const auto counter = limits.find(limit);
    if (counter != limits.end()) return counter->second;
    const Op& op = f[limit];
    if (op.kind != Kind::map && op.kind != Kind::cast) return {};
    for (Value o : op.operands)
      if (inside.count(o)) return known(o);
    return {};
  }

  void region(const Region& r, const std::vector<Value>& around) {
    for (Value p : r.params) inside.insert(p);
    double cost = 0;
    for (Value v : r.ops) {
      const Op& op = f[v];
      inside.insert(v);
      if (op.kind == Kind::map) cost += cost_of(op.map);
      if (op.kind == Kind::load || op.kind == Kind::store || op.kind == Kind::accumulate) cost += 1;
      if (op.kind == Kind::branch)
        for (const Region& side : op.regions) region(side, around);
      if (op.kind == Kind::loop) nest(op, around);
    }
    if (cost > 0) found.push_back({cost, around});
  }

  void nest(const Op& op, std::vector<Value> around) {
    const Value limit = op.is_while ? Value{} : known(op.operands[0]);
    if (limit) {
      around.push_back(limit);
      limits[op.regions[0].params[0]] = limit;
    }
    region(op.regions[0], around);
  }
};

// Whether all that a step and those inside write is the loop's, or a thread's as long as a round lasts; and
// no pointers change places.
struct OwnMemory {
  const Plan& plan;
  const Scopes& scopes;
  int body;
  std::int64_t most_bytes;

  bool is_inside(Value v) const {
    const int scope = scopes.of_value(v);
    return scope == body || scopes.inside(scope, body) >= 0;
  }

  bool fits(Value v) const {
    if (plan.f[v].type.rank() == 0 || plan.f[v].kind == Kind::result) return true;
    const int number = plan.memory[base_of(plan.f, v).id];
    if (number < 0) return true;  // inside of a kernel
    const Buffer& b = plan.buffers[static_cast<std::size_t>(number)];
    const bool made_inside = std::any_of(b.values.begin(), b.values.end(), [&](Value value) {
      const Kind kind = plan.f[value].kind;
      return is_inside(value) && (kind == Kind::alloc || kind == Kind::copy);
    });
    if (!made_inside) return true;
    return b.bytes.is_static() && b.bytes.factor <= most_bytes &&
           std::all_of(b.values.begin(), b.values.end(), [&](Value value) { return is_inside(value); });
  }

  bool holds(const Step& step) const {
    return std::all_of(step.values.begin(), step.values.end(), [&](Value v) { return fits(v); }) &&
           std::all_of(step.parts.begin(), step.parts.end(), [&](const Step::Part& part) {
             return part.moves.empty() && std::all_of(part.steps.begin(), part.steps.end(),
                                                      [&](const Step& s) { return holds(s); });
           });
  }
};

bool is_counted_on(const ir::Function& f, Value loop) {
  return std::any_of(f.ops.begin(), f.ops.end(), [&](const Op& o) {
    return o.kind != Kind::result &&
           std::find(o.operands.begin(), o.operands.end(), loop) != o.operands.end();
  });
}

struct Chooser {
  const Plan& plan;
  const Scopes& scopes;
  std::set<Value> chosen = {};

  const Op& op(Value v) const { return plan.f[v]; }

  double count(Value limit) const {
    const Op& o = op(limit);
    return o.kind == Kind::constant ? std::max(0.0, o.number) : usual_count;
  }

  bool is_worth_it(Value loop, bool is_inner) const {
    double round = 0;
    for (const Work& w : work_of_round(plan.f, loop)) {
      double times = 1;
      for (Value limit : w.limits) times *= count(limit);
      round += times * w.cost;
    }
    const Op& limit = op(op(loop).operands[0]);
    const bool is_little = limit.kind == Kind::constant && limit.number * round < little_work;
    return round >= (is_inner ? least_inner_work : least_work) && !is_little;
  }

  // Memory at one address that no pointer is handed on for.
  bool is_plain(Value v) const {
    const int number = plan.memory[base_of(plan.f, v).id];
    if (number < 0) return true;
    const Buffer& b = plan.buffers[static_cast<std::size_t>(number)];
    const bool is_object = b.place == Buffer::Place::room && b.grows;
    return !is_object && b.place != Buffer::Place::part;
  }

  bool is_plain(const Step& step) const {
    const auto is_array = [&](Value v) { return op(v).type.rank() > 0; };
    for (Value v : step.values) {
      if (is_array(v) && op(v).kind != Kind::result && !is_plain(v)) return false;
      for (Value o : op(v).operands)
        if (is_array(o) && !is_plain(o)) return false;
    }
    return std::all_of(step.parts.begin(), step.parts.end(), [&](const Step::Part& part) {
      return std::all_of(part.steps.begin(), part.steps.end(), [&](const Step& s) { return is_plain(s); });
    });
  }

  void choose(const std::vector<Step>& steps, bool is_inner = false) {
    for (const Step& step : steps) {
      if (step.kind == Step::Kind::loop) {
        const Value loop = step.values[0];
        if (can_share_rounds(plan, scopes, step, most_own_bytes) && is_worth_it(loop, is_inner) &&
            is_plain(step)) {
          chosen.insert(loop);
          continue;
        }
      }
      if (step.kind == Step::Kind::loop || step.kind == Step::Kind::branch)
        for (const Step::Part& part : step.parts)
          choose(part.steps, is_inner || step.kind == Step::Kind::loop);
    }
  }
};

}  // namespace

bool can_share_rounds(const Plan& plan, const Scopes& scopes, const Step& step, std::int64_t most_own_bytes) {
  const Value loop = step.values[0];
  if (step.kind != Step::Kind::loop || is_counted_on(plan.f, loop)) return false;
  const OwnMemory memory{plan, scopes, scopes.number.at({loop, 0}), most_own_bytes};
  return independent(plan.f, loop) && memory.holds(step);
}

void make_own_memory_local(Plan& plan, const Scopes& scopes, Value loop) {
  const OwnMemory memory{plan, scopes, scopes.number.at({loop, 0}), 0};
  for (Buffer& b : plan.buffers)
    if (b.place == Buffer::Place::arena && !b.values.empty() && memory.is_inside(b.values.front()))
      b.place = Buffer::Place::local;
}

std::vector<Work> work_of_round(const ir::Function& f, Value loop) {
  Rounds rounds{f};
  rounds.region(f[loop].regions[0], {});
  return std::move(rounds.found);
}

void share_rounds(Plan& plan, const Scopes& scopes) {
  Chooser chooser{plan, scopes};
  chooser.choose(plan.steps);
  plan.threaded = std::move(chooser.chosen);
  for (Value loop : plan.threaded) make_own_memory_local(plan, scopes, loop);
}

}  // namespace nndiff::plan
