// The steps of a plan with code as what the host asks of a GPU.
#include "plan/launches.h"

#include <algorithm>

#include "plan/threads.h"

namespace nndiff::plan {

namespace {

// Fewer consecutive elements than this are not worth a launch of their own.
constexpr std::int64_t few = 64;
// Memory of one round may have that many bytes in each thread.
constexpr std::int64_t most_own_bytes = 1024;

using List = std::vector<Launch>;

// Steps one after the other as launches, what one thread can do in a row as one.
struct Builder {
  const Plan& plan;
  const Division& d;
  double few_rounds;  // than which fewer are not worth sharing out

  const ir::Op& op(Value v) const { return plan.f[v]; }
  int buffer(Value v) const { return plan.memory[base_of(plan.f, v).id]; }

  // What a gradient behind a pointer begins with is the caller's.
  bool is_callers_gradient(Value v) const {
    if (op(v).kind != ir::Kind::copy || op(v).type.rank() == 0) return false;
    const Buffer& b = plan.buffers[static_cast<std::size_t>(buffer(v))];
    return b.place == Buffer::Place::gradient && b.grows;
  }

  // A statement about many elements at once, at a place that the host knows.
  bool is_copy(Value v) const {
    const ir::Op& o = op(v);
    const bool whole = o.kind == ir::Kind::copy, load = o.kind == ir::Kind::load;
    const bool store = o.kind == ir::Kind::store || o.kind == ir::Kind::accumulate;
    if (o.type.rank() == 0 || (!whole && !load && !store) || (whole && plan.sizes.count(buffer(v))))
      return false;
    const ir::Type& moved = store ? op(o.operands[1]).type : o.type;
    const Size elements = count(moved.shape);
    if (moved.rank() == 0 || (elements.is_static() && elements.factor < few)) return false;
    const std::size_t first = whole ? 1 : load ? 1 : 2;
    return std::all_of(o.operands.begin() + static_cast<std::ptrdiff_t>(first), o.operands.end(),
                       [&](Value i) { return d.hosted.count(i) > 0; });
  }

  // Whether the rounds of a loop are worth being shared out over threads, and may be.
  bool is_shared(const Step& step) const {
    if (step.kind != Step::Kind::loop || !d.hosted.count(op(step.values[0]).operands[0])) return false;
    const ir::Op& limit = op(op(step.values[0]).operands[0]);
    if (limit.kind == ir::Kind::constant && limit.number < few_rounds) return false;
    return can_share_rounds(plan, d.scopes, step, most_own_bytes);
  }

  static Launch launch(Launch::Kind kind, Step step) {
    Launch made{.kind = kind, .steps = {}, .leaves = {}, .parts = {}};
    made.steps.push_back(std::move(step));
    return made;
  }

  // A step without what is inside of it.
  static Step head_of(const Step& step) {
    Step head;
    head.kind = step.kind, head.sweep = step.sweep;
    head.values = step.values, head.statements = step.statements;
    head.number = step.number, head.last = step.last;
    return head;
  }

  static Launch& serial(List& list) {
    if (list.empty() || list.back().kind != Launch::Kind::serial) list.emplace_back();
    return list.back();
  }

  void statement(const Step& step, Value v, List& list) const {
    const bool is_room = op(v).kind == ir::Kind::alloc && !plan.sizes.count(buffer(v));
    if (d.hosted.count(v) || is_callers_gradient(v) || is_room) return;
    Step one = head_of(step);
    one.values = {v};
    if (is_copy(v)) {
      list.push_back(launch(Launch::Kind::copy, std::move(one)));
      return;
    }
    std::vector<Step>& steps = serial(list).steps;
    if (!steps.empty() && steps.back().kind == Step::Kind::code && steps.back().number == step.number)
      steps.back().values.push_back(v);
    else
      steps.push_back(std::move(one));
  }

  void nest(const Step& step, List& list) const {
    if (!d.by_host.count(step.values[0])) {
      if (is_shared(step))
        list.push_back(launch(Launch::Kind::shared, step));
      else
        serial(list).steps.push_back(step);
      return;
    }
    Step head = head_of(step);
    for (const Step::Part& part : step.parts) head.parts.push_back({{}, part.moves});
    const bool loop = step.kind == Step::Kind::loop;
    Launch made = launch(loop ? Launch::Kind::loop : Launch::Kind::branch, std::move(head));
    for (const Step::Part& part : step.parts) made.parts.push_back(build(part.steps));
    list.push_back(std::move(made));
  }

