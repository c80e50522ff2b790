// One kernel of a plan as C++ loops: rows shared out over threads, loops inside a row, reductions in lanes.
#include "emit/kernel.h"

#include <algorithm>
#include <cmath>

#include "emit/expression.h"
#include "emit/reduction.h"
#include "ir/diagnostic.h"
#include "plan/lower.h"

namespace nndiff::emit {

using plan::Kernel;
using plan::Loop;
using plan::Sink;

namespace {

// Loops of at most this many elements reduce into a single variable, longer ones in lanes (rt::lanes).
constexpr std::int64_t short_loop = 32;

bool contains(const std::vector<int>& set, int x) {
  return std::find(set.begin(), set.end(), x) != set.end();
}

class Emitter {
 public:
  Emitter(Writer& writer, const Kernel& kernel)
      : w_(writer), k_(kernel), e_(writer, kernel), r_{writer.plan, kernel} {
    for (int i = 0; i < static_cast<int>(k_.sinks.size()); ++i) all_.push_back(i);
  }

  void emit() {
    if (k_.rows.empty()) return serial_row();
    e_.declare(Level::kernel, all_, 0);
    const Names outer = w_.names;
    name_loops();
    if (w_.plan.small) return rows_on_one_thread();
    if (k_.across().empty())
      rows_parallel(outer);
    else
      chunks_parallel(outer);
  }

 private:
  // --- names -------------------------------------------------------------------------------------------------------

  void name_loops() {
    static const char* const row_names[] = {"n", "m", "o", "q"};
    static const char* const inner_names[] = {"j", "k", "l", "p"};
    std::size_t rows = 0, inner = 0;
    for (int a = 0; a < static_cast<int>(k_.axes.size()); ++a) {
      const bool row = contains(k_.rows, a);
      const char* name = row ? row_names[rows++ % 4] : inner_names[inner++ % 4];
      if (k_.is_flat()) name = "i";
      index_[a] = w_.names.unique(name);
      e_.set_index(a, index_[a]);
    }
  }

  std::string extent(int axis) const { return w_.text(k_.axes[axis]).source; }

  // --- accumulators ------------------------------------------------------------------------------------------------

  void declare_accumulator(int sink) {
    const Sink& s = k_.sinks[sink];
    const ir::Elem type = r_.accumulator(s);
    std::string name = w_.name(s.value, r_.reducer_name(s));
    if (r_.in_lanes(s)) {
      name = w_.names.unique(name + "_lanes");
      if (s.reducer == ir::Reducer::sum) {
        w_.lines.line(ir::cpp_name(type) + " " + name + "[rt::lanes] = {};");
      } else {
        w_.lines.line(ir::cpp_name(type) + " " + name + "[rt::lanes];");
        w_.lines.line("for (" + ir::cpp_name(type) + "& lane : " + name + ") lane = " + r_.initial(s, type) +
                      ";");
      }
    } else {
      w_.lines.line(ir::cpp_name(type) + " " + name + " = " + r_.initial(s, type) + ";");
    }
    accumulators_[sink] = name;
  }

  std::string total(int sink) const {
    const Sink& s = k_.sinks[sink];
    const std::string& name = accumulators_.at(sink);
    return r_.in_lanes(s) ? "rt::" + r_.reducer_name(s) + "_of(" + name + ")" : name;
  }

  void fill(const Sink& s) {
    std::vector<int> axes;
    for (int a : s.axes)
      if (!contains(k_.rows, a) && !contains(s.reduced, a)) axes.push_back(a);
    for (int a : axes) open_loop(a, "0", extent(a));
    w_.lines.line(e_.access(s.to) + " = " + r_.initial(s, r_.elem(s)) + ";");
    for (std::size_t i = 0; i < axes.size(); ++i) w_.lines.close();
  }

  // What a chunk of rows accumulates in: a variable, or memory of which the first chunk uses the destination
  // itself.
  void begin_across(int sink, const std::string& chunk) {
    const Sink& s = k_.sinks[sink];
    if (!s.in_memory()) return declare_accumulator(sink);
    if (!chunk.empty()) {
      const Size cells = plan::count(w_.plan.buffers[s.to.buffer].shape);
      const std::string name = w_.names.unique(w_.buffers[s.to.buffer] + "_sum");
      w_.lines.line(ir::cpp_name(r_.elem(s)) + "* const " + name + " = " + chunk + " == 0 ? " +
                    w_.buffers[s.to.buffer] + " : " + w_.buffers[s.scratch] + " + " +
                    product({"(" + chunk + " - 1)", ir::Elem::i64}, w_.text(cells)).source + ";");
      std::swap(w_.buffers[s.to.buffer], across_names_[sink] = name);
    }
    fill(s);
  }

