// The core function of a derivative: signature, arena, steps in order, results.
#include "emit/core.h"

#include "emit/code.h"
#include "emit/core_text.h"
#include "emit/kernel.h"

namespace nndiff::emit {

using plan::Step;

namespace {

// A product of static sizes this small is unrolled in place instead of called.
constexpr double small_product = 64.0 * 64 * 64;

class Emitter {
 public:
  explicit Emitter(const plan::Plan& plan) : plan_(plan), text_(plan) {
    if (!plan.has_code) return;
    usage_.emplace(plan);
    code_.emplace(w_, *usage_, [this](const Step& s) { step(s); });
  }

  std::string emit() {
    w_.lines.line("namespace rt = nn::rt;");
    w_.lines.line("const rt::FlushSubnormals flush;");
    text_.read_written_scalars();
    if (plan_.small)
      text_.declare_on_stack();
    else
      text_.declare_buffers("ws.reserve");
    const std::string routines = code_ ? code_->routines() : "";
    for (int i = 0; i < static_cast<int>(plan_.steps.size()); ++i) {
      if (plan_.steps[static_cast<std::size_t>(i)].kind == Step::Kind::routine) continue;
      text_.comment(i);
      if (code_)
        code_->step(plan_.steps[static_cast<std::size_t>(i)]);
      else
        step(plan_.steps[static_cast<std::size_t>(i)]);
      if (!code_) text_.rename_overwritten(i);
    }
    if (code_) code_->settle();
    text_.copy_back();
    finish();
    return routines + "NN_APART " + text_.head(core_result(plan_.f), core_name(plan_.f)) + w_.lines.text() +
           "}\n";
  }

 private:
  void step(const Step& step) {
    if (step.kind == Step::Kind::product)
      product(step.product);
    else
      emit_kernel(w_, step.kernel);
  }

  void product(const plan::Product& p) {
    const std::string a = w_.buffers[p.a], b = w_.buffers[p.b], c = w_.buffers[p.c];
    const auto trans = [](bool yes) { return std::string("rt::Trans::") + (yes ? "yes" : "no"); };
    const std::string m = w_.text(p.m).source, n = w_.text(p.n).source, k = w_.text(p.k).source;
    const std::string shapes = text_.shapes(p);
    const bool is_static = p.m.is_static() && p.n.is_static() && p.k.is_static();
    const int wanted = p.epilogue.wanted;
    const std::string beta = p.accumulate ? ", 1" : "", hint = wanted < 0 ? "" : ", 0, " + w_.buffers[wanted];
    if (is_static &&
        static_cast<double>(p.m.value) * static_cast<double>(p.n.value) * static_cast<double>(p.k.value) <=
            small_product) {
      w_.lines.line("rt::gemm_small<" + m + ", " + n + ", " + k + ", " + trans(p.trans_a) + ", " +
                        trans(p.trans_b) + ">(" + a + ", " + b + ", " + c + beta + ");",
                    shapes);
      return;
    }
    w_.lines.line("rt::gemm(ws, " + trans(p.trans_a) + ", " + trans(p.trans_b) + ", " + m + ", " + n + ", " +
                      k + ", " + a + ", " + b + ", " + c + beta + hint + ");",
                  shapes + (wanted < 0 ? "" : " where " + w_.buffers[wanted] + " > 0"));
  }

  void finish() {
    std::string returned;
    bool blank = true;
    for (std::size_t i = 0; i < plan_.results.size(); ++i) {
      const Value v = plan_.results[i];
      if (!v) continue;
      if (blank) w_.lines.blank();
      blank = false;
      const ir::Output& output = plan_.f.outputs[i];
      const std::string scalar = code_ ? code_->text(v).source : w_.scalars.at(v);
      if (output.role == ir::Output::Role::primal)
        returned = scalar;
      else
        w_.lines.line("*" + text_.argument_of(output) + " = " + scalar + ";");
    }
    if (!returned.empty()) w_.lines.line("return " + returned + ";");
  }

  const plan::Plan& plan_;
  CoreText text_;
  Writer& w_ = text_.w;
  std::optional<UsageOf> usage_;
  std::optional<Code> code_;
};

}  // namespace

std::string core(const plan::Plan& plan) {
  return Emitter(plan).emit();
}

}  // namespace nndiff::emit
