// What the core functions of all targets share.
#include "emit/core_text.h"

#include <algorithm>

#include "ir/diagnostic.h"

namespace nndiff::emit {

using plan::Buffer;
using plan::Step;

std::string CoreText::argument_of(CoreArgument::Role role, int leaf) const {
  for (const CoreArgument& a : w.arguments)
    if (a.role == role && (leaf < 0 || a.leaf == leaf)) return a.name;
  ir::bug("a buffer without an argument");
}

std::string CoreText::argument_of(const ir::Output& output) const {
  using Role = CoreArgument::Role;
  switch (output.role) {
    case ir::Output::Role::gradient:
      return argument_of(Role::gradient, output.leaf);
    case ir::Output::Role::tangent:
      return argument_of(Role::tangent, -1);
    case ir::Output::Role::argument:
      return argument_of(Role::leaf, output.leaf);
    case ir::Output::Role::primal:
      return argument_of(Role::value, -1);
  }
  ir::bug("an output of no kind");
}

void CoreText::name_buffers() {
  using Role = CoreArgument::Role;
  for (const Buffer& b : plan.buffers) {
    std::string name;
    switch (b.place) {
      case Buffer::Place::input:
        name = argument_of(Role::leaf, b.leaf);
        if (b.moves) name = w.names.unique(name + "_now");
        break;
      case Buffer::Place::upstream:
        name = argument_of(Role::upstream, -1);
        break;
      case Buffer::Place::value:
        name = argument_of(Role::value, -1);
        break;
      case Buffer::Place::tangent:
        name = argument_of(Role::tangent, -1);
        break;
      case Buffer::Place::gradient:
        name = argument_of(Role::gradient, b.leaf);
        break;
      case Buffer::Place::arena:
      case Buffer::Place::part:
      case Buffer::Place::room:
      case Buffer::Place::parameter:
      case Buffer::Place::local:
        if (b.first >= 0) name = unique_name(plan::name_hint(plan, b, b.first));
        break;
    }
    w.buffers.push_back(name);
  }
}

// What moves has a pointer of its own, and what grows an object that knows its memory.
void CoreText::declare_moving() {
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& b = plan.buffers[i];
    if (b.place == Buffer::Place::room && b.grows && b.first >= 0)
      w.lines.line("rt::Growing<" + ir::cpp_name(b.elem) + "> " + w.buffers[i] + "(ws, " +
                       std::to_string(b.slot) + ");",
                   b.kept ? "kept for backward" : "");
    if (!b.moves || b.place != Buffer::Place::input) continue;
    w.lines.line(ir::cpp_name(b.elem) + "* " + w.buffers[i] + " = " +
                 argument_of(CoreArgument::Role::leaf, b.leaf) + ";");
  }
}

void CoreText::read_written_scalars(bool host) {
  for (const ir::Leaf* leaf : ir::leaves(plan.f)) {
    if (!leaf->written || leaf->type.rank() > 0 || (!host && leaf->holder == ir::Holder::tensor)) continue;
    std::string& name = w.scalars[leaf->value];
    const std::string before = w.names.unique(name + "_before");
    w.lines.line("const " + ir::cpp_name(leaf->type.elem) + " " + before + " = *" + name + ";");
    name = before;
  }
}

void CoreText::copy_back() {
  for (const plan::Move& copy : plan.copies) {
    const Buffer& b = plan.buffers[static_cast<std::size_t>(copy.to)];
    const bool argument = b.place == Buffer::Place::input;
    const std::string to = argument ? argument_of(CoreArgument::Role::leaf, b.leaf)
                                    : w.buffers[static_cast<std::size_t>(copy.to)];
    const std::string& from = w.buffers[static_cast<std::size_t>(copy.from)];
    const std::string i = w.names.unique("i");
    w.names.release(i);
    if (b.grows) {  // as far as it has been touched
      w.lines.open("if (" + to + ") {");
      w.lines.open("for (std::int64_t " + i + " = 0; " + i + " < " + from + ".size(); ++" + i + ") {");
      w.lines.line(to + "[" + i + "] += " + from + "[" + i + "];");
      w.lines.close();
      w.lines.close();
      continue;
    }
    w.lines.line("std::copy_n(" + from + ", " + w.text(plan::count(b.shape)).source + ", " + to + ");");
  }
}

