// The backward sweep of routines and of their calls.
#ifndef NNDIFF_GRAD_CALLS_H
#define NNDIFF_GRAD_CALLS_H
#include <functional>

#include "grad/sweep.h"

namespace nndiff::grad {

/// The adjoints that the backward routine of a routine takes, after the number of the call that it undoes:
/// those of `yields`, then those of `borrowed`. It gives back those of `numbers`, then what it has made of
/// the arrays among what it was given.
struct Exchange {
  std::vector<std::size_t> yields;    // active numbers, and arrays that the routine writes, by yield
  std::vector<std::size_t> borrowed;  // arrays that it only reads, by parameter
  std::vector<std::size_t> numbers;   // by parameter
};

class Calls {
 public:
  using Ops = std::function<void(const std::vector<ir::Value>&)>;
  /// `ops` runs operations of a region backwards.
  Calls(Sweep& sweep, const Frames& frames, Ops ops) : s_(sweep), frames_(frames), ops_(std::move(ops)) {}

  /// The backward step of a call.
  void call(ir::Value y);
  /// Writes the backward routines that have been called, and those that these call, and puts them in front.
  void write_routines();

 private:
  ir::Value backward_routine(ir::Value routine);
  ir::Value arriving(ir::Value y, ir::Value routine, std::size_t k);
  void receive(const ir::Op& op, ir::Value routine, const Exchange& through,
               const std::vector<ir::Value>& results);
  void write_routine(ir::Value routine);

  Sweep& s_;
  const Frames& frames_;
  Ops ops_;
  bool in_routine_ = false;
  std::vector<ir::Value> routines_ = {};  // those that run backwards, in the order in which they were called
};

}  // namespace nndiff::grad

#endif
