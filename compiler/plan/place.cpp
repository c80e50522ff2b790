// In place: what a kernel stores may overwrite what it reads, element by element.
#include "plan/place.h"

#include <algorithm>
#include <map>

#include "plan/lower.h"

namespace nndiff::plan {

namespace {

bool contains(const std::vector<int>& set, int x) {
  return std::find(set.begin(), set.end(), x) != set.end();
}

// The buffers of one kernel being merged. A moment counts half phases: a row's statements, then its loops.
struct Sharing {
  Plan& plan;
  int step;
  const Kernel& k;

  bool in_row(const std::vector<int>& axes) const {
    return std::any_of(axes.begin(), axes.end(), [&](int a) { return !contains(k.rows, a); });
  }

  int moment(const Sink& s) const { return 2 * s.phase + in_row(s.axes); }

  std::vector<Term> row_terms(const Access& a) const {
    std::vector<Term> terms;
    for (const Term& t : a.index)
      if (t.axis >= 0 && contains(k.rows, t.axis)) terms.push_back(t);
    return terms;
  }

  // Whether load node `n`, evaluated for sink `reader`, comes before `s` writes the same element.
  bool is_read_before(const Node& n, const Sink& reader, const Sink& s) const {
    const bool hoisted = !in_row(n.axes);
    const int when = hoisted ? 2 * n.phase : moment(reader);
    if (when > moment(s)) return false;
    if (n.access.index == s.to.index) return true;
    const bool same_shape = plan.buffers[n.access.buffer].shape == plan.buffers[s.to.buffer].shape;
    return when < moment(s) && same_shape && row_terms(n.access) == row_terms(s.to);
  }

  // Whether buffer `old` is done with when `s` stores: every read of it, and every store to it in this
  // kernel.
  bool is_over(int old, const Sink& s) const {
    for (const Sink& other : k.sinks) {
      if (other.scratch == old) return false;
      if (other.to.buffer == old &&
          (other.kind != Sink::Kind::store || moment(other) >= moment(s) || other.to.index != s.to.index))
        return false;
      for (int n : needed(k, other.node))
        if (k.nodes[n].access.buffer == old && !is_read_before(k.nodes[n], other, s)) return false;
    }
    return true;
  }

  // Whether what is stored to `fresh` can live where `old` lives.
  bool fits(const Sink& s, int fresh, int old) const {
    const Buffer& a = plan.buffers[old];
    const Buffer& b = plan.buffers[fresh];
    const bool places = a.place == Buffer::Place::arena &&
                        (b.place == Buffer::Place::arena || b.place == Buffer::Place::gradient ||
                         b.place == Buffer::Place::value || b.place == Buffer::Place::tangent);
    return old != fresh && places && a.elem == b.elem && a.bytes == b.bytes && a.last <= step &&
           b.first == step && writers(fresh) == 1 && is_over(old, s);
  }

  // A gradient rather replaces a gradient than an activation: it reads better.
  bool are_of_one_sweep(const Sink& s, int old) const {
    return plan.f[s.value].sweep == plan.f[plan.buffers[old].values.back()].sweep;
  }

