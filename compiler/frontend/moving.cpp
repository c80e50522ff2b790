// Pointers that a loop moves between two objects, as those to two buffers that are swapped.
#include "frontend/lifter_parts.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

/// Adds the objects that a root may be.
void add_alternatives(Object* root, std::vector<Object*>& list) {
  if (root && root->state == State::choice) {
    for (Object* side : root->parts) add_alternatives(side, list);
  } else if (std::find(list.begin(), list.end(), root) == list.end()) {
    list.push_back(root);
  }
}

}  // namespace

/// Finds pointers that do not stay in one object; true where there are new ones, to begin again with them.
bool Lifter::find_roots(const Round& round, std::map<Object*, Roots>& roots, const Mark& from) {
  const std::size_t known = roots.size();
  for (const Carried& carried : round.carried) {
    const bool are_pointers = carried.before.state == State::pointer && carried.after.state == State::pointer;
    if (!are_pointers || carried.before.place.root == carried.after.place.root) continue;
    std::vector<Object*> list;
    add_alternatives(carried.before.place.root, list);
    add_alternatives(carried.after.place.root, list);
    const auto is_outer = [&](const Object* root) { return root && root->born <= round.birth; };
    if (list.size() == 2 && std::all_of(list.begin(), list.end(), is_outer))
      roots.insert({carried.object, {list[0], list[1]}});
  }
  if (roots.size() == known) return false;
  go_back(from);
  return true;
}

/// Inside of a round, such a pointer's root is one of two, as a parameter says.
void Lifter::enter_roots(Round& round, Carried& carried) {
  const auto found = round.roots.find(carried.object);
  if (found == round.roots.end()) return;
  Content root{.state = State::choice};
  root.value = build_.parameter(round.region, {ir::Elem::boolean, {}});
  root.parts = {found->second.first, found->second.second};
  carried.inside.place.root = objects_.holding(std::move(root));
}

/// Whether a root is the first of two objects.
ir::Value Lifter::is_first(const Object* root, const Roots& roots) {
  if (root == roots.first || root == roots.second)
    return build_.constant(root == roots.first ? 1 : 0, {ir::Elem::boolean, {}});
  if (!root || root->state != State::choice) ir::bug("a pointer moves to an object that was not foreseen");
  const bool is_plain = root->parts[0] == roots.first && root->parts[1] == roots.second;
  if (is_plain) return root->value;
  const ir::Value yes = is_first(root->parts[0], roots), no = is_first(root->parts[1], roots);
  return build_.map(ir::Map::where, {root->value, yes, no});
}

/// Carries which of the two it is.
void Lifter::carry_root(Round& round, Carried& carried) {
  const Roots& roots = round.roots.at(carried.object);
  const ir::Value start = is_first(carried.before.place.root, roots);
  const ir::Value param = carried.inside.place.root->value;
  {
    const Restore<ir::Region*> region(build_.region);
    build_.region = &round.region;
    round.region.yields.push_back(is_first(carried.after.place.root, roots));
  }
  round.initial.push_back(start);
  round.params.push_back(param);
  Content root{.state = State::choice};
  root.parts = {roots.first, roots.second};
  Object* after = objects_.holding(root);
  round.results.push_back({after, root});
  carried.inside.place.root = after;
}

}  // namespace nndiff::frontend
