// Statements of a plan as C++: scalars, elements of memory, loops and branches.
#ifndef NNDIFF_EMIT_CODE_H
#define NNDIFF_EMIT_CODE_H
#include <functional>

#include "emit/usage.h"
#include "emit/writer.h"

namespace nndiff::emit {

/// " += " for add: the operators whose assignment takes the right operand as it is; else null.
const char* compound(ir::Map map);

/// What code calls to reach and move elements: each is the head of a call, up to its first argument.
struct Moving {
  std::string copy = "std::copy_n(";         // from, count, to)
  std::string fill = "std::fill_n(";         // to, count, value)
  std::string add = {};                      // from, count, to); a loop where there is none
  std::string swap = "std::swap(";           // pointer, pointer)
  bool begins_empty = true;                  // what grows has no elements where it is declared
  std::string index = "rt::checked_index(";  // index, extent)
  std::string block = "rt::checked_block(";  // index, count, extent)
  bool is_host = true;                       // its compiler is told what nn/rt/rounds.h is for
};

/// Writes statements, each value in the innermost block that serves its uses; what is used once is written
/// where it is used. Kernels and products among them are written by `other`.
class Code {
 public:
  using Other = std::function<void(const plan::Step&)>;
  Code(Writer& writer, const UsageOf& usage, Other other, Moving moving = {})
      : w_(writer), usage_(usage), other_(std::move(other)), moving_(std::move(moving)) {}

  void step(const plan::Step& step);
  void operation(Value v);

  /// What is to be done before a kernel or product: what waits to read what it writes, and pointers into
  /// arrays of which it computes parts.
  void begin_writing(const plan::Step& step);

  /// A loop whose rounds are shared out over the threads of a grid. What it carries are sums, of which each
  /// thread has its own part at the end.
  void shared(const plan::Step& step);

  /// Pointers change places: `to` gets what `from` had, and what nobody needs goes to where nothing came
  /// from.
  void exchange(const std::vector<plan::Move>& moves);

  /// Sees to it that a scalar has a variable.
  void declare_now(Value v);

  /// The functions that the routines among the steps become, declared first: they may call each other.
  std::string routines();

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

  void expression(Value v);
  Waiting compute(Value v);
  Text operand(Value v, Waiting& reads);
  Text load(const ir::Op& op, Waiting& reads);
  Text plain_index(Value v, Waiting& reads);
  Text checked_index(const Text& index, const Size& extent, const Size& count) const;
  Text index(const ir::Op& op, std::size_t first, Waiting& reads);
  std::string element(const ir::Op& op, std::size_t first, Waiting& reads);
  void declare(Value v, const Text& text);
  void declare_block(int block);
  void declare_readers(const std::set<int>& cells, const std::set<int>& buffers);
  bool is_overwritten(const std::set<int>& read, const std::set<int>& written) const;
  std::string name_of(Value v);

  void store(Value v);
  void store_block(const ir::Op& op, const std::string& to, bool adds);
  void add_block(const ir::Op& op, const std::string& to, const std::string& from, const std::string& count);
  void copy(const ir::Op& op, int to);
  void copy_grown(const ir::Op& op, int to);
  void load_block(Value v);
  bool is_part(int buffer) const;
  void declare_part(int buffer);
  void alloc(Value v);
  void grow(const ir::Op& op);
  bool is_used_in(const plan::Buffer& buffer, int scope) const;
  void dimension(Value v);
  void foreign(Value v);
  struct ForeignCall;
  std::string gradient(const ir::Foreign::Argument& argument, Value memory, Value result);
  std::string view(const std::string& spelling, Value v) const;
  void write(int buffer);
  bool may_be_null(int buffer) const;

  void call(Value v);
  std::string handed_over(Value operand, Value parameter) const;
  void name_routines();
  std::string head(const plan::Step& step, const std::string& body) const;
  std::string routine(const plan::Step& step, std::string& declaration);
  void declare_locals(Value routine);
  void leave_routine(const plan::Step& step, std::size_t result);

  void loop(const plan::Step& step);
  std::string limit_of(Value loop);
  std::string counter_of(Value loop);
  void name_zeros(const plan::Step& step);
  void rounds(const plan::Step& step, const std::string& head);
  struct Threads;
  void in_threads(const plan::Step& step, const std::string& limit);
  bool is_independent(const plan::Step& step) const;
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
  std::string place(Value v) const;

  Writer& w_;
  const UsageOf& usage_;
  Other other_;
  Moving moving_;
  const plan::Step* shared_ = nullptr;
  std::map<Value, Waiting> waiting_;
  std::map<int, std::string> cells_;                            // variables that change
  std::map<int, std::string> functions_;                        // by routine: its name
  std::map<ir::Elem, std::string> zeros_;                       // of the innermost loop: what it stores as 0
  std::vector<std::string> sizes_;                              // named sizes that routines are given
  std::map<std::pair<int, std::size_t>, std::string> results_;  // by routine and yield: the reference for it
};

}  // namespace nndiff::emit

#endif
