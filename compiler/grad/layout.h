// Where each value of a function is made: its region, and its place in the order of execution.
#ifndef NNDIFF_GRAD_LAYOUT_H
#define NNDIFF_GRAD_LAYOUT_H
#include "ir/function.h"

namespace nndiff::grad {

/// Region number `arm` of operation `op`, or a function's body where `op` is empty.
struct Place {
  ir::Value op = {};
  int arm = 0;
  friend bool operator==(const Place&, const Place&) = default;
  friend auto operator<=>(const Place&, const Place&) = default;
};

ir::Region& region_at(ir::Function& f, Place place);
const ir::Region& region_at(const ir::Function& f, Place place);

struct Layout {
  std::vector<Place> home;  // by value: the region that makes it
  std::vector<int> order;   // by value: its number in the order of the text, or -1 for one in no region
  std::vector<int> end;     // by operation: the number after everything inside of it
  std::vector<std::vector<ir::Value>> results;  // by loop or branch: its results, empty where there is none

  /// Whether `v` is made inside of operation `op`.
  bool inside(ir::Value op, ir::Value v) const {
    return order[v.id] > order[op.id] && order[v.id] < end[op.id];
  }
  /// The regions around `place` and itself, outermost (but not the body) first.
  std::vector<Place> path(Place place) const;
};
Layout layout(const ir::Function& f);

/// What the regions of `op` use of the values made outside of it, in order.
std::vector<ir::Value> captured(const ir::Function& f, const Layout& at, ir::Value op);

/// Calls `visit` for every operation inside of `r`, outer ones first.
template <class Visit>
void for_each(const ir::Function& f, const ir::Region& r, Visit&& visit) {
  for (ir::Value v : r.ops) {
    visit(v);
    for (const ir::Region& inner : f[v].regions) for_each(f, inner, visit);
  }
}

/// True for a loop whose rounds are not known when it is entered.
bool is_open(const ir::Function& f, const ir::Op& loop);

/// True for a function with loops, branches or memory.
bool has_regions(const ir::Function& f);

}  // namespace nndiff::grad

#endif
