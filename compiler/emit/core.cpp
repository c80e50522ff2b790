// The core function of a derivative: signature, arena, steps in order, results.
#include "emit/core.h"

#include <algorithm>
#include <set>

#include "emit/kernel.h"
#include "ir/diagnostic.h"

namespace nndiff::emit {

using plan::Buffer;
using plan::Step;

namespace {

// A product of static sizes this small is unrolled in place instead of called.
constexpr double small_product = 64.0 * 64 * 64;

class Emitter {
 public:
  explicit Emitter(const plan::Plan& plan) : plan_(plan), w_(plan) {}

  std::string emit() {
    name_buffers();
    w_.lines.line("namespace rt = nn::rt;");
    w_.lines.line("const rt::FlushSubnormals flush;");
    declare_buffers();
    steps();
    finish();
    return head() + w_.lines.text() + "}\n";
  }

 private:
  std::string argument_of(CoreArgument::Role role, int leaf) const {
    for (const CoreArgument& a : w_.arguments)
      if (a.role == role && (leaf < 0 || a.leaf == leaf)) return a.name;
    ir::bug("a buffer without an argument");
  }

  void name_buffers() {
    using Role = CoreArgument::Role;
    for (const Buffer& b : plan_.buffers) {
      std::string name;
      switch (b.place) {
        case Buffer::Place::input:
          name = argument_of(Role::leaf, b.leaf);
          break;
        case Buffer::Place::upstream:
          name = argument_of(Role::upstream, -1);
          break;
        case Buffer::Place::value:
          name = argument_of(Role::value, -1);
          break;
        case Buffer::Place::gradient:
          name = argument_of(Role::gradient, b.leaf);
          break;
        case Buffer::Place::arena:
          if (b.first >= 0) name = unique_name(plan::name_hint(plan_, b, b.first));
          break;
      }
      w_.buffers.push_back(name);
    }
  }

  std::string unique_name(const std::string& hint) {
    return w_.names.unique(hint.empty() ? "t" : identifier(hint));
  }

  // What a step leaves in place of something else goes by a name of its own from there on.
  void rename_overwritten(int step) {
    for (std::size_t i = 0; i < plan_.buffers.size(); ++i) {
      const Buffer& b = plan_.buffers[i];
      if (b.place != Buffer::Place::arena || b.values.size() < 2 || b.since.back() < step || b.last <= step)
        continue;
      const std::string before = plan::name_hint(plan_, b, step), after = plan::name_hint(plan_, b, step + 1);
      if (before == after) continue;
      const std::string name = unique_name(after);
      w_.lines.line(ir::cpp_name(b.elem) + "* const " + name + " = " + w_.buffers[i] + ";", "in place");
      w_.buffers[i] = name;
    }
  }

  // --- the arena ---------------------------------------------------------------------------------------------------

  static bool is_aligned(const Size& bytes) { return bytes.factor % 64 == 0; }

  Text slot_bytes(std::size_t slot) const {
    const Size& bytes = plan_.slots[slot];
    if (is_aligned(bytes)) return w_.text(bytes);
    return {operand(sum(w_.text(bytes), {"63", ir::Elem::i64}), Binding::primary) + " / 64 * 64",
            ir::Elem::i64, Binding::product};
  }

  std::string buffer_comment(const Buffer& b) const {
    std::string comment = b.shape.empty() ? "" : w_.shape(b.shape);
    if (b.kept) comment += comment.empty() ? "kept for backward" : " kept for backward";
    return comment;
  }

  void declare_on_stack() {
    for (std::size_t i = 0; i < plan_.buffers.size(); ++i) {
      const Buffer& b = plan_.buffers[i];
      if (b.place != Buffer::Place::arena || b.first < 0) continue;
      const std::int64_t cells = std::max<std::int64_t>(1, b.bytes.factor / ir::bytes_of(b.elem));
      w_.lines.line(
          "alignas(64) " + ir::cpp_name(b.elem) + " " + w_.buffers[i] + "[" + std::to_string(cells) + "];",
          buffer_comment(b));
    }
  }

  void declare_buffers() {
    if (plan_.small) return declare_on_stack();
    const auto in_arena = [](const Buffer& b) { return b.place == Buffer::Place::arena && b.first >= 0; };
    if (std::none_of(plan_.buffers.begin(), plan_.buffers.end(), in_arena)) return;
    std::vector<std::string> slots;
    Text end{std::to_string(plan_.static_bytes), ir::Elem::i64};
    for (std::size_t s = 0; s < plan_.slots.size(); ++s) {
      slots.push_back(w_.names.unique("offset"));
      w_.lines.line("const std::int64_t " + slots.back() + " = " + end.source + ";");
      end = sum({slots.back(), ir::Elem::i64}, slot_bytes(s));
    }
    w_.lines.line("std::byte* const arena = ws.reserve(static_cast<std::size_t>(" + end.source + "));");
    for (std::size_t i = 0; i < plan_.buffers.size(); ++i) {
      const Buffer& b = plan_.buffers[i];
      if (!in_arena(b)) continue;
      const Text offset{b.slot >= 0 ? slots[static_cast<std::size_t>(b.slot)] : std::to_string(b.offset),
                        ir::Elem::i64};
      const std::string type = ir::cpp_name(b.elem) + "*";
      w_.lines.line(type + " const " + w_.buffers[i] + " = reinterpret_cast<" + type + ">(" +
                        sum({"arena", ir::Elem::i64}, offset).source + ");",
                    buffer_comment(b));
    }
  }

  // --- steps -------------------------------------------------------------------------------------------------------

  static bool is_scalar(const Step& step) {
    return step.kind == Step::Kind::kernel && step.kernel.axes.empty();
  }

