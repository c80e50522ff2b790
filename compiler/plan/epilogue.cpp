// What matrix products do on the way for the kernels behind them, and what else a plan for a GPU has: memory
// for sums in two stages and for scalars.
#include <algorithm>

#include "plan/gelu.h"
#include "plan/launches.h"
#include "plan/lower.h"
#include "plan/place.h"

namespace nndiff::plan {

namespace {

// How often steps read each buffer.
std::vector<int> count_readers(const Plan& plan) {
  std::vector<int> readers(plan.buffers.size());
  for (const Step& step : plan.steps) {
    const Product& p = step.product;
    for (int b : {p.a, p.b, p.accumulate ? p.c : -1})
      if (b >= 0) ++readers[static_cast<std::size_t>(b)];
    std::set<int> read;
    for (const Sink& s : step.kernel.sinks)
      for (int n : needed(step.kernel, s.node)) read.insert(step.kernel.nodes[n].access.buffer);
    for (int b : read)
      if (b >= 0) ++readers[static_cast<std::size_t>(b)];
  }
  return readers;
}

// A kernel over the elements [n, j] of a product's result, and what it is made of.
struct Follower {
  const Plan& plan;
  const Product& product;
  const Kernel& k;

  // The kernel's loops are just the rows and the columns of the result.
  bool has_matrix_loops() const {
    return k.rows.size() == 1 && k.axes.size() == 2 && product.n.is_static() &&
           k.axes[1 - k.rows[0]] == Size(product.n) && k.axes[k.rows[0]] == Size(product.m);
  }
  int row() const { return k.rows[0]; }
  int column() const { return 1 - k.rows[0]; }

  bool is_element(const Access& a) const {
    const std::vector<Term> expected = {{Size(product.n), row(), -1}, {Size(1), column(), -1}};
    return a.index == expected;
  }
  bool is_column(const Access& a) const { return a.index == std::vector<Term>{{Size(1), column(), -1}}; }
  const Node& node(int n) const { return k.nodes[static_cast<std::size_t>(n)]; }
  bool is_load(int n, int buffer) const {
    return node(n).kind == Node::Kind::load && node(n).access.buffer == buffer && is_element(node(n).access);
  }
  bool is_zero(int n) const { return node(n).kind == Node::Kind::constant && node(n).number == 0; }
  bool is_map(int n, ir::Map map) const { return node(n).kind == Node::Kind::map && node(n).map == map; }

  // product + bias: the node of the bias, or -1.
  int bias_of(int n) const {
    if (!is_map(n, ir::Map::add)) return -1;
    const std::vector<int>& sum = node(n).operands;
    for (int i : {0, 1}) {
      const Node& bias = node(sum[1 - i]);
      if (is_load(sum[i], product.c) && bias.kind == Node::Kind::load && is_column(bias.access))
        return sum[1 - i];
    }
    return -1;
  }

  // where(h > 0, product, 0): the buffer of h, or -1.
  int mask_of(int n) const {
    if (!is_map(n, ir::Map::where)) return -1;
    const std::vector<int>& choice = node(n).operands;
    if (!is_map(choice[0], ir::Map::gt) || !is_load(choice[1], product.c) || !is_zero(choice[2])) return -1;
    const Node& above = node(node(choice[0]).operands[0]);
    const bool is_h = above.kind == Node::Kind::load && is_element(above.access);
    return is_h && is_zero(node(choice[0]).operands[1]) ? above.access.buffer : -1;
  }

  const Sink* only(Sink::Kind kind) const {
    const auto is_of_kind = [&](const Sink& s) { return s.kind == kind; };
    if (std::count_if(k.sinks.begin(), k.sinks.end(), is_of_kind) != 1) return nullptr;
    return &*std::find_if(k.sinks.begin(), k.sinks.end(), is_of_kind);
  }

  // The sums of the columns of what is stored, if any.
  const Sink* sums_of(const Sink* store) const {
    const Sink* sums = only(Sink::Kind::across);
    const bool fits = store && sums && sums->node == store->node && sums->reducer == ir::Reducer::sum &&
                      is_column(sums->to);
    return fits ? sums : nullptr;
  }
};

struct Epilogues {
  Plan& plan;
  std::vector<int> readers = count_readers(plan);

  // The product that makes `buffer` as relu(… + bias), or none.
  Product* relu_product(int buffer) const {
    for (Step& step : plan.steps)
      if (step.kind == Step::Kind::product && step.product.c == buffer)
        return step.product.epilogue.relu ? &step.product : nullptr;
    return nullptr;
  }

  // Rows of bits are 128 long, or a multiple (cublasLt's documentation of the ReLU mask).
  int mask_for(Product& maker) const {
    if (maker.epilogue.mask_out >= 0) return maker.epilogue.mask_out;
    const std::int64_t words = (maker.n.value + 127) / 128 * 4;
    Buffer mask{.bits = true, .elem = ir::Elem::i32, .shape = {maker.m, Dim(words)}};
    mask.name = name_hint(plan, plan.buffers[static_cast<std::size_t>(maker.c)], 0) + "_above_0";
    mask.bytes = count(mask.shape) * Size(4);
    plan.buffers.push_back(std::move(mask));
    return maker.epilogue.mask_out = static_cast<int>(plan.buffers.size()) - 1;
  }

