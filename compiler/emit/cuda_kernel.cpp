// One kernel of a plan as a CUDA kernel and its launch; reductions over rows take a second, small kernel.
#include "emit/cuda_kernel.h"

#include <algorithm>

#include "emit/cuda_body.h"
#include "emit/cuda_work.h"
#include "plan/lower.h"

namespace nndiff::emit {

using plan::Kernel;
using plan::Sink;

namespace {

struct Parameter {
  std::string type, name;
  std::string argument;  // where it is not the host's variable of the same name
};

class KernelEmitter {
 public:
  KernelEmitter(DeviceCode& device, CoreText& host, int step)
      : device_(device), host_(host), plan_(host.plan), step_(step), k_(plan_.steps[step].kernel) {}

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
    return "step_" + std::to_string(step_);
  }

  // A writer for device code, in which everything has the name that it has on the host.
  Writer device_writer() {
    Writer w(plan_);
    w.buffers = host_.w.buffers;
    w.scalars = host_.w.scalars;
    w.names = host_.w.names;
    w.lines.indent = 1;
    for (const auto& [value, cell] : plan_.cells) {
      std::string name = host_.w.buffers[cell];  // "sum_at_2", or an argument
      const std::size_t at = name.rfind("_at");
      if (plan_.buffers[cell].place == plan::Buffer::Place::arena && at != std::string::npos)
        name.erase(at, 3);
      else
        name += "_value";
      w.scalars[value] = cell_names_[value] = w.names.unique(name);
    }
    return w;
  }

  // The parameters that the text of a kernel needs.
  std::vector<Parameter> parameters(const std::string& text, const std::string& size_type,
                                    const std::set<int>& written) const {
    std::vector<Parameter> list;
    for (const CoreArgument& a : host_.w.arguments)
      if (a.role == CoreArgument::Role::dim && mentions(text, a.name))
        list.push_back({"const " + size_type, a.name, ""});
    for (const bool output : {true, false})
      for (int b = 0; b < static_cast<int>(plan_.buffers.size()); ++b) {
        const std::string& name = host_.w.buffers[b];
        if (name.empty() || (written.count(b) > 0) != output || is_listed(list, name) ||
            !mentions(text, name))
          continue;
        list.push_back(
            {(output ? "" : "const ") + ir::cpp_name(plan_.buffers[b].elem) + "* __restrict", name, ""});
      }
    for (const auto& [value, name] : host_.w.scalars)
      if (!is_listed(list, name) && mentions(text, name))
        list.push_back({"const " + ir::cpp_name(plan_.f[value].type.elem), name, ""});
    return list;
  }

  static bool is_listed(const std::vector<Parameter>& list, const std::string& name) {
    return std::any_of(list.begin(), list.end(), [&](const Parameter& p) { return p.name == name; });
  }

  // Numbers that earlier kernels have left on the device are read first.
  std::string read_cells(const std::string& text, const std::set<ir::Value>& own) const {
    std::string lines;
    for (const auto& [value, cell] : plan_.cells) {
      const std::string& name = cell_names_.at(value);
      if (own.count(value) || !mentions(text, name)) continue;
      lines += "  const " + ir::cpp_name(plan_.buffers[cell].elem) + " " + name + " = *" +
               host_.w.buffers[cell] + ";\n";
    }
    return lines;
  }

  // Defines a kernel, unless there is one with this text; returns its name.
  std::string define(const std::string& wanted, const std::string& before, const std::vector<Parameter>& list,
                     const std::string& body) const {
    std::vector<std::string> parameters;
    std::string key = before + body;
    for (const Parameter& p : list) {
      parameters.push_back(p.type + " " + p.name);
      key += "," + parameters.back();
    }
    std::string& name = device_.known[key];
    if (!name.empty()) return name;
    name = device_.names.unique(wanted);
    device_.text +=
        "\n" + before +
        call_lines("__global__ void __launch_bounds__(cuda::block_lanes) " + name, parameters, " {\n") +
        body + "}\n";
    return name;
  }

  // A head and a list, on as many lines as it takes.
  static std::string call_lines(const std::string& head, const std::vector<std::string>& items,
                                const std::string& tail) {
    std::string text, line = head + "(";
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string item = items[i] + (i + 1 < items.size() ? "," : ")" + tail);
      if (line.size() + 1 + item.size() > 108) {
        text += line + "\n";
        line = "   ";
      }
      line += (i == 0 && line.ends_with("(") ? "" : " ") + item;
    }
    if (items.empty()) line += ")" + tail;
    return text + line;
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
    Writer w = device_writer();
    CudaBody(w, k_, shape).emit();
    const std::string cells = read_cells(w.lines.text(), own_values());
    const std::string body = cells + w.lines.text();
    const std::vector<Parameter> list = parameters(body, "Index", written_by_main());
    name_ = define(own_name(plan_.f, what()), "template <int width, class Index>\n", list, body);
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
    for (int next = step_ + 1; next < step_behind(plan_, step_); ++next) {
      const Kernel& k = plan_.steps[next].kernel;
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
    Writer w = device_writer();
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
    const std::string body = read_cells(w.lines.text(), own) + w.lines.text();
    std::vector<Parameter> list = parameters(body, "std::int64_t", written);
    list.insert(list.begin(), {"const int", "parts", parts_});
    const std::string name = define(name_ + "_joined", "", list, body);
    std::string arguments;
    for (const Parameter& p : list) arguments += ", " + (p.argument.empty() ? p.name : p.argument);
    const std::string count = has_columns ? host_.w.text(columns).source : "0";
    host_.w.lines.line("cuda::launch(call, \"" + name + "\", " + name + ", cuda::joining(" + count + ", " +
                       (has_numbers ? "true" : "false") + ")" + arguments + ");");
  }

  DeviceCode& device_;
  CoreText& host_;
  const plan::Plan& plan_;
  int step_;
  const Kernel& k_;
  std::string name_, parts_;
  std::map<ir::Value, std::string> cell_names_;  // in device code
};

}  // namespace

int emit_cuda_kernel(DeviceCode& device, CoreText& host, int step) {
  KernelEmitter(device, host, step).emit();
  return step_behind(host.plan, step);
}

}  // namespace nndiff::emit
