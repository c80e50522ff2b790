// Which buffers are parts of others, by what touches both in the order of execution.
#include "plan/parts.h"

#include <algorithm>

#include "ir/linear.h"
#include "plan/affine.h"
#include "plan/lower.h"

namespace nndiff::plan {

using ir::Kind;
using ir::Op;

namespace {

// A buffer that is touched, at a place in the order of the text.
struct Event {
  int at = 0;
  int buffer = -1;
  bool writes = false;
  const std::vector<Step>* list = nullptr;  // the steps around
  const Step* step = nullptr;
  Value value = {};  // of code: the statement
};

struct Events {
  const Plan& plan;
  std::vector<std::vector<Event>> of = std::vector<std::vector<Event>>(plan.buffers.size());  // by buffer
  std::map<Value, int> made = {};  // by value of code: where in the order
  std::map<Value, const std::vector<Step>*> lists = {};
  int now = 0;

  int memory(Value v) const { return plan.memory[plan::base_of(plan.f, v).id]; }

  void touch(int buffer, bool writes, Event event) {
    if (buffer < 0) return;
    event.at = now;
    event.buffer = buffer;
    event.writes = writes;
    of[static_cast<std::size_t>(buffer)].push_back(event);
  }

  void steps(const std::vector<Step>& list) {
    for (const Step& s : list) step(s, list);
  }

  void step(const Step& s, const std::vector<Step>& list) {
    ++now;
    const Event event{.list = &list, .step = &s};
    const Product& p = s.product;
    for (int read : {p.a, p.b, p.epilogue.bias, p.epilogue.wanted}) touch(read, false, event);
    touch(p.c, true, event);
    for (const Sink& sink : s.kernel.sinks) {
      touch(sink.to.buffer, true, event);
      touch(sink.scratch, true, event);
      for (int n : needed(s.kernel, sink.node))
        touch(s.kernel.nodes[static_cast<std::size_t>(n)].access.buffer, false, event);
    }
    if (s.kind == Step::Kind::kernel || s.kind == Step::Kind::product) return;
    for (Value v : s.values) code(v, event);
    for (std::size_t side = 0; side < s.parts.size(); ++side) part(s, side);
  }

  void part(const Step& s, std::size_t side) {
    const std::vector<Step>& list = s.parts[side].steps;
    steps(list);
    ++now;
    const Event event{.list = &list, .step = &s};
    for (Value y : plan.f[s.values[0]].regions[side].yields) touch(memory(y), false, event);
    for (const Move& m : s.parts[side].moves)
      for (int b : {m.to, m.from}) touch(b, true, event);
  }

  void code(Value v, Event event) {
    ++now;
    made[v] = now;
    lists[v] = event.list;
    event.value = v;
    const Op& op = plan.f[v];
    if (op.kind == Kind::result) return;
    for (std::size_t i = 0; i < op.operands.size(); ++i)
      touch(memory(op.operands[i]), ir::consumes(op, i), event);
    touch(memory(v), true, event);
  }
};

// On a GPU, what the host starts: the copies, and the kernels and products by what they compute first.
struct Host {
  std::set<Value> copies, makers;

  void add(const std::vector<Launch>& launches) {
    for (const Launch& one : launches) {
      for (const std::vector<Launch>& part : one.parts) add(part);
      if (one.steps.empty() || one.steps[0].values.empty()) continue;
      const Value first = one.steps[0].values[0];
      if (one.kind == Launch::Kind::copy) copies.insert(first);
      if (one.kind == Launch::Kind::kernel || one.kind == Launch::Kind::product) makers.insert(first);
    }
  }
};

// What a part would be: `buffer` in `whole`, at the index of load or store `op`.
struct Candidate {
  int buffer = -1, whole = -1;
  Value op;
};

class Parts {
 public:
  Parts(Plan& plan, Target target) : plan_(plan), target_(target), events_{plan} {
    events_.steps(plan.steps);
    host_.add(plan.launches);
  }

  void find() {
    for (const auto& [v, at] : events_.made) {
      const Op& op = plan_.f[v];
      if (op.kind == Kind::load && op.type.rank() > 0) load(v, at);
    }
    for (const auto& [v, at] : events_.made) {
      const Op& op = plan_.f[v];
      if (op.kind == Kind::store && plan_.f[op.operands[1]].type.rank() > 0) store(v, at);
    }
  }

 private:
  Buffer& buffer(int b) { return plan_.buffers[static_cast<std::size_t>(b)]; }
  const std::vector<Event>& events(int b) const { return events_.of[static_cast<std::size_t>(b)]; }

  // Whether the statement, or what else makes a block, is started where pointers can be set.
  bool is_hosted(Value copy) const { return target_ == Target::cpp || host_.copies.count(copy) > 0; }
  bool is_hosted(const Step& maker) const {
    return target_ == Target::cpp || (!maker.values.empty() && host_.makers.count(maker.values[0]) > 0);
  }

  // Memory that only this value has, and that stays where it is.
  bool is_own(int b) {
    const Buffer& own = buffer(b);
    const bool is_ours = own.place == Buffer::Place::arena || own.place == Buffer::Place::room;
    return is_ours && own.values.size() == 1 && !own.moves && !own.grows && !own.is_grown;
  }

