// How a kernel reduces.
#include "emit/reduction.h"

#include <algorithm>

#include "op/text.h"

namespace nndiff::emit {

using plan::Sink;

namespace {

// Loops of at most this many elements reduce into a single variable.
constexpr std::int64_t short_loop = 32;

bool contains(const std::vector<int>& set, int x) {
  return std::find(set.begin(), set.end(), x) != set.end();
}

}  // namespace

bool Reductions::in_lanes(const Sink& s, int axis) const {
  const plan::Size& extent = kernel.axes[static_cast<std::size_t>(axis)];
  const bool is_short = extent.is_static() && extent.factor <= short_loop;
  const bool reduces = s.kind != Sink::Kind::store && s.kind != Sink::Kind::scalar;
  return reduces && ir::is_floating(elem(s)) && !s.in_memory() && contains(s.reduced, axis) && !is_short;
}

bool Reductions::in_lanes(const Sink& s) const {
  const int axis = s.axes.empty() ? -1 : s.axes.back();
  return axis >= 0 && (!contains(kernel.rows, axis) || kernel.is_flat()) && in_lanes(s, axis);
}

ir::Elem Reductions::accumulator(const Sink& s) const {
  const bool wide = s.kind == Sink::Kind::across && s.reducer == ir::Reducer::sum &&
                    elem(s) == ir::Elem::f32 && !in_lanes(s) && !plan.small;
  return wide ? ir::Elem::f64 : elem(s);
}

std::string Reductions::initial(const Sink& s, ir::Elem type) const {
  if (s.reducer == ir::Reducer::sum) return op::literal(0, type).source;
  const bool max = s.reducer == ir::Reducer::max;
  return std::string("rt::") + (max ? "lowest<" : "highest<") + ir::cpp_name(type) + ">";
}

std::string Reductions::joined(const Sink& s, const std::string& to, const std::string& value) const {
  if (s.reducer == ir::Reducer::sum) return to + " += " + value + ";";
  const std::string function = s.reducer == ir::Reducer::max ? "larger" : "smaller";
  return to + " = rt::" + function + "(" + to + ", " + value + ");";
}

}  // namespace nndiff::emit
