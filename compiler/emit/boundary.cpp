// BASE.nn.cpp: the core functions, and the members of nn::Derivative that check their arguments and call
// them.
#include "emit/boundary.h"

#include <map>

#include "emit/boundary_ground.h"
#include "emit/gather.h"
#include "emit/holder.h"
#include "emit/interface.h"
#include "emit/names.h"
#include "emit/partial.h"
#include "ir/diagnostic.h"

namespace nndiff::emit {

namespace {

using ir::Holder;

/// False where all arguments and the result are numbers that may have any value.
bool needs_checks(const Context& c) {
  bool has_memory = !c.primal.result.shape.empty();
  for (const LeafText& leaf : c.leaves)
    has_memory = has_memory || (leaf.leaf->holder != Holder::scalar && leaf.leaf->holder != Holder::array);
  return has_memory || !c.interface.labels.empty();
}

/// The leaf, or the container that it is in.
std::string path_of(const LeafText& leaf) {
  return leaf.leaf->path.substr(0, leaf.leaf->path.find("[]"));
}

/// A vector's or span's size among those that have been checked, else nothing.
std::string own_size(const Context& c, const LeafText& leaf) {
  return has_own_size(leaf) ? c.sizes + "." + c.local.at(std::string(leaf.leaf->type.shape[0].name())) : "";
}

std::string inputs_text(const Context& c) {
  std::string text;
  for (const LeafText& leaf : c.leaves) {
    const bool is_pointer = leaf.is_direction && leaf.leaf->holder == Holder::pointer;
    if (leaf.is_tensor || is_pointer)
      text += "  " + c.check + (is_pointer ? ".given(" : ".input(") + quoted(leaf.leaf->path) + ", " +
              leaf.expression + ");\n";
  }
  return text;
}

std::string sizes_text(const Context& c) {
  std::string text;
  std::map<std::string, int> defined_by;
  for (const NamedSize& size : c.interface.sizes) {
    const LeafText& leaf = c.leaves[size.leaf];
    const std::string& local = c.local.at(size.name);
    const auto [first, is_new] = defined_by.try_emplace(size.name, size.leaf);
    const std::string place = leaf.expression + ", " + std::to_string(size.index);
    if (leaf.repeats) continue;
    if (has_own_size(leaf) && leaf.is_direction)
      text += "  " + c.check + ".same_elements(" + quoted(path_of(leaf)) + ", " + leaf.expression + ", " +
              local + ", " + quoted(path_of(c.leaves[first->second])) + ");\n";
    else if (has_own_size(leaf))
      text += "  const std::int64_t " + local + " = nn::rt::size_of(" + leaf.expression + ");\n";
    else if (is_new)
      text += "  const std::int64_t " + local + " = " + c.check + ".size(" + place + ");\n";
    else
      text += "  " + c.check + ".same_size(" + quoted(leaf.leaf->path) + ", " + place + ", " + local + ", " +
              quoted(c.leaves[first->second].leaf->path) + ");\n";
  }
  return text;
}

std::string labels_text(const Context& c) {
  std::string text;
  for (const ir::Dim& dim : c.interface.not_zero)
    text += "  " + c.check + ".not_zero(" + quoted(dim.text()) + ", " + size_text(c, dim, "") + ");\n";
  for (const ir::Dim& dim : c.interface.not_negative)
    text += "  " + c.check + ".not_negative(" + quoted(dim.text()) + ", " + size_text(c, dim, "") + ");\n";
  for (const Labels& labels : c.interface.labels) {
    const bool constant = labels.leaf < 0;
    const std::string name = constant ? "a class index" : c.leaves[labels.leaf].leaf->path;
    const std::string value = constant ? std::to_string(labels.shift) : c.leaves[labels.leaf].expression;
    text +=
        "  " + c.check + ".labels(" + quoted(name) + ", " + value + ", " + size_text(c, labels.classes, "");
    text += (constant || labels.shift == 0 ? "" : ", " + std::to_string(labels.shift)) + ");\n";
  }
  return text;
}

std::string sizes_struct(const Context& c) {
  return c.dims.empty() ? "void" : own_name(c.primal, "sizes");
}

std::string check_name(const Context& c) {
  return own_name(c.primal, c.along ? "check_along" : "check");
}

/// The function that checks the arguments in every mode (with or without a direction) and gives their
/// run-time sizes.
std::string check_function(const Context& c) {
  std::string text;
  if (!c.dims.empty() && !c.along) {
    text += "// The run-time sizes of " + c.primal.qualified + ".\nstruct " + sizes_struct(c) + " {\n";
    for (const std::string& dim : c.dims) text += "  std::int64_t " + c.local.at(dim) + ";\n";
    text += "};\n\n";
  }
  std::vector<std::string> arguments = parameter_list(c.primal);
  const std::string body = inputs_text(c) + sizes_text(c) + labels_text(c);
  std::vector<bool> used(arguments.size());
  for (const LeafText& leaf : c.leaves)
    used[leaf.param] = used[leaf.param] || leaf.is_tensor || has_own_size(leaf) ||
                       (leaf.is_direction && leaf.leaf->holder == Holder::pointer);
  for (const Labels& label : c.interface.labels)
    if (label.leaf >= 0) used[c.leaves[label.leaf].param] = true;
  for (std::size_t i = 0; i < arguments.size(); ++i)
    if (!used[i]) arguments[i] = "[[maybe_unused]] " + arguments[i];
  arguments.insert(arguments.begin(),
                   (body.find(c.check + ".") == std::string::npos ? "[[maybe_unused]] nn::rt::Boundary& "
                                                                  : "nn::rt::Boundary& ") +
                       c.check);
  text += call_text(sizes_struct(c) + " " + check_name(c), arguments, " {\n") + body;
  if (!c.dims.empty()) {
    text += "  return {";
    for (const std::string& dim : c.dims) text += (dim == c.dims[0] ? "" : ", ") + c.local.at(dim);
    text += "};\n";
  }
  return text + "}\n";
}

/// Memory of the caller's that the function changes.
bool is_shared(const LeafText& leaf) {
  return leaf.leaf->written && leaf.leaf->holder != Holder::scalar;
}

/// By leaf: whether the mode writes a gradient with respect to it.
std::vector<bool> wanted_of(const Context& c, const Generated& mode) {
  std::vector<bool> wanted(c.leaves.size());
  for (const ir::Output& output : mode.plan.f.outputs)
    if (output.role == ir::Output::Role::gradient) wanted[static_cast<std::size_t>(output.leaf)] = true;
  return wanted;
}

/// The checks of buffers to write to, gradients and value.
std::string outputs_text(const Context& c, const Generated& mode) {
  std::string text;
  const auto output = [&](const std::string& name, const std::string& expression) {
    text += "  " + c.check + ".output(" + quoted(name) + ", " + expression + ", " + c.shape +
            ", \"the result\");\n";
  };
  if (fills_outputs(mode) && !c.primal.result.shape.empty()) {
    text += "  const auto " + c.shape + " = " + shape_text(c) + ";\n";
    if (mode.plan.f.upstream)
      text += "  " + c.check + ".upstream(\"upstream\", " + c.names.upstream + ", " + c.shape + ");\n";
    output("out.value", c.names.out + ".value");
    if (!mode.plan.f.upstream) output("tangent.value", c.names.tangent + ".value");
  }
  const std::vector<bool> wanted = wanted_of(c, mode);
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    const LeafText& leaf = c.leaves[i];
    const bool lends = leaf.leaf->holder == Holder::pointer || leaf.leaf->holder == Holder::span;
    const bool is_member = leaf.leaf->holder == Holder::member;
    const bool is_first =
        is_first_of(c, i, [&](std::size_t k) { return wanted[k] || is_shared(c.leaves[k]); });
    if (is_first && ((wanted[i] && (lends || is_member)) || is_shared(leaf)))
      text += "  " + c.check + ".borrow();\n";
    if (wanted[i] && has_own_size(leaf) && is_first_of(c, i, [&](std::size_t k) { return wanted[k]; }))
      text += call_text("  " + c.check + ".elements",
                        {quoted(leaf.gradient_name), leaf.gradient, own_size(c, leaf), quoted(path_of(leaf))},
                        ";\n");
    if (mode.cuda_plan && lends) {
      const std::string data = leaf.leaf->holder == Holder::span ? ".data()" : "";
      text += "  " + c.check + ".pointer(" + quoted(leaf.leaf->path) + ", " + leaf.expression + data + ");\n";
      if (wanted[i])
        text +=
            "  " + c.check + ".pointer(" + quoted(leaf.gradient_name) + ", " + leaf.gradient + data + ");\n";
    }
    if (wanted[i] && leaf.is_tensor)
      text += call_text("  " + c.check + ".gradient",
                        {quoted(leaf.gradient_name), leaf.gradient, leaf.expression, quoted(leaf.leaf->path)},
                        ";\n");
  }
  return text;
}

/// The check that no buffer to write to overlaps another one, which needs a list of all memory only where
/// some of it is borrowed.
std::string overlaps_text(const Context& c, const Generated& mode) {
  std::string read, written;
  const auto piece = [](bool writes, const std::string& name, const std::string& expression) {
    return "        nn::rt::" + std::string(writes ? "written(" : "read(") + quoted(name) + ", " +
           expression + "),\n";
  };
  const std::vector<bool> wanted = wanted_of(c, mode);
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    const LeafText& leaf = c.leaves[i];
    if (leaf.leaf->holder == Holder::scalar || leaf.repeats) continue;
    const auto is_any = [&](const auto& holds) {  // of the leaves in one container
      for (std::size_t k = 0; k < c.leaves.size(); ++k)
        if (c.leaves[k].expression == leaf.expression && holds(k)) return true;
      return false;
    };
    const bool shared = is_any([&](std::size_t k) { return is_shared(c.leaves[k]); });
    (shared ? written : read) +=
        piece(shared, path_of(leaf), range(*leaf.leaf, leaf.expression, own_size(c, leaf)));
    if (is_any([&](std::size_t k) { return wanted[k]; }))
      written += piece(true, leaf.gradient_name, range(*leaf.leaf, leaf.gradient, own_size(c, leaf)));
  }
  if (fills_outputs(mode) && !c.primal.result.shape.empty()) {
    if (mode.plan.f.upstream) read += piece(false, "upstream", c.names.upstream);
    written += piece(true, "out.value", c.names.out + ".value");
    if (!mode.plan.f.upstream) written += piece(true, "tangent.value", c.names.tangent + ".value");
  }
  if (written.empty()) return "";
  return "  if (" + c.check + ".borrows()) {\n    nn::rt::Memory " + c.memory + "[] = {\n" + read + written +
         "    };\n    " + c.check + ".no_overlaps(" + c.memory + ");\n  }\n";
}