  // Arrays that elements of can be pointed at.
  bool is_steady(int b) {
    const Buffer& whole = buffer(b);
    const bool stays = whole.place == Buffer::Place::input || (!whole.grows && !whole.is_grown);
    return whole.place != Buffer::Place::part && stays && !whole.may_be_null &&
           std::none_of(plan_.copies.begin(), plan_.copies.end(), [&](const Move& m) { return m.to == b; });
  }

  // Whether the array is let alone from `first` to before `last`: by all, or by those that write to it.
  bool is_left_alone(const Candidate& c, int first, int last, bool may_read) {
    const auto meets = [&](const Event& e) {
      return e.at >= first && e.at < last && e.value != c.op && !(may_read && !e.writes);
    };
    const auto is_elsewhere = [&](const Event& e) { return e.value && is_apart(e.value, c.op); };
    const bool direct = std::all_of(events(c.whole).begin(), events(c.whole).end(),
                                    [&](const Event& e) { return !meets(e) || is_elsewhere(e); });
    return direct && std::all_of(found_.begin(), found_.end(), [&](const Candidate& other) {
             if (other.whole != c.whole || is_apart(other.op, c.op)) return true;
             return std::none_of(events(other.buffer).begin(), events(other.buffer).end(), meets);
           });
  }

  std::vector<Value> index(Value v) const {
    const Op& op = plan_.f[v];
    const std::ptrdiff_t first = op.kind == Kind::load ? 1 : 2;
    return {op.operands.begin() + first, op.operands.end()};
  }

  const ir::Shape& block(Value v) const {
    const Op& op = plan_.f[v];
    return op.kind == Kind::load ? op.type.shape : plan_.f[op.operands[1]].type.shape;
  }

  // Whether two loads and stores of one array touch different rows of it: rows a fixed number apart.
  bool is_apart(Value a, Value b) const {
    const auto moves_rows = [&](Value v) {
      const Kind kind = plan_.f[v].kind;
      return kind == Kind::load || kind == Kind::store;
    };
    if (!moves_rows(a) || !moves_rows(b)) return false;
    const ir::Shape& shape = plan_.f[plan_.f[a].operands[0]].type.shape;
    const std::vector<Value> i = index(a), j = index(b);
    if (!(shape == plan_.f[plan_.f[b].operands[0]].type.shape) || i.size() != shape.size() ||
        j.size() != shape.size())
      return false;
    const ir::Shape row(shape.begin() + 1, shape.end());
    if (!(count(block(a)) == count(row)) || !(count(block(b)) == count(row))) return false;
    const std::set<Value> none;
    AffineOf affine{plan_.f, none, none, none};
    const auto x = affine(i[0]), y = affine(j[0]);
    if (!x || !y) return false;
    const auto distance = (*x + *y * Affine::constant(-1)).number();
    return distance && *distance != 0;
  }

  // Whether a block that is loaded can be read where it is.
  void load(Value v, int at) {
    if (!is_hosted(v)) return;
    const Candidate c{events_.memory(v), events_.memory(plan_.f[v].operands[0]), v};
    if (c.buffer == c.whole || !is_own(c.buffer) || !is_steady(c.whole)) return;
    int last = at;
    for (const Event& e : events(c.buffer)) {
      if (e.writes && e.value != v) return;
      last = std::max(last, e.at);
    }
    if (is_left_alone(c, at, last + 1, true)) add(c);
  }

  // Whether a block that is stored can be computed where it goes to.
  void store(Value v, int at) {
    if (!is_hosted(v)) return;
    const Op& op = plan_.f[v];
    const Candidate c{events_.memory(op.operands[1]), events_.memory(v), v};
    if (c.buffer == c.whole || !is_own(c.buffer) || !is_steady(c.whole)) return;
    const Event* maker = nullptr;
    int last = at;
    for (const Event& e : events(c.buffer)) {
      if (e.writes && (e.value || (maker && maker->at != e.at))) return;
      if (e.writes) maker = &e;
      last = std::max(last, e.at);
    }
    if (!maker || !is_hosted(*maker->step) || maker->list != events_.lists.at(v) || maker->at > at) return;
    if (buffer(c.whole).first > maker->step->number || !is_known(v, maker->at)) return;
    if (is_left_alone(c, maker->at, at, false) && is_left_alone(c, at, last + 1, true)) add(c);
  }

  // Whether the index of a store is known before `at`: what it is made of is computed earlier.
  bool is_known(Value v, int at) const {
    const std::vector<Value> all = index(v);
    return std::all_of(all.begin(), all.end(), [&](Value i) {
      const auto it = events_.made.find(i);
      return it == events_.made.end() || it->second < at;
    });
  }

  void add(const Candidate& c) {
    Buffer& part = buffer(c.buffer);
    part.place = Buffer::Place::part;
    part.whole = c.whole;
    part.block = c.op;
    Buffer& whole = buffer(c.whole);
    whole.first = std::min(whole.first, part.first);
    whole.last = std::max(whole.last, part.last);
    found_.push_back(c);
  }

  Plan& plan_;
  Target target_;
  Events events_;
  Host host_ = {};
  std::vector<Candidate> found_;
};

}  // namespace

void find_parts(Plan& plan, Target target) {
  Parts(plan, target).find();
}

}  // namespace nndiff::plan
