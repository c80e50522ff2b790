// The loops inside a row of a CUDA kernel, shared out over lanes.
#include <algorithm>

#include "emit/cuda_body.h"

namespace nndiff::emit {

using plan::Loop;
using plan::Sink;

namespace {

bool contains(const std::vector<int>& set, int x) {
  return std::find(set.begin(), set.end(), x) != set.end();
}

}  // namespace

// The variables of several loops from their number in row-major order.
void CudaBody::split_index(const std::vector<int>& axes, const std::string& linear) {
  plan::Size below;
  std::vector<std::string> lines;
  for (std::size_t i = axes.size(); i-- > 0; below *= k_.axes[axes[i]]) {
    Text at{linear, ir::Elem::i64};
    const Text divisor = w_.text(below);
    if (divisor.source != "1")
      at = {at.source + " / " + operand(divisor, Binding::prefix), ir::Elem::i64, Binding::product};
    if (i > 0)
      at = {at.source + " % " + operand(w_.text(k_.axes[axes[i]]), Binding::prefix), ir::Elem::i64,
            Binding::product};
    if (k_.is_used(axes[i]))
      lines.push_back("const Index " + index_[axes[i]] + " = static_cast<Index>(" + at.source + ");");
  }
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) w_.lines.line(*line);
}

void CudaBody::fill_partials(std::size_t number) {
  const LoopShape& shape = shape_.loops[number];
  for (int i : k_.loops[number].sinks) {
    const Sink& s = k_.sinks[i];
    if (s.kind != Sink::Kind::partial) continue;
    const Names::Mark outer = w_.names.mark();
    open_lanes(number, count_of(shape.parallel));
    int opened = 0;
    for (int a : shape.serial) {
      if (contains(s.reduced, a)) continue;
      w_.lines.open("for (Index " + index_[a] + " = 0; " + index_[a] + " < " + extent(a) + "; ++" +
                    index_[a] + ") {");
      ++opened;
    }
    w_.lines.line(e_.access(s.to) + " = " + nothing(s) + ";");
    for (; opened > 0; --opened) w_.lines.close();
    w_.lines.close();
    w_.names.back_to(outer);
  }
}

void CudaBody::declare_held(std::size_t number) {
  for (int n : shape_.loops[number].kept) {
    const plan::Node& node = k_.nodes[static_cast<std::size_t>(n)];
    const bool is_load = node.kind == plan::Node::Kind::load;
    held_[n] = w_.names.unique((is_load ? w_.buffers[node.access.buffer] : e_.name_for(node)) + "_own");
    w_.lines.line(ir::cpp_name(node.elem) + " " + held_[n] + "[cuda::elements_of_lane<lanes, " +
                  width(number) + ">(" + count_of(shape_.loops[number].parallel) + ")] = {};");
  }
}

// "[own + u]": where the loop's element stands among those that are the lane's.
std::string CudaBody::own_element(std::size_t number) const {
  return "[" + element_ + (shape_.loops[number].packed ? " + " + unroll_ + "]" : "]");
}

// A loop over the parallel elements of the row, each lane taking one in turn.
void CudaBody::open_lanes(std::size_t number, const std::string& count) {
  const std::vector<int>& axes = shape_.loops[number].parallel;
  const std::string i = axes.size() == 1 ? index_[axes[0]] : w_.names.unique("element");
  const std::string start = shape_.lanes > 1 ? "static_cast<Index>(lane)" : "0";
  w_.lines.open("for (Index " + i + " = " + start + "; " + i + " < " + count + "; " + i + " += lanes) {");
  if (axes.size() > 1) split_index(axes, i);
}

void CudaBody::loop(std::size_t number) {
  const Loop& l = k_.loops[number];
  synchronise(touched(number));
  for (int i : l.sinks) {
    const Sink& s = k_.sinks[i];
    if (s.kind != Sink::Kind::row) continue;
    accumulators_[i] = w_.name(s.value, std::string(ir::name_of(s.reducer)));
    w_.lines.line(ir::cpp_name(elem(s)) + " " + accumulators_[i] + " = " + nothing(s) + ";");
  }
  fill_partials(number);
  declare_held(number);
  const Names::Mark outer = w_.names.mark();
  if (shape_.loops[number].packed || has_own(number)) {
    packed_loop(number);
  } else {
    open_lanes(number, count_of(shape_.loops[number].parallel));
    for (int a : shape_.loops[number].serial)
      w_.lines.open("for (Index " + index_[a] + " = 0; " + index_[a] + " < " + extent(a) + "; ++" +
                    index_[a] + ") {");
    body(number);
    for (std::size_t i = 0; i < shape_.loops[number].serial.size(); ++i) w_.lines.close();
    w_.lines.close();
  }
  w_.names.back_to(outer);
  for (int s : l.sinks)
    if (k_.sinks[s].kind == Sink::Kind::row) finish_row_reduction(s);
}

