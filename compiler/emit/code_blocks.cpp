// Consecutive elements: copied, added, or pointed at where they are.
#include "emit/code.h"

namespace nndiff::emit {

using ir::Kind;
using ir::Op;

void Code::begin_writing(const plan::Step& step) {
  std::set<int> written = {step.product.c};
  for (const plan::Sink& s : step.kernel.sinks) written.insert(s.to.buffer);
  written.erase(-1);
  for (int b : written) {
    write(b);
    if (is_part(b)) declare_part(b);
  }
}

void Code::store_block(const Op& op, const std::string& to, bool adds) {
  const std::string from = w_.buffers[static_cast<std::size_t>(usage_.buffer_of(op.operands[1]))];
  const std::string count = w_.text(plan::count(w_.plan.f[op.operands[1]].type.shape)).source;
  const int buffer = usage_.buffer_of(op.operands[0]);
  if (may_be_null(buffer)) w_.lines.open("if (" + w_.buffers[static_cast<std::size_t>(buffer)] + ") {");
  if (adds && moving_.add.empty())
    add_block(op, to, from, count);
  else
    w_.lines.line((adds ? moving_.add : moving_.copy) + from + ", " + count + ", &" + to + ");");
  if (may_be_null(buffer)) w_.lines.close();
}

void Code::add_block(const Op& op, const std::string& to, const std::string& from, const std::string& count) {
  const Names::Mark outer = w_.names.mark();
  const std::string k = w_.names.unique("k"), block = w_.names.unique("block");
  w_.lines.open("{");
  w_.lines.line(ir::cpp_name(op.type.elem) + "* const " + block + " = &" + to + ";");
  w_.lines.open("for (std::int64_t " + k + " = 0; " + k + " < " + count + "; ++" + k + ") {");
  w_.lines.line(block + "[" + k + "] += " + from + "[" + k + "];");
  w_.lines.close();
  w_.lines.close();
  w_.names.back_to(outer);
}

bool Code::is_part(int buffer) const {
  return w_.plan.buffers[static_cast<std::size_t>(buffer)].place == plan::Buffer::Place::part;
}

// A pointer into the array that the buffer is a part of, from here on.
void Code::declare_part(int buffer) {
  const plan::Buffer& part = w_.plan.buffers[static_cast<std::size_t>(buffer)];
  const plan::Buffer& whole = w_.plan.buffers[static_cast<std::size_t>(part.whole)];
  const Op& op = w_.plan.f[part.block];
  Waiting reads;
  const std::string at = element(op, op.kind == Kind::load ? 1 : 2, reads);
  if (op.kind == Kind::store) write(part.whole);
  using Place = plan::Buffer::Place;
  const bool is_const = whole.place == Place::input || whole.place == Place::upstream;
  w_.lines.line(std::string(is_const ? "const " : "") + ir::cpp_name(part.elem) + "* const " +
                    w_.buffers[static_cast<std::size_t>(buffer)] + " = &" + at + ";",
                ir::to_string(part.shape));
}

void Code::load_block(Value v) {
  const Op& op = w_.plan.f[v];
  if (const int own = usage_.buffer_of(v); is_part(own)) return declare_part(own);
  Waiting reads;
  const std::string from = element(op, 1, reads), count = w_.text(plan::count(op.type.shape)).source;
  const int to = usage_.buffer_of(v);
  write(to);
  w_.lines.line(moving_.copy + "&" + from + ", " + count + ", " + w_.buffers[static_cast<std::size_t>(to)] +
                ");");
}

}  // namespace nndiff::emit
