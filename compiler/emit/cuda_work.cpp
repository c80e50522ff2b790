// What a plan asks of a GPU: every element that a step touches counts once, single numbers and the partial
// results of sums do not.
#include "emit/cuda_work.h"

#include <algorithm>
#include <cstdio>

#include "plan/lower.h"

namespace nndiff::emit {

using plan::Kernel;
using plan::Node;
using plan::Plan;
using plan::Sink;
using plan::Size;
using plan::Step;

namespace {

// A sum of sizes, by their named sizes.
struct Bytes {
  std::map<std::string, Size> summands;

  void add(const Size& size) {
    if (size.factor == 0) return;
    Size names = size;
    names.factor = 1;
    const auto [at, fresh] = summands.emplace(size.is_static() ? "" : plan::to_string(names), size);
    if (!fresh) at->second.factor += size.factor;
  }
  void add(const Bytes& other) {
    for (const auto& [names, size] : other.summands) add(size);
  }
  std::string text() const {
    std::string out;
    for (const auto& [names, size] : summands) out += (out.empty() ? "" : " + ") + plan::to_string(size);
    return out.empty() ? "0" : out;
  }
  double estimate() const {
    double sum = 0;
    for (const auto& [names, size] : summands) sum += plan::estimate(size);
    return sum;
  }
};

struct Work {
  int launches = 0, library_calls = 0;
  Bytes read = {}, written = {};

  void add(const Work& other) {
    launches += other.launches, library_calls += other.library_calls;
    read.add(other.read), written.add(other.written);
  }
};

Work work_of(const Plan& plan, const plan::Product& p) {
  Work work{.library_calls = 1};
  const auto add = [&](Bytes& to, int buffer) {
    if (buffer >= 0) to.add(plan.buffers[static_cast<std::size_t>(buffer)].bytes);
  };
  for (int b : {p.a, p.b, p.accumulate ? p.c : -1, p.epilogue.bias, p.epilogue.mask_in, p.epilogue.gelu_in})
    add(work.read, b);
  for (int b : {p.c, p.epilogue.gelu_out, p.epilogue.mask_out, p.epilogue.column_sums}) add(work.written, b);
  return work;
}

// How many elements an access touches while the kernel runs.
Size elements(const Kernel& k, const plan::Access& access) {
  std::set<int> axes;
  for (const plan::Term& t : access.index) {
    if (t.axis >= 0) axes.insert(t.axis);
    if (t.node < 0) continue;
    const std::vector<int>& others = k.nodes[static_cast<std::size_t>(t.node)].axes;
    axes.insert(others.begin(), others.end());
  }
  Size count;
  for (int a : axes) count *= k.axes[static_cast<std::size_t>(a)];
  return count;
}

// The bytes of all accesses: of a buffer as a whole where one of them touches all of it.
Bytes bytes_of(const Plan& plan, const Kernel& k, const std::vector<plan::Access>& accesses) {
  std::map<int, std::vector<Size>> touched;
  for (const plan::Access& access : accesses)
    if (access.buffer >= 0) touched[access.buffer].push_back(elements(k, access));
  Bytes bytes;
  for (const auto& [number, counts] : touched) {
    const plan::Buffer& buffer = plan.buffers[static_cast<std::size_t>(number)];
    const Size all = plan::count(buffer.shape);
    const auto is_all = [&](const Size& count) { return plan::never_larger(all, count); };
    if (std::any_of(counts.begin(), counts.end(), is_all)) {
      bytes.add(buffer.bytes);
      continue;
    }
    for (const Size& count : counts) bytes.add(count * Size(ir::bytes_of(buffer.elem)));
  }
  return bytes;
}

Work work_of(const Plan& plan, const Kernel& k) {
  std::vector<plan::Access> loads, stores;
  const auto add = [](std::vector<plan::Access>& set, const plan::Access& access) {
    if (std::find(set.begin(), set.end(), access) == set.end()) set.push_back(access);
  };
  for (const Sink& s : k.sinks) {
    add(stores, s.to);
    for (int n : plan::needed(k, s.node)) add(loads, k.nodes[static_cast<std::size_t>(n)].access);
  }
  Work work{.launches = k.across().empty() ? 1 : 2};
  work.read = bytes_of(plan, k, loads), work.written = bytes_of(plan, k, stores);
  return work;
}

// What statements touch: arrays as a whole, but for those of which nobody knows the extent.
struct Touched {
  std::set<int> read, written;

