// The pipeline, one line per stage.
#include "compile.h"

#include <algorithm>
#include <filesystem>

#include "emit/boundary.h"
#include "emit/core.h"
#include "emit/cuda.h"
#include "emit/cuda_work.h"
#include "emit/dot.h"
#include "emit/header.h"
#include "emit/leafwise.h"
#include "emit/report.h"
#include "frontend/diagnostics.h"
#include "grad/differentiate.h"
#include "grad/forward.h"
#include "ir/print.h"
#include "ir/verify.h"
#include "opt/simplify.h"
#include "plan/device.h"

namespace nndiff {

namespace {

bool wants_cuda(const Job& job) {
  const bool in_print = job.print == Print::plan && job.emit.count(Emit::cuda) > 0;
  return job.print == Print::cuda || in_print || (job.write && job.emit.count(Emit::cuda) > 0);
}

grad::Recompute in_loops(plan::Recompute recompute) {
  switch (recompute) {
    case plan::Recompute::all:
      return grad::Recompute::all;
    case plan::Recompute::none:
      return grad::Recompute::none;
    case plan::Recompute::automatic:
      return grad::Recompute::automatic;
  }
  ir::bug("unknown --recompute");
}

/// Every stage from a derivative to text.
emit::Generated generate(ir::Function f, const Job& job) {
  ir::verify(f, "differentiate");
  f = opt::simplify(std::move(f));
  ir::verify(f, "simplify");
  emit::Generated generated{plan::plan(f, job.plan), ""};
  generated.core = emit::core(generated.plan);
  if (!wants_cuda(job)) return generated;
  if (auto obstacle = plan::obstacle_on_device(generated.plan)) {
    if (job.cuda_asked || job.print == Print::cuda) {
      obstacle->message = "not supported for CUDA: " + obstacle->message + ", or leave 'cuda' out of --emit";
      throw ir::Refusal(*obstacle);
    }
    generated.left_out = std::move(obstacle);
    return generated;
  }
  plan::Options options = job.plan;
  options.target = plan::Target::cuda;
  generated.cuda_plan = plan::plan(f, options);
  return generated;
}

/// The derivative that one function takes of another.
ir::Function nested(const ir::Function& lifted, const std::string& mode) {
  const ir::Function primal = opt::stabilise(lifted);
  ir::verify(primal, "stabilise");
  if (mode == "jvp") return grad::push_forward(primal);
  const ir::Function reverse =
      grad::differentiate(primal, mode == "vjp" ? grad::Mode::vjp : grad::Mode::value_and_grad);
  return mode == "hvp" ? grad::push_forward(reverse) : reverse;
}

/// value_and_grad where the result is a scalar, vjp, and what was asked for.
emit::Derivative derive(const frontend::Lifted& lifted, const Job& job) {
  emit::Derivative derivative{lifted.function, {}, lifted.modes, lifted.partials};
  emit::check_leafwise(derivative);
  const ir::Function primal = opt::stabilise(lifted.function);
  ir::verify(primal, "stabilise");
  const auto is_asked = [&](const char* mode) {
    return std::find(lifted.modes.begin(), lifted.modes.end(), mode) != lifted.modes.end();
  };
  const auto reverse = [&](grad::Mode mode) {
    return grad::differentiate(primal, mode, in_loops(job.plan.recompute));
  };
  const auto add = [&](ir::Function f) { derivative.modes.push_back(generate(std::move(f), job)); };
  if (primal.result.shape.empty()) add(reverse(grad::Mode::value_and_grad));
  add(reverse(grad::Mode::vjp));
  if (is_asked("jvp") || is_asked("jacobian")) add(grad::push_forward(primal));
  if (is_asked("hvp") || is_asked("hessian")) add(grad::push_forward(reverse(grad::Mode::value_and_grad)));
  return derivative;
}

/// Of the C++ and what the GPU would be asked for, or with --emit=cuda alone the GPU's own.
std::string printed_plan(const Job& job, const emit::Derivative& derivative) {
  const emit::Generated& mode = derivative.modes.front();
  if (!mode.cuda_plan) return plan::print(mode.plan);
  if (!job.emit.count(Emit::cpp)) return emit::print_work(derivative.primal, *mode.cuda_plan);
  return plan::print(mode.plan) + emit::print_total_work(derivative.primal, *mode.cuda_plan);
}

std::string printed(const Job& job, const emit::Model& model, const std::vector<frontend::Lifted>& lifted) {
  std::string text;
  for (const frontend::Lifted& one : lifted) {
    if (job.print == Print::ast) text += one.ast;
    if (job.print == Print::ir) text += ir::print(one.function);
  }
  for (const emit::Derivative& derivative : model.derivatives) {
    const plan::Plan& plan = derivative.modes.front().plan;
    if (job.print == Print::adjoint) text += ir::print(plan.f);
    if (job.print == Print::plan) text += printed_plan(job, derivative);
  }
  if (job.print == Print::cpp) text += emit::source(model);
  if (job.print == Print::cuda) text += emit::cuda_source(model);
  return text;
}

std::string text_of(const std::string& suffix, const emit::Model& model) {
  if (suffix == ".nn.h") return emit::header(model);
  if (suffix == ".nn.cpp") return emit::source(model);
  if (suffix == ".nn.cu") return emit::cuda_source(model);
  if (suffix == ".nn.txt") return emit::report(model);
  std::string text;
  for (const emit::Derivative& derivative : model.derivatives) text += emit::dot(derivative.primal);
  return text;
}

std::vector<std::string> suffixes(const Job& job) {
  std::vector<std::string> list;
  if (job.emit.count(Emit::cpp)) list.insert(list.end(), {".nn.h", ".nn.cpp"});
  if (job.emit.count(Emit::cuda)) list.push_back(".nn.cu");
  if (job.emit.count(Emit::dot)) list.push_back(".nn.dot");
  if (job.emit.count(Emit::report)) list.push_back(".nn.txt");
  return list;
}

/// Keeps the function asked for; false where there is none of that name.
bool select(std::vector<frontend::Lifted>& functions, const std::string& name) {
  if (name.empty()) return true;
  std::erase_if(functions, [&](const frontend::Lifted& one) {
    return one.function.name != name && one.function.qualified != name;
  });
  return !functions.empty();
}

/// The stages behind the frontend, for all functions of a file.
emit::Model build_model(const Job& job, const std::vector<frontend::Lifted>& functions,
                        std::string& messages) {
  emit::Model model;
  model.base = std::filesystem::path(job.base).filename().string();
  model.file = std::filesystem::path(job.source.file).filename().string();
  for (const frontend::Lifted& one : functions) {
    emit::check_boundary(one.function);
    messages += frontend::to_text(grad::remarks(one.function));
    model.derivatives.push_back(derive(one, job));
    const emit::Generated& first = model.derivatives.back().modes.front();
    if (first.left_out)
      messages += frontend::to_text(ir::Diagnostic{
          ir::Severity::remark, first.left_out->loc,
          "'" + one.function.name + "' is left out of the CUDA code: " + first.left_out->message});
  }
  return model;
}

}  // namespace

std::vector<std::string> output_paths(const Job& job) {
  std::vector<std::string> paths;
  if (job.write)
    for (const std::string& suffix : suffixes(job)) paths.push_back(job.base + suffix);
  return paths;
}

Compiled compile(const Job& job) {
  Compiled result;
  frontend::Result lifted = frontend::lift(job.source, nested);
  result.messages = lifted.clang_messages + frontend::to_text(lifted.diagnostics);
  result.dependencies = std::move(lifted.dependencies);
  if (lifted.failed) {
    result.status = Compiled::Status::refused;
    return result;
  }
  if (!select(lifted.functions, job.function)) {
    result.status = Compiled::Status::no_such_function;
    return result;
  }
  for (const frontend::Lifted& one : lifted.functions) ir::verify(one.function, "lift");
  const bool stop = !job.write && (job.print == Print::ast || job.print == Print::ir);
  try {
    const emit::Model model = stop ? emit::Model() : build_model(job, lifted.functions, result.messages);
    result.printed = printed(job, model, lifted.functions);
    if (job.write)
      for (const std::string& suffix : suffixes(job))
        result.outputs.push_back({job.base + suffix, text_of(suffix, model)});
  } catch (const ir::Refusal& refusal) {
    result.messages += frontend::to_text(refusal.diagnostic);
    result.status = Compiled::Status::refused;
  }
  return result;
}

}  // namespace nndiff