std::string core_argument(const Context& c, const CoreArgument& argument, std::size_t dim, bool on_device) {
  using Role = CoreArgument::Role;
  const bool tensor_result = !c.primal.result.shape.empty();
  const std::string data = on_device ? ".device_data()" : ".data()";
  const std::string place = on_device ? ", " + c.names.ws + ".device()" : "";
  switch (argument.role) {
    case Role::workspace:
      return c.names.ws;
    case Role::dim:
      return c.sizes + "." + c.local.at(c.dims[dim]);
    case Role::upstream:
      return c.names.upstream + (tensor_result ? data : "");
    case Role::value:
      return "nn::rt::sized(" + c.names.out + ".value, " + c.shape + place + ")";
    case Role::tangent:
      return tensor_result ? "nn::rt::sized(" + c.names.tangent + ".value, " + c.shape + place + ")"
                           : "&" + c.names.tangent + ".value";
    case Role::leaf: {
      const LeafText& leaf = c.leaves[argument.leaf];
      if (!leaf.array.empty()) return leaf.array;
      if (!leaf.is_tensor) return plain_argument(*leaf.leaf, leaf.expression);
      return (leaf.leaf->type.shape.empty() && !on_device ? "*" : "") + leaf.expression + data;
    }
    case Role::gradient: {
      const LeafText& leaf = c.leaves[argument.leaf];
      if (leaf.is_tensor)
        return "nn::rt::sized(" + leaf.gradient + ", " + leaf.expression + ".extents()" + place + ")";
      return !leaf.d_array.empty() ? leaf.d_array
                                   : plain_gradient(*leaf.leaf, leaf.gradient, own_size(c, leaf));
    }
  }
  ir::bug("a core argument of no kind");
}