  List build(const std::vector<Step>& steps) const {
    List list;
    for (const Step& step : steps) {
      if (step.kind == Step::Kind::product)
        list.push_back(launch(Launch::Kind::product, step));
      else if (step.kind == Step::Kind::kernel)
        list.push_back(launch(Launch::Kind::kernel, step));
      else if (step.kind == Step::Kind::code)
        for (Value v : step.values) statement(step, v, list);
      else
        nest(step, list);
    }
    return list;
  }
};

// Numbers that pass from one launch to another.
struct Numbers {
  Plan& plan;
  const Division& d;
  std::map<Value, int> maker = {};  // the launch that computes a number, as numbered here
  std::set<Value> wanted = {};      // those that another one looks at, or the host
  int last = 0;

  bool is_device_number(Value v) const { return plan.f[v].type.rank() == 0 && !d.hosted.count(v); }

  void make(Value v, int number) {
    if (is_device_number(v)) maker[v] = number;
  }

  void use(Value v, int number) {
    const auto it = maker.find(v);
    if (it != maker.end() && it->second != number) wanted.insert(v);
  }

  void use_all(Value v, int number) {
    for (Value o : plan.f[v].operands) use(o, number);
    for (const ir::Region& r : plan.f[v].regions) {
      for (Value inner : r.ops) use_all(inner, number);
      for (Value y : r.yields) use(y, number);
    }
  }

  // What a launch uses is looked at once all are known.
  void find_makers(List& list) {
    for (Launch& launch : list) {
      const int number = ++last;
      const bool host = !launch.parts.empty();
      for (const Step& step : launch.steps)
        for (Value v : step.values)
          if (!host || plan.f[v].kind == ir::Kind::result) make(v, number);
      if (launch.kind == Launch::Kind::loop)
        for (Value p : plan.f[launch.steps[0].values[0]].regions[0].params) make(p, number);
      for (List& part : launch.parts) find_makers(part);
    }
  }

  void find_uses(const Step& step, int number) {
    for (const Node& n : step.kernel.nodes)
      if (n.kind == Node::Kind::scalar) use(n.value, number);
    if (step.kind == Step::Kind::kernel || step.kind == Step::Kind::product) return;
    for (Value v : step.values)
      if (plan.f[v].kind != ir::Kind::result) use_all(v, number);
  }

  void find_uses(const List& list) {
    for (const Launch& launch : list) {
      const int number = ++last;
      for (const Launch::Leave& leave : launch.leaves) use(leave.value, number);
      if (launch.parts.empty())
        for (const Step& step : launch.steps) find_uses(step, number);
      for (const List& part : launch.parts) find_uses(part);
    }
  }

  int cell_for(Value v, const std::string& otherwise) {
    std::string name = name_hint(plan.f, v);
    if (name.empty()) name = otherwise;
    const int cell = add_cell(plan, plan.f[v].type.elem, name);
    plan.cells[v] = cell;
    return cell;
  }

  int add_parts(Value v) {
    const std::string name = name_hint(plan.f, v);
    const ir::Elem elem = plan.f[v].type.elem;
    plan.buffers.push_back({.elem = elem,
                            .shape = {Dim(max_parts)},
                            .name = (name.empty() ? "sum" : name) + "_parts",
                            .bytes = Size(std::int64_t{max_parts} * ir::bytes_of(elem))});
    Buffer& parts = plan.buffers.back();
    parts.first = 0, parts.last = static_cast<int>(all_steps(plan).size());
    return static_cast<int>(plan.buffers.size()) - 1;
  }

