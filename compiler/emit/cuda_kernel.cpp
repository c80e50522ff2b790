// One kernel of a plan as a CUDA kernel and its launch; reductions over rows take a second, small kernel.
#include "emit/cuda_kernel.h"

#include <algorithm>

#include "emit/cuda_body.h"
#include "plan/lower.h"

namespace nndiff::emit {

using plan::Kernel;
using plan::Sink;

namespace {

class KernelEmitter {
 public:
  KernelEmitter(DeviceCode& device, CoreText& host, const plan::Step& step,
                std::span<const plan::Step> behind)
      : host_(host), plan_(host.plan), step_(step), behind_(behind), k_(step.kernel), text_(device, host) {}

  void emit() {
    main_kernel();
    if (!k_.across().empty()) second_kernel();
  }

 private:
  // The kernel is called after the first thing that it computes.
  std::string what() const {
    for (const Sink& s : k_.sinks) {
      const std::string hint = plan::name_hint(plan_.f, s.value);
      if (!hint.empty()) return identifier(hint);
    }
    return "step_" + std::to_string(step_.number);
  }

  std::set<int> written_by_main() const {
    std::set<int> written;
    for (const Sink& s : k_.sinks) {
      if (s.kind == Sink::Kind::across)
        written.insert(s.scratch);
      else if (s.to.buffer >= 0)
        written.insert(s.to.buffer);
      const auto cell = plan_.cells.find(s.value);
      if (s.kind != Sink::Kind::across && cell != plan_.cells.end()) written.insert(cell->second);
    }
    return written;
  }

  void main_kernel() {
    const KernelShape shape = shape_of(k_);
    Writer w = text_.writer();
    CudaBody(w, k_, shape).emit();
    const std::string cells = text_.read_cells(w.lines.text(), own_values());
    const std::string body = cells + w.lines.text();
    const std::vector<Parameter> list = text_.parameters(body, "Index", written_by_main());
    name_ = text_.define(own_name(plan_.f, what()), "template <int width, class Index>\n", list, body);
    launch_main(shape, list);
  }

  std::set<ir::Value> own_values() const {
    std::set<ir::Value> own;
    for (const Sink& s : k_.sinks) own.insert(s.value);
    return own;
  }

  plan::Size row_count() const {
    plan::Size count;
    for (int a : k_.rows) count *= k_.axes[a];
    return count;
  }

  // All elements that the kernel's indices run over.
  plan::Size most_elements() const {
    plan::Size most = row_count();
    for (const plan::Loop& loop : k_.loops) {
      plan::Size count = row_count();
      for (int a : loop.axes)
        if (std::find(k_.rows.begin(), k_.rows.end(), a) == k_.rows.end()) count *= k_.axes[a];
      most = larger(most, count);
    }
    for (const plan::Node& n : k_.nodes)
      if (n.access.buffer >= 0) most = larger(most, plan::count(plan_.buffers[n.access.buffer].shape));
    for (const Sink& s : k_.sinks)
      if (s.to.buffer >= 0) most = larger(most, plan::count(plan_.buffers[s.to.buffer].shape));
    return most;
  }

  static plan::Size larger(const plan::Size& a, const plan::Size& b) {
    if (plan::never_larger(b, a)) return a;
    if (plan::never_larger(a, b)) return b;
    return a * b;  // neither is always the larger one
  }

  std::string grid_text(const KernelShape& shape) const {
    std::string grid = "cuda::rows(1, lanes)";
    const std::string count = host_.w.text(row_count()).source;
    if (shape.flat)
      grid = "cuda::elements(" + count + ", width)";
    else
      grid = "cuda::rows(" + count + ", " +
             (shape.lanes == block_threads ? "cuda::block_lanes" : std::to_string(shape.lanes)) + ")";
    return k_.across().empty() ? grid : "cuda::in_parts(" + grid + ")";
  }

  // Whether everything that is packed lies on 16 bytes.
  std::string aligned_text(const KernelShape& shape) const {
    std::set<std::string> names;
    for (std::size_t i = 0; i < shape.loops.size(); ++i) {
      if (!shape.loops[i].packed) continue;
      for (const PackedAccess& p : packed_accesses(k_, shape, i))
        names.insert(host_.w.buffers[p.access.buffer]);
    }
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    if (names.empty()) return "true";
    text = "cuda::are_aligned(" + text + ")";
    const plan::Size count = row_count();
    if (shape.flat && count.factor % shape.width != 0)
      text += " && " + operand(host_.w.text(count), Binding::prefix) + " % " + std::to_string(shape.width) +
              " == 0";
    return text;
  }