  std::vector<std::string> totals_of_chunk() {
    std::vector<std::string> totals;
    for (int s : k_.across()) totals.push_back(k_.sinks[s].in_memory() ? "" : total(s));
    return totals;
  }

  void define_scalar(int sink, const std::string& value) {
    const Sink& s = k_.sinks[sink];
    const bool narrows = r_.accumulator(s) != r_.elem(s);
    const std::string cast = narrows ? "static_cast<" + ir::cpp_name(r_.elem(s)) + ">(" + value + ")" : value;
    if (s.to.buffer >= 0) return w_.lines.line(e_.access(s.to) + " = " + cast + ";");
    const std::string name = w_.name(s.value, r_.reducer_name(s));
    w_.lines.line("const " + ir::cpp_name(r_.elem(s)) + " " + name + " = " + cast + ";");
    w_.scalars[s.value] = name;
  }

  // --- loops -------------------------------------------------------------------------------------------------------

  void open_loop(int axis, const std::string& from, const std::string& to) {
    const std::string& i = index_.at(axis);
    w_.lines.open("for (std::int64_t " + i + " = " + from + "; " + i + " < " + to + "; ++" + i + ") {");
  }

  void row() {
    for (const Loop& loop : k_.loops) {
      if (loop.axes.empty()) {
        e_.declare(Level::row, all_, loop.phase);
        for (int s : loop.sinks) statement(s);
      } else {
        inner_loop(loop);
      }
    }
  }

  void inner_loop(const Loop& loop) {
    for (int s : loop.sinks) {
      if (k_.sinks[s].kind == Sink::Kind::row) declare_accumulator(s);
      if (k_.sinks[s].kind == Sink::Kind::partial) fill(k_.sinks[s]);
    }
    for (std::size_t i = 0; i + 1 < loop.axes.size(); ++i) open_loop(loop.axes[i], "0", extent(loop.axes[i]));
    innermost(loop.axes.back(), loop.sinks, "0", extent(loop.axes.back()));
    for (std::size_t i = 0; i + 1 < loop.axes.size(); ++i) w_.lines.close();
    for (int s : loop.sinks)
      if (k_.sinks[s].kind == Sink::Kind::row) finish_row_reduction(s);
  }

  void finish_row_reduction(int sink) {
    const Sink& s = k_.sinks[sink];
    std::string name = accumulators_[sink];
    if (r_.in_lanes(s)) {
      name = w_.name(s.value, r_.reducer_name(s));
      w_.lines.line("const " + ir::cpp_name(r_.elem(s)) + " " + name + " = " + total(sink) + ";");
    }
    e_.set_result(sink, name);
  }

  // The innermost loop, in blocks of lanes where something is reduced in lanes.
  void innermost(int axis, const std::vector<int>& sinks, const std::string& from, const std::string& to) {
    const bool blocked =
        std::any_of(sinks.begin(), sinks.end(), [&](int s) { return r_.in_lanes(k_.sinks[s], axis); });
    if (blocked) {
      const std::string& i = index_.at(axis);
      const Names::Mark outer = w_.names.mark();
      const std::string block = w_.names.unique(i + "0");
      lane_ = w_.names.unique("lane");
      w_.lines.open("for (std::int64_t " + block + " = " + from + "; " + block + " < " + to + "; " + block +
                    " += rt::lanes) {");
      w_.lines.line("const std::int64_t width = std::min(rt::lanes, " + to + " - " + block + ");");
      w_.lines.open("for (std::int64_t " + lane_ + " = 0; " + lane_ + " < width; ++" + lane_ + ") {");
      if (k_.is_used(axis)) w_.lines.line("const std::int64_t " + i + " = " + block + " + " + lane_ + ";");
      body(sinks);
      w_.lines.close();
      w_.lines.close();
      w_.names.back_to(outer);
      return;
    }
    open_loop(axis, from, to);
    body(sinks);
    w_.lines.close();
  }

