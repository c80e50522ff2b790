// What the definitions of one user's function in BASE.nn.cpp share: how its arguments are reached and named.
#include "emit/boundary_ground.h"

#include <algorithm>

#include "emit/names.h"

namespace nndiff::emit {

bool has_own_size(const LeafText& leaf) {
  const ir::Holder holder = leaf.leaf->holder;
  return holder == ir::Holder::vector || holder == ir::Holder::span ||
         (holder == ir::Holder::member && !leaf.leaf->type.shape[0].is_static());
}

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";
}

std::string size_text(const Context& c, const ir::Dim& dim, const std::string& scope) {
  const std::string text = dim.text();
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = nn::detail::name_length(std::string_view(text).substr(i));
    const std::string part = text.substr(i, length > 0 ? length : 1);
    result += length > 0 ? scope + c.local.at(part) : part;
    i += part.size();
  }
  return result;
}

std::string shape_text(const Context& c) {
  const auto names = names_in(c.primal.result.shape);
  if (names.empty()) return type_text(c.primal.result) + "::extents_type()";
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + c.sizes + "." + c.local.at(name);
  return "nn::rt::extents<" + type_text(c.primal.result) + ">({" + list + "})";
}

namespace {

/// What is gathered for the last leaf.
void name_arrays(Context& c, Names& names, const std::string& members) {
  LeafText& leaf = c.leaves.back();
  leaf.members = members;
  leaf.array = names.unique(identifier(leaf.leaf->path));
  leaf.d_array = names.unique("d_" + identifier(leaf.leaf->path));
  leaf.repeats = std::any_of(c.leaves.begin(), c.leaves.end() - 1,
                             [&](const LeafText& other) { return other.expression == leaf.expression; });
  while (c.items.size() < leaf.leaf->type.shape.size()) c.items.push_back(names.unique("item"));
}

}  // namespace

Context context_of(ir::Function function, bool along) {
  Context c;
  c.primal = std::move(function);
  c.along = along;
  const ir::Function& primal = c.primal;
  c.interface = interface_of(primal);
  c.names = argument_names(primal);
  c.dims = run_time_dims(primal);
  Names names;
  for (const std::string& name : c.names.params) names.unique(name);
  for (const std::string& name :
       {c.names.upstream, c.names.out, c.names.tangent, c.names.grad, c.names.product, c.names.ws})
    names.unique(name);
  c.check = names.unique("check");
  c.sizes = names.unique("sizes");
  c.shape = names.unique("shape");
  c.memory = names.unique("memory");
  c.value = names.unique("value");
  c.to = names.unique("to");
  c.from = names.unique("from");
  for (const std::string& dim : c.dims) c.local[dim] = names.unique(dim);
  for (std::size_t i = 0; i < primal.params.size(); ++i) {
    const ir::Param& param = primal.params[i];
    for (const ir::Leaf& leaf : param.leaves) {
      const std::size_t in = std::min(leaf.path.find("[]"), leaf.path.size());
      const std::string inside =
          leaf.path.substr(std::min(param.name.size(), in), in - std::min(param.name.size(), in));
      const bool is_direction = along && i + 1 == primal.params.size();
      const std::string member = (is_direction ? "" : "." + param.name) + inside;
      c.leaves.push_back(
          {&leaf, c.names.params[i] + inside, (is_direction ? c.names.product : c.names.grad) + member,
           (is_direction ? "product" : "grad") + member, i, leaf.holder == ir::Holder::tensor, is_direction});
      if (leaf.holder == ir::Holder::member) name_arrays(c, names, leaf.path.substr(in));
    }
  }
  return c;
}

}  // namespace nndiff::emit