  // The backward section begins with its first step of more than a few scalars, behind all such forward
  // steps.
  std::size_t first_backward() const {
    std::size_t first = plan_.steps.size(), behind = 0;
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      if (is_scalar(plan_.steps[i])) continue;
      if (plan_.steps[i].sweep == ir::Sweep::forward)
        behind = i + 1;
      else
        first = std::min(first, i);
    }
    return std::max(first, behind);
  }

  void steps() {
    const std::size_t backward = first_backward();
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      if (i == 0 || i == backward) {
        w_.lines.blank();
        w_.lines.line(i < backward ? "// Forward." : "// Backward.");
      }
      const Step& step = plan_.steps[i];
      if (i == backward) commented_.clear(), last_ = -1;
      comment(step, i >= backward);
      if (step.kind == Step::Kind::product)
        product(step.product);
      else
        emit_kernel(w_, step.kernel);
      rename_overwritten(static_cast<int>(i));
    }
  }

  // The user's statements that a step comes from: those which no step of the sweep has shown yet, or all
  // where the step before has shown another one.
  void comment(const Step& step, bool backward) {
    std::vector<int> shown;
    for (int s : step.statements)
      if (commented_.insert(s).second) shown.push_back(s);
    const bool goes_on =
        std::find(step.statements.begin(), step.statements.end(), last_) != step.statements.end();
    if (shown.empty() && !goes_on) shown = step.statements;
    if (shown.empty()) return;
    last_ = shown.back();
    w_.lines.blank();
    for (int s : shown) {
      const ir::Statement& statement = plan_.f.statements[static_cast<std::size_t>(s)];
      const std::string& file = statement.loc.file;
      const std::string place =
          file.substr(file.find_last_of('/') + 1) + ":" + std::to_string(statement.loc.line);
      std::string text = (backward ? "backward of: " : "") + statement.text;
      if (text.size() > 90) text = text.substr(0, 87) + "...";
      const std::size_t column = 70;
      w_.lines.line("// " + text + std::string(text.size() + 2 < column ? column - text.size() : 2, ' ') +
                    place);
    }
  }

  void product(const plan::Product& p) {
    const std::string a = w_.buffers[p.a], b = w_.buffers[p.b], c = w_.buffers[p.c];
    const auto trans = [](bool yes) { return std::string("rt::Trans::") + (yes ? "yes" : "no"); };
    const std::string m = w_.text(p.m).source, n = w_.text(p.n).source, k = w_.text(p.k).source;
    const auto matrix = [&](const Dim& rows, const Dim& columns, bool transposed) {
      return transposed ? w_.shape({columns, rows}) + "ᵀ" : w_.shape({rows, columns});
    };
    const std::string shapes = matrix(p.m, p.k, p.trans_a) + "·" + matrix(p.k, p.n, p.trans_b);
    const bool is_static = p.m.is_static() && p.n.is_static() && p.k.is_static();
    const std::string beta = p.accumulate ? ", 1" : "";
    if (is_static &&
        static_cast<double>(p.m.value) * static_cast<double>(p.n.value) * static_cast<double>(p.k.value) <=
            small_product) {
      w_.lines.line("rt::gemm_small<" + m + ", " + n + ", " + k + ", " + trans(p.trans_a) + ", " +
                        trans(p.trans_b) + ">(" + a + ", " + b + ", " + c + beta + ");",
                    shapes);
      return;
    }
    w_.lines.line("rt::gemm(ws, " + trans(p.trans_a) + ", " + trans(p.trans_b) + ", " + m + ", " + n + ", " +
                      k + ", " + a + ", " + b + ", " + c + beta + ");",
                  shapes);
  }

  void finish() {
    std::string returned;
    bool blank = true;
    for (std::size_t i = 0; i < plan_.results.size(); ++i) {
      const Value v = plan_.results[i];
      if (!v) continue;
      if (blank) w_.lines.blank();
      blank = false;
      const ir::Output& output = plan_.f.outputs[i];
      const std::string& scalar = w_.scalars.at(v);
      if (output.role == ir::Output::Role::primal)
        returned = scalar;
      else
        w_.lines.line("*" + argument_of(CoreArgument::Role::gradient, output.leaf) + " = " + scalar + ";");
    }
    if (!returned.empty()) w_.lines.line("return " + returned + ";");
  }

  bool is_mentioned(const std::string& name) const {
    const std::string& text = w_.lines.text();
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
      const bool begins = at == 0 || !nn::detail::continues_name(text[at - 1]);
      const bool ends =
          at + name.size() == text.size() || !nn::detail::continues_name(text[at + name.size()]);
      if (begins && ends) return true;
    }
    return false;
  }

  std::string head() const {
    std::string text = core_result(plan_.f) + " " + core_name(plan_.f) + "(";
    const std::string indent(4, ' ');
    std::string line;
    for (std::size_t i = 0; i < w_.arguments.size(); ++i) {
      const CoreArgument& a = w_.arguments[i];
      const std::string item = a.type + " " + (is_mentioned(a.name) ? a.name : "/*" + a.name + "*/") +
                               (i + 1 < w_.arguments.size() ? ", " : ") {");
      if (!line.empty() && indent.size() + line.size() + item.size() > 108) {
        text += "\n" + indent + line.substr(0, line.size() - 1);
        line.clear();
      }
      line += item;
    }
    return text + "\n" + indent + line + "\n";
  }

  const plan::Plan& plan_;
  Writer w_;
  std::set<int> commented_;  // statements that comments of this sweep have shown
  int last_ = -1;
};

}  // namespace

std::string core(const plan::Plan& plan) {
  return Emitter(plan).emit();
}

}  // namespace nndiff::emit