  void body(const std::vector<int>& sinks) {
    const Names::Mark outer = w_.names.mark();
    e_.declare(k_.is_flat() ? Level::row : Level::loop, sinks, INT32_MAX);
    for (int s : sinks) statement(s);
    e_.leave_loop();
    w_.names.back_to(outer);
  }

  void statement(int sink) {
    const Sink& s = k_.sinks[sink];
    const std::string value = e_.text(s.node).source;
    if (s.kind == Sink::Kind::store) return w_.lines.line(e_.access(s.to) + " = " + value + ";");
    if (s.kind == Sink::Kind::scalar) {
      const std::string name = w_.name(s.value, "t");
      w_.lines.line("const " + ir::cpp_name(r_.elem(s)) + " " + name + " = " + value + ";");
      w_.scalars[s.value] = name;
      return;
    }
    if (s.in_memory()) return w_.lines.line(r_.joined(s, e_.access(s.to), value));
    const std::string& name = accumulators_.at(sink);
    w_.lines.line(r_.joined(s, r_.in_lanes(s) ? name + "[" + lane_ + "]" : name, value));
  }

  // --- rows --------------------------------------------------------------------------------------------------------

  void serial_row() {
    e_.declare(Level::kernel, all_, 0);
    name_loops();
    row();
    for (int s : all_)
      if (k_.sinks[s].kind == Sink::Kind::row && w_.plan.f[k_.sinks[s].value].type.rank() == 0)
        w_.scalars.emplace(k_.sinks[s].value, e_.result(s));
    for (const auto& [axis, name] : index_) w_.names.release(name);
  }

  // Without a lambda, so what the rows accumulate in are variables of the core function.
  void rows_on_one_thread() {
    for (int s : k_.across()) begin_across(s, "");
    rows_serial();
    for (int s : k_.across()) {
      if (k_.sinks[s].in_memory()) continue;
      if (r_.in_lanes(k_.sinks[s]) || k_.sinks[s].to.buffer >= 0)
        define_scalar(s, total(s));
      else
        w_.scalars[k_.sinks[s].value] = accumulators_[s];
    }
    for (const auto& [axis, name] : index_) w_.names.release(name);
  }

  void rows_serial() {
    if (k_.is_flat()) return innermost(k_.rows[0], all_, "0", extent(k_.rows[0]));
    for (int a : k_.rows) open_loop(a, "0", extent(a));
    row();
    for (std::size_t i = 0; i < k_.rows.size(); ++i) w_.lines.close();
  }

  void rows_of_range() {
    if (k_.is_flat()) return innermost(k_.rows[0], all_, "begin", "end");
    if (k_.rows.size() == 1) {
      open_loop(k_.rows[0], "begin", "end");
    } else {
      const std::string r = w_.names.unique("row");
      w_.lines.open("for (std::int64_t " + r + " = begin; " + r + " < end; ++" + r + ") {");
      Size below;
      for (std::size_t i = k_.rows.size(); i-- > 0; below *= k_.axes[k_.rows[i]]) {
        Text at{r, ir::Elem::i64};
        const Text divisor = w_.text(below);
        if (divisor.source != "1")
          at = {at.source + " / " + operand(divisor, Binding::prefix), ir::Elem::i64, Binding::product};
        if (i > 0)
          at = {at.source + " % " + operand(w_.text(k_.axes[k_.rows[i]]), Binding::prefix), ir::Elem::i64,
                Binding::product};
        if (k_.is_used(k_.rows[i]))
          w_.lines.line("const std::int64_t " + index_[k_.rows[i]] + " = " + at.source + ";");
      }
    }
    row();
    w_.lines.close();
  }

  Size row_count() const {
    Size count;
    for (int a : k_.rows) count *= k_.axes[a];
    return count;
  }

  std::string work() const {
    Text total{"0", ir::Elem::i64};
    std::int64_t fixed = 0;
    for (const Loop& loop : k_.loops) {
      Size size(static_cast<std::int64_t>(std::ceil(loop.cost)));
      for (int a : loop.axes) size *= k_.axes[a];
      if (size.is_static())
        fixed += size.factor;
      else
        total = sum(total, w_.text(size));
    }
    return sum(total, {std::to_string(fixed), ir::Elem::i64}).source;
  }

