// Numbers for what happens in routines: each call of one, and each round of a loop in one, has its own.
#ifndef NNDIFF_GRAD_FRAMES_H
#define NNDIFF_GRAD_FRAMES_H
#include <map>

#include "ir/function.h"

namespace nndiff::grad {

/// Values that count. Calls of a routine are numbered in the order in which they begin, and so are the rounds
/// of a loop in it, over all calls.
struct Frames {
  /// A loop whose number of rounds is not known when it begins, with calls inside that lead back to it: its
  /// rounds are not numbered one after the other, but each knows the one before.
  struct Link {
    ir::Value round;     // the number of a round, inside
    ir::Value previous;  // that of the round before
    ir::Value last;      // that of the last round, behind the loop
  };
  std::map<ir::Value, ir::Value> number;  // by routine: that of a call of it, a parameter
  std::map<ir::Value, ir::Value> before;  // by call: the number that it will have
  std::map<ir::Value, ir::Value> base;    // by loop: the number of its first round
  std::map<ir::Value, Link> links;        // by loop
};

/// Adds what counts to the routines of `f` in which something is active.
Frames number_frames(ir::Function& f, const std::vector<bool>& is_active);

}  // namespace nndiff::grad

#endif