  bool add_relu(Product& p, const Follower& f) const {
    const Sink* store = f.only(Sink::Kind::store);
    if (!store || f.k.sinks.size() != 1 || !f.is_element(store->to)) return false;
    const int bias = f.is_map(store->node, ir::Map::relu) ? f.bias_of(f.node(store->node).operands[0]) : -1;
    if (bias < 0) return false;
    p.epilogue.bias = f.node(bias).access.buffer;
    p.epilogue.relu = true;
    p.c = store->to.buffer;
    return true;
  }

  // gelu(product + bias), and perhaps product + bias for the backward sweep.
  bool add_gelu(Product& p, const Follower& f) const {
    if (f.k.sinks.size() > 2) return false;
    const Sink *result = nullptr, *operand = nullptr;
    int bias = -1;
    for (int n = 0; n < static_cast<int>(f.k.nodes.size()); ++n) {
      if (f.bias_of(n) < 0) continue;
      bias = f.bias_of(n);
      for (const Sink& s : f.k.sinks) {
        if (s.kind != Sink::Kind::store || !f.is_element(s.to)) return false;
        if (s.node == n) operand = &s;
        if (is_gelu(f.k, s.node, n)) result = &s;
      }
    }
    if (!result || (f.k.sinks.size() == 2 && !operand) || (operand && !has_gelu_rows(p))) return false;
    p.epilogue.bias = f.node(bias).access.buffer;
    p.epilogue.gelu = true;
    p.epilogue.gelu_out = operand ? operand->to.buffer : -1;
    p.c = result->to.buffer;
    return true;
  }

  // What gelu is taken of lies as the products' results do, and cublasLt wants rows of whole eights.
  static bool has_gelu_rows(const Product& p) { return p.n.value % 8 == 0; }

  bool add_gelu_derivative(Product& p, const Follower& f) const {
    const Sink* store = f.only(Sink::Kind::store);
    const Sink* sums = f.sums_of(store);
    if (!store || !f.is_element(store->to) || f.k.sinks.size() != (sums ? 2U : 1U) || !has_gelu_rows(p))
      return false;
    int dy = -1, x = -1;
    for (int n : needed(f.k, store->node)) {
      if (f.node(n).kind != Node::Kind::load) continue;
      (f.is_load(n, p.c) ? dy : x) = n;
    }
    if (dy < 0 || x < 0 || !f.is_element(f.node(x).access)) return false;
    if (f.node(x).access.buffer == p.c || !is_gelu_derivative(f.k, store->node, dy, x)) return false;
    p.epilogue.gelu_in = f.node(x).access.buffer;
    p.epilogue.column_sums = sums ? sums->to.buffer : -1;
    p.c = store->to.buffer;
    return true;
  }

  bool add_mask(Product& p, const Follower& f) const {
    const Sink* store = f.only(Sink::Kind::store);
    const Sink* sums = f.sums_of(store);
    if (!store || !f.is_element(store->to) || f.k.sinks.size() != (sums ? 2U : 1U)) return false;
    const int h = f.mask_of(store->node);
    Product* maker = h < 0 ? nullptr : relu_product(h);
    if (!maker || maker->n != p.n || maker->m != p.m) return false;
    const int to = store->to.buffer, column_sums = sums ? sums->to.buffer : -1;
    p.epilogue.mask_in = mask_for(*maker);
    p.epilogue.column_sums = column_sums;
    p.c = to;
    return true;
  }

  // The rectifier's derivative behind the product keeps only where h > 0.
  void note_wanted(Product& p, const Follower& f) const {
    const Sink* store = f.only(Sink::Kind::store);
    const Sink* sums = f.only(Sink::Kind::across);
    if (!store || f.k.sinks.size() != (sums ? 2U : 1U) || (sums && sums->node != store->node)) return;
    p.epilogue.wanted = f.mask_of(store->node);
  }

  // Calls `use` for each product that only the kernel behind it reads, element by element.
  template <class F>
  void for_each_pair(F&& use) {
    for (std::size_t i = 0; i + 1 < plan.steps.size(); ++i) {
      Step &step = plan.steps[i], &next = plan.steps[i + 1];
      if (step.kind != Step::Kind::product || next.kind != Step::Kind::kernel || step.product.accumulate)
        continue;
      if (readers[static_cast<std::size_t>(step.product.c)] != 1) continue;
      const Follower follower{plan, step.product, next.kernel};
      if (follower.has_matrix_loops()) use(i, step, follower);
    }
  }

  void note_all_wanted() {
    for_each_pair([&](std::size_t, Step& step, const Follower& f) { note_wanted(step.product, f); });
  }

