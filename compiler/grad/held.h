// Values that an array still holds at the end of the program: nothing of them needs to be kept.
#ifndef NNDIFF_GRAD_HELD_H
#define NNDIFF_GRAD_HELD_H
#include <map>

#include "grad/layout.h"

namespace nndiff::grad {

/// An element, or a block of elements, of what the loop around `parameter` leaves of this array.
struct Held {
  ir::Value parameter;
  std::vector<ir::Value> index;
};

/// For arrays that a loop of the body fills, each element once, in the order of its counters: what is stored,
/// and what is loaded from elements that are not overwritten any more.
std::map<ir::Value, Held> held(const ir::Function& f, const Layout& at, const std::vector<bool>& consumed);

}  // namespace nndiff::grad

#endif