std::string CoreText::unique_name(const std::string& hint) {
  return w.names.unique(hint.empty() ? "t" : identifier(hint));
}

void CoreText::rename_overwritten(int step) {
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& b = plan.buffers[i];
    if (b.place != Buffer::Place::arena || b.values.size() < 2 || b.since.back() < step || b.last <= step)
      continue;
    const std::string before = plan::name_hint(plan, b, step), after = plan::name_hint(plan, b, step + 1);
    if (before == after) continue;
    const std::string name = unique_name(after);
    w.lines.line(ir::cpp_name(b.elem) + "* const " + name + " = " + w.buffers[i] + ";", "in place");
    w.buffers[i] = name;
  }
}

namespace {

bool is_aligned(const Size& bytes) {
  return bytes.factor % 64 == 0;
}

Text slot_bytes(const Writer& w, std::size_t slot) {
  const Size& bytes = w.plan.slots[slot];
  if (is_aligned(bytes)) return w.text(bytes);
  return {operand(sum(w.text(bytes), {"63", ir::Elem::i64}), Binding::primary) + " / 64 * 64", ir::Elem::i64,
          Binding::product};
}

std::string buffer_comment(const Writer& w, const Buffer& b) {
  std::string comment = b.shape.empty() ? "" : w.shape(b.shape);
  if (b.kept) comment += comment.empty() ? "kept for backward" : " kept for backward";
  return comment;
}

bool is_scalar(const Step& step) {
  return step.kind == Step::Kind::kernel && step.kernel.axes.empty();
}

}  // namespace

void CoreText::declare_on_stack() {
  declare_moving();
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& b = plan.buffers[i];
    if (b.place != Buffer::Place::arena || b.first < 0) continue;
    const std::int64_t cells = std::max<std::int64_t>(1, b.bytes.factor / ir::bytes_of(b.elem));
    const std::string elem = ir::cpp_name(b.elem);
    const std::string memory = b.moves ? w.names.unique(w.buffers[i] + "_memory") : w.buffers[i];
    // A compiler that does not see that counts are read just where they were written warns of them.
    const bool is_count = plan.has_code && b.kept && ir::is_integer(b.elem);
    w.lines.line("alignas(64) " + elem + " " + memory + "[" + std::to_string(cells) + "]" +
                     (is_count ? " = {};" : ";"),
                 buffer_comment(w, b));
    if (b.moves) w.lines.line(elem + "* " + w.buffers[i] + " = " + memory + ";");
  }
}

void CoreText::declare_buffers(const std::string& reserve) {
  declare_moving();
  const auto in_arena = [](const Buffer& b) { return b.place == Buffer::Place::arena && b.first >= 0; };
  if (std::none_of(plan.buffers.begin(), plan.buffers.end(), in_arena)) return;
  std::vector<std::string> slots;
  Text end{std::to_string(plan.static_bytes), ir::Elem::i64};
  for (std::size_t s = 0; s < plan.slots.size(); ++s) {
    slots.push_back(w.names.unique("offset"));
    w.lines.line("const std::int64_t " + slots.back() + " = " + end.source + ";");
    end = sum({slots.back(), ir::Elem::i64}, slot_bytes(w, s));
  }
  w.lines.line("std::byte* const arena = " + reserve + "(static_cast<std::size_t>(" + end.source + "));");
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    const Buffer& b = plan.buffers[i];
    if (!in_arena(b)) continue;
    const Text offset{b.slot >= 0 ? slots[static_cast<std::size_t>(b.slot)] : std::to_string(b.offset),
                      ir::Elem::i64};
    const std::string type = (b.bits ? "std::uint32_t" : ir::cpp_name(b.elem)) + "*";
    w.lines.line(type + (b.moves ? " " : " const ") + w.buffers[i] + " = reinterpret_cast<" + type + ">(" +
                     sum({"arena", ir::Elem::i64}, offset).source + ");",
                 buffer_comment(w, b));
  }
}

