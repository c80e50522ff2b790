// Nodes of a kernel as C++ expressions.
#include "emit/expression.h"

#include <algorithm>

#include "ir/diagnostic.h"
#include "plan/lower.h"

namespace nndiff::emit {

using plan::Kernel;
using plan::Node;
using plan::Sink;
using plan::Term;

namespace {

// An expression longer than this is cut by a variable.
constexpr std::size_t long_text = 70;

bool contains(const std::vector<int>& set, int x) {
  return std::find(set.begin(), set.end(), x) != set.end();
}

std::vector<Level> levels_of(const Kernel& k) {
  std::vector<Level> levels(k.nodes.size(), Level::kernel);
  for (std::size_t i = 0; i < k.nodes.size(); ++i) {
    const Node& n = k.nodes[i];
    if (n.kind == Node::Kind::reduced) levels[i] = Level::row;
    for (int a : n.axes) levels[i] = std::max(levels[i], contains(k.rows, a) ? Level::row : Level::loop);
    for (int o : n.operands) levels[i] = std::max(levels[i], levels[static_cast<std::size_t>(o)]);
    for (const Term& t : n.access.index)
      if (t.node >= 0) levels[i] = std::max(levels[i], levels[static_cast<std::size_t>(t.node)]);
    if (k.rows.empty() && levels[i] == Level::kernel && n.kind == Node::Kind::load) levels[i] = Level::row;
  }
  return levels;
}

bool has_choice(ir::Map map) {
  const std::vector<Text> operands(static_cast<std::size_t>(ir::arity(map)), Text{"x"});
  return op::text(map, operands).source.find('?') != std::string::npos;
}

bool is_plain(const Node& n) {
  return n.kind == Node::Kind::scalar || n.kind == Node::Kind::constant || n.kind == Node::Kind::index ||
         n.kind == Node::Kind::reduced;
}

}  // namespace

Expressions::Expressions(Writer& writer, const Kernel& kernel)
    : writer_(writer), k_(kernel), levels_(levels_of(kernel)) {}

int Expressions::uses(int node, const std::vector<int>& sinks) const {
  int count = 0;
  std::vector<bool> seen(k_.nodes.size());
  for (int s : sinks) {
    count += k_.sinks[s].node == node;
    for (int n : plan::needed(k_, k_.sinks[s].node, given_)) {
      if (seen[n]) continue;
      seen[n] = true;
      const Node& user = k_.nodes[n];
      for (int i = 0; i < static_cast<int>(user.operands.size()); ++i)
        if (user.operands[i] == node)
          count += user.kind == Node::Kind::map ? op::occurrences(user.map, i) : 1;
      for (const Term& t : user.access.index) count += t.node == node;
    }
  }
  return count;
}

bool Expressions::is_overwritten(int node, const std::vector<int>& sinks) const {
  const int buffer = k_.nodes[node].access.buffer;
  return buffer >= 0 &&
         std::any_of(sinks.begin(), sinks.end(), [&](int s) { return k_.sinks[s].to.buffer == buffer; });
}

// A load that is only evaluated where a condition holds keeps compilers from vectorising the loop.
bool Expressions::is_chosen_load(int node, const std::vector<int>& sinks) const {
  if (k_.nodes[node].kind != Node::Kind::load) return false;
  for (int s : sinks)
    for (int n : plan::needed(k_, k_.sinks[s].node, given_)) {
      const Node& user = k_.nodes[n];
      if (user.kind == Node::Kind::map && contains(user.operands, node) && has_choice(user.map)) return true;
    }
  return false;
}

bool Expressions::is_used_deeper(int node, const std::vector<int>& sinks) const {
  const Level own = levels_[node];
  for (int s : sinks) {
    if (k_.sinks[s].kind == Sink::Kind::scalar) continue;
    const bool in_loop = std::any_of(k_.sinks[s].axes.begin(), k_.sinks[s].axes.end(),
                                     [&](int a) { return !contains(k_.rows, a); });
    if (k_.sinks[s].node == node && own < (in_loop ? Level::loop : Level::row)) return true;
    for (int n : plan::needed(k_, k_.sinks[s].node, given_)) {
      const Node& user = k_.nodes[n];
      const bool in_index = std::any_of(user.access.index.begin(), user.access.index.end(),
                                        [&](const Term& t) { return t.node == node; });
      if (levels_[n] > own && (in_index || contains(user.operands, node))) return true;
    }
  }
  return false;
}

bool Expressions::deserves_variable(int node, const std::vector<int>& sinks) const {
  const Node& n = k_.nodes[node];
  if (n.kind == Node::Kind::size) return uses(node, sinks) > 1 && n.elem != ir::Elem::i64;
  if (uses(node, sinks) > 1 || is_chosen_load(node, sinks)) return true;
  if (levels_[node] == Level::loop) return sinks.size() > 1 && is_overwritten(node, sinks);
  return is_overwritten(node, sinks) || is_used_deeper(node, sinks);
}

void Expressions::declare(Level level, const std::vector<int>& sinks, int phase) {
  std::vector<bool> seen(k_.nodes.size());
  for (int s : sinks)
    for (int n : plan::needed(k_, k_.sinks[s].node, given_)) {
      const bool known = seen[n] || texts_.count(n) || loop_texts_.count(n);
      seen[n] = true;
      const Node& node = k_.nodes[n];
      if (known || levels_[n] != level || node.phase > phase || is_plain(node)) continue;
      const Text value = compute(n);
      if (const auto kept = kept_.find(n); level == Level::loop && kept != kept_.end()) {
        writer_.lines.line(kept->second + " = " + value.source + ";");
        loop_texts_[n] = {kept->second, node.elem};
        continue;
      }
      if (!deserves_variable(n, sinks) && value.source.size() <= long_text) continue;
      const std::string variable = names().unique(name_for(node));
      writer_.lines.line("const " + ir::cpp_name(node.elem) + " " + variable + " = " + value.source + ";");
      (level == Level::loop ? loop_texts_ : texts_)[n] = {variable, node.elem};
    }
}

// What is loaded is called after its buffer, what is computed after the user's variable or its function.
std::string Expressions::name_for(const Node& node) const {
  if (node.kind == Node::Kind::load) return writer_.buffers[node.access.buffer] + "_at";
  const std::string own = node.value ? writer_.plan.f[node.value].name : "";
  if (!own.empty()) return identifier(own);
  const bool is_function = node.kind == Node::Kind::map && ir::arity(node.map) == 1;
  return is_function ? std::string(ir::name_of(node.map)) : "t";
}

Text Expressions::text(int node) {
  if (const auto it = texts_.find(node); it != texts_.end()) return it->second;
  if (const auto it = loop_texts_.find(node); it != loop_texts_.end()) return it->second;
  return compute(node);
}

Text Expressions::index_text(const std::vector<Term>& index) {
  Text result{"0", ir::Elem::i64};
  for (const Term& t : index) {
    const Text at = t.axis >= 0 ? Text{index_.at(t.axis), ir::Elem::i64} : text(t.node);
    result = sum(result, product(at, writer_.text(t.stride)));
  }
  return result;
}

std::string Expressions::address(const plan::Access& access) {
  return sum({writer_.buffers[access.buffer], ir::Elem::i64}, index_text(access.index)).source;
}

std::string Expressions::access(const plan::Access& access) {
  for (const auto& [element, text] : elements_)
    if (element == access) return text;
  return writer_.buffers[access.buffer] + "[" + index_text(access.index).source + "]";
}

Text Expressions::compute(int node) {
  const Node& n = k_.nodes[node];
  switch (n.kind) {
    case Node::Kind::load:
      return {access(n.access), n.elem};
    case Node::Kind::scalar:
      return {writer_.scalars.at(n.value), n.elem};
    case Node::Kind::constant:
      return op::literal(n.number, n.elem);
    case Node::Kind::size: {
      Text size = writer_.text(n.dim);
      return op::cast(size, n.elem);
    }
    case Node::Kind::index: {
      const Text index{index_.at(n.axis), ir::Elem::i64};
      return op::cast(index, n.elem);
    }
    case Node::Kind::map: {
      std::vector<Text> operands;
      for (int o : n.operands) operands.push_back(text(o));
      return op::text(n.map, operands);
    }
    case Node::Kind::cast:
      return op::cast(text(n.operands[0]), n.elem);
    case Node::Kind::reduced:
      return {result_.at(n.sink), n.elem};
    case Node::Kind::checked:
      return {(n.trusted ? "cuda::label_index" : checked_index) + "(" + text(n.operands[0]).source + ", " +
                  writer_.text(n.dim).source + ")",
              ir::Elem::i64};
  }
  ir::bug("unknown node");
}

}  // namespace nndiff::emit
