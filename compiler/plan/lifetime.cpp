// When buffers are in use: from the step that writes them first to the last one that touches them.
#include <algorithm>

#include "plan/lower.h"
#include "plan/place.h"

namespace nndiff::plan {

namespace {

std::vector<int> buffers_of(const Product& p) {
  const Epilogue& e = p.epilogue;
  return {p.a, p.b, p.c, e.bias, e.gelu_out, e.gelu_in, e.mask_out, e.mask_in, e.column_sums, e.wanted};
}

// The steps around the one that is looked at.
struct Around {
  const Step* step;
  int scope;  // the region inside of it
};

struct Lifetimes {
  Plan& plan;
  const Scopes& scopes;
  std::vector<int> home = std::vector<int>(plan.buffers.size(), -1);  // the outermost scope of its values
  std::vector<Around> around = {};

  void find_homes() {
    for (std::size_t b = 0; b < plan.buffers.size(); ++b)
      for (Value v : plan.buffers[b].values) {
        const int scope = scopes.of_value(v);
        home[b] = home[b] < 0 ? scope : scopes.common(home[b], scope);
      }
  }

  void touch(int buffer, int first, int last) {
    if (buffer < 0) return;
    Buffer& b = plan.buffers[static_cast<std::size_t>(buffer)];
    // From the innermost loop outwards: all rounds of each that the buffer outlives.
    const int own = home[static_cast<std::size_t>(buffer)];
    for (std::size_t i = around.size(); i-- > 0;) {
      const bool outlives = own >= 0 && scopes.inside(around[i].scope, own) >= 0;
      if (!outlives || around[i].step->kind != Step::Kind::loop) continue;
      first = std::min(first, around[i].step->number);
      last = std::max(last, around[i].step->last);
    }
    b.first = b.first < 0 ? first : std::min(b.first, first);
    b.last = std::max(b.last, last);
  }

  void touch_value(Value v, int first, int last) { touch(plan.memory[base_of(plan.f, v).id], first, last); }

  void step(const Step& s) {
    for (int b : buffers_of(s.product)) touch(b, s.number, s.number);
    for (const Sink& sink : s.kernel.sinks) {
      touch(sink.to.buffer, s.number, s.number);
      touch(sink.scratch, s.number, s.number);
      for (int n : needed(s.kernel, sink.node))
        touch(s.kernel.nodes[static_cast<std::size_t>(n)].access.buffer, s.number, s.number);
    }
    if (s.kind == Step::Kind::kernel || s.kind == Step::Kind::product) return;
    for (Value v : s.values) {
      touch_value(v, s.number, s.number);
      if (plan.f[v].kind != ir::Kind::result)
        for (Value o : plan.f[v].operands) touch_value(o, s.number, s.number);
    }
    for (std::size_t side = 0; side < s.parts.size(); ++side) {
      around.push_back({&s, scopes.number.at({s.values[0], static_cast<int>(side)})});
      for (const Step& inner : s.parts[side].steps) step(inner);
      for (Value y : plan.f[s.values[0]].regions[side].yields) touch_value(y, s.last, s.last);
      around.pop_back();
      for (const Move& m : s.parts[side].moves)
        for (int b : {m.to, m.from}) touch(b, s.number, s.last);
    }
  }

  // Buffers whose pointers change places stand for each other from then on.
  bool join_moving() {
    bool changed = false;
    for (const Step* s : all_steps(plan))
      for (const Step::Part& part : s->parts)
        for (const Move& m : part.moves) {
          Buffer &a = plan.buffers[static_cast<std::size_t>(m.to)],
                 &b = plan.buffers[static_cast<std::size_t>(m.from)];
          changed |= a.first != b.first || a.last != b.last;
          a.first = b.first = std::min(a.first, b.first);
          a.last = b.last = std::max(a.last, b.last);
        }
    return changed;
  }
};

}  // namespace

void find_lifetimes(Plan& plan, const Scopes& scopes) {
  Lifetimes lifetimes{plan, scopes};
  lifetimes.find_homes();
  for (const Step& step : plan.steps) lifetimes.step(step);
  const int end = static_cast<int>(all_steps(plan).size()) - 1;
  for (const Move& copy : plan.copies)
    for (int b : {copy.to, copy.from}) {
      Buffer& buffer = plan.buffers[static_cast<std::size_t>(b)];
      buffer.first = buffer.first < 0 ? end : buffer.first;
      buffer.last = end;
    }
  while (lifetimes.join_moving()) {
  }
  std::map<Value, int> made;
  for (const Step* step : all_steps(plan))
    for (Value v : step->values) made[v] = step->number;
  for (Buffer& b : plan.buffers)
    for (Value v : b.values) b.since.push_back(made.count(v) ? made[v] : b.first);
}

}  // namespace nndiff::plan
