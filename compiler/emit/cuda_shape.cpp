// How a kernel's loops are shared out over the threads of a GPU.
#include "emit/cuda_shape.h"

#include <algorithm>

#include "plan/lower.h"

namespace nndiff::emit {

using plan::Access;
using plan::Kernel;
using plan::Loop;
using plan::Sink;
using plan::Size;
using plan::Term;

namespace {

// A lane keeps at most this many partial sums of columns in registers.
constexpr std::int64_t most_registers = 64;
// Rows longer than this are worth a block of their own.
constexpr double long_row = 1024;

bool contains(const std::vector<int>& set, int x) {
  return std::find(set.begin(), set.end(), x) != set.end();
}

LoopShape split(const Kernel& k, const Loop& loop) {
  LoopShape shape;
  for (int a : loop.axes) {
    const bool accumulates = std::any_of(loop.sinks.begin(), loop.sinks.end(), [&](int i) {
      const Sink& s = k.sinks[i];
      const bool in_memory = s.kind == Sink::Kind::partial || (s.kind == Sink::Kind::across && s.in_memory());
      return in_memory && contains(s.reduced, a);
    });
    (accumulates ? shape.serial : shape.parallel).push_back(a);
  }
  return shape;
}

// Whether an access goes along `axis` in steps of one, from multiples of `width`.
bool can_pack(const Access& access, int axis, int width) {
  bool along = false;
  for (const Term& t : access.index) {
    if (t.axis == axis)
      along = t.stride == Size(1);
    else if (t.stride.factor % width != 0)
      return false;
    if (t.axis == axis && !along) return false;
  }
  return along;
}

std::vector<PackedAccess> accesses_along(const Kernel& k, const std::vector<int>& sinks, int axis, int width,
                                         const std::set<int>& given = {}) {
  std::vector<PackedAccess> result;
  const auto entry = [&](const Access& access, ir::Elem elem) -> PackedAccess& {
    for (PackedAccess& a : result)
      if (a.access == access) return a;
    return result.emplace_back(PackedAccess{access, elem});
  };
  for (int s : sinks)
    for (int n : plan::needed(k, k.sinks[s].node, given)) {
      const plan::Node& node = k.nodes[n];
      if (node.kind == plan::Node::Kind::load && can_pack(node.access, axis, width))
        entry(node.access, node.elem).loads = true;
    }
  for (int s : sinks) {
    const Sink& sink = k.sinks[s];
    if (sink.kind == Sink::Kind::store && can_pack(sink.to, axis, width))
      entry(sink.to, k.nodes[sink.node].elem).stores = true;
  }
  return result;
}

int widest(const std::vector<PackedAccess>& accesses) {
  int bytes = 4;
  for (const PackedAccess& a : accesses) bytes = std::max(bytes, ir::bytes_of(a.elem));
  return accesses.empty() ? 1 : 16 / bytes;
}

// The loop along which lanes go, or -1.
int last_axis(const Kernel& k, const LoopShape& shape, bool flat) {
  if (flat) return k.rows[0];
  return shape.parallel.empty() ? -1 : shape.parallel.back();
}

// The width that loop number `i` could have, 1 for none.
int width_of(const Kernel& k, std::size_t i, const LoopShape& shape, bool flat) {
  const int axis = last_axis(k, shape, flat);
  if (axis < 0 || !shape.serial.empty()) return 1;
  const int width = widest(accesses_along(k, k.loops[i].sinks, axis, 1));
  const Size& extent = k.axes[axis];
  return flat || (extent.is_static() && extent.factor % width == 0) ? width : 1;
}

int power_of_two(double at_least, int most) {
  int power = 1;
  while (power < at_least && power < most) power *= 2;
  return power;
}

int lanes_for(const Kernel& k, const KernelShape& shape) {
  if (k.rows.empty()) return block_threads;
  double longest = 1;
  for (const LoopShape& loop : shape.loops) {
    double length = 1;
    for (int a : loop.parallel) length *= estimate(k.axes[a]);
    longest = std::max(longest, length);
  }
  if (longest > long_row) return block_threads;
  return power_of_two(longest / shape.width, 32);
}

}  // namespace

std::vector<PackedAccess> packed_accesses(const Kernel& k, const KernelShape& shape, std::size_t loop) {
  const LoopShape& l = shape.loops[loop];
  return accesses_along(k, k.loops[loop].sinks, last_axis(k, l, shape.flat), shape.width, l.given);
}

std::optional<std::int64_t> elements_of(const Kernel& k, const LoopShape& loop) {
  std::int64_t count = 1;
  for (int a : loop.parallel) {
    if (!k.axes[a].is_static()) return std::nullopt;
    count *= k.axes[a].factor;
  }
  return count;
}

Across across_of(const Kernel& k, const Sink& s, const LoopShape& loop, int lanes, int width) {
  if (!s.in_memory()) return Across::number;
  const std::optional<std::int64_t> count = elements_of(k, loop);
  const int packed = loop.packed ? width : 1;
  if (!count || !loop.serial.empty() || *count > most_registers * lanes) return Across::memory;
  const std::int64_t own = (*count + lanes * packed - 1) / (lanes * packed) * packed;
  return own <= most_registers ? Across::columns : Across::memory;
}

KernelShape shape_of(const Kernel& k) {
  KernelShape shape;
  shape.flat = k.is_flat();
  for (const Loop& loop : k.loops) shape.loops.push_back(split(k, loop));
  int narrowest = 0;
  std::vector<int> widths;
  for (std::size_t i = 0; i < k.loops.size(); ++i) {
    widths.push_back(width_of(k, i, shape.loops[i], shape.flat));
    if (widths[i] > 1) narrowest = narrowest ? std::min(narrowest, widths[i]) : widths[i];
  }
  shape.width = std::max(1, narrowest);
  for (std::size_t i = 0; i < widths.size(); ++i)
    shape.loops[i].packed = widths[i] > 1 && !packed_accesses(k, shape, i).empty();
  if (shape.flat) return shape;
  for (LoopShape& loop : shape.loops)  // the same elements belong to the same lanes in all
    loop.packed |= std::any_of(shape.loops.begin(), shape.loops.end(), [&](const LoopShape& other) {
      return other.packed && loop.serial.empty() && other.parallel == loop.parallel;
    });
  shape.lanes = lanes_for(k, shape);
  for (std::size_t i = 0; i < k.loops.size(); ++i)
    for (int s : k.loops[i].sinks)
      if (k.sinks[s].kind == Sink::Kind::across &&
          across_of(k, k.sinks[s], shape.loops[i], shape.lanes, shape.width) == Across::memory)
        shape.lanes = block_threads;
  hold_in_registers(k, shape);
  return shape;
}

}  // namespace nndiff::emit
