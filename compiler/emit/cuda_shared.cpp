// A loop as a CUDA kernel that shares its rounds out over threads.
#include "emit/cuda_shared.h"

#include "emit/cuda_serial.h"

namespace nndiff::emit {

using plan::Launch;
using plan::Step;

namespace {

class Shared {
 public:
  Shared(DeviceCode& device, CoreText& host, const UsageOf& usage, const Launch& launch)
      : device_(device),
        host_(host),
        plan_(host.plan),
        usage_(usage),
        launch_(launch),
        step_(launch.steps[0]) {}

  void emit() {
    own_.insert(step_.values.begin(), step_.values.end());
    rounds();
    if (!launch_.leaves.empty()) sums();
  }

 private:
  std::string limit() const {
    const Value v = plan_.f[step_.values[0]].operands[0];
    const ir::Op& op = plan_.f[v];
    if (op.kind == ir::Kind::constant) return op::literal(op.number, op.type.elem).source;
    return op.kind == ir::Kind::size ? host_.w.text(op.dim).source : host_.w.scalars.at(v);
  }

  // Memory of a round is the thread's.
  void declare_own(Writer& w, const std::set<int>& touched) const {
    const int body = usage_.scopes.number.at({step_.values[0], 0});
    for (int b : touched) {
      const plan::Buffer& buffer = plan_.buffers[static_cast<std::size_t>(b)];
      const int scope = buffer.values.empty() ? 0 : usage_.scopes.of_value(buffer.values[0]);
      const bool outside = scope != body && usage_.scopes.inside(scope, body) < 0;
      if (outside || plan_.f[buffer.values[0]].kind == ir::Kind::parameter) continue;
      std::string& name = w.buffers[static_cast<std::size_t>(b)];
      name = w.names.unique(name + "_own");
      const std::string elem = ir::cpp_name(buffer.elem);
      w.lines.line(
          elem + " " + name + "[" + std::to_string(buffer.bytes.factor / ir::bytes_of(buffer.elem)) + "];",
          w.shape(buffer.shape));
    }
  }

  void rounds() {
    KernelText text(device_, host_);
    Writer w = text.writer(own_);
    std::set<int> written = written_buffers(usage_, step_);
    declare_own(w, written);
    Code code(w, usage_, no_kernel, on_device);
    code.shared(step_);
    for (const Launch::Leave& l : launch_.leaves) {
      const std::string own = code.text(l.value).source;
      const std::string total = w.names.unique(own + "_of_block");
      w.lines.line("const " + elem(l) + " " + total + " = cuda::join_lanes<cuda::Sum, cuda::block_lanes>(" +
                   own + ");");
      w.lines.line("if (threadIdx.x == 0) " + w.buffers[static_cast<std::size_t>(l.parts)] +
                   "[blockIdx.x] = " + total + ";");
      written.insert(l.parts);
    }
    const std::string body = text.read_cells(w.lines.text(), own_) + w.lines.text();
    const std::vector<Parameter> list = text.parameters(body, "std::int64_t", written, "*");
    name_ = text.define(own_name(plan_.f, kernel_name(plan_, launch_)), "", list, body);
    std::string grid = "cuda::elements(" + limit() + ")";
    if (!launch_.leaves.empty()) {
      parts_ = host_.w.names.unique("parts");
      host_.w.lines.line("const cuda::Grid " + parts_ + " = cuda::in_parts(" + grid + ");");
      grid = parts_;
    }
    launch(grid, list);
  }

  void launch(const std::string& grid, const std::vector<Parameter>& list) {
    std::string arguments;
    for (const Parameter& p : list) arguments += ", " + (p.argument.empty() ? p.name : p.argument);
    host_.w.lines.line("cuda::launch(call, \"" + name_ + "\", " + name_ + ", " + grid + arguments + ");");
  }

  // What the loop began with and the parts of all blocks.
  void sums() {
    KernelText text(device_, host_);
    Writer w = text.writer(own_);
    Code code(w, usage_, no_kernel, on_device);
    std::set<int> written;
    std::vector<std::string> stores;
    const ir::Op& loop = plan_.f[step_.values[0]];
    for (const Launch::Leave& l : launch_.leaves) {
      const auto index = static_cast<std::size_t>(plan_.f[l.value].index);
      const std::string name = w.names.unique("sum");
      w.lines.line("const " + elem(l) + " " + name + " = " +
                   operand(code.text(loop.operands[index + 1]), Binding::sum) +
                   " + cuda::join_parts<cuda::Sum>(" + w.buffers[static_cast<std::size_t>(l.parts)] +
                   ", parts);");
      stores.push_back("*" + w.buffers[static_cast<std::size_t>(l.cell)] + " = " + name + ";");
      written.insert(l.cell);
    }
    w.lines.line("if (threadIdx.x != 0) return;");
    for (const std::string& store : stores) w.lines.line(store);
    const std::string body = text.read_cells(w.lines.text(), own_) + w.lines.text();
    std::vector<Parameter> list = text.parameters(body, "std::int64_t", written, "*");
    list.insert(list.begin(), {"const int", "parts", "static_cast<int>(" + parts_ + ".blocks)"});
    name_ = text.define(name_ + "_joined", "", list, body);
    launch("cuda::joining(0, true)", list);
  }

  std::string elem(const Launch::Leave& l) const { return ir::cpp_name(plan_.f[l.value].type.elem); }

  DeviceCode& device_;
  CoreText& host_;
  const plan::Plan& plan_;
  const UsageOf& usage_;
  const Launch& launch_;
  const Step& step_;
  std::set<Value> own_;
  std::string name_, parts_;
};

}  // namespace

void emit_shared_loop(DeviceCode& device, CoreText& host, const UsageOf& usage, const plan::Launch& launch) {
  Shared(device, host, usage, launch).emit();
}

}  // namespace nndiff::emit