  void add(const Plan& plan, const Step& step) {
    const auto buffer = [&](ir::Value v) { return plan.memory[plan::base_of(plan.f, v).id]; };
    for (ir::Value v : step.values) {
      const ir::Op& op = plan.f[v];
      const bool moves = op.kind == ir::Kind::load || op.kind == ir::Kind::copy;
      if (moves && plan.f[op.operands[0]].kind != ir::Kind::constant) read.insert(buffer(op.operands[0]));
      if (op.kind == ir::Kind::store || op.kind == ir::Kind::accumulate || (op.type.rank() > 0 && moves))
        written.insert(buffer(v));
      if (op.kind == ir::Kind::accumulate) read.insert(buffer(v));
    }
    for (const Step::Part& part : step.parts)
      for (const Step& inner : part.steps) add(plan, inner);
  }

  static Bytes bytes(const Plan& plan, const std::set<int>& buffers) {
    Bytes bytes;
    for (int b : buffers) {
      if (b < 0) continue;
      const plan::Buffer& buffer = plan.buffers[static_cast<std::size_t>(b)];
      const auto& shape = buffer.shape;
      if (std::find(shape.begin(), shape.end(), ir::unknown_extent()) == shape.end()) bytes.add(buffer.bytes);
    }
    return bytes;
  }
};

// A statement that moves consecutive elements.
Work work_of_copy(const Plan& plan, const ir::Op& op) {
  const bool stores = op.kind == ir::Kind::store || op.kind == ir::Kind::accumulate;
  const ir::Type& moved = stores ? plan.f[op.operands[1]].type : op.type;
  const Size bytes = plan::count(moved.shape) * Size(ir::bytes_of(moved.elem));
  Work work{.launches = 1};
  work.written.add(bytes);
  if (op.kind != ir::Kind::copy || plan.f[op.operands[0]].kind != ir::Kind::constant) work.read.add(bytes);
  if (op.kind == ir::Kind::accumulate) work.read.add(bytes);
  return work;
}

Work work_of(const Plan& plan, const plan::Launch& launch) {
  if (launch.kind == plan::Launch::Kind::product) return work_of(plan, launch.steps[0].product);
  if (launch.kind == plan::Launch::Kind::kernel) return work_of(plan, launch.steps[0].kernel);
  if (launch.kind == plan::Launch::Kind::copy) return work_of_copy(plan, plan.f[launch.steps[0].values[0]]);
  const bool sums = launch.kind == plan::Launch::Kind::shared && !launch.leaves.empty();
  Work work{.launches = sums ? 2 : 1};
  Touched touched;
  for (const Step& step : launch.steps) touched.add(plan, step);
  work.read = Touched::bytes(plan, touched.read), work.written = Touched::bytes(plan, touched.written);
  return work;
}

// Blocks that are where the array is.
bool is_no_work(const Plan& plan, const plan::Launch& launch) {
  if (launch.kind != plan::Launch::Kind::copy) return false;
  return std::any_of(plan.buffers.begin(), plan.buffers.end(), [&](const plan::Buffer& b) {
    return b.place == plan::Buffer::Place::part && b.block == launch.steps[0].values[0];
  });
}

using Rows = std::vector<std::pair<std::string, Work>>;

// By launch; those in a loop of the host's once, as the call may be the first to know how many rounds it has.
void add_rows(const Plan& plan, const std::vector<plan::Launch>& launches, const std::string& margin,
              Rows& rows) {
  for (const plan::Launch& launch : launches) {
    const std::string number = launch.steps.empty() ? "" : std::to_string(launch.steps[0].number);
    if (launch.parts.empty() && !is_no_work(plan, launch))
      rows.emplace_back(margin + number, work_of(plan, launch));
    for (const std::vector<plan::Launch>& part : launch.parts) add_rows(plan, part, margin + " ", rows);
  }
}

// By step; steps that are no work of their own ask for nothing.
Rows work_of_steps(const Plan& plan) {
  Rows rows;
  if (plan.has_code) {
    add_rows(plan, plan.launches, "", rows);
    for (const plan::Move& copy : plan.copies) {
      Work work{.launches = 1};
      work.read = Touched::bytes(plan, {copy.from}), work.written = Touched::bytes(plan, {copy.to});
      rows.emplace_back("end", work);
    }
    return rows;
  }
  std::vector<Work> all(plan.steps.size());
  std::set<ir::Value> known;
  for (int i = 0; i < static_cast<int>(plan.steps.size());) {
    const Step& step = plan.steps[static_cast<std::size_t>(i)];
    int next = i + 1;
    if (step.kind == Step::Kind::product) {
      all[static_cast<std::size_t>(i)] = work_of(plan, step.product);
    } else if (plan::is_known_on_host(plan, step, known)) {
      for (const Sink& s : step.kernel.sinks) known.insert(s.value);
    } else {
      all[static_cast<std::size_t>(i)] = work_of(plan, step.kernel);
      next = step_behind(plan, i);
    }
    i = next;
  }
  for (std::size_t i = 0; i < all.size(); ++i) rows.emplace_back(std::to_string(i), all[i]);
  return rows;
}

Work work_of_labels(const ir::Function& primal, const Plan& plan) {
  Work work;
  for (const Labels& labels : labels_on_device(primal)) {
    const ir::Type& type = ir::leaves(plan.f)[static_cast<std::size_t>(labels.leaf)]->type;
    ++work.launches;
    work.read.add(plan::count(type.shape) * Size(ir::bytes_of(type.elem)));
  }
  return work;
}

// Only computes with single numbers, those of the device included, and can do so in one thread.
bool is_numbers_only(const Plan& plan, std::size_t step) {
  if (step >= plan.steps.size()) return false;
  const Step& next = plan.steps[step];
  if (next.kind != Step::Kind::kernel || !next.kernel.axes.empty()) return false;
  const auto in_memory = [](const Node& n) { return n.access.buffer >= 0; };
  const auto has_cell = [&](const Sink& s) { return plan.cells.count(s.value) > 0; };
  return std::none_of(next.kernel.nodes.begin(), next.kernel.nodes.end(), in_memory) &&
         std::all_of(next.kernel.sinks.begin(), next.kernel.sinks.end(), has_cell);
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text + "  ";
}

std::string row(const std::string& name, const Work& work) {
  return "  " + padded(name, 6) + padded(std::to_string(work.launches), 8) +
         padded(std::to_string(work.library_calls), 13) + padded(work.read.text(), 26) + work.written.text() +
         "\n";
}

std::string total_text(const Plan& plan, const Work& total) {
  const auto is_repeated = [](const plan::Launch& launch) { return launch.kind == plan::Launch::Kind::loop; };
  const bool loops = std::any_of(plan.launches.begin(), plan.launches.end(), is_repeated);
  char bytes[32];
  std::snprintf(bytes, sizeof bytes, "%.4g", total.read.estimate() + total.written.estimate());
  return std::to_string(total.launches) + (total.launches == 1 ? " launch" : " launches") + " and " +
         std::to_string(total.library_calls) +
         (total.library_calls == 1 ? " library call" : " library calls") +
         (loops ? " where a round of each loop counts" : "") + ", in an nn::Step one graph; about " + bytes +
         " bytes moved where a named size is 256\n";
}

}  // namespace

std::vector<Labels> labels_on_device(const ir::Function& primal) {
  std::vector<Labels> all = interface_of(primal).labels;
  const std::vector<const ir::Leaf*> leaves = ir::leaves(primal);
  std::erase_if(all, [&](const Labels& labels) {
    return labels.leaf < 0 || leaves[static_cast<std::size_t>(labels.leaf)]->holder != ir::Holder::tensor;
  });
  return all;
}

int step_behind(const Plan& plan, int step) {
  const Kernel& k = plan.steps[static_cast<std::size_t>(step)].kernel;
  const std::vector<int> across = k.across();
  const bool has_numbers = std::any_of(
      across.begin(), across.end(), [&](int s) { return !k.sinks[static_cast<std::size_t>(s)].in_memory(); });
  auto next = static_cast<std::size_t>(step) + 1;
  while (has_numbers && is_numbers_only(plan, next)) ++next;
  return static_cast<int>(next);
}

std::string print_work(const ir::Function& primal, const Plan& plan) {
  std::string out = "  " + padded("step", 6) + padded("launches", 8) + padded("library calls", 13) +
                    padded("bytes read", 26) + "bytes written\n";
  Work total = work_of_labels(primal, plan);
  if (total.launches > 0) out += row("labels", total);
  for (const auto& [step, work] : work_of_steps(plan)) {
    out += row(step, work);
    total.add(work);
  }
  return plan::print(plan) + out + row("total", total) + "  on a GPU: " + total_text(plan, total);
}

std::string print_total_work(const ir::Function& primal, const Plan& plan) {
  Work total = work_of_labels(primal, plan);
  for (const auto& [step, work] : work_of_steps(plan)) total.add(work);
  return "  on a GPU: " + total_text(plan, total);
}

}  // namespace nndiff::emit
