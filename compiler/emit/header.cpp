// BASE.nn.h: what a user's program includes to call the derivatives of a model.
#include "emit/header.h"

#include <algorithm>
#include <cctype>

#include "emit/interface.h"
#include "emit/leafwise.h"
#include "emit/names.h"

namespace nndiff::emit {

namespace {

std::string guard(const std::string& base) {
  std::string text = "NN_GENERATED_";
  for (char c : identifier(base)) text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text + "_NN_H";
}

std::string initial(const ir::Type& type) {
  return type.shape.empty() ? " = 0" : "";
}

/// `template <> struct nn::Name<&::loss> { members };`
std::string specialisation(const std::string& name, const ir::Function& primal, const std::string& members) {
  return "template <>\nstruct nn::" + name + "<" + address_of(primal) + "> {\n" + members + "};\n";
}

// A span of numbers or of structs.
bool is_span(const ir::Param& param) {
  return param.type.starts_with("std::span<");
}

// The type of what a gradient is written to: through a pointer or span that does not promise otherwise.
std::string gradient_type(const ir::Param& param) {
  std::string type = param.type;
  const bool lends = is_span(param) || (!param.is_aggregate && param.leaves[0].holder == ir::Holder::pointer);
  const std::size_t at = lends ? type.find("const ") : std::string::npos;
  if (at != std::string::npos) type.erase(at, 6);
  return global_type(type);
}

std::string gradient_members(const ir::Function& primal) {
  std::string text;
  for (const ir::Param& param : primal.params) {
    if (!param.differentiated) continue;
    const auto is_held = [&](ir::Holder holder) {
      return std::any_of(param.leaves.begin(), param.leaves.end(),
                         [&](const ir::Leaf& leaf) { return leaf.holder == holder; });
    };
    const bool is_number = !param.is_aggregate && is_held(ir::Holder::scalar);
    const bool is_pointer = !param.is_aggregate && is_held(ir::Holder::pointer);
    const bool begins = is_held(ir::Holder::pointer) || is_held(ir::Holder::array);
    text += "  " + gradient_type(param) + " " + param.name +
            (is_number    ? " = 0"
             : is_pointer ? " = nullptr"
             : begins     ? " = {}"
                          : "") +
            ";\n";
  }
  return text;
}

std::string derivative_members(const Derivative& derivative) {
  std::string text;
  for (const Generated& mode : derivative.modes)
    text += declaration(derivative, mode, "  static ", "") + ";\n";
  std::vector<std::string> sizes;
  for (const CoreArgument& argument : core_arguments(derivative.primal))
    if (argument.role == CoreArgument::Role::dim) sizes.push_back("std::int64_t " + argument.name);
  text += "\n  // Bytes that a call takes in its workspace.\n";
  for (const Generated& mode : derivative.modes)
    text += call_text("  static std::size_t " + mode.plan.f.mode + "_bytes", sizes, ";\n");
  return text + leafwise_visit(derivative);
}

std::string specialisations(const Derivative& derivative) {
  const ir::Function& primal = derivative.primal;
  const std::string file = primal.loc.file.substr(primal.loc.file.find_last_of('/') + 1);
  std::string text = "\n// " + (primal.signature.empty() ? primal.qualified : primal.signature);
  if (primal.loc.line > 0) text += "  (" + file + ":" + std::to_string(primal.loc.line) + ")";
  text += "\n\n" + specialisation("Gradients", primal, gradient_members(primal));
  const std::string value = "  " + type_text(primal.result) + " value" + initial(primal.result) + ";\n";
  text += "\n" + specialisation("Outputs", primal, value) + leafwise_types(derivative);
  return text + "\n" + specialisation("Derivative", primal, derivative_members(derivative));
}

}  // namespace

std::string address_of(const ir::Function& primal) {
  return "&::" + primal.qualified;
}

ir::Function with_parameters(const Derivative& derivative, const Generated& mode) {
  ir::Function f = derivative.primal;
  f.params = mode.plan.f.params;
  return f;
}

bool has_direction(const Generated& mode) {
  return mode.plan.f.mode == "jvp" || mode.plan.f.mode == "hvp";
}

bool fills_outputs(const Generated& mode) {
  return mode.plan.f.mode == "jvp" || mode.plan.f.mode == "vjp";
}

ArgumentNames argument_names(const ir::Function& primal) {
  Names names;
  ArgumentNames result;
  for (const ir::Param& param : primal.params) result.params.push_back(names.unique(param.name));
  result.upstream = names.unique("upstream");
  result.out = names.unique("out");
  result.tangent = names.unique("tangent");
  result.grad = names.unique("grad");
  result.product = names.unique("product");
  result.ws = names.unique("ws");
  return result;
}

std::vector<std::string> parameter_list(const ir::Function& primal) {
  const ArgumentNames names = argument_names(primal);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < primal.params.size(); ++i) {
    const ir::Param& param = primal.params[i];
    const auto changes = [](const ir::Leaf& leaf) {
      return leaf.written && leaf.holder != ir::Holder::span && leaf.holder != ir::Holder::pointer;
    };
    const bool is_changed = !is_span(param) && std::any_of(param.leaves.begin(), param.leaves.end(), changes);
    const bool by_value =
        !param.is_aggregate && !is_changed && !param.is_tensor &&
        (param.leaves[0].holder == ir::Holder::scalar || param.leaves[0].holder == ir::Holder::pointer);
    list.push_back((by_value || is_changed ? "" : "const ") + global_type(param.type) +
                   (by_value ? " " : "& ") + names.params[i]);
  }
  return list;
}

