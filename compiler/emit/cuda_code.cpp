// The core function for a GPU of a plan with loops, branches and memory.
#include "emit/cuda_code.h"

#include <algorithm>

#include "emit/cuda_kernel.h"
#include "emit/cuda_serial.h"
#include "emit/cuda_shared.h"
#include "emit/cuda_text.h"
#include "ir/diagnostic.h"

namespace nndiff::emit {

using ir::Kind;
using ir::Op;
using plan::Launch;
using plan::Step;

namespace {

// The host's numbers that something else than its own arithmetic looks at.
std::set<Value> looked_at(const plan::Plan& plan) {
  std::set<Value> found;
  const auto add = [&](Value v) {
    if (plan.hosted.count(v)) found.insert(v);
  };
  const auto visit = [&](const ir::Region& region, auto& self) -> void {
    for (Value v : region.ops) {
      if (!plan.hosted.count(v) || plan.f[v].kind == Kind::loop)
        for (Value o : plan.f[v].operands) add(o);
      for (const ir::Region& inner : plan.f[v].regions) self(inner, self);
    }
    for (Value y : region.yields) add(y);
  };
  visit(plan.f.body, visit);
  return found;
}

}  // namespace

CudaCode::CudaCode(DeviceCode& device, CoreText& host, Product product)
    : device_(device),
      host_(host),
      plan_(host.plan),
      usage_(plan_),
      wanted_(looked_at(plan_)),
      code_(w_, usage_, no_kernel,
            {"cuda::copy(call, ", "cuda::fill(call, ", "cuda::add(call, ", "std::swap(", true,
             "nn::rt::checked_index(", "nn::rt::checked_block(", false}),
      product_(std::move(product)) {}

void CudaCode::emit() {
  host_values(0);
  for (Value v : usage_.scopes.order)
    if (plan_.f[v].kind == Kind::dimension) size(v);
  bounds();
  host_.declare_buffers("call.reserve");
  list(plan_.launches, true);
  copy_back();
}

// What the host computes of a region, before anything that is launched there.
void CudaCode::host_values(int scope) {
  const std::vector<Value>& ops = usage_.scopes.region(plan_.f, scope).ops;
  const auto is_own = [&](Value v) {
    return plan_.hosted.count(v) > 0 && (is_expression(plan_.f[v]) || plan_.f[v].kind == Kind::dimension);
  };
  for (Value v : ops)
    if (is_own(v)) code_.operation(v);
  for (Value v : ops)
    if (is_own(v) && wanted_.count(v)) code_.declare_now(v);
}

// A size that is named inside of a loop or branch, but known before.
void CudaCode::size(Value v) {
  const Op& op = plan_.f[v];
  if (w_.scalars.count(v) || (!is_expression(op) && op.kind != Kind::dimension)) return;
  for (Value o : op.operands) size(o);
  code_.operation(v);
  if (op.kind != Kind::dimension) code_.declare_now(v);
}

// How much room arrays that grow may need.
void CudaCode::bounds() {
  for (const auto& [dim, most] : plan_.bounds) {
    Text total{"0", ir::Elem::i64};
    for (const auto& [factors, times] : most.terms) {
      Text term{std::to_string(times), ir::Elem::i64};
      for (Value v : factors) {
        if (is_expression(plan_.f[v]) || plan_.f[v].kind == Kind::dimension) size(v);
        const std::string factor = code_.text(v).source;
        term = product(term, {"cuda::not_negative(" + factor + ")", ir::Elem::i64});
      }
      total = sum(total, term);
    }
    const std::string name = w_.names.unique("most");
    w_.lines.line("const std::int64_t " + name + " = " + total.source + ";");
    w_.dims[dim] = name;
  }
}

void CudaCode::list(const std::vector<Launch>& launches, bool top) {
  for (const Launch& one : launches) {
    if (top) comment(one);
    launch(one);
  }
}

void CudaCode::comment(const Launch& launch) {
  if (launch.steps.empty()) return;
  const bool backward = launch.steps[0].sweep == ir::Sweep::backward;
  if (!sweep_ || (backward && sweep_ == ir::Sweep::forward)) {
    sweep_ = launch.steps[0].sweep;
    host_.begin_sweep(backward);
  }
  std::vector<int> statements;
  for (const Step& step : launch.steps)
    statements.insert(statements.end(), step.statements.begin(), step.statements.end());
  std::sort(statements.begin(), statements.end());
  statements.erase(std::unique(statements.begin(), statements.end()), statements.end());
  host_.comment(statements, backward);
}

void CudaCode::launch(const Launch& launch) {
  switch (launch.kind) {
    case Launch::Kind::product:
      code_.begin_writing(launch.steps[0]);
      return product_(launch.steps[0].product);
    case Launch::Kind::kernel:
      code_.begin_writing(launch.steps[0]);
      return emit_cuda_kernel(device_, host_, launch.steps[0]);
    case Launch::Kind::copy:
      return code_.operation(launch.steps[0].values[0]);
    case Launch::Kind::shared:
      return emit_shared_loop(device_, host_, usage_, launch);
    case Launch::Kind::serial:
      return emit_serial_kernel(device_, host_, usage_, launch);
    case Launch::Kind::loop:
      return loop(launch);
    case Launch::Kind::branch:
      return branch(launch);
  }
}

void CudaCode::loop(const Launch& launch) {
  const Step& step = launch.steps[0];
  const Value owner = step.values[0];
  const Op& op = plan_.f[owner];
  const ir::Region& body = op.regions[0];
  const std::string limit = operand(code_.text(op.operands[0]), Binding::sum);
  if (usage_[owner].count > 0) {
    const std::string rounds = w_.names.unique("rounds");
    w_.lines.line("const std::int64_t " + rounds + " = " + limit + " < 0 ? 0 : " + limit + ";");
    w_.scalars[owner] = rounds;
  }
  const Names::Mark outer = w_.names.mark();
  const std::map<Value, std::string> known = w_.scalars;
  const std::string& own = plan_.f[body.params[0]].name;
  const std::string counter = w_.names.unique(own.empty() ? "i" : identifier(own));
  w_.scalars[body.params[0]] = counter;
  w_.lines.open("for (std::int64_t " + counter + " = 0; " + counter + " < " + limit + "; ++" + counter +
                ") {");
  host_values(usage_.scopes.number.at({owner, 0}));
  list(launch.parts[0], false);
  code_.exchange(step.parts[0].moves);
  w_.lines.close();
  w_.names.back_to(outer), w_.scalars = known;
}

void CudaCode::branch(const Launch& launch) {
  const Step& step = launch.steps[0];
  const Value owner = step.values[0];
  const Text condition = code_.text(plan_.f[owner].operands[0]);
  const std::vector<Text> operands = {condition};
  for (std::size_t side = 0; side < 2; ++side) {
    if (launch.parts[side].empty() && step.parts[side].moves.empty()) continue;
    const Names::Mark outer = w_.names.mark();
    const std::map<Value, std::string> known = w_.scalars;
    const Text holds = side == 0 ? condition : op::text(ir::Map::logical_not, operands);
    w_.lines.open("if (" + holds.source + ") {");
    host_values(usage_.scopes.number.at({owner, static_cast<int>(side)}));
    list(launch.parts[side], false);
    code_.exchange(step.parts[side].moves);
    w_.lines.close();
    w_.names.back_to(outer), w_.scalars = known;
  }
}

void CudaCode::copy_back() {
  for (const plan::Move& copy : plan_.copies) {
    const plan::Buffer& b = plan_.buffers[static_cast<std::size_t>(copy.to)];
    const std::string to = b.place == plan::Buffer::Place::input
                               ? host_.argument_of(CoreArgument::Role::leaf, b.leaf)
                               : w_.buffers[static_cast<std::size_t>(copy.to)];
    if (b.grows) {  // as far as it has been touched
      const auto from = static_cast<std::size_t>(copy.from),
                 size = static_cast<std::size_t>(plan_.sizes.at(copy.from));
      w_.lines.line("if (" + to + ") cuda::add_grown(call, " + w_.buffers[from] + ", " + w_.buffers[size] +
                    ", " + w_.text(plan_.buffers[from].shape[0]).source + ", " + to + ");");
      continue;
    }
    w_.lines.line("cuda::copy(call, " + w_.buffers[static_cast<std::size_t>(copy.from)] + ", " +
                  w_.text(plan::count(b.shape)).source + ", " + to + ");");
  }
}

}  // namespace nndiff::emit
