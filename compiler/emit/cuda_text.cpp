// What the definitions of all CUDA kernels share.
#include "emit/cuda_text.h"

#include <algorithm>

#include "emit/words.h"

namespace nndiff::emit {

namespace {

bool is_listed(const std::vector<Parameter>& list, const std::string& name) {
  return std::any_of(list.begin(), list.end(), [&](const Parameter& p) { return p.name == name; });
}

// A head and a list, on as many lines as it takes.
std::string call_lines(const std::string& head, const std::vector<std::string>& items,
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

}  // namespace

void name_cells(CoreText& host) {
  if (!host.cell_names.empty()) return;
  for (const auto& [value, cell] : host.plan.cells) {
    std::string name = host.w.buffers[static_cast<std::size_t>(cell)];  // "sum_at_2", or an argument
    const std::size_t at = name.rfind("_at");
    if (host.plan.buffers[static_cast<std::size_t>(cell)].place == plan::Buffer::Place::arena &&
        at != std::string::npos)
      name.erase(at, 3);
    else
      name += "_value";
    host.cell_names[value] = host.w.names.unique(name);
  }
}

Writer KernelText::writer(const std::set<Value>& own) {
  name_cells(host_);
  Writer w(plan_);
  w.buffers = host_.w.buffers;
  w.scalars = host_.w.scalars;
  w.dims = host_.w.dims;
  w.names = host_.w.names;
  w.lines.indent = 1;
  for (const auto& [value, name] : host_.cell_names)
    if (!own.count(value)) w.scalars[value] = name;
  return w;
}

std::vector<Parameter> KernelText::parameters(const std::string& text, const std::string& size_type,
                                              const std::set<int>& written,
                                              const std::string& pointer) const {
  const auto words = words_of(text);
  std::vector<Parameter> list;
  for (const CoreArgument& a : host_.w.arguments)
    if (a.role == CoreArgument::Role::dim && words.count(a.name) > 0)
      list.push_back({"const " + size_type, a.name});
  for (const bool output : {true, false})
    for (int b = 0; b < static_cast<int>(plan_.buffers.size()); ++b) {
      const std::string& name = host_.w.buffers[static_cast<std::size_t>(b)];
      if (name.empty() || (written.count(b) > 0) != output || is_listed(list, name) || words.count(name) == 0)
        continue;
      const std::string elem = ir::cpp_name(plan_.buffers[static_cast<std::size_t>(b)].elem);
      list.push_back({(output ? "" : "const ") + elem + pointer, name});
    }
  for (const auto& [dim, most] : plan_.bounds)
    if (const std::string& name = host_.w.dims.at(dim); words.count(name) > 0)
      list.push_back({"const std::int64_t", name});
  for (const auto& [value, name] : host_.w.scalars)
    if (words.count(name) > 0 && !is_listed(list, name))
      list.push_back({"const " + ir::cpp_name(plan_.f[value].type.elem), name});
  return list;
}

std::string KernelText::read_cells(const std::string& text, const std::set<Value>& own) const {
  const auto words = words_of(text);
  std::string lines;
  for (const auto& [value, cell] : plan_.cells) {
    const auto name = host_.cell_names.find(value);
    if (own.count(value) || name == host_.cell_names.end() || words.count(name->second) == 0) continue;
    lines += "  const " + ir::cpp_name(plan_.buffers[static_cast<std::size_t>(cell)].elem) + " " +
             name->second + " = *" + host_.w.buffers[static_cast<std::size_t>(cell)] + ";\n";
  }
  return lines;
}

std::string KernelText::define(const std::string& wanted, const std::string& before,
                               const std::vector<Parameter>& list, const std::string& body,
                               const std::string& threads) const {
  std::vector<std::string> parameters;
  std::string key = before + threads + body;
  for (const Parameter& p : list) {
    parameters.push_back(p.type + " " + p.name);
    key += "," + parameters.back();
  }
  std::string& name = device_.known[key];
  if (!name.empty()) return name;
  name = device_.names.unique(wanted);
  device_.text +=
      "\n" + before +
      call_lines("__global__ void __launch_bounds__(" + threads + ") " + name, parameters, " {\n") + body +
      "}\n";
  return name;
}

}  // namespace nndiff::emit