std::string core_call(const Context& c, const Generated& mode, bool on_device) {
  std::vector<std::string> arguments;
  std::size_t dim = 0;
  for (const CoreArgument& argument : core_arguments(mode.plan.f)) {
    arguments.push_back(core_argument(c, argument, dim, on_device));
    if (argument.role == CoreArgument::Role::dim) ++dim;
  }
  const std::string name = on_device ? cuda_name(mode.plan.f) : core_name(mode.plan.f);
  const bool assigns = fills_outputs(mode) && c.primal.result.shape.empty();
  const bool returns = !fills_outputs(mode) || (on_device && !assigns);
  const Gathering around = on_device ? Gathering() : gathering(c, mode, wanted_of(c, mode));
  const bool goes_on = returns && !around.after.empty();
  const std::string head = assigns   ? c.names.out + ".value = "
                           : goes_on ? "const auto " + c.value + " = "
                           : returns ? "return "
                                     : "";
  return around.before +
         call_text((on_device ? "    " : "  ") + head + "generated::" + name, arguments, ";\n") +
         around.after + (goes_on ? "  return " + c.value + ";\n" : "") +
         (on_device && assigns ? "    return;\n" : "");
}

/// What a call does whose workspace is on a device.
std::string device_call(const Context& c, const Generated& mode, const std::string& base) {
  if (!mode.cuda_plan) return "";
  const std::string name = "generated::" + cuda_name(mode.plan.f);
  return "  if (!" + c.names.ws + ".device().is_host()) {\n    if (!" + name + ") " + c.check +
         ".not_linked(" + quoted(base + ".nn.cu") + ");\n" + core_call(c, mode, true) + "  }\n";
}

