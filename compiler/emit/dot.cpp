// The computation graph of a function as Graphviz text: parameters with their shapes, operations, edges.
#include "emit/dot.h"

#include <cstdio>
#include <map>

#include "emit/names.h"

namespace nndiff::emit {

namespace {

using ir::Function;
using ir::Kind;
using ir::Op;
using ir::Value;

/// A label; `newline` is Graphviz's escape for the end of a line: n centres it, l sets it to the left.
std::string quoted(const std::string& text, char newline = 'n') {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c == '\n' ? std::string("\\") + newline : std::string(1, c);
  }
  return result + "\"";
}

std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", number);
  return text;
}

/// Constants and sizes are shown inside the operation that uses them.
bool is_constant(const Op& op) {
  return op.kind == Kind::constant || op.kind == Kind::size;
}

/// The same elements with axes of size 1 added or taken away.
bool only_changes_unit_axes(const Function& f, const Op& op) {
  ir::Shape from, to;
  for (const ir::Dim& dim : f[op.operands[0]].type.shape)
    if (dim != ir::Dim{1}) from.push_back(dim);
  for (const ir::Dim& dim : op.type.shape)
    if (dim != ir::Dim{1}) to.push_back(dim);
  return from == to;
}

/// The value that a reader sees as the operand: what is repeated or only gets axes of size 1 is passed over.
Value shown(const Function& f, Value v) {
  while (f[v].kind == Kind::broadcast || (f[v].kind == Kind::reshape && only_changes_unit_axes(f, f[v])))
    v = f[v].operands[0];
  return v;
}

std::string operator_text(const Function& f, const Op& op) {
  switch (op.kind) {
    case Kind::foreign:
      return f.foreigns[static_cast<std::size_t>(op.index)].name;
    case Kind::map:
      return std::string(name_of(op.map));
    case Kind::reduce:
      return std::string(name_of(op.reducer));
    case Kind::permute:
      return "transpose";
    default:
      return std::string(name_of(op.kind));
  }
}

std::string axes_text(const Op& op) {
  if (op.kind != Kind::reduce && op.kind != Kind::permute) return "";
  std::string text;
  for (int axis : op.axes) text += (text.empty() ? "" : ",") + std::to_string(axis);
  return "<" + text + ">";
}

/// The operator with the constants among its operands: "div(·, N)".
std::string title(const Function& f, const Op& op) {
  std::string arguments;
  bool has_constant = false;
  for (Value operand : op.operands) {
    const Op& from = f[shown(f, operand)];
    if (!arguments.empty()) arguments += ", ";
    if (is_constant(from)) {
      arguments += from.kind == Kind::size ? from.dim.text() : number_text(from.number);
      has_constant = true;
    } else {
      arguments += "\u00b7";
    }
  }
  return operator_text(f, op) + axes_text(op) + (has_constant ? "(" + arguments + ")" : "");
}

/// What the result needs, in order of computation.
std::vector<bool> needed(const Function& f) {
  std::vector<bool> need(f.ops.size());
  for (Value v : f.body.yields) need[shown(f, v).id] = true;
  for (auto v = f.body.ops.rbegin(); v != f.body.ops.rend(); ++v)
    if (need[v->id])
      for (Value operand : f[*v].operands) need[shown(f, operand).id] = true;
  return need;
}

struct Graph {
  const Function& f;
  std::vector<bool> need;
  Names names;
  std::map<Value, std::string> ids = {};
};

std::string argument_node(Graph& g, const ir::Leaf& leaf) {
  const std::string& id = g.ids[leaf.value] = g.names.unique(identifier(leaf.path));
  return "  " + id + " [label=" + quoted(leaf.path + "\n" + to_string(leaf.type)) +
         ", shape=box, style=\"filled,rounded\"" +
         ", fillcolor=" + (leaf.wanted ? "\"#cfe2f8\"" : "\"#eeeeee\"") + "];\n";
}

std::string operation_node(Graph& g, Value v, bool is_result) {
  const Op& op = g.f[v];
  const std::string& id = g.ids[v] =
      g.names.unique(identifier(op.name.empty() ? operator_text(g.f, op) : op.name));
  std::string label = title(g.f, op);
  if (!op.name.empty()) label = op.name + " = " + label;
  label += "\n" + to_string(op.type);
  return id + " [label=" + quoted(label) + (is_result ? ", peripheries=2" : "") + "];\n";
}

std::string place_text(const ir::Loc& loc) {
  return loc.line > 0 ? loc.file.substr(loc.file.find_last_of('/') + 1) + ":" + std::to_string(loc.line) : "";
}

/// The operations that come from one statement (-1: from none), in a frame.
std::string statement_nodes(Graph& g, int statement) {
  std::string nodes;
  const bool framed = statement >= 0 && statement < static_cast<int>(g.f.statements.size());
  for (Value v : g.f.body.ops) {
    const Op& op = g.f[v];
    if (!g.need[v.id] || op.statement != statement || op.kind == Kind::input || is_constant(op)) continue;
    bool is_result = false;
    for (Value yield : g.f.body.yields) is_result = is_result || shown(g.f, yield) == v;
    nodes += (framed ? "    " : "  ") + operation_node(g, v, is_result);
  }
  if (nodes.empty() || !framed) return nodes;
  const ir::Statement& from = g.f.statements[statement];
  const std::string label = from.text + "\n" + place_text(from.loc) + "\n";
  return "  subgraph cluster_" + std::to_string(statement) + " {\n    label=" + quoted(label, 'l') + ";\n" +
         nodes + "  }\n";
}

std::string edges(const Graph& g) {
  std::string text;
  for (Value v : g.f.body.ops) {
    const auto to = g.ids.find(v);
    if (to == g.ids.end() || g.f[v].kind == Kind::input) continue;
    for (Value operand : g.f[v].operands) {
      const auto from = g.ids.find(shown(g.f, operand));
      if (from != g.ids.end()) text += "  " + from->second + " -> " + to->second + ";\n";
    }
  }
  return text;
}

}  // namespace

std::string dot(const Function& primal) {
  Graph g{primal, needed(primal), {}};
  for (const char* word : {"node", "edge", "graph", "digraph", "subgraph", "strict"}) g.names.unique(word);
  std::string text = "digraph " + quoted(primal.qualified) + " {\n";
  text += "  label=" + quoted(primal.signature.empty() ? primal.qualified : primal.signature) + ";\n";
  text +=
      "  labelloc=t;\n  graph [fontname=\"Helvetica\", fontsize=11, style=rounded, color=\"#b0b0b0\", "
      "labeljust=l];\n";
  text +=
      "  node [fontname=\"Helvetica\", fontsize=10, shape=ellipse];\n  edge [arrowsize=0.7, "
      "color=\"#555555\"];\n\n";
  for (const ir::Leaf* leaf : leaves(primal))
    if (g.need[leaf->value.id]) text += argument_node(g, *leaf);
  text += "\n";
  for (int i = -1; i < static_cast<int>(primal.statements.size()); ++i) text += statement_nodes(g, i);
  return text + "\n" + edges(g) + "}\n";
}

}  // namespace nndiff::emit
