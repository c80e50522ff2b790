// What the arguments of a function have to satisfy at run time, and how generated code spells their types.
#include "emit/interface.h"

#include <algorithm>
#include <cmath>

#include "emit/names.h"
#include "ir/diagnostic.h"

namespace nndiff::emit {

namespace {

using ir::Dim;
using ir::Function;
using ir::Kind;
using ir::Map;
using ir::Op;
using ir::Value;

template <class T>
void add_once(std::vector<T>& list, const T& entry) {
  if (std::find(list.begin(), list.end(), entry) == list.end()) list.push_back(entry);
}

bool only_moves_elements(Kind kind) {
  return kind == Kind::reshape || kind == Kind::permute || kind == Kind::broadcast || kind == Kind::cast ||
         kind == Kind::stop_gradient;
}

/// Follows operations that only move elements back to the value that makes them.
Value origin(const Function& f, Value v) {
  while (only_moves_elements(f[v].kind) && ir::is_integer(f[f[v].operands[0]].type.elem))
    v = f[v].operands[0];
  return v;
}

/// Class indices as an argument or a constant plus a constant; nothing where they are something else.
std::optional<Labels> trace(const Function& f, Value v) {
  v = origin(f, v);
  const Op& op = f[v];
  if (!ir::is_integer(op.type.elem)) return std::nullopt;
  if (op.kind == Kind::input) return Labels{op.index, 0, Dim{1}};
  if (op.kind == Kind::constant) return Labels{-1, std::llround(op.number), Dim{1}};
  if (op.kind != Kind::map || (op.map != Map::add && op.map != Map::sub)) return std::nullopt;
  auto a = trace(f, op.operands[0]), b = trace(f, op.operands[1]);
  if (!a || !b) return std::nullopt;
  if (b->leaf >= 0 && op.map == Map::add) std::swap(a, b);
  if (b->leaf >= 0) return std::nullopt;
  a->shift += op.map == Map::add ? b->shift : -b->shift;
  return a;
}

/// The comparison of class indices with the places along an axis, which nn::one_hot is made of.
std::optional<Value> one_hot_index(const Function& f, const Op& op) {
  if (op.kind != Kind::map || op.map != Map::eq) return std::nullopt;
  for (int i = 0; i < 2; ++i)
    if (f[origin(f, op.operands[i])].kind == Kind::iota) return op.operands[1 - i];
  return std::nullopt;
}

void find_labels(const Function& f, const Op& op, Interface& result) {
  std::optional<Value> index = one_hot_index(f, op);
  Dim classes = index ? op.type.shape.back() : Dim{1};
  if (op.kind == Kind::pick) {
    index = op.operands[1];
    classes = f[op.operands[0]].type.shape.back();
  }
  if (!index) return;
  auto labels = trace(f, *index);
  if (!labels)
    throw ir::Refusal(
        {ir::Severity::error, op.loc,
         "class indices that are computed inside the function cannot be checked: make them a parameter "
         "of integers (plus or minus a constant)"});
  labels->classes = classes;
  if (labels->leaf < 0 && classes.is_static() && (labels->shift < 0 || labels->shift >= classes.value))
    throw ir::Refusal({ir::Severity::error, op.loc,
                       "class index " + std::to_string(labels->shift) + " is out of range for " +
                           classes.text() + " classes"});
  add_once(result.labels, *labels);
}

/// The text of the divisor that follows each '/': a number, a name or something in parentheses.
std::vector<Dim> divisors(const Dim& dim) {
  std::vector<Dim> result;
  const std::string_view text = dim.name();
  for (std::size_t at = text.find('/'); at != text.npos; at = text.find('/', at + 1)) {
    std::size_t end = at + 1;
    int depth = 0;
    do {
      if (text[end] == '(') ++depth;
      if (text[end] == ')') --depth;
      ++end;
    } while (end < text.size() &&
             (depth > 0 || std::string_view("+-*/)").find(text[end]) == std::string_view::npos));
    const Dim divisor = Dim::parse(text.substr(at + 1, end - at - 1));
    if (!divisor.is_static()) result.push_back(divisor);
  }
  return result;
}

void find_sizes_inside(const Op& op, const Dim& dim, const std::vector<std::string>& known,
                       Interface& result) {
  bool is_late = false;  // made of what the function computes, or unknown
  dim.for_each_name([&](std::string_view name) {
    is_late = is_late || result.bound.count(name) > 0 || dim == ir::unknown_extent();
    if (!is_late && std::find(known.begin(), known.end(), name) == known.end())
      throw ir::Refusal(
          {ir::Severity::error, op.loc,
           "no argument has the size '" + std::string(name) + "', so it is unknown at run time"});
  });
  if (dim.is_static() || dim.is_name() || is_late) return;
  if (dim.name().find('-') != std::string_view::npos) add_once(result.not_negative, dim);
  for (const Dim& divisor : divisors(dim)) add_once(result.not_zero, divisor);
}

void visit(const Function& f, const ir::Region& region, const std::vector<std::string>& known,
           Interface& result) {
  for (Value v : region.ops) {
    const Op& op = f[v];
    for (const Dim& dim : op.type.shape) find_sizes_inside(op, dim, known, result);
    if (op.kind == Kind::size) find_sizes_inside(op, op.dim, known, result);
    find_labels(f, op, result);
    for (const ir::Region& inner : op.regions) visit(f, inner, known, result);
  }
}

bool continues_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_global_already(std::string_view name) {
  static constexpr std::string_view words[] = {"nn",    "std",   "float", "double",   "int",
                                               "long",  "bool",  "char",  "unsigned", "signed",
                                               "short", "const", "true",  "false",    "void"};
  return std::find(std::begin(words), std::end(words), name) != std::end(words);
}

}  // namespace

Interface interface_of(const Function& primal) {
  Interface result;
  const auto leaves = ir::leaves(primal);
  for (int i = 0; i < static_cast<int>(leaves.size()); ++i) {
    if (leaves[i]->holder == ir::Holder::pointer) continue;
    const auto names = names_in(leaves[i]->type.shape);
    for (int k = 0; k < static_cast<int>(names.size()); ++k) result.sizes.push_back({names[k], i, k});
  }
  ir::for_each(primal, primal.body, [&](Value v) {
    if (primal[v].kind == Kind::dimension) result.bound.emplace(primal[v].dim.name());
  });
  visit(primal, primal.body, run_time_dims(primal), result);
  return result;
}

std::vector<std::string> names_in(const ir::Shape& shape) {
  std::vector<std::string> names;
  for (const Dim& dim : shape)
    dim.for_each_name([&](std::string_view name) { add_once(names, std::string(name)); });
  return names;
}

std::string type_text(const ir::Type& type) {
  if (type.shape.empty()) return ir::cpp_name(type.elem);
  std::string text = "nn::Tensor<" + ir::cpp_name(type.elem);
  for (const Dim& dim : type.shape) {
    if (dim.is_static())
      text += ", " + dim.text();
    else
      text += (dim.is_name() ? ", nn::Dim{\"" : ", nn::Dim::parse(\"") + dim.text() +
              (dim.is_name() ? "\"}" : "\")");
  }
  return text + ">";
}

std::string global_type(const std::string& type) {
  std::string text;
  for (std::size_t i = 0; i < type.size();) {
    std::size_t end = i;
    while (end < type.size() && continues_name(type[end])) ++end;
    if (type[i] == '"' || type[i] == '\'') end = type.find(type[i], i + 1) + 1;
    if (end <= i) end = i + 1;
    const std::string_view part(type.data() + i, end - i);
    const bool is_name = continues_name(part[0]) && !(part[0] >= '0' && part[0] <= '9');
    const bool is_qualified = text.size() >= 2 && text.ends_with("::");
    if (is_name && !is_qualified && !is_global_already(part)) text += "::";
    text += part;
    i = end;
  }
  return text;
}

}  // namespace nndiff::emit