  // The buffers of the kernel as parameters of a lambda, where they are restrict, and as its arguments.
  void list_buffers(std::string& parameters, std::string& passed) const {
    std::vector<int> written, touched;
    const auto touch = [&](int b) {
      if (b >= 0 && !contains(touched, b)) touched.push_back(b);
    };
    for (const Sink& s : k_.sinks) {
      if (s.kind == Sink::Kind::across && !s.in_memory()) continue;  // stored once all chunks are done
      for (int b : {s.to.buffer, s.scratch}) {
        if (b >= 0) written.push_back(b);
        touch(b);
      }
    }
    for (const Sink& s : k_.sinks)
      for (int n : plan::needed(k_, s.node))
        if (e_.level(n) != Level::kernel) touch(k_.nodes[n].access.buffer);
    for (int b : touched) {
      const bool is_const = !contains(written, b);
      parameters += ", " + std::string(is_const ? "const " : "") + ir::cpp_name(w_.plan.buffers[b].elem) +
                    "* __restrict " + w_.buffers[b];
      passed += ", " + w_.buffers[b];
    }
  }

  void rows_parallel(const Names& outer) {
    std::string parameters, passed;
    list_buffers(parameters, passed);
    w_.lines.open("rt::each_row(ws, " + w_.text(row_count()).source + ", " + work() +
                  ", [=](std::int64_t begin, std::int64_t end" + parameters + ") {");
    rows_of_range();
    w_.lines.close("}" + passed + ");");
    w_.names = outer;
  }

  void chunks_parallel(const Names& before) {
    Names outer = before;
    std::string parameters, passed;
    const std::string chunks = outer.unique("chunk_count");
    w_.names.unique("chunk_count");
    w_.lines.line("const int " + chunks + " = rt::chunks(" + w_.text(row_count()).source + ", " + work() +
                  ");");
    std::map<int, std::string> parts;
    for (int s : k_.across()) {
      if (k_.sinks[s].in_memory()) continue;
      const std::string base = w_.plan.f[k_.sinks[s].value].name;
      parts[s] = outer.unique((base.empty() ? r_.reducer_name(k_.sinks[s]) : identifier(base)) + "_parts");
      w_.names.unique(parts[s]);
      const std::string type = ir::cpp_name(r_.accumulator(k_.sinks[s]));
      w_.lines.line(type + " " + parts[s] + "[rt::max_chunks];");
      parameters += ", " + type + "* __restrict " + parts[s];
      passed += ", " + parts[s];
    }
    list_buffers(parameters, passed);
    w_.lines.open("rt::each_chunk(ws, " + w_.text(row_count()).source + ", " + chunks +
                  ", [=](std::int64_t begin, std::int64_t end, int chunk" + parameters + ") {");
    for (int s : k_.across()) begin_across(s, "chunk");
    rows_of_range();
    const std::vector<std::string> totals = totals_of_chunk();
    for (auto& [s, name] : across_names_) std::swap(w_.buffers[k_.sinks[s].to.buffer], name);
    for (std::size_t i = 0; i < totals.size(); ++i)
      if (!totals[i].empty()) w_.lines.line(parts[k_.across()[i]] + "[chunk] = " + totals[i] + ";");
    w_.lines.close("}" + passed + ");");
    w_.names = outer;
    for (int s : k_.across()) merge_chunks(s, chunks, parts);
  }

  void merge_chunks(int sink, const std::string& chunks, const std::map<int, std::string>& parts) {
    const Sink& s = k_.sinks[sink];
    if (!s.in_memory()) {
      const std::string& part = parts.at(sink);
      const std::string from = "(" + part + ", " + chunks + ")";
      return define_scalar(sink, "rt::" + r_.reducer_name(s) + "_of_chunks" + from);
    }
    w_.lines.line("rt::" + r_.reducer_name(s) + "_chunks_of(" + w_.buffers[s.to.buffer] + ", " +
                  w_.buffers[s.scratch] + ", " +
                  w_.text(plan::count(w_.plan.buffers[s.to.buffer].shape)).source + ", " + chunks + ");");
  }

  Writer& w_;
  const Kernel& k_;
  Expressions e_;
  Reductions r_;
  std::vector<int> all_;
  std::map<int, std::string> index_, accumulators_, across_names_;
  std::string lane_;
};

}  // namespace

void emit_kernel(Writer& writer, const Kernel& kernel) {
  Emitter(writer, kernel).emit();
}

}  // namespace nndiff::emit
