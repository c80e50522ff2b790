// BASE.nn.cu: kernels, and functions on raw pointers and sizes that launch them.
#include "emit/cuda.h"

#include "emit/core_text.h"
#include "emit/cuda_code.h"
#include "emit/cuda_work.h"
#include "emit/kernel.h"
#include "ir/diagnostic.h"

namespace nndiff::emit {

using plan::Step;

namespace {

class Emitter {
 public:
  Emitter(DeviceCode& device, const ir::Function& primal, const plan::Plan& plan)
      : device_(device), primal_(primal), plan_(plan), text_(plan) {}

  std::string emit() {
    w_.arguments = cuda_arguments(plan_.f);
    w_.names.unique("call");
    w_.lines.line("cuda::Call call(ws);");
    check_labels();
    text_.read_written_scalars(false);
    if (plan_.has_code) {
      code_.emplace(device_, text_, [this](const plan::Product& p) { product(p); });
      code_->emit();
    } else {
      text_.declare_buffers("call.reserve");
      for (int i = 0; i < static_cast<int>(plan_.steps.size());) i = step(i);
    }
    finish();
    return text_.head(core_result(plan_.f), cuda_name(plan_.f)) + w_.lines.text() + "}\n";
  }

 private:
  // Before anything is written.
  void check_labels() {
    const std::vector<const ir::Leaf*> leaves = ir::leaves(plan_.f);
    for (const Labels& labels : labels_on_device(primal_)) {
      const ir::Leaf& leaf = *leaves[static_cast<std::size_t>(labels.leaf)];
      w_.lines.line("cuda::check_labels(call, \"" + primal_.qualified + "\", \"" + leaf.path + "\", " +
                    text_.argument_of(CoreArgument::Role::leaf, labels.leaf) + ", " +
                    w_.text(plan::count(leaf.type.shape)).source + ", " + w_.text(labels.classes).source +
                    (labels.shift == 0 ? "" : ", " + std::to_string(labels.shift)) + ");");
    }
  }

  int step(int number) {
    const Step& step = plan_.steps[static_cast<std::size_t>(number)];
    text_.comment(number);
    int next = number + 1;
    if (step.kind == Step::Kind::product) {
      product(step.product);
    } else if (plan::is_known_on_host(plan_, step, known_)) {
      for (const plan::Sink& s : step.kernel.sinks) known_.insert(s.value);
      emit_kernel(w_, step.kernel);
    } else {
      next = step_behind(plan_, number);
      const std::span<const Step> all(plan_.steps);
      emit_cuda_kernel(
          device_, text_, step,
          all.subspan(static_cast<std::size_t>(number) + 1, static_cast<std::size_t>(next - number - 1)));
    }
    for (int i = number; i < next; ++i) text_.rename_overwritten(i);
    return next;
  }

  std::string buffer(int number) const { return w_.buffers[static_cast<std::size_t>(number)]; }

  std::string extras(const plan::Product& p) const {
    const plan::Epilogue& e = p.epilogue;
    std::string list;
    const auto add = [&](bool wanted, const std::string& text) {
      if (wanted) list += (list.empty() ? "" : ", ") + text;
    };
    add(p.accumulate, ".beta = 1");
    add(e.bias >= 0, e.bias >= 0 ? ".bias = " + buffer(e.bias) : "");
    add(e.relu, ".relu = true");
    add(e.gelu, ".gelu = true");
    add(e.gelu_out >= 0, e.gelu_out >= 0 ? ".gelu_out = " + buffer(e.gelu_out) : "");
    add(e.gelu_in >= 0, e.gelu_in >= 0 ? ".gelu_in = " + buffer(e.gelu_in) : "");
    add(e.mask_out >= 0, e.mask_out >= 0 ? ".mask_out = " + buffer(e.mask_out) : "");
    add(e.mask_in >= 0, e.mask_in >= 0 ? ".mask_in = " + buffer(e.mask_in) : "");
    add(e.column_sums >= 0, e.column_sums >= 0 ? ".column_sums = " + buffer(e.column_sums) : "");
    return list.empty() ? "" : ", {" + list + "}";
  }

  void product(const plan::Product& p) {
    const auto trans = [](bool yes) { return std::string("Trans::") + (yes ? "yes" : "no"); };
    w_.lines.line("cuda::gemm(call, " + trans(p.trans_a) + ", " + trans(p.trans_b) + ", " +
                      w_.text(p.m).source + ", " + w_.text(p.n).source + ", " + w_.text(p.k).source + ", " +
                      buffer(p.a) + ", " + buffer(p.b) + ", " + buffer(p.c) + extras(p) + ");",
                  text_.shapes(p));
  }

  // Numbers that the host knows, or has to wait for.
  std::string number(ir::Value v) {
    const auto cell = plan_.cells.find(v);
    if (cell != plan_.cells.end()) return "call.value(" + buffer(cell->second) + ")";
    return code_ ? code_->text(v) : w_.scalars.at(v);
  }

  // A tensor without axes, and its gradient, are on the device.
  bool is_in_callers_memory(const ir::Output& output) const {
    return output.leaf >= 0 &&
           ir::leaves(plan_.f)[static_cast<std::size_t>(output.leaf)]->holder == ir::Holder::tensor;
  }

  void finish() {
    std::string returned;
    bool blank = true;
    for (std::size_t i = 0; i < plan_.results.size(); ++i) {
      const ir::Value v = plan_.results[i];
      const ir::Output& output = plan_.f.outputs[i];
      if (!v || is_in_callers_memory(output)) continue;
      if (blank) w_.lines.blank();
      blank = false;
      if (output.role == ir::Output::Role::primal)
        returned = number(v);
      else
        w_.lines.line("*" + text_.argument_of(output) + " = " + number(v) + ";");
    }
    if (!returned.empty()) w_.lines.line("return " + returned + ";");
  }

  DeviceCode& device_;
  const ir::Function& primal_;
  const plan::Plan& plan_;
  CoreText text_;
  Writer& w_ = text_.w;
  std::set<ir::Value> known_;
  std::optional<CudaCode> code_;
};

}  // namespace

std::string cuda_core(DeviceCode& device, const ir::Function& primal, const plan::Plan& plan) {
  return Emitter(device, primal, plan).emit();
}

std::string cuda_source(const Model& model) {
  DeviceCode device;
  std::string cores;
  for (const Derivative& derivative : model.derivatives)
    for (const Generated& mode : derivative.modes)
      if (mode.cuda_plan) cores += "\n" + cuda_core(device, derivative.primal, *mode.cuda_plan);
  return "// Derivatives of " + model.file +
         " for CUDA, generated by nn-diff.\n#include <nn/rt/cuda_kernel.h>\n\n" +
         "#include <cstddef>\n#include <cstdint>\n#include <limits>\n#include <utility>\n\nnamespace "
         "nn::generated {\n\n" +
         "namespace cuda = nn::rt::cuda;\nusing nn::rt::Trans;\n\nnamespace {\n" + device.text +
         "\n}  // namespace\n" + cores + "\n}  // namespace nn::generated\n";
}

}  // namespace nndiff::emit
