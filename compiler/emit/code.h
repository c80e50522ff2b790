// Statements of a plan as C++: scalars, elements of memory, loops and branches.
#ifndef NNDIFF_EMIT_CODE_H
#define NNDIFF_EMIT_CODE_H
#include <functional>

#include "emit/usage.h"
#include "emit/writer.h"

namespace nndiff::emit {

/// " += " for add: the operators whose assignment takes the right operand as it is; else null.
const char* compound(ir::Map map);

/// Writes statements, each value in the innermost block that serves its uses; what is used once is written
/// where it is used. Kernels and products among them are written by `other`.
class Code {
 public:
  using Other = std::function<void(const plan::Step&)>;
  Code(Writer& writer, Other other) : w_(writer), usage_(writer.plan), other_(std::move(other)) {}

  void step(const plan::Step& step);

  /// Computes now what reads memory and waits for its use.
  void settle();

  /// The text of a scalar; an expression that waited for its only use is used by that.
  Text text(Value v);

 private:
  // What is computed later: where it is used, or at the beginning of the block of all uses.
  struct Waiting {
    Text text;
    std::set<int> cells, buffers;  // it has to be computed before these change
    bool has_sides = false;        // a sum, difference, product or quotient
    Text left, right;
    int block = -1;
  };

  void operation(Value v);
  void expression(Value v);
  Waiting compute(Value v);
  Text operand(Value v, Waiting& reads);
  Text load(const ir::Op& op, Waiting& reads);
  Text index(const ir::Op& op, std::size_t first, Waiting& reads);
  std::string element(const ir::Op& op, std::size_t first, Waiting& reads);
  void declare(Value v, const Text& text);
  void declare_block(int block);
  bool overwrites(const std::set<int>& written, const std::set<int>& read) const;
  void declare_readers(const std::set<int>& cells, const std::set<int>& buffers);
  std::string name_of(Value v);

  void store(Value v);
  void store_block(const ir::Op& op, const std::string& to, bool adds);
  void add_block(const ir::Op& op, const std::string& to, const std::string& from, const std::string& count);
  void copy(const ir::Op& op, int to);
  void copy_grown(const ir::Op& op, int to);
  void load_block(Value v);
  void alloc(Value v);
  void grow(const ir::Op& op);
  void dimension(Value v);
  void write(int buffer);
  bool may_be_null(int buffer) const;

  void loop(const plan::Step& step);
  std::string loop_head(const plan::Step& step, const std::string& counter, const std::string& limit);
  void branch(const plan::Step& step);
  void branch_text(const Text& condition, const std::vector<std::string>& sides);
  void begin_cells(const plan::Step& step);
  void begin_results(const plan::Step& step, std::set<std::size_t>& done);
  std::string side(const plan::Step& step, std::size_t side,
                   const std::vector<std::pair<int, Value>>& yields);
  void assign(std::vector<std::pair<int, Value>> yields);
  void assign_one(int cell, Value y);
  bool is_read(int cell, const std::vector<std::pair<int, Value>>& by, std::size_t but) const;
  void exchange(const std::vector<plan::Move>& moves);
  std::string place(Value v) const;

  Writer& w_;
  UsageOf usage_;
  Other other_;
  std::map<Value, Waiting> waiting_;
  std::map<int, std::string> cells_;  // variables that change
};

}  // namespace nndiff::emit

#endif
