// What the emitters of steps share: lines of text, names of everything a plan mentions, and sizes as C++.
#ifndef NNDIFF_EMIT_WRITER_H
#define NNDIFF_EMIT_WRITER_H
#include <map>

#include "emit/names.h"
#include "op/text.h"
#include "plan/plan.h"

namespace nndiff::emit {

using ir::Dim;
using ir::Value;
using op::Binding;
using op::Text;
using plan::Size;

/// Lines of C++, indented by the blocks around them.
class Lines {
 public:
  void line(const std::string& text);
  /// A line with a comment behind it.
  void line(const std::string& text, const std::string& comment);
  /// A block's head, which ends with "{".
  void open(const std::string& text);
  /// The end of a block; the braces of a loop around a single line are dropped.
  void close(const std::string& text = "}");
  void blank();
  void append(const Lines& other) { text_ += other.text_; }
  void append(const std::string& lines) { text_ += lines; }
  const std::string& text() const { return text_; }
  int indent = 1;

 private:
  std::string text_;
  std::vector<std::size_t> opened_;  // where the bodies of open blocks begin
};

struct Writer {
  explicit Writer(const plan::Plan& p);

  const plan::Plan& plan;
  Lines lines;
  Names names;
  std::vector<CoreArgument> arguments;
  std::vector<std::string> buffers;                      // by buffer: its variable
  std::map<Value, std::string> scalars;                  // scalar values that have a variable
  std::map<std::string, std::string, std::less<>> dims;  // named sizes: their arguments

  /// A size as an expression of type std::int64_t.
  Text text(const Dim& dim) const;
  Text text(const Size& size) const;
  /// "[N,512]"
  std::string shape(const ir::Shape& shape) const { return ir::to_string(shape); }
  /// The variable's name in the user's program, or `otherwise`, made unique.
  std::string name(Value v, const std::string& otherwise);
};

/// a * b, a + b with no more parentheses than needed.
Text product(const Text& a, const Text& b);
Text sum(const Text& a, const Text& b);
/// The text as an operand of an operator that binds as tightly as `at_least`.
std::string operand(const Text& t, Binding at_least);

}  // namespace nndiff::emit

#endif