  // What a loop of the host's carries, or a branch leaves, has memory that its launches write.
  void carry(List& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].kind == Launch::Kind::loop) i += carry_loop(list, i);
      if (list[i].kind == Launch::Kind::branch) carry_branch(list[i]);
      for (List& part : list[i].parts) carry(part);
    }
  }

  // True where a launch had to be put in front of it.
  bool carry_loop(List& list, std::size_t at) {
    const Value owner = list[at].steps[0].values[0];
    const ir::Op op = plan.f[owner];
    std::vector<Launch::Leave> before, after;
    std::map<int, int> cells;
    for (std::size_t i = 1; i < op.operands.size(); ++i) {
      const Value param = op.regions[0].params[i], next = op.regions[0].yields[i - 1];
      if (plan.f[param].type.rank() > 0) continue;
      const int cell = cells[static_cast<int>(i) - 1] = cell_for(param, "carried");
      before.push_back({cell, op.operands[i]});
      if (next != param) after.push_back({cell, next});
    }
    for (Value r : list[at].steps[0].values)
      if (plan.f[r].kind == ir::Kind::result && plan.f[r].type.rank() == 0)
        plan.cells[r] = cells.at(plan.f[r].index);
    if (before.empty()) return false;
    leave(list[at].parts[0], after);
    const bool joins = at > 0 && list[at - 1].kind == Launch::Kind::serial;
    if (!joins) list.insert(list.begin() + static_cast<std::ptrdiff_t>(at), Launch());
    Launch& first = list[joins ? at - 1 : at];
    first.leaves.insert(first.leaves.end(), before.begin(), before.end());
    return !joins;
  }

  static void leave(List& list, const std::vector<Launch::Leave>& leaves) {
    if (leaves.empty()) return;
    Launch& last = Builder::serial(list);
    last.leaves.insert(last.leaves.end(), leaves.begin(), leaves.end());
  }

  void carry_branch(Launch& launch) {
    const ir::Op op = plan.f[launch.steps[0].values[0]];
    for (Value r : launch.steps[0].values) {
      if (plan.f[r].kind != ir::Kind::result || plan.f[r].type.rank() > 0) continue;
      const int cell = cell_for(r, "chosen");
      for (std::size_t side = 0; side < 2; ++side)
        leave(launch.parts[side],
              {{cell, op.regions[side].yields[static_cast<std::size_t>(plan.f[r].index)]}});
    }
  }

  // Numbers have memory where they are computed.
  void leave_wanted(List& list) {
    for (Launch& launch : list) {
      for (List& part : launch.parts) leave_wanted(part);
      if (!launch.parts.empty()) continue;
      for (const Step& step : launch.steps)
        for (Value v : step.values)
          if (wanted.count(v) && !plan.cells.count(v))
            launch.leaves.push_back(
                {cell_for(v, "number"), v, launch.kind == Launch::Kind::shared ? add_parts(v) : -1});
    }
  }

  // Tensors without axes, and their gradients, are the caller's memory on the device.
  void leave_for_caller() {
    std::vector<Launch::Leave> leaves;
    for (std::size_t i = 0; i < plan.results.size(); ++i) {
      const ir::Output& output = plan.f.outputs[i];
      if (!plan.results[i] || output.leaf < 0) continue;
      const ir::Leaf& leaf = *ir::leaves(plan.f)[static_cast<std::size_t>(output.leaf)];
      if (leaf.holder != ir::Holder::tensor) continue;
      const bool gradient = output.role == ir::Output::Role::gradient;
      Buffer to{.place = gradient ? Buffer::Place::gradient : Buffer::Place::input,
                .leaf = output.leaf,
                .elem = leaf.type.elem,
                .bytes = Size(ir::bytes_of(leaf.type.elem))};
      to.first = 0, to.last = static_cast<int>(all_steps(plan).size());
      leaves.push_back({static_cast<int>(plan.buffers.size()), plan.results[i]});
      plan.buffers.push_back(std::move(to));
    }
    leave(plan.launches, leaves);
  }

  void run() {
    carry(plan.launches);
    leave_for_caller();
    find_makers(plan.launches);
    last = 0;
    find_uses(plan.launches);
    for (Value v : plan.results)
      if (v) use(v, -1);
    leave_wanted(plan.launches);
  }
};

}  // namespace

namespace {

// The host computes what memory for arrays that grow is as large as.
void bound_growth(Plan& plan, Division& division) {
  const auto host = [&](Value v, auto& self) -> void {
    if (plan.f[v].type.rank() > 0 || !division.hosted.insert(v).second) return;
    for (Value o : plan.f[v].operands) self(o, self);
  };
  for (const auto& [number, most] : most_elements(plan, division)) {
    for (const auto& [factors, times] : most.terms)
      for (Value v : factors) host(v, host);
    const std::string name = "most_" + std::to_string(plan.bounds.size()) + "_";
    plan.bounds[name] = most;
    plan.sizes[number] = add_cell(plan, ir::Elem::i64, "size");
    Buffer& b = plan.buffers[static_cast<std::size_t>(number)];
    b.shape = {Dim::parse(name)};
    b.bytes = count(b.shape) * Size(ir::bytes_of(b.elem));
  }
}

}  // namespace

int add_cell(Plan& plan, ir::Elem elem, const std::string& name) {
  Buffer cell{.elem = elem, .name = name + "_at", .bytes = Size(ir::bytes_of(elem))};
  cell.first = 0, cell.last = static_cast<int>(all_steps(plan).size());
  plan.buffers.push_back(std::move(cell));
  return static_cast<int>(plan.buffers.size()) - 1;
}

namespace {

void make_rounds_local(Plan& plan, const Scopes& scopes, const List& list) {
  for (const Launch& launch : list) {
    if (launch.kind == Launch::Kind::shared) make_own_memory_local(plan, scopes, launch.steps[0].values[0]);
    for (const List& part : launch.parts) make_rounds_local(plan, scopes, part);
  }
}

}  // namespace

void make_launches(Plan& plan, double few_rounds) {
  Division division = divide(plan);
  bound_growth(plan, division);
  plan.hosted = division.hosted;
  plan.launches = Builder{plan, division, few_rounds}.build(plan.steps);
  make_rounds_local(plan, division.scopes, plan.launches);
  Numbers{plan, division}.run();
}

}  // namespace nndiff::plan
