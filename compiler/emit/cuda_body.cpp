// The body of a CUDA kernel.
#include "emit/cuda_body.h"

#include <algorithm>

#include "emit/core_text.h"
#include "ir/diagnostic.h"
#include "plan/lower.h"

namespace nndiff::emit {

using plan::Kernel;
using plan::Loop;
using plan::Sink;

namespace {

bool contains(const std::vector<int>& set, int x) {
  return std::find(set.begin(), set.end(), x) != set.end();
}

}  // namespace

CudaBody::CudaBody(Writer& writer, const Kernel& kernel, const KernelShape& shape)
    : w_(writer), k_(kernel), shape_(shape), e_(writer, kernel) {
  e_.checked_index = "cuda::checked_index";
  for (int i = 0; i < static_cast<int>(k_.sinks.size()); ++i) all_.push_back(i);
}

std::string CudaBody::how(const Sink& s) {
  switch (s.reducer) {
    case ir::Reducer::sum:
      return "cuda::Sum";
    case ir::Reducer::max:
      return "cuda::Max";
    case ir::Reducer::min:
      return "cuda::Min";
  }
  ir::bug("unknown reducer");
}

std::string CudaBody::nothing(const Sink& s) const {
  if (s.reducer == ir::Reducer::sum) return op::literal(0, elem(s)).source;
  return std::string("nn::rt::") + (s.reducer == ir::Reducer::max ? "lowest<" : "highest<") +
         ir::cpp_name(elem(s)) + ">";
}

std::string CudaBody::joined(const Sink& s, const std::string& to, const std::string& value) const {
  if (s.reducer == ir::Reducer::sum) return to + " += " + value + ";";
  const std::string function = s.reducer == ir::Reducer::max ? "larger" : "smaller";
  return to + " = nn::rt::" + function + "(" + to + ", " + value + ");";
}

std::size_t CudaBody::loop_of(int sink) const {
  for (std::size_t i = 0; i < k_.loops.size(); ++i)
    if (contains(k_.loops[i].sinks, sink)) return i;
  ir::bug("a result without a loop");
}

Across CudaBody::across(int sink) const {
  const Sink& s = k_.sinks[sink];
  return across_of(k_, s, shape_.loops[loop_of(sink)], shape_.lanes, shape_.width);
}

// The lanes' own elements are in registers: the loop has a fixed number of turns.
bool CudaBody::has_own(std::size_t number) const {
  const LoopShape& shape = shape_.loops[number];
  if (!shape.kept.empty() || !shape.given.empty()) return true;

  const std::vector<int>& sinks = k_.loops[number].sinks;
  return std::any_of(sinks.begin(), sinks.end(), [&](int s) {
    return k_.sinks[s].kind == Sink::Kind::across && across(s) == Across::columns;
  });
}

std::string CudaBody::count_of(const std::vector<int>& axes) const {
  plan::Size count;
  for (int a : axes) count *= k_.axes[a];
  return w_.text(count).source;
}

void CudaBody::name_loops() {
  static const char* const row_names[] = {"n", "m", "o", "q"};
  static const char* const inner_names[] = {"j", "k", "l", "p"};
  std::size_t rows = 0, inner = 0;
  for (int a = 0; a < static_cast<int>(k_.axes.size()); ++a) {
    const char* name = contains(k_.rows, a) ? row_names[rows++ % 4] : inner_names[inner++ % 4];
    index_[a] = w_.names.unique(shape_.flat ? "i" : name);
    e_.set_index(a, index_[a]);
  }
}

void CudaBody::declare_across() {
  for (int i : k_.across()) {
    const Sink& s = k_.sinks[i];
    const std::string type = ir::cpp_name(elem(s));
    if (across(i) == Across::number) {
      accumulators_[i] = w_.name(s.value, std::string(ir::name_of(s.reducer)));
      w_.lines.line(type + " " + accumulators_[i] + " = " + nothing(s) + ";");
    } else if (across(i) == Across::columns) {
      const std::size_t number = loop_of(i);
      accumulators_[i] = w_.names.unique(w_.buffers[s.to.buffer] + "_own");
      const std::string size = "cuda::elements_of_lane<lanes, " + width(number) + ">(" +
                               count_of(shape_.loops[number].parallel) + ")";
      w_.lines.line(type + " " + accumulators_[i] + "[" + size + "];");
      const Names::Mark outer = w_.names.mark();
      const std::string own = w_.names.unique("own");
      w_.lines.line("for (" + type + "& " + own + " : " + accumulators_[i] + ") " + own + " = " + nothing(s) +
                    ";");
      w_.names.back_to(outer);
    } else {
      const std::string cells = w_.text(plan::count(w_.plan.buffers[s.to.buffer].shape)).source;
      accumulators_[i] = w_.names.unique(w_.buffers[s.to.buffer] + "_own");
      w_.lines.line(type + "* const " + accumulators_[i] + " = " + w_.buffers[s.scratch] +
                    " + static_cast<std::int64_t>(blockIdx.x) * " + cells + ";");
      const Names::Mark outer = w_.names.mark();
      const std::string c = w_.names.unique("c");
      w_.lines.line("for (std::int64_t " + c + " = threadIdx.x; " + c + " < " + cells + "; " + c +
                    " += cuda::block_lanes) " + accumulators_[i] + "[" + c + "] = " + nothing(s) + ";");
      w_.names.back_to(outer);
      w_.lines.line("__syncthreads();");
    }
  }
}

void CudaBody::emit() {
  Lines head = w_.lines;
  w_.lines = Lines();
  w_.lines.indent = head.indent;
  e_.declare(Level::kernel, all_, 0);
  name_loops();
  declare_across();
  rows();
  leave_across();
  if (!shape_.flat) {
    head.line("constexpr int lanes = " +
              (shape_.lanes == block_threads ? "cuda::block_lanes" : std::to_string(shape_.lanes)) + ";");
    if (mentions(w_.lines.text(), "lane"))
      head.line("const int lane = static_cast<int>(threadIdx.x) % lanes;");
  }
  head.append(w_.lines.text());
  w_.lines = std::move(head);
}

void CudaBody::rows() {
  if (k_.rows.empty()) return row();
  if (shape_.flat) return packed_loop(0);
  const std::string count = count_of(k_.rows);
  const bool single = k_.rows.size() == 1;
  const std::string r = single ? index_[k_.rows[0]] : w_.names.unique("row");
  w_.lines.open("for (Index " + r + " = cuda::first_row<lanes, Index>(); " + r + " < " + count + "; " + r +
                " += cuda::row_stride<lanes, Index>()) {");
  if (!single) split_index(k_.rows, r);
  row();
  w_.lines.close();
}

void CudaBody::row() {
  for (std::size_t i = 0; i < k_.loops.size(); ++i) {
    const Loop& l = k_.loops[i];
    if (!l.axes.empty()) {
      loop(i);
      continue;
    }
    const Touched now = touched(i);
    synchronise({now.loads, {}});
    e_.declare(Level::row, all_, l.phase);
    synchronise({{}, now.stores});  // one lane writes what all have read
    for (int s : l.sinks) row_statement(s);
  }
}

void CudaBody::row_statement(int sink) {
  const Sink& s = k_.sinks[sink];
  const std::string value = e_.text(s.node).source;
  const std::string first = shape_.lanes > 1 ? "if (lane == 0) " : "";
  if (s.kind == Sink::Kind::store) return w_.lines.line(first + e_.access(s.to) + " = " + value + ";");
  if (s.kind == Sink::Kind::across) {
    const bool own = across(sink) == Across::memory;
    const std::string to = own ? accumulators_[sink] + "[0]" : accumulators_[sink];
    return w_.lines.line(first + joined(s, to, value));
  }
  if (s.kind != Sink::Kind::scalar) ir::bug("a reduction over nothing");
  w_.lines.line(first + "*" + w_.buffers[w_.plan.cells.at(s.value)] + " = " + value + ";");
}

void CudaBody::statement(const Sink& s, int sink) {
  const std::string value = e_.text(s.node).source;
  switch (s.kind) {
    case Sink::Kind::store:
      return w_.lines.line(e_.access(s.to) + " = " + value + ";");
    case Sink::Kind::partial:
      return w_.lines.line(joined(s, e_.access(s.to), value));
    case Sink::Kind::row:
      return w_.lines.line(joined(s, accumulators_[sink], value));
    case Sink::Kind::scalar:
      ir::bug("a single number in a loop");
    case Sink::Kind::across:
      break;
  }
  std::string to = accumulators_[sink];
  if (across(sink) == Across::columns) to += own_element(loop_of(sink));
  if (across(sink) == Across::memory) {
    std::swap(w_.buffers[s.to.buffer], accumulators_[sink]);
    to = e_.access(s.to);
    std::swap(w_.buffers[s.to.buffer], accumulators_[sink]);
  }
  w_.lines.line(joined(s, to, value));
}

void CudaBody::finish_row_reduction(int sink) {
  const Sink& s = k_.sinks[sink];
  const std::string& name = accumulators_[sink];
  if (shape_.lanes > 1) w_.lines.line(name + " = cuda::join_lanes<" + how(s) + ", lanes>(" + name + ");");
  e_.set_result(sink, name);
  const auto is_stored = [&](const Sink& other) {
    return other.kind == Sink::Kind::scalar && other.value == s.value;
  };
  const auto cell = w_.plan.cells.find(s.value);
  if (cell != w_.plan.cells.end() && std::none_of(k_.sinks.begin(), k_.sinks.end(), is_stored))
    w_.lines.line("if (lane == 0) *" + w_.buffers[cell->second] + " = " + name + ";");
}

void CudaBody::leave_across() {
  for (int i : k_.across()) {
    const Sink& s = k_.sinks[i];
    const std::string parts = w_.buffers[s.scratch];
    if (across(i) == Across::number) {
      w_.lines.line(accumulators_[i] + " = cuda::join_lanes<" + how(s) + ", cuda::block_lanes>(" +
                    accumulators_[i] + ");");
      w_.lines.line("if (threadIdx.x == 0) " + parts + "[blockIdx.x] = " + accumulators_[i] + ";");
    } else if (across(i) == Across::columns) {
      const std::size_t number = loop_of(i);
      w_.lines.line("cuda::leave_columns<" + how(s) + ", lanes, " + width(number) + ">(" + accumulators_[i] +
                    ", " + count_of(shape_.loops[number].parallel) + ", " + parts + ");");
    }
  }
}

}  // namespace nndiff::emit