// Lanes take `width` elements at a time; where they keep sums of columns the loop has a fixed number of
// turns, so that those can be registers.
void CudaBody::packed_loop(std::size_t number) {
  const LoopShape& shape = shape_.loops[number];
  const std::vector<int> axes = shape_.flat ? k_.rows : shape.parallel;
  const int axis = axes.back();
  const std::string count = count_of(axes), pack_width = width(number);
  const bool plain = pack_width == "1" && axes.size() == 1;  // the loop's variable is the index itself
  const std::string first =
      plain ? index_[axis] : w_.names.unique(axes.size() == 1 ? index_[axis] + "0" : "element");
  element_ = w_.names.unique("own");
  if (shape_.flat) {
    w_.lines.open("for (Index " + first + " = cuda::first_element<" + pack_width + ", Index>(); " + first +
                  " < " + count + "; " + first + " += cuda::element_stride<" + pack_width + ", Index>()) {");
  } else if (has_own(number)) {
    w_.lines.line("NN_CUDA_UNROLL");
    w_.lines.open("for (int " + element_ + " = 0; " + element_ + " < cuda::elements_of_lane<lanes, " +
                  pack_width + ">(" + count + "); " + element_ + " += " + pack_width + ") {");
    const std::string turn = pack_width == "1" ? element_ : element_ + " / width";
    w_.lines.line("const Index " + first + " = (" + turn + " * lanes + lane)" +
                  (pack_width == "1" ? "" : " * width") + ";");
    w_.lines.line("if (" + first + " >= " + count + ") break;");
  } else {
    w_.lines.open("for (Index " + first + " = " + pack_width + " * lane; " + first + " < " + count + "; " +
                  first + " += " + pack_width + " * lanes) {");
  }
  std::string base = first;
  if (axes.size() > 1) {
    const std::string own = index_[axis];
    base = w_.names.unique(own + "0");
    index_[axis] = base;
    split_index(axes, first);
    index_[axis] = own;
  }
  if (pack_width == "1") {
    if (!plain && k_.is_used(axis)) w_.lines.line("const Index " + index_[axis] + " = " + base + ";");
    body(number);
    w_.lines.close();
    return;
  }
  const std::vector<PackedAccess> packs = packed_accesses(k_, shape_, number);
  std::vector<std::string> names;
  e_.set_index(axis, base);
  for (const PackedAccess& p : packs) {
    names.push_back(w_.names.unique(w_.buffers[p.access.buffer] + "_pack"));
    const std::string type = ir::cpp_name(p.elem);
    if (p.loads)
      w_.lines.line(std::string(p.stores ? "auto " : "const auto ") + names.back() + " = cuda::load<width>(" +
                    e_.address(p.access) + ");");
    else
      w_.lines.line("cuda::Pack<" + type + ", width> " + names.back() + ";");
  }
  e_.set_index(axis, index_[axis]);
  w_.lines.line("NN_CUDA_UNROLL");
  unroll_ = w_.names.unique("u");
  w_.lines.open("for (int " + unroll_ + " = 0; " + unroll_ + " < width; ++" + unroll_ + ") {");
  if (k_.is_used(axis))
    w_.lines.line("[[maybe_unused]] const Index " + index_[axis] + " = " + base + " + " + unroll_ + ";");
  for (std::size_t i = 0; i < packs.size(); ++i)
    e_.set_element(packs[i].access, names[i] + "[" + unroll_ + "]");
  body(number);
  e_.forget_elements();
  w_.lines.close();
  e_.set_index(axis, base);
  for (std::size_t i = 0; i < packs.size(); ++i)
    if (packs[i].stores) w_.lines.line("cuda::store(" + e_.address(packs[i].access) + ", " + names[i] + ");");
  e_.set_index(axis, index_[axis]);
  w_.lines.close();
}

void CudaBody::body(std::size_t number) {
  const Names::Mark outer = w_.names.mark();
  for (int n : shape_.loops[number].given) e_.give(n, held_.at(n) + own_element(number));
  for (int n : shape_.loops[number].kept) e_.keep(n, held_.at(n) + own_element(number));
  const std::vector<int>& sinks = k_.loops[number].sinks;
  e_.declare(shape_.flat ? Level::row : Level::loop, sinks, INT32_MAX);
  for (int s : sinks) statement(k_.sinks[s], s);
  e_.leave_loop();
  w_.names.back_to(outer);
}

}  // namespace nndiff::emit
