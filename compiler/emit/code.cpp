// Expressions and statements of a plan as C++.
#include "emit/code.h"

#include <algorithm>

#include "ir/diagnostic.h"

namespace nndiff::emit {

using ir::Kind;
using ir::Op;
using plan::Step;

namespace {

// An expression longer than this is cut by a variable.
constexpr std::size_t long_text = 72;

bool meet(const std::set<int>& a, const std::set<int>& b) {
  return std::any_of(a.begin(), a.end(), [&](int x) { return b.count(x) != 0; });
}

}  // namespace

const char* compound(ir::Map map) {
  switch (map) {
    case ir::Map::add:
      return " += ";
    case ir::Map::sub:
      return " -= ";
    case ir::Map::mul:
      return " *= ";
    case ir::Map::div:
      return " /= ";
    default:
      return nullptr;
  }
}

void Code::step(const Step& step) {
  switch (step.kind) {
    case Step::Kind::code:
      for (Value v : step.values) operation(v);
      return;
    case Step::Kind::loop:
      return loop(step);
    case Step::Kind::branch:
      return branch(step);
    default:
      begin_writing(step);
      other_(step);
  }
}

void Code::operation(Value v) {
  const Op& op = w_.plan.f[v];
  if (is_expression(op)) return expression(v);
  switch (op.kind) {
    case Kind::store:
    case Kind::accumulate:
      return store(v);
    case Kind::copy:
      return copy(op, usage_.buffer_of(v));
    case Kind::load:
      return load_block(v);
    case Kind::alloc:
      return alloc(v);
    case Kind::grow:
      return grow(op);
    case Kind::dimension:
      return dimension(v);
    case Kind::foreign:
      return foreign(v);
    case Kind::written:
      return;  // the call has declared it
    case Kind::call:
      return call(v);
    case Kind::result:
      return;
    default:
      ir::bug("no statement for '" + std::string(ir::name_of(op.kind)) + "'");
  }
}

// --- expressions -----------------------------------------------------------------------------------------------------

void Code::expression(Value v) {
  const Usage& usage = usage_[v];
  const bool is_check = w_.plan.f[v].checked;
  if ((usage.count == 0 && !is_check) || w_.scalars.count(v)) return;
  Waiting made = compute(v);
  if (usage.count == 0) return w_.lines.line("static_cast<void>(" + made.text.source + ");");
  made.block = usage.inlined ? -1 : usage.block;
  const bool here = !usage.inlined && usage.block == usage_.scopes.of_value(v);
  if (here || (usage.inlined && made.text.source.size() > long_text)) return declare(v, made.text);
  waiting_.emplace(v, std::move(made));
}

Code::Waiting Code::compute(Value v) {
  const Op& op = w_.plan.f[v];
  Waiting made;
  if (op.kind == Kind::load || w_.plan.f[op.operands[0]].type.rank() > 0) {
    made.text = load(op, made);
    return made;
  }
  if (op.kind != Kind::map) {
    made.text = operand(op.operands[0], made);
    if (op.kind == Kind::cast) made.text = op::cast(made.text, op.type.elem);
    return made;
  }
  std::vector<Text> operands;
  for (Value o : op.operands) operands.push_back(operand(o, made));
  if (compound(op.map)) {
    made.has_sides = true;
    made.left = operands[0], made.right = operands[1];
  }
  made.text = op::text(op.map, operands);
  return made;
}

Text Code::operand(Value v, Waiting& reads) {
  const auto it = waiting_.find(v);
  if (it != waiting_.end() && it->second.block < 0) {
    reads.cells.insert(it->second.cells.begin(), it->second.cells.end());
    reads.buffers.insert(it->second.buffers.begin(), it->second.buffers.end());
    const Text text = it->second.text;
    waiting_.erase(it);
    return text;
  }
  if (usage_.cell_of(v) >= 0) reads.cells.insert(usage_.cell_of(v));
  return text(v);
}

Text Code::text(Value v) {
  const Op& op = w_.plan.f[v];
  if (const auto it = w_.scalars.find(v); it != w_.scalars.end()) return {it->second, op.type.elem};
  if (op.kind == Kind::constant) return op::literal(op.number, op.type.elem);
  if (op.kind == Kind::size) return op::cast(w_.text(op.dim), op.type.elem);
  const auto it = waiting_.find(v);
  if (it == waiting_.end()) ir::bug("a scalar is used before it is computed");
  const Waiting made = it->second;
  waiting_.erase(it);
  if (made.block < 0) return made.text;
  declare(v, made.text);
  return {w_.scalars.at(v), op.type.elem};
}

std::string Code::name_of(Value v) {
  const Op& op = w_.plan.f[v];
  // A statement's variable is what it leaves behind, not every number on the way.
  const bool is_called = op.kind == Kind::foreign || op.kind == Kind::written;
  const std::string hint = usage_.cell_of(v) >= 0 || is_called ? plan::name_hint(w_.plan.f, v) : op.name;
  if (!hint.empty()) return w_.names.unique(identifier(hint));
  if (op.kind == Kind::load)
    return w_.names.unique(w_.buffers[static_cast<std::size_t>(usage_.buffer_of(op.operands[0]))] + "_at");
  const bool is_function = op.kind == Kind::map && ir::arity(op.map) == 1;
  return w_.names.unique(is_function ? std::string(ir::name_of(op.map)) : "t");
}

void Code::declare(Value v, const Text& text) {
  const Op& op = w_.plan.f[v];
  const std::string name = name_of(v);
  w_.lines.line("const " + ir::cpp_name(op.type.elem) + " " + name + " = " + text.source + ";");
  w_.scalars[v] = name;
}

void Code::declare_now(Value v) {
  if (w_.scalars.count(v) || usage_[v].count == 0) return;
  const Text now = text(v);
  if (!w_.scalars.count(v)) declare(v, now);
}

void Code::declare_block(int block) {
  std::vector<std::pair<Value, Waiting>> begun;
  for (const auto& [v, waiting] : waiting_)
    if (waiting.block == block) begun.emplace_back(v, waiting);
  for (const auto& [v, waiting] : begun) {
    waiting_.erase(v);
    declare(v, waiting.text);
  }
}

// What reads a variable or memory that is about to change is computed now.
void Code::declare_readers(const std::set<int>& cells, const std::set<int>& buffers) {
  std::vector<std::pair<Value, Waiting>> late;
  for (const auto& [v, waiting] : waiting_)
    if (meet(waiting.cells, cells) || is_overwritten(waiting.buffers, buffers)) late.emplace_back(v, waiting);
  for (const auto& [v, waiting] : late) {
    waiting_.erase(v);
    declare(v, waiting.text);
  }
}

bool Code::is_overwritten(const std::set<int>& read, const std::set<int>& written) const {
  if (meet(read, written)) return true;
  const auto buffer = [&](int b) -> const plan::Buffer& {
    return w_.plan.buffers[static_cast<std::size_t>(b)];
  };
  return !w_.plan.small && std::any_of(read.begin(), read.end(), [&](int r) {
    return std::any_of(written.begin(), written.end(),
                       [&](int w) { return plan::share_memory(buffer(r), buffer(w)); });
  });
}

void Code::settle() {
  std::set<int> all;
  for (int b = 0; b < static_cast<int>(w_.plan.buffers.size()); ++b) all.insert(b);
  declare_readers({}, all);
}

void Code::write(int buffer) {
  declare_readers({}, {buffer});
}

// --- memory ----------------------------------------------------------------------------------------------------------

std::string Code::element(const Op& op, std::size_t first, Waiting& reads) {
  const int buffer = usage_.buffer_of(op.operands[0]);
  reads.buffers.insert(buffer);
  if (is_part(buffer)) reads.buffers.insert(w_.plan.buffers[static_cast<std::size_t>(buffer)].whole);
  const std::string at = index(op, first, reads).source;
  return w_.buffers[static_cast<std::size_t>(buffer)] + "[" + at + "]";
}

Text Code::load(const Op& op, Waiting& reads) {
  if (op.kind == Kind::load && may_be_null(usage_.buffer_of(op.operands[0]))) {
    const std::string at = element(op, 1, reads);
    return {"(" + at.substr(0, at.find('[')) + " ? " + at + " : 0)", op.type.elem};
  }
  if (op.kind == Kind::load) return {element(op, 1, reads), op.type.elem};
  const int buffer = usage_.buffer_of(op.operands[0]);  // a single element without axes
  reads.buffers.insert(buffer);
  return {w_.buffers[static_cast<std::size_t>(buffer)] + "[0]", op.type.elem};
}

// A gradient behind a pointer is not wanted where that is null.
bool Code::may_be_null(int buffer) const {
  return w_.plan.buffers[static_cast<std::size_t>(buffer)].may_be_null;
}

void Code::store(Value v) {
  const Op& op = w_.plan.f[v];
  const bool is_there =
      w_.plan.f[op.operands[1]].type.rank() > 0 && is_part(usage_.buffer_of(op.operands[1])) &&
      w_.plan.buffers[static_cast<std::size_t>(usage_.buffer_of(op.operands[1]))].block == v;
  if (is_there) return;
  const bool adds = op.kind == Kind::accumulate;
  const int buffer = usage_.buffer_of(v);
  Waiting reads;
  const bool is_block = w_.plan.f[op.operands[1]].type.rank() > 0;
  // The element first: what it and the index need is computed before anything is written.
  Waiting value;
  const auto waiting = waiting_.find(op.operands[1]);
  const bool composed = waiting != waiting_.end() && waiting->second.block < 0 && waiting->second.has_sides;
  if (composed) value = waiting->second;
  const Text element_text = is_block ? Text{} : operand(op.operands[1], reads);
  const std::string at = element(op, 2, reads);
  const std::string to =
      (may_be_null(buffer) ? "if (" + w_.buffers[static_cast<std::size_t>(buffer)] + ") " : "") + at;
  write(buffer);
  if (is_block) return store_block(op, at, adds);
  const ir::Map map = composed ? w_.plan.f[op.operands[1]].map : ir::Map::add;
  if (adds) return w_.lines.line(to + " += " + element_text.source + ";");
  if (composed && value.left.source == at)
    return w_.lines.line(to + compound(map) + value.right.source + ";");
  if (composed && value.right.source == at && (map == ir::Map::add || map == ir::Map::mul))
    return w_.lines.line(to + compound(map) + value.left.source + ";");
  const Op& stored = w_.plan.f[op.operands[1]];
  const auto zero = zeros_.find(op.type.elem);
  const bool is_zero = stored.kind == Kind::constant && stored.number == 0 && zero != zeros_.end();
  w_.lines.line(to + " = " + (is_zero ? zero->second : element_text.source) + ";");
}

// Memory of its own has no elements to set, but what grows begins anew.
void Code::alloc(Value v) {
  const int buffer = usage_.buffer_of(v);
  const plan::Buffer& b = w_.plan.buffers[static_cast<std::size_t>(buffer)];
  const bool is_first = usage_.scopes.of_value(v) == 0 && b.values.front() == v;
  if (!b.grows || (moving_.begins_empty && is_first)) return;
  write(buffer);
  w_.lines.line(w_.buffers[static_cast<std::size_t>(buffer)] + ".clear();");
}

void Code::grow(const Op& op) {
  const int buffer = usage_.buffer_of(op.operands[0]);
  Waiting reads;
  const Text size = operand(op.operands[1], reads);
  write(buffer);
  w_.lines.line(w_.buffers[static_cast<std::size_t>(buffer)] + ".grow(" + size.source + ");");
}

// Whether a value of the buffer is made in a scope or inside of it.
bool Code::is_used_in(const plan::Buffer& buffer, int scope) const {
  return std::any_of(buffer.values.begin(), buffer.values.end(), [&](Value v) {
    const int own = usage_.scopes.of_value(v);
    return own == scope || usage_.scopes.inside(own, scope) >= 0;
  });
}

// A size that is known from here on, and the memory that waits for it.
void Code::dimension(Value v) {
  const Op& op = w_.plan.f[v];
  if (w_.scalars.count(v)) return;
  Waiting reads;
  declare(v, operand(op.operands[0], reads));
  w_.dims[std::string(op.dim.name())] = w_.scalars.at(v);
  for (std::size_t i = 0; i < w_.plan.buffers.size(); ++i) {
    const plan::Buffer& b = w_.plan.buffers[i];
    if (b.place != plan::Buffer::Place::room || b.grows || b.first < 0) continue;
    bool depends = false, known = true;
    for (const Dim& d : b.shape)
      d.for_each_name([&](std::string_view name) {
        depends = depends || name == op.dim.name();
        known = known && w_.dims.count(name) != 0;
      });
    if (!depends || !known || !is_used_in(b, usage_.scopes.of_value(v))) continue;
    const std::string elem = ir::cpp_name(b.elem);
    w_.lines.line(elem + "* " + (b.moves ? "" : "const ") + w_.buffers[i] + " = rt::room<" + elem + ">(ws, " +
                      std::to_string(b.slot) + ", " + w_.text(plan::count(b.shape)).source + ");",
                  ir::to_string(b.shape) + (b.kept ? " kept for backward" : ""));
  }
}

// As many elements as there are by now; none of a constant.
void Code::copy_grown(const Op& op, int to) {
  const std::string name = w_.buffers[static_cast<std::size_t>(to)];
  if (w_.plan.f[op.operands[0]].kind == Kind::constant) return w_.lines.line(name + ".clear();");
  const int from = usage_.buffer_of(op.operands[0]);
  const plan::Buffer& source = w_.plan.buffers[static_cast<std::size_t>(from)];
  if (!source.grows || source.place == plan::Buffer::Place::input) ir::bug("a copy of unknown extent");
  w_.lines.line(name + ".assign(" + w_.buffers[static_cast<std::size_t>(from)] + ");");
}

void Code::copy(const Op& op, int to) {
  const plan::Buffer& b = w_.plan.buffers[static_cast<std::size_t>(to)];
  if (b.grows && b.place == plan::Buffer::Place::gradient) return;  // the caller's, who has set the elements
  write(to);
  if (b.grows) return copy_grown(op, to);
  const std::string name = w_.buffers[static_cast<std::size_t>(to)];
  const std::string count = w_.text(plan::count(op.type.shape)).source;
  const Op& from = w_.plan.f[op.operands[0]];
  if (from.kind == Kind::constant)
    return w_.lines.line(moving_.fill + name + ", " + count + ", " +
                         op::literal(from.number, from.type.elem).source + ");");
  const std::string source = w_.buffers[static_cast<std::size_t>(usage_.buffer_of(op.operands[0]))];
  w_.lines.line(moving_.copy + source + ", " + count + ", " + name + ");");
}

}  // namespace nndiff::emit
