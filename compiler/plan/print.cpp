// The text of --print=plan: steps, buffers, totals.
#include <cstdio>
#include <map>
#include <set>

#include "plan/plan.h"
#include "plan/view.h"

namespace nndiff::plan {

namespace {

std::string padded(std::string s, std::size_t width) {
  if (s.size() < width) s.append(width - s.size(), ' ');
  return s + " ";
}

// What buffers are called: by the user's variable, numbered where several are called alike.
struct Names {
  const Plan& plan;
  std::map<std::pair<int, std::string>, std::string> known = {};  // by buffer and hint
  std::set<std::string> taken = {};

  std::string of(int buffer, int step) {
    const Buffer& b = plan.buffers[static_cast<std::size_t>(buffer)];
    std::string hint = argument(b);
    if (hint.empty()) hint = name_hint(plan, b, step);
    if (hint.empty()) hint = "t";
    std::string& name = known[{buffer, hint}];
    if (!name.empty()) return name;
    name = hint;
    for (int i = 2; !taken.insert(name).second; ++i) name = hint + "_" + std::to_string(i);
    return name;
  }

  std::string argument(const Buffer& b) const {
    const auto path = [&] { return ir::leaves(plan.f)[static_cast<std::size_t>(b.leaf)]->path; };
    switch (b.place) {
      case Buffer::Place::input:
        return path();
      case Buffer::Place::gradient:
        return "d " + path();
      case Buffer::Place::upstream:
        return "upstream";
      case Buffer::Place::value:
        return "value";
      case Buffer::Place::tangent:
        return "tangent";
      case Buffer::Place::arena:
      case Buffer::Place::part:
      case Buffer::Place::room:
      case Buffer::Place::parameter:
      case Buffer::Place::local:
        break;
    }
    return "";
  }

  // All that lives in a buffer, one after the other: "logits/dlogits".
  std::string all_of(int buffer) {
    const Buffer& b = plan.buffers[static_cast<std::size_t>(buffer)];
    std::string last = of(buffer, b.first), names = last;
    for (int since : b.since) {
      const std::string next = of(buffer, since + 1);
      if (next != last) names += "/" + next;
      last = next;
    }
    return names;
  }