// The backward section begins with its first step of more than a few scalars, behind all such forward
// steps.
std::size_t CoreText::find_first_backward() const {
  std::size_t first = plan.steps.size(), behind = 0;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    if (is_scalar(plan.steps[i]) || plan.steps[i].kind == Step::Kind::routine) continue;
    if (plan.steps[i].sweep == ir::Sweep::forward)
      behind = i + 1;
    else
      first = std::min(first, i);
  }
  return std::max(first, behind);
}

void CoreText::begin_sweep(bool backward) {
  w.lines.blank();
  w.lines.line(backward ? "// Backward." : "// Forward.");
  commented_.clear();
  last_ = -1;
}

void CoreText::comment(int number) {
  if (!first_backward_) first_backward_ = find_first_backward();
  const std::size_t first = *first_backward_;
  const bool backward = static_cast<std::size_t>(number) >= first;
  const bool begins =
      number == 0 || plan.steps[static_cast<std::size_t>(number) - 1].kind == Step::Kind::routine;
  if (begins || static_cast<std::size_t>(number) == first) begin_sweep(backward);
  comment(plan.steps[static_cast<std::size_t>(number)].statements, backward);
}

void CoreText::comment(const std::vector<int>& statements, bool backward) {
  std::vector<int> shown;
  for (int s : statements)
    if (commented_.insert(s).second) shown.push_back(s);
  const bool goes_on = std::find(statements.begin(), statements.end(), last_) != statements.end();
  if (shown.empty() && !goes_on) shown = statements;
  if (shown.empty()) return;
  last_ = shown.back();
  w.lines.blank();
  for (int s : shown) {
    const ir::Statement& statement = plan.f.statements[static_cast<std::size_t>(s)];
    const std::string& file = statement.loc.file;
    const std::string place =
        file.substr(file.find_last_of('/') + 1) + ":" + std::to_string(statement.loc.line);
    std::string text = (backward ? "backward of: " : "") + statement.text;
    if (text.size() > 90) text = text.substr(0, 87) + "...";
    const std::size_t column = 70;
    w.lines.line("// " + text + std::string(text.size() + 2 < column ? column - text.size() : 2, ' ') +
                 place);
  }
}

std::string CoreText::shapes(const plan::Product& p) const {
  const auto matrix = [&](const Dim& rows, const Dim& columns, bool transposed) {
    return transposed ? w.shape({columns, rows}) + "ᵀ" : w.shape({rows, columns});
  };
  return matrix(p.m, p.k, p.trans_a) + "·" + matrix(p.k, p.n, p.trans_b);
}

namespace {

// Where the line around `at` has a comment before it: the user's own statement, say.
bool in_comment(const std::string& text, std::size_t at) {
  const std::size_t begin = text.rfind('\n', at) + 1;  // 0 in the first line
  return text.substr(begin, at - begin).find("//") != std::string::npos;
}

}  // namespace

bool mentions(const std::string& text, const std::string& name) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const bool begins = at == 0 || (!nn::detail::continues_name(text[at - 1]) && text[at - 1] != '.');
    const bool ends = at + name.size() == text.size() || !nn::detail::continues_name(text[at + name.size()]);
    if (begins && ends && !in_comment(text, at)) return true;
  }
  return false;
}

std::string function_head(const std::string& result, const std::string& name,
                          const std::vector<std::string>& parameters) {
  if (parameters.empty()) return result + " " + name + "()";
  const std::string indent(4, ' ');
  std::string text = result + " " + name + "(", line;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const bool is_last = i + 1 == parameters.size();
    const std::string item = parameters[i] + (is_last ? ")" : ", ");
    if (!line.empty() && indent.size() + line.size() + item.size() + (is_last ? 2 : 0) > 108) {
      text += "\n" + indent + line.substr(0, line.size() - 1);
      line.clear();
    }
    line += item;
  }
  return text + "\n" + indent + line;
}

std::string CoreText::head(const std::string& result, const std::string& name, std::size_t from) const {
  std::vector<std::string> parameters;
  for (std::size_t i = from; i < w.arguments.size(); ++i) {
    const CoreArgument& a = w.arguments[i];
    parameters.push_back(a.type + " " + (mentions(w.lines.text(), a.name) ? a.name : "/*" + a.name + "*/"));
  }
  return function_head(result, name, parameters) + " {\n";
}

}  // namespace nndiff::emit