  void launch_main(const KernelShape& shape, const std::vector<Parameter>& list) {
    Lines& lines = host_.w.lines;
    if (!k_.across().empty()) {
      parts_ = host_.w.names.unique("parts");
      lines.line("int " + parts_ + " = 0;");
    }
    lines.open("cuda::specialised<" + std::to_string(shape.width) + ">(" + aligned_text(shape) + ", " +
               host_.w.text(most_elements()).source + ", [&]<int width, class Index>() {");
    std::string arguments;
    for (const Parameter& p : list) arguments += ", " + p.name;
    const std::string grid = grid_text(shape);
    if (parts_.empty()) {
      lines.line("cuda::launch(call, \"" + name_ + "\", " + name_ + "<width, Index>, " + grid + arguments +
                 ");");
    } else {
      lines.line("const cuda::Grid grid = " + grid + ";");
      lines.line("cuda::launch(call, \"" + name_ + "\", " + name_ + "<width, Index>, grid" + arguments +
                 ");");
      lines.line(parts_ + " = static_cast<int>(grid.blocks);");
    }
    lines.close("});");
  }

  // --- second stage ------------------------------------------------------------------------------------------------

  bool is_number(const Sink& s) const { return !s.in_memory(); }

  void number(Writer& w, const Sink& s, std::vector<std::string>& stores) const {
    const std::string parts = w.buffers[s.scratch];
    std::string name =
        s.to.buffer >= 0 ? w.names.unique(std::string(ir::name_of(s.reducer))) : w.scalars.at(s.value);
    w.lines.line("const " + ir::cpp_name(k_.nodes[s.node].elem) + " " + name + " = cuda::join_parts<" +
                 CudaBody::how(s) + ">(" + parts + ", parts);");
    const std::string to = s.to.buffer >= 0 ? w.buffers[s.to.buffer] : w.buffers[plan_.cells.at(s.value)];
    stores.push_back("*" + to + " = " + name + ";");
  }

  // The numbers of the kernel, and those that later steps make of them.
  void numbers(Writer& w, std::set<int>& written, std::set<ir::Value>& own) const {
    std::vector<std::string> stores;
    for (int i : k_.across()) {
      const Sink& s = k_.sinks[i];
      if (!is_number(s)) continue;
      number(w, s, stores);
      written.insert(s.to.buffer >= 0 ? s.to.buffer : plan_.cells.at(s.value));
      own.insert(s.value);
    }
    w.lines.line("if (threadIdx.x != 0) return;");
    for (const std::string& store : stores) w.lines.line(store);
    for (const plan::Step& next : behind_) {
      const Kernel& k = next.kernel;
      Expressions e(w, k);
      std::vector<int> all;
      for (int i = 0; i < static_cast<int>(k.sinks.size()); ++i) all.push_back(i);
      e.declare(Level::kernel, all, INT32_MAX);
      for (const Sink& s : k.sinks) {
        const int cell = plan_.cells.at(s.value);
        w.lines.line("const " + ir::cpp_name(plan_.buffers[cell].elem) + " " + w.scalars.at(s.value) + " = " +
                     e.text(s.node).source + ";");
        w.lines.line("*" + w.buffers[cell] + " = " + w.scalars.at(s.value) + ";");
        written.insert(cell);
        own.insert(s.value);
      }
    }
  }

  void second_kernel() {
    Writer w = text_.writer();
    std::set<int> written;
    std::set<ir::Value> own;
    bool has_numbers = false, has_columns = false;
    plan::Size columns(1);
    for (int i : k_.across()) (is_number(k_.sinks[i]) ? has_numbers : has_columns) = true;
    if (has_numbers) {
      if (has_columns) w.lines.open("if (blockIdx.x == 0) {");
      numbers(w, written, own);
      if (has_columns) {
        w.lines.line("return;");
        w.lines.close();
      }
    }
    for (int i : k_.across()) {
      const Sink& s = k_.sinks[i];
      if (is_number(s)) continue;
      const plan::Size count = plan::count(plan_.buffers[s.to.buffer].shape);
      w.lines.line("cuda::join_columns<" + CudaBody::how(s) + ">(" + w.buffers[s.scratch] + ", parts, " +
                   w.text(count).source + ", " + w.buffers[s.to.buffer] + ", " + (has_numbers ? "1" : "0") +
                   ");");
      written.insert(s.to.buffer);
      columns = columns == plan::Size(1) ? count : larger(columns, count);
    }
    const std::string body = text_.read_cells(w.lines.text(), own) + w.lines.text();
    std::vector<Parameter> list = text_.parameters(body, "std::int64_t", written);
    list.insert(list.begin(), {"const int", "parts", parts_});
    const std::string name = text_.define(name_ + "_joined", "", list, body);
    std::string arguments;
    for (const Parameter& p : list) arguments += ", " + (p.argument.empty() ? p.name : p.argument);
    const std::string count = has_columns ? host_.w.text(columns).source : "0";
    host_.w.lines.line("cuda::launch(call, \"" + name + "\", " + name + ", cuda::joining(" + count + ", " +
                       (has_numbers ? "true" : "false") + ")" + arguments + ");");
  }

  CoreText& host_;
  const plan::Plan& plan_;
  const plan::Step& step_;
  std::span<const plan::Step> behind_;  // those that only compute with its sums
  const Kernel& k_;
  KernelText text_;
  std::string name_, parts_;
};

}  // namespace

void emit_cuda_kernel(DeviceCode& device, CoreText& host, const plan::Step& step,
                      std::span<const plan::Step> behind) {
  KernelEmitter(device, host, step, behind).emit();
}

}  // namespace nndiff::emit
