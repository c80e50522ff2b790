// Whether two kernels can be one: the loops of one are matched with those of the other.
#include "plan/merge.h"

#include <algorithm>

#include "plan/size.h"

namespace nndiff::plan {

namespace {

// Up to this many elements a kernel may run as a single row, without rows to share out.
constexpr double single_row_elements = 4096;

struct Matcher {
  const Program& p;
  const Group& a;
  const Group& b;
  std::vector<int> to_a = std::vector<int>(b.axes.size(), -1);  // loop of b -> loop of a

  bool match(int from_b, int in_a) {
    if (to_a[from_b] >= 0) return to_a[from_b] == in_a;
    if (std::find(to_a.begin(), to_a.end(), in_a) != to_a.end() || b.axes[from_b] != a.axes[in_a])
      return false;
    to_a[from_b] = in_a;
    return true;
  }

  // The element `in_b` read is the element `in_a`, axis by axis.
  bool match(const Env& in_b, const Env& in_a) {
    for (std::size_t i = 0; i < in_b.size(); ++i) {
      if (in_b[i].kind != in_a[i].kind) return false;
      if (in_b[i].kind == Coord::Kind::loop && !match(in_b[i].id, in_a[i].id)) return false;
    }
    return true;
  }
};

bool is_dynamic(const Env& env) {
  return std::any_of(env.begin(), env.end(), [](const Coord& c) { return c.kind == Coord::Kind::node; });
}

Env place(const Program& p, const Group& g, Value v) {
  const Env& env = g.domains.at(v);
  return p.f[v].kind == Kind::reduce ? reduced_env(p.f[v], env) : env;
}

// What b reads of a must be the elements that a computes; picked elements are looked at once the groups are
// merged.
bool match_flow(Matcher& m, bool& related) {
  for (const Read& r : m.b.reads) {
    const Value base = base_of(m.p.f, r.at);
    if (!m.a.domains.count(base)) continue;
    if (base != r.at) return false;
    related = true;
    if (!is_dynamic(r.env) && !m.match(r.env, place(m.p, m.a, r.at))) return false;
  }
  return true;
}

// Only memory as large as one of the kernels is worth reading once for both.
bool covers(const Env& in_a, const Group& a, const Env& in_b, const Group& b) {
  const std::size_t loops = loops_of(in_b).size();
  return loops > 0 && (loops == b.axes.size() || loops_of(in_a).size() == a.axes.size());
}

// The same memory read by both suggests how the loops correspond.
void match_shared(Matcher& m, bool& related) {
  for (const Read& rb : m.b.reads)
    for (const Read& ra : m.a.reads) {
      if (ra.at != rb.at || is_dynamic(ra.env) || is_dynamic(rb.env) || !covers(ra.env, m.a, rb.env, m.b))
        continue;
      const std::vector<int> before = m.to_a;
      if (m.match(rb.env, ra.env)) {
        related = true;
        break;
      }
      m.to_a = before;
    }
}

void rename(Env& env, const std::vector<int>& loops) {
  for (Coord& c : env)
    if (c.kind == Coord::Kind::loop) c.id = loops[c.id];
}

Group joined(Matcher& m) {
  Group g = m.a;
  for (std::size_t i = 0; i < m.to_a.size(); ++i) {
    for (int j = 0; m.to_a[i] < 0 && j < static_cast<int>(m.a.axes.size()); ++j)
      if (m.match(static_cast<int>(i), j)) break;
    if (m.to_a[i] >= 0) continue;
    m.to_a[i] = static_cast<int>(g.axes.size());
    g.axes.push_back(m.b.axes[i]);
  }
  for (auto [v, env] : m.b.domains) {
    rename(env, m.to_a);
    g.domains.emplace(v, std::move(env));
  }
  for (Read r : m.b.reads) {
    rename(r.env, m.to_a);
    if (std::find(g.reads.begin(), g.reads.end(), r) == g.reads.end()) g.reads.push_back(std::move(r));
  }
  g.values.insert(g.values.end(), m.b.values.begin(), m.b.values.end());
  std::sort(g.values.begin(), g.values.end(), [&](Value x, Value y) { return x.id < y.id; });
  g.before.insert(m.b.before.begin(), m.b.before.end());
  g.after.insert(m.b.after.begin(), m.b.after.end());
  return g;
}

// Whether element `env` of a value of the kernel can be computed where it is picked: no reduction is needed
// at another element than its own.
bool can_compute_at(const Program& p, const Group& g, const Read& r, std::set<Read>& seen) {
  if (!seen.insert(r).second) return true;
  if (base_of(p.f, r.at) != r.at) return !g.domains.count(base_of(p.f, r.at));
  if (!g.domains.count(r.at) || r.env == place(p, g, r.at)) return true;
  const Op& op = p.f[r.at];
  if (op.kind == Kind::reduce || op.kind == Kind::pick) return false;
  for (const Read& next : reads_of_anchor(p, r.at, r.env))
    if (!can_compute_at(p, g, next, seen)) return false;
  return true;
}

bool fits_one_row(const Group& g) {
  if (g.axes.size() > 1) return false;
  for (const ir::Dim& d : g.axes)
    if (!d.is_static() || static_cast<double>(d.value) > single_row_elements) return false;
  return true;
}

}  // namespace

std::optional<Group> merge(const Program& p, const Group& a, const Group& b) {
  Matcher m{p, a, b};
  bool related = false;
  if (!match_flow(m, related)) return std::nullopt;
  match_shared(m, related);
  const bool scalars = a.axes.empty() && b.axes.empty();
  if (!related && !scalars) return std::nullopt;
  Group g = joined(m);
  std::set<Read> seen;
  for (const Read& r : g.reads)
    if (!can_compute_at(p, g, r, seen)) return std::nullopt;
  const Rows rows = rows_of(p, g);
  if (rows.axes.empty() && !fits_one_row(g)) return std::nullopt;
  if (rows.partials > rows_of(p, a).partials + rows_of(p, b).partials) return std::nullopt;
  return g;
}

}  // namespace nndiff::plan