  void run() {
    for_each_pair([&](std::size_t i, Step& step, const Follower& f) {
      if (plan.f[step.product.value].type.elem != ir::Elem::f32) return;
      Product& p = step.product;
      if (!add_relu(p, f) && !add_mask(p, f) && !add_gelu(p, f) && !add_gelu_derivative(p, f)) return;
      const Step& next = plan.steps[i + 1];
      step.values.insert(step.values.end(), next.values.begin(), next.values.end());
      step.statements.insert(step.statements.end(), next.statements.begin(), next.statements.end());
      std::sort(step.statements.begin(), step.statements.end());
      step.statements.erase(std::unique(step.statements.begin(), step.statements.end()),
                            step.statements.end());
      plan.steps.erase(plan.steps.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    });
  }
};

// Tensors without axes are in the caller's memory, which is the device's; so are their gradients.
void add_callers_cells(Plan& plan) {
  const std::vector<const ir::Leaf*> leaves = ir::leaves(plan.f);
  const auto add = [&](Value v, int leaf, Buffer::Place place) {
    const ir::Leaf& of = *leaves[static_cast<std::size_t>(leaf)];
    if (!v || of.holder != ir::Holder::tensor || !of.type.shape.empty()) return;
    plan.cells[v] = static_cast<int>(plan.buffers.size());
    plan.buffers.push_back(
        {.place = place, .leaf = leaf, .elem = of.type.elem, .bytes = Size(ir::bytes_of(of.type.elem))});
    plan.buffers.back().first = 0, plan.buffers.back().last = static_cast<int>(all_steps(plan).size());
  };
  for (int i = 0; i < static_cast<int>(leaves.size()); ++i)
    add(leaves[static_cast<std::size_t>(i)]->value, i, Buffer::Place::input);
  for (std::size_t i = 0; i < plan.results.size() && !plan.has_code; ++i) {
    const ir::Output& output = plan.f.outputs[i];
    if (output.role == ir::Output::Role::gradient) add(plan.results[i], output.leaf, Buffer::Place::gradient);
  }
}

// The scalars that a kernel computes outlive it: others read them, or the host.
void add_cells(Plan& plan) {
  std::set<Value> known;
  for (Step* step : all_steps(plan)) {
    const bool host = !plan.has_code && is_known_on_host(plan, *step, known);
    for (Sink& s : step->kernel.sinks) {
      if (host) known.insert(s.value);
      if (host || plan.f[s.value].type.rank() > 0 || s.to.buffer >= 0 || plan.cells.count(s.value)) continue;
      const ir::Elem elem = step->kernel.nodes[static_cast<std::size_t>(s.node)].elem;
      std::string name = name_hint(plan.f, s.value);
      if (name.empty())
        name = s.value == plan.f.body.yields.at(0) ? "value" : operation_name(plan.f[s.value]);
      plan.cells[s.value] = add_cell(plan, elem, name);
    }
  }
}

void add_parts(Plan& plan) {
  for (Step* step : all_steps(plan))
    for (Sink& s : step->kernel.sinks) {
      if (s.kind != Sink::Kind::across) continue;
      const ir::Elem elem = step->kernel.nodes[static_cast<std::size_t>(s.node)].elem;
      ir::Shape shape =
          s.to.buffer >= 0 ? plan.buffers[static_cast<std::size_t>(s.to.buffer)].shape : ir::Shape{};
      shape.insert(shape.begin(), Dim(max_parts));
      Buffer parts{.elem = elem, .shape = shape, .name = parts_name(plan, s), .bytes = count(shape)};
      parts.bytes *= Size(ir::bytes_of(elem));
      s.scratch = static_cast<int>(plan.buffers.size());
      plan.buffers.push_back(std::move(parts));
    }
}

}  // namespace

bool is_known_on_host(const Plan& plan, const Step& step, const std::set<Value>& known) {
  const auto in_memory = [&](const Sink& s) { return s.to.buffer >= 0 || plan.cells.count(s.value) > 0; };
  if (step.kind != Step::Kind::kernel || !step.kernel.axes.empty() ||
      std::any_of(step.kernel.sinks.begin(), step.kernel.sinks.end(), in_memory))
    return false;
  return std::all_of(step.kernel.nodes.begin(), step.kernel.nodes.end(), [&](const Node& n) {
    if (n.kind == Node::Kind::scalar)
      return (plan.f[n.value].kind == ir::Kind::input && !plan.cells.count(n.value)) || known.count(n.value);
    return n.kind != Node::Kind::load && n.kind != Node::Kind::reduced && n.kind != Node::Kind::checked;
  });
}

void note_wanted(Plan& plan) {
  Epilogues{plan}.note_all_wanted();
}

void prepare_cuda(Plan& plan, const Options& options) {
  if (!plan.has_code) Epilogues{plan}.run();
  add_parts(plan);
  add_callers_cells(plan);
  add_cells(plan);
  if (plan.has_code) make_launches(plan, options.few_rounds);
}

}  // namespace nndiff::plan
