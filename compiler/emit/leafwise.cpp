// Jacobians and Hessians: types with a tensor for each differentiated leaf, or for each pair, and how to
// reach them.
#include "emit/leafwise.h"

#include <algorithm>
#include <functional>

#include "emit/interface.h"
#include "ir/diagnostic.h"

namespace nndiff::emit {

namespace {

/// The members of a parameter, from the paths of its leaves.
struct Node {
  std::string name;
  std::vector<std::int64_t> extents;  // of an array of such members
  std::vector<Node> members;
  const ir::Leaf* leaf = nullptr;
};

/// One step of a path: ".layers[1]" gives a name and indices.
struct PathStep {
  std::string name;
  std::vector<std::int64_t> indices;
};

std::vector<PathStep> steps_of(const std::string& path) {
  std::vector<PathStep> steps(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] == '.') {
      steps.emplace_back();
    } else if (path[i] == '[') {
      steps.back().indices.push_back(std::stoll(path.substr(i + 1)));
      i = path.find(']', i);
    } else {
      steps.back().name += path[i];
    }
  }
  return steps;
}

void insert(std::vector<Node>& members, const ir::Leaf& leaf) {
  std::vector<Node>* level = &members;
  Node* at = nullptr;
  for (const PathStep& step : steps_of(leaf.path)) {
    auto found =
        std::find_if(level->begin(), level->end(), [&](const Node& n) { return n.name == step.name; });
    if (found == level->end()) found = level->insert(found, {step.name, {}, {}, nullptr});
    at = &*found;
    at->extents.resize(step.indices.size());
    for (std::size_t i = 0; i < step.indices.size(); ++i)
      at->extents[i] = std::max(at->extents[i], step.indices[i] + 1);
    level = &at->members;
  }
  at->leaf = &leaf;
}

std::vector<Node> tree_of(const ir::Function& primal) {
  std::vector<Node> members;
  for (const ir::Leaf* leaf : ir::leaves(primal))
    if (leaf->wanted) insert(members, *leaf);
  return members;
}

/// What a leaf of the tree is declared as: a type, and what initialises it.
using LeafText =
    std::function<std::string(const ir::Leaf&, const std::string& indent, const std::string& name)>;

std::string members_text(const std::vector<Node>& members, const std::string& indent, const LeafText& leaf) {
  std::string text;
  for (const Node& node : members) {
    std::string name = node.name;
    for (std::int64_t extent : node.extents) name += "[" + std::to_string(extent) + "]";
    if (node.leaf)
      text += leaf(*node.leaf, indent, name);
    else
      text += indent + "struct {\n" + members_text(node.members, indent + "  ", leaf) + indent + "} " + name +
              ";\n";
  }
  return text;
}

/// A tensor with the axes of `first` before those of the leaf.
std::string tensor_text(const ir::Shape& first, const ir::Leaf& leaf, const std::string& indent,
                        const std::string& name) {
  ir::Type type = leaf.type;
  type.shape.insert(type.shape.begin(), first.begin(), first.end());
  const bool is_number = type.shape.empty();
  return indent + type_text(type) + " " + name +
         (!is_number            ? ""
          : name.ends_with("]") ? " = {}"
                                : " = 0") +
         ";\n";
}

std::string specialisation(const std::string& name, const ir::Function& primal, const std::string& members) {
  return "\ntemplate <>\nstruct nn::" + name + "<" + address_of(primal) + "> {\n" + members + "};\n";
}

std::string jacobian_members(const ir::Function& primal) {
  return members_text(tree_of(primal), "  ",
                      [&](const ir::Leaf& leaf, const std::string& indent, const std::string& name) {
                        return tensor_text(primal.result.shape, leaf, indent, name);
                      });
}

std::string hessian_members(const ir::Function& primal) {
  const std::vector<Node> tree = tree_of(primal);
  return members_text(
      tree, "  ", [&](const ir::Leaf& row, const std::string& indent, const std::string& name) {
        const auto entry = [&](const ir::Leaf& leaf, const std::string& deeper, const std::string& own) {
          return tensor_text(row.type.shape, leaf, deeper, own);
        };
        return indent + "struct {\n" + members_text(tree, indent + "  ", entry) + indent + "} " + name +
               ";\n";
      });
}

/// An argument's leaf with the names of its sizes.
std::string argument_text(const ir::Leaf& leaf, const std::string& expression) {
  if (leaf.holder != ir::Holder::vector) return expression;
  return "nn::detail::named<" + type_text(leaf.type) + ">(" + expression + ")";
}

}  // namespace

bool is_asked(const Derivative& derivative, std::string_view mode) {
  return std::find(derivative.asked.begin(), derivative.asked.end(), mode) != derivative.asked.end();
}

std::string leafwise_types(const Derivative& derivative) {
  const ir::Function& primal = derivative.primal;
  std::string text;
  if (is_asked(derivative, "jacobian")) text += specialisation("Jacobian", primal, jacobian_members(primal));
  if (is_asked(derivative, "hessian")) text += specialisation("Hessian", primal, hessian_members(primal));
  return text;
}

std::string leafwise_visit(const Derivative& derivative) {
  if (!is_asked(derivative, "jacobian") && !is_asked(derivative, "hessian")) return "";
  const ir::Function& primal = derivative.primal;
  const ArgumentNames names = argument_names(primal);
  std::vector<std::string> arguments = {"Visit&& visit"};
  std::string body;
  for (std::size_t i = 0; i < primal.params.size(); ++i) {
    const ir::Param& param = primal.params[i];
    arguments.push_back((param.differentiated ? "const auto& " + names.params[i] : "const auto&"));
    for (const ir::Leaf& leaf : param.leaves)
      if (leaf.wanted)
        body += call_text("    visit",
                          {argument_text(leaf, names.params[i] + leaf.path.substr(param.name.size())),
                           names.grad + "." + leaf.path, names.out + "." + leaf.path},
                          ";\n");
  }
  arguments.push_back("auto& " + names.grad);
  arguments.push_back("auto& " + names.out);
  return "\n  // The differentiated leaves of arguments, of gradients, and of a Jacobian or a row of a "
         "Hessian.\n"
         "  template <class Visit>\n" +
         call_text("  static void each_leaf", arguments, " {\n") + body + "  }\n";
}

void check_leafwise(const Derivative& derivative) {
  for (const char* mode : {"jacobian", "hessian"}) {
    if (!is_asked(derivative, mode)) continue;
    const auto refuse = [&](const std::string& what) {
      throw ir::Refusal(
          {ir::Severity::error, derivative.primal.loc,
           "there is no " + std::string(mode) + " of '" + derivative.primal.name + "': " + what});
    };
    for (const ir::Leaf* leaf : ir::leaves(derivative.primal)) {
      if (leaf->written) refuse("it changes '" + leaf->path + "', so it cannot be called for each row");
      const bool lends = leaf->holder == ir::Holder::pointer || leaf->holder == ir::Holder::span;
      if (leaf->wanted && leaf->holder == ir::Holder::member)
        refuse("'" + leaf->path.substr(0, leaf->path.find("[]")) +
               "' holds structs or arrays; take an nn::Tensor, an array or a std::vector of numbers");
      if (leaf->wanted && lends)
        refuse("'" + leaf->path + "' is " + (leaf->holder == ir::Holder::span ? "a span" : "a pointer") +
               "; take an nn::Tensor, an array or a std::vector");
    }
  }
}

}  // namespace nndiff::emit