  int writers(int buffer) const {
    return static_cast<int>(
        std::count_if(k.sinks.begin(), k.sinks.end(), [&](const Sink& s) { return s.to.buffer == buffer; }));
  }
};

// All that a product names.
std::vector<int*> buffers_of(Product& p) {
  Epilogue& e = p.epilogue;
  return {&p.a,       &p.b,        &p.c,       &e.bias,        &e.gelu_out,
          &e.gelu_in, &e.mask_out, &e.mask_in, &e.column_sums, &e.wanted};
}

void rename(Plan& plan, int from, int to) {
  const auto fix = [&](int& buffer) {
    if (buffer == from) buffer = to;
  };
  for (Step& step : plan.steps) {
    for (int* buffer : buffers_of(step.product)) fix(*buffer);
    for (Node& n : step.kernel.nodes) fix(n.access.buffer);
    for (Sink& s : step.kernel.sinks) fix(s.to.buffer), fix(s.scratch);
  }
}

// Buffer `fresh` goes on in the memory of `old`, which takes over its place.
void merge(Plan& plan, int old, int fresh) {
  Buffer& a = plan.buffers[old];
  Buffer& b = plan.buffers[fresh];
  a.place = b.place;
  a.leaf = b.leaf;
  a.last = std::max(a.last, b.last);
  a.kept |= b.kept;
  a.shape = b.shape;
  a.values.insert(a.values.end(), b.values.begin(), b.values.end());
  a.since.insert(a.since.end(), b.since.begin(), b.since.end());
  b.values.clear();
  b.bytes = 0;
  b.first = b.last = -1;
  b.place = Buffer::Place::arena;
  rename(plan, fresh, old);
}

bool share_one(Plan& plan, int step) {
  const Kernel& k = plan.steps[step].kernel;
  const Sharing sharing{plan, step, k};
  std::vector<const Sink*> stores;
  for (const Sink& s : k.sinks)
    if (s.kind == Sink::Kind::store) stores.push_back(&s);
  std::stable_sort(stores.begin(), stores.end(),
                   [&](const Sink* a, const Sink* b) { return sharing.moment(*a) < sharing.moment(*b); });
  for (const Sink* s : stores)
    for (const bool same_sweep : {true, false})
      for (const Node& n : k.nodes) {
        const int old = n.access.buffer;
        if (old < 0 || !sharing.fits(*s, s->to.buffer, old)) continue;
        if (same_sweep && !sharing.are_of_one_sweep(*s, old)) continue;
        merge(plan, old, s->to.buffer);
        return true;
      }
  return false;
}

// Two stores of the same values in one loop, into memory that nothing else is written to.
bool are_twins(const Plan& plan, const Kernel& k, std::size_t first, std::size_t second) {
  const Sink &a = k.sinks[first], &b = k.sinks[second];
  const bool in_one_loop = std::any_of(k.loops.begin(), k.loops.end(), [&](const Loop& loop) {
    return contains(loop.sinks, static_cast<int>(first)) && contains(loop.sinks, static_cast<int>(second));
  });
  const auto is_own = [&](const Sink& s) {
    if (s.kind != Sink::Kind::store) return false;
    const Buffer& buffer = plan.buffers[s.to.buffer];
    return buffer.place == Buffer::Place::arena && buffer.values.size() == 1;
  };
  return in_one_loop && is_own(a) && is_own(b) && a.node == b.node && a.to.buffer != b.to.buffer &&
         a.axes == b.axes && a.to.index == b.to.index &&
         plan.buffers[a.to.buffer].shape == plan.buffers[b.to.buffer].shape;
}

// Sink `second` of a kernel is dropped: who reads what it stores reads what sink `first` does.
void join_twins(Plan& plan, Kernel& k, std::size_t first, std::size_t second) {
  const Sink dropped = k.sinks[second];
  plan.buffers[dropped.to.buffer].values.clear();
  plan.buffers[dropped.to.buffer].bytes = 0;
  std::erase(plan.recomputed, dropped.value);
  k.sinks.erase(k.sinks.begin() + static_cast<std::ptrdiff_t>(second));
  const auto number = static_cast<int>(second);
  const auto fix = [&](int& sink) { sink -= sink > number; };
  for (Node& n : k.nodes) fix(n.sink);
  for (Loop& loop : k.loops) {
    std::erase(loop.sinks, number);
    for (int& s : loop.sinks) fix(s);
  }
  rename(plan, dropped.to.buffer, k.sinks[first].to.buffer);
}

}  // namespace

void share_equal_stores(Plan& plan) {
  for (Step& step : plan.steps)
    for (std::size_t i = 0; i < step.kernel.sinks.size(); ++i)
      for (std::size_t j = i + 1; j < step.kernel.sinks.size();)
        if (are_twins(plan, step.kernel, i, j))
          join_twins(plan, step.kernel, i, j);
        else
          ++j;
}

void share_in_place(Plan& plan) {
  for (int i = 0; i < static_cast<int>(plan.steps.size()); ++i)
    while (share_one(plan, i)) {
    }
}

}  // namespace nndiff::plan
