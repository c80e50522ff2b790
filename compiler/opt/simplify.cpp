// The two entries of simplification: which rules run when.
#include "opt/simplify.h"

#include <array>

#include "opt/collect.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

constexpr std::array<Rule, 5> before = {fold_constants, simplify_shapes, simplify_arithmetic,
                                        find_stable_forms, hoist_broadcasts};
constexpr std::array<Rule, 5> after = {fold_constants, simplify_shapes, simplify_arithmetic, hoist_broadcasts,
                                       simplify_picks};
constexpr std::array<Rule, 7> lowered = {fold_constants,   simplify_shapes, simplify_arithmetic,
                                         hoist_broadcasts, simplify_picks,  lower_composites,
                                         reciprocals};

ir::Function settle(ir::Function f, std::span<const Rule> rules) {
  f = rewrite(std::move(f), rules);
  for (bool changed = true; changed;) {
    changed = false;
    f = collect_terms(f, changed);
    if (changed) f = rewrite(std::move(f), rules);
  }
  return f;
}

}  // namespace

ir::Function stabilise(ir::Function f) {
  return settle(std::move(f), before);
}

ir::Function simplify(ir::Function f) {
  return settle(settle(std::move(f), after), lowered);
}

}  // namespace nndiff::opt
