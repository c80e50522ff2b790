// The state of grad::keep: decisions (keep.cpp), history (history.cpp), computing again (again.cpp).
#ifndef NNDIFF_GRAD_KEEPER_H
#define NNDIFF_GRAD_KEEPER_H
#include <map>
#include <set>

#include "grad/held.h"
#include "grad/keep.h"
#include "grad/weave.h"

namespace nndiff::grad {

struct Keeper {
  ir::Function& f;
  const std::size_t primal;
  const Mirrors& mirrors;
  const Frames& frames;
  const Recompute recompute;
  const Layout at = layout(f);
  op::Builder b{f};
  ir::Value first_backward = {};
  std::vector<bool> consumed = {};
  std::map<std::string, ir::Value, std::less<>> sizes = {};  // by name: the forward `dimension`
  std::set<ir::Value> wanted = {};
  std::map<ir::Value, Held> in_memory = {};
  std::map<ir::Value, ir::Value> finals = {};              // see final_of
  std::map<ir::Value, ir::Value> provided = {};            // by forward value: the same one backwards
  std::map<Place, std::vector<ir::Value>> prologues = {};  // what backward regions begin with
  std::map<ir::Value, int> costs = {};                     // of values computed again
  std::map<ir::Value, Place> lifts = {};                   // see lifted
  std::map<std::pair<ir::Value, ir::Value>, ir::Value> hoists = {};
  std::map<ir::Value, ir::Dim> rounds = {};                    // by limit: the size of a history's axis
  std::map<ir::Value, ir::Value> first = {}, last_first = {};  // by loop: rounds of earlier runs of it
  std::map<ir::Value, ir::Value> flat = {}, flat_back = {};    // by loop: the round's number in a history

  // keep.cpp
  bool is_visible(ir::Value v) const;
  bool is_known(const ir::Shape& shape, ir::Value before) const;
  bool has_inner_size(const ir::Shape& shape) const;
  bool is_counter(ir::Value v) const;  // of the rounds of a loop
  Place mirror(Place place) const;
  ir::Value provide(ir::Value v);
  ir::Value in_prologue(Place forward, const std::function<ir::Value()>& build);
  ir::Value counter(ir::Value loop);
  ir::Value number(double x) { return b.constant(x, {ir::Elem::i64, {}}); }
  void bind_sizes(const std::set<std::string, std::less<>>& used);
  void begin_with_prologues();
  void run();

  // again.cpp: computing again
  struct Induction {
    ir::Value initial, step;
    ir::Map map;
  };
  std::optional<Induction> induction(ir::Value v) const;
  /// What computing `v` again costs; at least `never` where that cannot be.
  int cost(ir::Value v);
  bool is_from_around(ir::Value v, Place home) const;
  int cost_of_operands(const ir::Op& op, Place home);
  int cost_from(ir::Value v, Place home);  // in region `home`
  /// The outermost region whose backward one could compute `v`: not its own where `v` is the same in all
  /// rounds of a loop.
  Place lifted(ir::Value v);
  bool is_invariant(ir::Value v);
  int cost_of_loading(ir::Value v);
  bool is_cheap(ir::Value v);
  ir::Value loaded(ir::Value v);
  ir::Value again(ir::Value v);
  /// `v` as a value of the body that can be made before the loop or branch `before`, if it can.
  std::optional<ir::Value> hoisted(ir::Value v, ir::Value before);

  // history.cpp
  ir::Value history(ir::Value v);
  ir::Value from_branch(ir::Value v, const std::vector<Place>& path);
  std::optional<std::vector<ir::Value>> limits(const std::vector<Place>& path);
  ir::Dim extent(ir::Value limit, ir::Value before);
  /// How the values of the rounds of a loop are kept in an array.
  struct Series {
    ir::Value next;                                                      // kept one place further, or empty
    ir::Value round;                                                     // the number of a round
    std::function<ir::Value()> back = {};                                // the same in the backward sweep
    std::function<ir::Value(ir::Value, ir::Value, ir::Value)> put = {};  // (array, round, element)
    std::function<ir::Value(ir::Value, ir::Value)> get = {};             // (array, round)
  };
  ir::Value series(ir::Value v, const std::vector<Place>& path, ir::Value array, const Series& as);
  ir::Value by_counters(ir::Value v, const std::vector<Place>& path, const std::vector<ir::Value>& limits);
  ir::Value successor(ir::Value v);
  ir::Value final_of(ir::Value v);
  ir::Value in_line(ir::Value v, const std::vector<Place>& path);
  ir::Value in_line_sized(ir::Value v, const std::vector<Place>& path);
  void number_rounds(ir::Value loop);

  // frame_history.cpp: in routines
  ir::Value in_frames(ir::Value v, const std::vector<Place>& path);
  ir::Value keep_by(ir::Value v, ir::Value round);
  ir::Value kept_by(ir::Value v, ir::Value array, ir::Value round);
  ir::Value frame_number(const std::vector<Place>& path, bool backward);
  ir::Value loop_number(ir::Value loop, bool backward);
  ir::Value linked_number(ir::Value loop);
  ir::Value flat_index(const std::vector<Place>& path, bool backward);
};

constexpr int never = 1 << 20;

}  // namespace nndiff::grad

#endif