  std::string list(const std::vector<int>& buffers, int step) {
    std::string out;
    for (int b : buffers) out += (out.empty() ? "" : ", ") + of(b, step);
    return out;
  }
};

std::string place_of(const Buffer& b) {
  switch (b.place) {
    case Buffer::Place::input:
    case Buffer::Place::upstream:
      return "argument";
    case Buffer::Place::value:
    case Buffer::Place::tangent:
    case Buffer::Place::gradient:
      return "caller's";
    case Buffer::Place::parameter:
      return "argument";
    case Buffer::Place::local:
      return "local";
    case Buffer::Place::part:
      return "part";
    case Buffer::Place::room:
      return "room " + std::to_string(b.slot);
    case Buffer::Place::arena:
      break;
  }
  return b.slot < 0 ? "at " + std::to_string(b.offset) : "slot " + std::to_string(b.slot);
}

void add(std::vector<int>& set, int buffer) {
  for (int b : set)
    if (b == buffer) return;
  if (buffer >= 0) set.push_back(buffer);
}

std::string loops_text(const Kernel& k) {
  std::string rows = "[", inner;
  for (int a : k.rows) rows += (rows.size() > 1 ? "," : "") + to_string(k.axes[static_cast<std::size_t>(a)]);
  for (const Loop& loop : k.loops) {
    if (loop.axes.empty()) continue;
    inner += inner.empty() ? " x " : ", ";
    for (std::size_t i = 0; i < loop.axes.size(); ++i)
      inner += (i ? "x" : "") + to_string(k.axes[static_cast<std::size_t>(loop.axes[i])]);
  }
  return k.axes.empty() ? "scalars" : "loops " + rows + "]" + inner;
}

// After the user's variable, else after the operation.
std::string scalar_name(const Plan& plan, Value v) {
  if (v == plan.f.body.yields.at(0)) return "value";
  const std::string name = name_hint(plan.f, v);
  return name.empty() ? operation_name(plan.f[v]) : name;
}

std::string kernel_text(Names& names, const Kernel& k, int step) {
  const Plan& plan = names.plan;
  std::vector<int> read, written;
  for (const Node& n : k.nodes) add(read, n.access.buffer);
  std::string scalars;
  for (const Sink& s : k.sinks) {
    add(written, s.to.buffer);
    if (s.to.buffer >= 0 || plan.f[s.value].type.rank() > 0) continue;
    scalars += (scalars.empty() ? "" : ", ") + scalar_name(plan, s.value);
  }
  const std::string from = names.list(read, step), to = names.list(written, step + 1);
  return loops_text(k) + ": " + from + (from.empty() ? "-> " : " -> ") + to +
         (to.empty() || scalars.empty() ? "" : ", ") + scalars;
}

std::string epilogue_text(Names& names, const Epilogue& e, int step) {
  std::string text;
  if (e.bias >= 0) text += " + " + names.of(e.bias, step);
  if (e.relu) text += ", relu";
  if (e.gelu) text += ", gelu";
  if (e.gelu_out >= 0) text += ", its operand -> " + names.of(e.gelu_out, step + 1);
  if (e.gelu_in >= 0) text += " times gelu'(" + names.of(e.gelu_in, step) + ")";
  if (e.mask_out >= 0) text += ", its mask -> " + names.of(e.mask_out, step);
  if (e.mask_in >= 0) text += " where " + names.of(e.mask_in, step);
  if (e.column_sums >= 0) text += ", sums of columns -> " + names.of(e.column_sums, step);
  if (e.wanted >= 0) text += " where " + names.of(e.wanted, step) + " > 0";
  return text;
}

// What memory statements read and write, and where a loop or a branch stands.
std::string code_text(Names& names, const Step& step) {
  const Plan& plan = names.plan;
  if (step.kind != Step::Kind::code) {
    const ir::Loc& loc = plan.f[step.values[0]].loc;
    const std::string place = loc.line > 0 ? " of " + loc.file.substr(loc.file.find_last_of('/') + 1) + ":" +
                                                 std::to_string(loc.line)
                                           : "";
    if (step.kind == Step::Kind::routine) return "routine " + plan.f[step.values[0]].name + place;
    if (step.kind == Step::Kind::branch) return "branch" + place;
    return (plan.threaded.count(step.values[0]) > 0 ? "loop in threads" : "loop") + place;
  }
  std::vector<int> read, written;
  for (Value v : step.values) {
    const ir::Op& op = plan.f[v];
    const auto buffer = [&](Value of) { return plan.memory[base_of(plan.f, of).id]; };
    if (op.type.rank() > 0) add(written, buffer(v));
    if (op.kind == ir::Kind::call)
      for (Value o : op.operands)
        if (plan.f[o].type.rank() > 0) add(read, buffer(o));
    if (op.kind == ir::Kind::load || op.kind == ir::Kind::copy) add(read, buffer(op.operands[0]));
    for (std::size_t i = 0; op.kind == ir::Kind::foreign && i < op.operands.size(); ++i)
      add(ir::consumes(op, i) ? written : read, buffer(op.operands[i]));
  }
  const std::string from = names.list(read, step.number), to = names.list(written, step.number + 1);
  return "statements: " + from + (from.empty() ? "" : " ") + "->" + (to.empty() ? " scalars" : " " + to);
}

std::string step_text(Names& names, const Step& step) {
  const int number = step.number;
  if (step.kind != Step::Kind::kernel && step.kind != Step::Kind::product) return code_text(names, step);
  if (step.kind == Step::Kind::kernel) return kernel_text(names, step.kernel, number);
  const Product& p = step.product;
  return "product " + names.of(p.c, number + 1) + (p.accumulate ? " += " : " = ") + names.of(p.a, number) +
         (p.trans_a ? "ᵀ·" : "·") + names.of(p.b, number) + (p.trans_b ? "ᵀ" : "") + "  [" + p.m.text() +
         "," + p.k.text() + "]·[" + p.k.text() + "," + p.n.text() + "]" +
         epilogue_text(names, p.epilogue, number);
}

// What is inside a loop or a side of a branch is set in.
void steps_text(Names& names, const std::vector<Step>& steps, const std::string& margin, std::string& out) {
  for (const Step& step : steps) {
    const bool backward = step.sweep == ir::Sweep::backward;
    out += "  " + padded(std::to_string(step.number), 3) + padded(backward ? "backward" : "forward", 8) +
           margin + step_text(names, step) + "\n";
    for (std::size_t side = 0; side < step.parts.size(); ++side) {
      if (side > 0 && !step.parts[side].steps.empty()) out += std::string(15, ' ') + margin + "else\n";
      steps_text(names, step.parts[side].steps, margin + "  ", out);
    }
  }
}

std::string buffers_text(Names& names) {
  const Plan& plan = names.plan;
  std::string out = "  " + padded("value", 20) + padded("shape", 14) + padded("bytes", 12) +
                    padded("place", 12) + "steps\n";
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& b = plan.buffers[i];
    if (b.first < 0) continue;
    std::string line = "  " + padded(names.all_of(static_cast<int>(i)), 20) +
                       padded(ir::to_string(b.shape), 14) + padded(to_string(b.bytes), 12) +
                       padded(place_of(b), 12) +
                       padded(std::to_string(b.first) + ".." + std::to_string(b.last), 9) +
                       (b.kept ? "kept for backward" : "") +
                       (b.place == Buffer::Place::part ? "of " + names.all_of(b.whole) : "");
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
  Names names{plan};
  const std::string mode =
      plan.f.mode.empty() || plan.f.mode == "value_and_grad" ? "value and gradient" : plan.f.mode;
  std::string out = "plan of " + plan.f.name + " (" + mode + ")\n";
  steps_text(names, plan.steps, "", out);
  out += buffers_text(names);
  for (Value v : plan.recomputed) {
    const ir::Op& op = plan.f[v];
    out += "  recomputed " + padded(op.name.empty() ? operation_name(op) : op.name, 9) +
           ir::to_string(op.type.shape) + "\n";
  }
  out += plan.small ? "  arena: none, on the stack\n"
                    : "  arena: " + std::to_string(plan.static_bytes) + " bytes";
  for (const Size& slot : plan.slots) out += " + " + to_string(slot);
  if (!plan.small) out += "\n";
  out += cost_text("forward", plan.forward) + cost_text("backward", plan.backward);
  for (const std::string& remark : plan.remarks) out += "  remark: " + remark + "\n";
  return out;
}

}  // namespace nndiff::plan