/// What it does where there is no code for devices.
std::string host_only(const Context& c, const Generated& mode) {
  if (!mode.left_out) return "";
  return "  if (!" + c.names.ws + ".device().is_host())\n    " + c.check + ".host_only(" + c.names.ws +
         ".device(),\n        " + quoted(mode.left_out->message) + ");\n";
}

/// One member of nn::Derivative: checks, then the core function.
std::string definition(const Context& c, const Derivative& derivative, const Generated& mode,
                       const std::string& base) {
  const std::string scope = "nn::Derivative<" + address_of(c.primal) + ">::";
  const std::string start = "\n" + declaration(derivative, mode, "", scope) + " {\n",
                    core = core_call(c, mode, false);
  const bool has_code = mode.cuda_plan && mode.cuda_plan->has_code;
  if (!needs_checks(c) && !mode.left_out && !has_code) return start + core + "}\n";
  const std::string place = mode.cuda_plan ? ", " + c.names.ws + ".device()" : "";
  std::string text = start + "  nn::rt::Boundary " + c.check + "(" + quoted(c.primal.qualified) + place +
                     ");\n" + host_only(c, mode);
  if (!needs_checks(c)) return text + device_call(c, mode, base) + core + "}\n";
  std::vector<std::string> arguments = c.names.params;
  arguments.insert(arguments.begin(), c.check);
  const std::string outputs = outputs_text(c, mode);
  const bool uses_sizes = (outputs + core).find(c.sizes + ".") != std::string::npos;
  const std::string head =
      uses_sizes ? "  const generated::" + sizes_struct(c) + " " + c.sizes + " = " : "  ";
  text += call_text(head + "generated::" + check_name(c), arguments, ";\n");
  return text + outputs + overlaps_text(c, mode) + device_call(c, mode, base) + core + "}\n";
}

/// The arena's bytes over the core function's names of sizes: static parts, and slots of whole cache lines.
std::string bytes_text(const Context& c, const plan::Plan& plan) {
  if (plan.small) return "0";
  std::string text = std::to_string(plan.static_bytes);
  for (const plan::Size& slot : plan.slots) {
    text += " + (" + std::to_string(slot.factor);
    for (const ir::Dim& dim : slot.dims)
      text += " * " + (dim.is_name() ? size_text(c, dim, "") : "(" + size_text(c, dim, "") + ")");
    text += " + 63) / 64 * 64";
  }
  return text;
}

std::string bytes_function(const Context& c, const Generated& mode) {
  std::vector<std::string> sizes;
  for (const std::string& dim : c.dims) sizes.push_back("[[maybe_unused]] std::int64_t " + c.local.at(dim));
  const std::string head =
      "std::size_t nn::Derivative<" + address_of(c.primal) + ">::" + mode.plan.f.mode + "_bytes";
  return "\n" + call_text(head, sizes, " {\n") + "  return static_cast<std::size_t>(" +
         bytes_text(c, mode.plan) + ");\n}\n";
}

}  // namespace

void check_boundary(const ir::Function& primal) {
  interface_of(primal);
}

std::string source(const Model& model) {
  std::string text = "// Derivatives of " + model.file + ", generated by nn-diff.\n";
  // nn's headers come first: the model may define macros.
  text += "#include <nn/rt/arguments.h>\n#include <nn/rt/boundary.h>\n";
  const std::string partials = partials_text(model);
  if (!partials.empty()) text += "#include <nn/rt/partial.h>\n";
  text += "#include <nn/runtime.h>\n\n";
  text +=
      "#include <algorithm>\n#include <cmath>\n#include <cstddef>\n#include <cstdint>\n#include <limits>\n\n";
  text += "#include \"" + model.base + ".nn.h\"\n";
  std::string members;
  text += "\nnamespace nn::generated {\n";
  for (const Derivative& derivative : model.derivatives)
    for (const Generated& mode : derivative.modes)
      if (mode.cuda_plan)
        text += "\n// In " + model.base + ".nn.cu, where that is part of the program.\n[[gnu::weak]] " +
                cuda_declaration(mode.plan.f) + ";\n";
  text += "\nnamespace {\n";
  for (const Derivative& derivative : model.derivatives) {
    const Context c = context_of(derivative.primal, false);
    for (const Generated& mode : derivative.modes) text += "\n" + mode.core;
    if (needs_checks(c)) text += "\n" + check_function(c);
    bool is_first = true;
    for (const Generated& mode : derivative.modes) {
      const bool along = has_direction(mode);
      const Context of_mode =
          context_of(along ? with_parameters(derivative, mode) : derivative.primal, along);
      if (along && std::exchange(is_first, false) && needs_checks(c)) text += "\n" + check_function(of_mode);
      members += definition(of_mode, derivative, mode, model.base) + bytes_function(of_mode, mode);
    }
  }
  return text + "\n}  // namespace\n}  // namespace nn::generated\n" + members + partials;
}

}  // namespace nndiff::emit
