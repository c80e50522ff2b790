// Statements as a CUDA kernel of a single thread.
#include "emit/cuda_serial.h"

#include "ir/diagnostic.h"

namespace nndiff::emit {

using plan::Launch;
using plan::Step;

void no_kernel(const Step&) {
  ir::bug("a kernel among statements of one thread");
}

std::set<int> written_buffers(const UsageOf& usage, const Step& step) {
  std::set<int> written;
  for (Value v : step.values)
    if (usage.plan.f[v].type.rank() > 0) written.insert(usage.buffer_of(v));
  for (const Step::Part& part : step.parts) {
    for (const plan::Move& m : part.moves) written.insert({m.to, m.from});
    for (const Step& inner : part.steps) written.merge(written_buffers(usage, inner));
  }
  return written;
}

std::string kernel_name(const plan::Plan& plan, const Launch& launch) {
  for (auto step = launch.steps.rbegin(); step != launch.steps.rend(); ++step)
    for (auto v = step->values.rbegin(); v != step->values.rend(); ++v) {
      const std::string hint = plan::name_hint(plan.f, *v);
      if (!hint.empty()) return identifier(hint);
    }
  return launch.steps.empty() ? "numbers" : "step_" + std::to_string(launch.steps[0].number);
}

namespace {

class Serial {
 public:
  Serial(DeviceCode& device, CoreText& host, const UsageOf& usage, const Launch& launch)
      : host_(host), plan_(host.plan), usage_(usage), launch_(launch), text_(device, host) {}

  void emit() {
    for (const Step& step : launch_.steps) {
      find_moving(step);
      written_.merge(written_buffers(usage_, step));
      own_.insert(step.values.begin(), step.values.end());
    }
    Writer w = text_.writer(own_);
    Code code(w, usage_, no_kernel, on_device);
    name_growing(w);
    begin_moving(w);
    for (const Step& step : launch_.steps) code.step(step);
    end_moving(w);
    leave(w, code);
    const std::string body = text_.read_cells(w.lines.text(), own_) + growing(w) + w.lines.text();
    const std::vector<Parameter> list = text_.parameters(body, "std::int64_t", written_, "*");
    const std::string name =
        text_.define(own_name(plan_.f, kernel_name(plan_, launch_)), "", list, body, "1");
    std::string arguments;
    for (const Parameter& p : list) arguments += ", " + p.name;
    host_.w.lines.line("cuda::launch(call, \"" + name + "\", " + name + ", cuda::one_thread" + arguments +
                       ");");
  }

 private:
  // Whose pointers change places.
  void find_moving(const Step& step) {
    for (const Step::Part& part : step.parts) {
      for (const plan::Move& m : part.moves) moving_.insert({m.to, m.from});
      for (const Step& inner : part.steps) find_moving(inner);
    }
  }

  const std::string& buffer(const Writer& w, int number) const {
    return w.buffers[static_cast<std::size_t>(number)];
  }

  // Arrays that grow are objects that know their number of elements.
  void name_growing(Writer& w) {
    for (const auto& [b, size] : plan_.sizes) {
      growing_[b] = buffer(w, b);
      w.buffers[static_cast<std::size_t>(b)] = w.names.unique(buffer(w, b) + "_now");
      written_.insert({b, size});
    }
  }
  std::string growing(const Writer& w) const {
    std::string lines;
    for (const auto& [b, memory] : growing_) {
      if (!mentions(w.lines.text(), buffer(w, b))) continue;
      const plan::Buffer& of = plan_.buffers[static_cast<std::size_t>(b)];
      lines += "  cuda::Growing<" + ir::cpp_name(of.elem) + "> " + buffer(w, b) + "{" + memory + ", " +
               buffer(w, plan_.sizes.at(b)) + ", " + w.text(of.shape[0]).source + "};\n";
    }
    return lines;
  }

  void begin_moving(Writer& w) {
    for (int b : moving_) {
      const plan::Buffer& moved = plan_.buffers[static_cast<std::size_t>(b)];
      homes_[b] = w.names.unique(buffer(w, b) + "_home");
      w.lines.line(ir::cpp_name(moved.elem) + "* const " + homes_[b] + " = " + buffer(w, b) + ";");
    }
  }

  // Elements go to where the host knows them to be. All places are those of others, element by element.
  void end_moving(Writer& w) {
    std::map<std::string, std::vector<int>> alike;
    for (int b : moving_) {
      const plan::Buffer& moved = plan_.buffers[static_cast<std::size_t>(b)];
      alike[ir::cpp_name(moved.elem) + " " + w.text(plan::count(moved.shape)).source].push_back(b);
    }
    for (const auto& [kind, group] : alike) {
      const plan::Buffer& first = plan_.buffers[static_cast<std::size_t>(group[0])];
      const std::string k = w.names.unique("k");
      w.lines.open("for (std::int64_t " + k + " = 0; " + k + " < " + w.text(plan::count(first.shape)).source +
                   "; ++" + k + ") {");
      std::vector<std::string> elements;
      for (int b : group) {
        elements.push_back(w.names.unique(buffer(w, b) + "_at"));
        w.lines.line("const " + ir::cpp_name(first.elem) + " " + elements.back() + " = " + buffer(w, b) +
                     "[" + k + "];");
      }
      for (std::size_t i = 0; i < group.size(); ++i)
        w.lines.line(homes_.at(group[i]) + "[" + k + "] = " + elements[i] + ";");
      w.lines.close();
    }
  }

  void leave(Writer& w, Code& code) {
    std::vector<std::string> stores;
    for (const Launch::Leave& l : launch_.leaves) {
      if (is_expression(plan_.f[l.value])) code.declare_now(l.value);
      stores.push_back("*" + buffer(w, l.cell) + " = " + code.text(l.value).source + ";");
      written_.insert(l.cell);
    }
    for (const std::string& store : stores) w.lines.line(store);
  }

  CoreText& host_;
  const plan::Plan& plan_;
  const UsageOf& usage_;
  const Launch& launch_;
  KernelText text_;
  std::set<Value> own_;
  std::set<int> written_, moving_;
  std::map<int, std::string> homes_, growing_;
};

}  // namespace

void emit_serial_kernel(DeviceCode& device, CoreText& host, const UsageOf& usage, const Launch& launch) {
  Serial(device, host, usage, launch).emit();
}

}  // namespace nndiff::emit
