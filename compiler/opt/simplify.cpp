// The two entries of simplification: which rules run when.
#include "opt/simplify.h"

#include <algorithm>
#include <array>

#include "opt/batch.h"
#include "opt/carry.h"
#include "opt/collect.h"
#include "opt/contract.h"
#include "opt/count.h"
#include "opt/elements.h"
#include "opt/flatten.h"
#include "opt/induction.h"
#include "opt/own.h"
#include "opt/range.h"
#include "opt/registers.h"
#include "opt/rules.h"

namespace nndiff::opt {

namespace {

constexpr std::array<Rule, 6> before = {fold_constants,      simplify_integers, simplify_shapes,
                                        simplify_arithmetic, find_stable_forms, hoist_broadcasts};
constexpr std::array<Rule, 6> after = {fold_constants,      simplify_integers, simplify_shapes,
                                       simplify_arithmetic, hoist_broadcasts,  simplify_picks};
constexpr std::array<Rule, 8> lowered = {fold_constants,      simplify_integers, simplify_shapes,
                                         simplify_arithmetic, hoist_broadcasts,  simplify_picks,
                                         lower_composites,    reciprocals};

ir::Function settle(ir::Function f, std::span<const Rule> rules) {
  f = rewrite(std::move(f), rules);
  for (bool changed = true; changed;) {
    changed = false;
    f = collect_terms(std::move(f), changed);
    if (changed) f = rewrite(std::move(f), rules);
  }
  return f;
}

bool has_regions(const ir::Function& f) {
  return std::any_of(f.ops.begin(), f.ops.end(), [](const ir::Op& op) { return !op.regions.empty(); });
}

// Loops that count are found once their conditions are plain, and give indices that are plain in turn.
ir::Function settle_regions(ir::Function f, std::span<const Rule> rules) {
  f = settle(std::move(f), rules);
  for (bool changed = has_regions(f); changed;) {
    changed = false;
    f = hoist_invariants(f);
    f = flatten(std::move(f), changed);
    f = settle(std::move(f), rules);
    f = count_loops(std::move(f), changed);
    f = widen_counters(std::move(f), changed);
    f = forward_elements(std::move(f), changed);
    if (!changed) f = close_inductions(std::move(f), changed);
    if (!changed) f = hold_elements(std::move(f), changed);
    f = settle(std::move(f), rules);
  }
  return f;
}

}  // namespace

ir::Function stabilise(ir::Function f) {
  f = settle_regions(std::move(f), before);
  bool changed = false;
  f = contract(std::move(f), changed);
  f = batch_products(std::move(f), changed);
  if (changed) f = settle_regions(std::move(f), before);
  return own(std::move(f));
}

ir::Function simplify(ir::Function f) {
  f = settle_regions(std::move(f), after);
  bool changed = false;
  f = gather_products(std::move(f), changed);
  f = settle_regions(std::move(f), lowered);
  for (const auto pass : {store_once, join_twins, sum_behind, keep_states}) {
    changed = false;
    f = pass(std::move(f), changed);
    if (changed) f = settle_regions(std::move(f), lowered);
  }
  return own(std::move(f));
}

}  // namespace nndiff::opt
