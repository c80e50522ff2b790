// The text of --print=plan: steps, buffers, totals.
#include <cstdio>

#include "plan/plan.h"

namespace nndiff::plan {

namespace {

std::string text(const Size& size) {
  std::string out = size.factor == 1 && !size.dims.empty() ? "" : std::to_string(size.factor);
  for (const Dim& d : size.dims) {
    if (!out.empty()) out += "*";
    out += d.is_name() ? d.text() : "(" + d.text() + ")";
  }
  return out;
}

std::string padded(std::string s, std::size_t width) {
  if (s.size() < width) s.append(width - s.size(), ' ');
  return s + " ";
}

// What buffers are called here: by the user's variable, else by what they are, numbered.
std::vector<std::string> names_of(const Plan& plan) {
  std::vector<std::string> names;
  const std::vector<const ir::Leaf*> leaves = ir::leaves(plan.f);
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& b = plan.buffers[i];
    switch (b.place) {
      case Buffer::Place::input:
        names.push_back(leaves[static_cast<std::size_t>(b.leaf)]->path);
        break;
      case Buffer::Place::gradient:
        names.push_back("d " + leaves[static_cast<std::size_t>(b.leaf)]->path);
        break;
      case Buffer::Place::upstream:
        names.push_back("upstream");
        break;
      case Buffer::Place::value:
        names.push_back("value");
        break;
      case Buffer::Place::arena:
        names.push_back(b.name.empty() ? "t" + std::to_string(i) : b.name);
        break;
    }
  }
  return names;
}

std::string place_of(const Buffer& b) {
  switch (b.place) {
    case Buffer::Place::input:
    case Buffer::Place::upstream:
      return "argument";
    case Buffer::Place::value:
    case Buffer::Place::gradient:
      return "caller's";
    case Buffer::Place::arena:
      break;
  }
  return b.slot < 0 ? "at " + std::to_string(b.offset) : "slot " + std::to_string(b.slot);
}

std::string list(const std::vector<std::string>& names, const std::vector<int>& which) {
  std::string out;
  for (int i : which) out += (out.empty() ? "" : ", ") + names[static_cast<std::size_t>(i)];
  return out;
}

void add(std::vector<int>& set, int buffer) {
  for (int b : set)
    if (b == buffer) return;
  if (buffer >= 0) set.push_back(buffer);
}

std::string kernel_text(const Plan& plan, const Kernel& k, const std::vector<std::string>& names) {
  std::string rows = "[", inner;
  for (int a : k.rows) rows += (rows.size() > 1 ? "," : "") + text(k.axes[static_cast<std::size_t>(a)]);
  for (const Loop& loop : k.loops) {
    if (loop.axes.empty()) continue;
    inner += inner.empty() ? " x " : ", ";
    for (std::size_t i = 0; i < loop.axes.size(); ++i)
      inner += (i ? "x" : "") + text(k.axes[static_cast<std::size_t>(loop.axes[i])]);
  }
  std::vector<int> read, written;
  for (const Node& n : k.nodes) add(read, n.access.buffer);
  std::string scalars;
  for (const Sink& s : k.sinks) {
    add(written, s.to.buffer);
    const std::string& name = plan.f[s.value].name;
    const bool is_scalar = s.to.buffer < 0 && plan.f[s.value].type.rank() == 0;
    if (is_scalar) scalars += (scalars.empty() ? "" : ", ") + (name.empty() ? "a scalar" : name);
  }
  std::string out = k.axes.empty() ? "scalars" : "loops " + rows + "]" + inner;
  const std::string to = list(names, written);
  return out + ": " + list(names, read) + " -> " + to + (to.empty() || scalars.empty() ? "" : ", ") + scalars;
}

std::string step_text(const Plan& plan, const Step& step, const std::vector<std::string>& names) {
  if (step.kind == Step::Kind::kernel) return kernel_text(plan, step.kernel, names);
  const Product& p = step.product;
  return "product " + names[static_cast<std::size_t>(p.c)] + (p.accumulate ? " += " : " = ") +
         names[static_cast<std::size_t>(p.a)] + (p.trans_a ? "ᵀ·" : "·") +
         names[static_cast<std::size_t>(p.b)] + (p.trans_b ? "ᵀ" : "") + "  [" + p.m.text() + "," +
         p.k.text() + "]·[" + p.k.text() + "," + p.n.text() + "]";
}

std::string buffers_text(const Plan& plan, const std::vector<std::string>& names) {
  std::string out = "  " + padded("value", 20) + padded("shape", 14) + padded("bytes", 12) +
                    padded("place", 12) + padded("steps", 9) + "\n";
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& b = plan.buffers[i];
    if (b.first < 0) continue;
    std::string line = "  " + padded(names[i], 20) + padded(ir::to_string(b.shape), 14) +
                       padded(text(b.bytes), 12) + padded(place_of(b), 12) +
                       padded(std::to_string(b.first) + ".." + std::to_string(b.last), 9) +
                       (b.kept ? "kept for backward" : "");
    while (line.back() == ' ') line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string cost_text(const char* sweep, const Cost& cost) {
  char flops[32];
  std::snprintf(flops, sizeof flops, "%.4g", cost.flops);
  return "  " + std::string(sweep) + ": " + std::to_string(cost.products) + " matrix products, about " +
         flops + " FLOP where a named size is 256\n";
}

}  // namespace

std::string print(const Plan& plan) {
  const std::vector<std::string> names = names_of(plan);
  std::string out = "plan of " + plan.f.name + (plan.f.upstream ? " (vjp)\n" : " (value and gradient)\n");
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const bool backward = plan.steps[i].sweep == ir::Sweep::backward;
    out += "  " + padded(std::to_string(i), 3) + padded(backward ? "backward" : "forward", 8) +
           step_text(plan, plan.steps[i], names) + "\n";
  }
  out += buffers_text(plan, names);
  for (Value v : plan.recomputed) {
    const ir::Op& op = plan.f[v];
    const bool is_map = op.kind == ir::Kind::map;
    out += "  recomputed " +
           padded(op.name.empty() ? std::string(is_map ? name_of(op.map) : name_of(op.kind)) : op.name, 9) +
           ir::to_string(op.type.shape) + "\n";
  }
  out += plan.small ? "  arena: none, on the stack\n"
                    : "  arena: " + std::to_string(plan.static_bytes) + " bytes";
  for (const Size& slot : plan.slots) out += " + " + text(slot);
  if (!plan.small) out += "\n";
  out += cost_text("forward", plan.forward) + cost_text("backward", plan.backward);
  for (const std::string& remark : plan.remarks) out += "  remark: " + remark + "\n";
  return out;
}

}  // namespace nndiff::plan
