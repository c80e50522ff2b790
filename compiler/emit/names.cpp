// The names and the signature of the core function of a derivative.
#include "emit/names.h"

#include <algorithm>

namespace nndiff::emit {

namespace {

bool is_identifier_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

constexpr std::string_view reserved[] = {
    "alignas",     "alignof",  "and",        "and_eq",    "asm",       "auto",         "bitand",
    "bitor",       "bool",     "break",      "case",      "catch",     "char",         "char8_t",
    "char16_t",    "char32_t", "class",      "co_await",  "co_return", "co_yield",     "compl",
    "concept",     "const",    "const_cast", "consteval", "constexpr", "constinit",    "continue",
    "decltype",    "default",  "delete",     "do",        "double",    "dynamic_cast", "else",
    "enum",        "explicit", "export",     "extern",    "false",     "float",        "for",
    "friend",      "goto",     "if",         "inline",    "int",       "long",         "mutable",
    "namespace",   "new",      "noexcept",   "not",       "not_eq",    "nullptr",      "operator",
    "or",          "or_eq",    "private",    "protected", "public",    "register",     "reinterpret_cast",
    "requires",    "return",   "short",      "signed",    "sizeof",    "static",       "static_assert",
    "static_cast", "struct",   "switch",     "template",  "this",      "thread_local", "throw",
    "true",        "try",      "typedef",    "typeid",    "typename",  "union",        "unsigned",
    "using",       "virtual",  "void",       "volatile",  "wchar_t",   "while",        "xor",
    "xor_eq",      "width",    "lanes",      "Index",     "parts",     "grid",         "call",
    "cuda",        "Trans",    "nn",         "std",       "arena",     "arena_bytes",  "begin",
    "end",         "chunk",    "chunks",     "flush",     "lane",      "rt",           "linux",
    "unix",        "NULL",     "INFINITY",   "NAN",       "errno",     "assert",       "main"};

std::string pointer_to(ir::Elem elem, bool is_const) {
  return (is_const ? "const " : "") + ir::cpp_name(elem) + "* __restrict";
}

}  // namespace

Names::Names() {
  for (std::string_view word : reserved) taken_.emplace(word);
}

std::string Names::unique(const std::string& wanted) {
  int& next = next_.try_emplace(wanted, 1).first->second;
  while (true) {
    const std::string name = next == 1 ? wanted : wanted + "_" + std::to_string(next);
    ++next;
    if (!taken_.insert(name).second) continue;
    changes_.push_back({name, false});
    return name;
  }
}

void Names::release(const std::string& name) {
  if (!taken(name)) return;
  forget(name);
  changes_.push_back({name, true});
}

void Names::back_to(Mark mark) {
  for (; changes_.size() > mark; changes_.pop_back()) {
    const Change& change = changes_.back();
    if (change.released)
      taken_.insert(change.name);
    else
      forget(change.name);
  }
}

// It may be handed out again, for itself and as a numbered name.
void Names::forget(const std::string& name) {
  taken_.erase(name);
  next_[name] = 1;
  const std::size_t end = name.find_last_not_of("0123456789");
  if (end == std::string::npos || name[end] != '_' || end + 1 == name.size() || name.size() - end > 9) return;
  const auto it = next_.find(name.substr(0, end));
  if (it != next_.end()) it->second = std::min(it->second, std::max(2, std::stoi(name.substr(end + 1))));
}

std::string identifier(std::string_view leaf_path) {
  std::string result;
  for (char c : leaf_path) {
    if (is_identifier_char(c))
      result += c;
    else if (!result.empty() && result.back() != '_')
      result += '_';
  }
  while (result.size() > 1 && result.back() == '_') result.pop_back();
  if (result.empty() || (result[0] >= '0' && result[0] <= '9')) result = "p" + result;
  return result;
}

std::vector<std::string> run_time_dims(const ir::Function& f) {
  std::vector<std::string> names;
  for (const ir::Leaf* leaf : ir::leaves(f))
    for (const ir::Dim& dim : leaf->type.shape)
      dim.for_each_name([&](std::string_view name) {
        if (dim == ir::unknown_extent()) return;
        if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
      });
  return names;
}

std::string own_name(const ir::Function& f, std::string_view what) {
  const std::string& path = f.qualified.empty() ? f.name : f.qualified;
  std::string joined, lengths;
  std::size_t begin = 0;
  for (std::size_t end; (end = path.find("::", begin)) != std::string::npos; begin = end + 2) {
    joined += path.substr(begin, end - begin) + "_";
    lengths += "_" + std::to_string(end - begin);
  }
  return joined + path.substr(begin) + "_" + std::string(what) + lengths;
}

std::string core_name(const ir::Function& f) {
  return own_name(f, f.mode.empty() ? "value_and_grad" : f.mode);
}

std::string core_result(const ir::Function& f) {
  return f.result.shape.empty() ? ir::cpp_name(f.result.elem) : "void";
}

std::vector<CoreArgument> core_arguments(const ir::Function& f) {
  using Role = CoreArgument::Role;
  Names names;
  std::vector<CoreArgument> arguments;
  const auto add = [&](std::string type, const std::string& name, Role role, int leaf) {
    arguments.push_back({std::move(type), names.unique(name), role, leaf});
  };
  add("nn::Workspace&", "ws", Role::workspace, -1);
  for (const std::string& dim : run_time_dims(f)) add("const std::int64_t", dim, Role::dim, -1);
  const std::vector<const ir::Leaf*> leaves = ir::leaves(f);
  const auto add_value = [&](const ir::Type& type, bool is_const, const std::string& name, Role role,
                             int leaf) {
    const bool scalar = type.shape.empty();
    add(scalar && is_const ? "const " + ir::cpp_name(type.elem) : pointer_to(type.elem, is_const), name, role,
        leaf);
  };
  for (int i = 0; i < static_cast<int>(leaves.size()); ++i)
    add_value(leaves[i]->type, !leaves[i]->written, identifier(leaves[i]->path), Role::leaf, i);
  if (f.upstream) add_value(f.result, true, "upstream", Role::upstream, -1);
  if (!f.result.shape.empty()) add(pointer_to(f.result.elem, false), "value", Role::value, -1);
  for (const ir::Output& output : f.outputs) {
    if (output.role == ir::Output::Role::tangent)
      add(pointer_to(f.result.elem, false), "tangent", Role::tangent, -1);
    if (output.role != ir::Output::Role::gradient) continue;
    const ir::Leaf& leaf = *leaves[output.leaf];
    const std::string name =
        leaf.wanted ? "d_" + leaf.path
                    : "product" + leaf.path.substr(std::min(leaf.path.size(), leaf.path.find('.')));
    add(pointer_to(leaf.type.elem, false), identifier(name), Role::gradient, output.leaf);
  }
  return arguments;
}

std::string cuda_name(const ir::Function& f) {
  return core_name(f) + "_cuda";
}

std::string without_restrict(const std::string& type) {
  return type.substr(0, type.find(" __restrict"));
}

std::vector<CoreArgument> cuda_arguments(const ir::Function& f) {
  std::vector<CoreArgument> arguments = core_arguments(f);
  const std::vector<const ir::Leaf*> leaves = ir::leaves(f);
  for (CoreArgument& a : arguments) {
    const ir::Leaf* leaf =
        a.role == CoreArgument::Role::leaf ? leaves[static_cast<std::size_t>(a.leaf)] : nullptr;
    if (leaf && leaf->holder == ir::Holder::tensor) a.type = pointer_to(leaf->type.elem, !leaf->written);
    a.type = without_restrict(a.type);
  }
  return arguments;
}

std::string cuda_declaration(const ir::Function& f) {
  std::string text = core_result(f) + " " + cuda_name(f) + "(";
  bool first = true;
  for (const CoreArgument& a : cuda_arguments(f)) {
    text += (first ? "" : ", ") + a.type;
    first = false;
  }
  return text + ")";
}

}  // namespace nndiff::emit