std::string declaration(const Derivative& derivative, const Generated& mode, const std::string& before,
                        const std::string& scope) {
  const ir::Function primal = with_parameters(derivative, mode);
  const ArgumentNames names = argument_names(primal);
  const std::string& name = mode.plan.f.mode;
  std::vector<std::string> arguments = parameter_list(primal);
  const auto writes = [&](const std::string& type, const std::string& to) {
    arguments.push_back("nn::" + type + "<" + address_of(primal) + ">& " + to);
  };
  if (name == "vjp") arguments.push_back("const " + type_text(primal.result) + "& " + names.upstream);
  if (fills_outputs(mode)) writes("Outputs", names.out);
  if (name == "jvp")
    writes("Outputs", names.tangent);
  else
    writes("Gradients", names.grad);
  if (name == "hvp") writes("Gradients", names.product);
  arguments.push_back("nn::Workspace& " + names.ws);
  const std::string result = fills_outputs(mode) ? "void" : type_text(primal.result);
  return call_text(before + result + " " + scope + name, arguments, "");
}

std::string call_text(const std::string& head, const std::vector<std::string>& arguments,
                      const std::string& tail) {
  constexpr std::size_t width = 110;
  std::string line = head + "(";
  for (std::size_t i = 0; i < arguments.size(); ++i) line += (i ? ", " : "") + arguments[i];
  line += ")" + tail;
  if (line.find_last_not_of('\n') < width) return line;
  const std::string indent(head.find_first_not_of(' ') + 4, ' ');
  std::string text = head + "(\n" + indent;
  std::size_t column = indent.size();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string part = arguments[i] + (i + 1 < arguments.size() ? "," : ")" + tail);
    const bool fits = column + 1 + part.size() <= width;
    if (i > 0) text += fits ? " " : "\n" + indent;
    column = (fits ? column + (i > 0) : indent.size()) + part.size();
    text += part;
  }
  return text;
}

std::string header(const Model& model) {
  std::string text = "// Derivatives of " + model.file + ", generated by nn-diff.\n";
  text += "#ifndef " + guard(model.base) + "\n#define " + guard(model.base) + "\n\n";
  const bool leafwise =
      std::any_of(model.derivatives.begin(), model.derivatives.end(),
                  [](const Derivative& d) { return is_asked(d, "jacobian") || is_asked(d, "hessian"); });
  text += "#include <nn/derivative.h>\n";
  if (leafwise) text += "#include <nn/jacobian.h>\n";
  text += "\n#include <cstddef>\n#include <cstdint>\n\n";
  text += "#include \"" + model.file + "\"\n";
  for (const Derivative& derivative : model.derivatives) text += specialisations(derivative);
  return text + "\n#endif\n";
}

}  // namespace nndiff::emit
