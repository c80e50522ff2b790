// Loops that stay loops: a body is lifted once, with a parameter for each object that it changes.
//
// Which objects these are shows only when the body has been lifted. So it is lifted with a guess, and again
// with what turned out to be missing, until nothing is.
#include <set>

#include "frontend/lifter_parts.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

bool contains(const std::vector<Object*>& list, const Object* object) {
  return std::find(list.begin(), list.end(), object) != list.end();
}

/// The objects without parts of their own behind an object that is written.
void add_leaves(Object* object, std::vector<Object*>& list) {
  if (!object) return;
  if (object->state == State::place) return add_leaves(object->place.root, list);
  if (object->state == State::row) return add_leaves(object->parts[0], list);
  if (object->has_parts() || object->state == State::choice) {
    for (Object* part : object->parts) add_leaves(part, list);
  } else if (!object->read_only && object->state != State::closure && object->state != State::function &&
             !contains(list, object)) {
    list.push_back(object);
  }
}

/// The expressions that a statement visibly changes.
void add_targets(const clang::Stmt* stmt, std::vector<const clang::Expr*>& targets) {
  if (!stmt) return;
  if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(stmt); binary && binary->isAssignmentOp())
    targets.push_back(binary->getLHS());
  if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(stmt);
      unary && unary->isIncrementDecrementOp())
    targets.push_back(unary->getSubExpr());
  if (const auto* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(stmt);
      call && (call->isAssignmentOp() || call->getOperator() == clang::OO_PlusPlus))
    targets.push_back(call->getArg(0));
  for (const clang::Stmt* child : stmt->children()) add_targets(child, targets);
}

/// The variables that a statement declares: new ones in every round of a loop around it.
void add_declared(const clang::Stmt* stmt, std::set<const clang::Decl*>& declared) {
  if (!stmt) return;
  if (const auto* declaration = llvm::dyn_cast<clang::DeclStmt>(stmt))
    declared.insert(declaration->decl_begin(), declaration->decl_end());
  for (const clang::Stmt* child : stmt->children()) add_declared(child, declared);
}

std::set<const clang::Decl*> declared_in_rounds(const clang::Stmt* loop) {
  const auto* counted = llvm::dyn_cast<clang::ForStmt>(loop);
  std::set<const clang::Decl*> declared;
  for (const clang::Stmt* child : loop->children())
    if (!counted || child != counted->getInit()) add_declared(child, declared);
  return declared;
}

}  // namespace

/// A first guess at the objects that a loop changes.
std::vector<Object*> Lifter::guess(const Loop& loop) {
  std::vector<const clang::Expr*> targets;
  add_targets(loop.source, targets);
  const std::set<const clang::Decl*> declared = declared_in_rounds(loop.source);
  const std::function<Object*(const clang::Expr*)> resolve = [&](const clang::Expr* expr) -> Object* {
    expr = expr->IgnoreParenImpCasts();
    if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(expr))
      return declared.count(name->getDecl()) ? nullptr : lookup(name->getDecl());
    if (llvm::isa<clang::CXXThisExpr>(expr)) return frames_.back()->self;
    if (const auto* member = llvm::dyn_cast<clang::MemberExpr>(expr)) {
      Object* base = resolve(member->getBase());
      const auto* field = llvm::dyn_cast<clang::FieldDecl>(member->getMemberDecl());
      if (!base || !field || !base->has_parts()) return base;
      const std::size_t part = part_of(llvm::cast<clang::CXXRecordDecl>(field->getParent()), field);
      return part < base->parts.size() ? base->parts[part] : base;
    }
    const clang::Expr* base = nullptr;
    if (const auto* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(expr)) base = subscript->getBase();
    if (const auto* call = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expr)) base = call->getArg(0);
    if (const auto* unary = llvm::dyn_cast<clang::UnaryOperator>(expr);
        unary && unary->getOpcode() == clang::UO_Deref)
      base = unary->getSubExpr();
    Object* object = base ? resolve(base) : nullptr;
    return object && object->state == State::pointer ? object->place.root : object;
  };
  std::vector<Object*> list = loop.own;
  for (const clang::Expr* target : targets) add_leaves(resolve(target), list);
  return list;
}

/// Lifts a loop as one; not where `may_decline` and it is better unrolled.
Lifter::Rolled Lifter::roll(const Loop& loop, const Object* first, bool may_decline) {
  std::vector<Object*> changing = guess(loop);
  std::map<Object*, Roots> roots;
  bool is_pruned = false;
  for (int attempt = 0; attempt < 24; ++attempt) {
    const Mark from = mark();
    Round round = lift_round(loop, changing, roots);
    std::vector<Object*> next = changing;
    for (Object* object : round.written)
      if (!contains(next, object)) next.push_back(object);
    if (prepare_memory(round, from)) continue;
    if (find_roots(round, roots, from)) continue;
    if (next.size() == changing.size() && !is_pruned) {  // what is known and stays so is better known
      is_pruned = true;
      std::erase_if(next,
                    [&](Object* object) { return object->is_known() && !contains(round.written, object); });
    }
    if (next.size() == changing.size()) {
      if (round.is_once) return Rolled::once;
      if (may_decline && first->state == State::integer && is_worth_unrolling(from))
        return Rolled::better_not;
      finish(loop, round, first, from);
      return Rolled::yes;
    }
    go_back(from);
    changing = std::move(next);
  }
  refuse(loop.source->getBeginLoc(), "what this loop changes is too intricate");
}

/// Where a body makes an array grow that had a fixed size, it gets room to grow before the loop; where it
/// writes elements of a tensor that shares its memory, the tensor gets memory of its own.
bool Lifter::prepare_memory(const Round& round, const Mark& from) {
  std::vector<std::pair<Object*, bool>> changing;
  for (const Carried& carried : round.carried) {
    if (carried.before.state != State::value || carried.after.state != State::value) continue;
    const ir::Shape &before = build_.shape(carried.before.value), &after = build_.shape(carried.after.value);
    const bool grows = before != after && after.size() == 1 && after[0] == ir::unknown_extent();
    if (grows || (carried.after.in_memory && !carried.before.in_memory))
      changing.emplace_back(carried.object, grows);
  }
  if (changing.empty()) return false;
  go_back(from);
  for (const auto& [object, grows] : changing) {
    Content content{.state = State::value};
    content.in_memory = true;
    content.value = grows ? grown(object->value) : build_.copy(object->value);
    objects_.set(*object, std::move(content));
  }
  return true;
}

/// True for a loop without access to elements: a short one of these is better unrolled.
bool Lifter::is_worth_unrolling(const Mark& from) const {
  return std::none_of(f_.ops.begin() + static_cast<std::ptrdiff_t>(from.ops), f_.ops.end(),
                      [](const ir::Op& op) {
                        return op.kind == ir::Kind::load || op.kind == ir::Kind::store ||
                               op.kind == ir::Kind::loop || op.kind == ir::Kind::call;
                      });
}

/// Makes the objects that change parameters of the body.
void Lifter::enter_round(Round& round, const std::vector<Object*>& changing) {
  build_.parameter(round.region, {ir::Elem::i64, {}});
  for (Object* object : changing) {
    Carried carried{object, *object, *object, {}};
    if (object->state == State::pointer && object->place.root) {
      const bool moves = !object->place.index.empty() || !object->place.root->has_parts();
      if (moves) carried.inside.place.index = {{build_.parameter(round.region, {ir::Elem::i64, {}})}};
      carried.inside.place.flat = moves;
      enter_roots(round, carried);
    } else if (const auto type = type_of(*object)) {
      carried.inside = {.state = State::value};
      carried.inside.value = build_.parameter(round.region, *type);
      carried.inside.in_memory = object->in_memory;
      f_[carried.inside.value].name = object->name;
    }
    objects_.set(*object, carried.inside);
    round.carried.push_back(std::move(carried));
  }
}

/// The body, the step and the condition of a loop.
Lifter::Round Lifter::lift_round(const Loop& loop, const std::vector<Object*>& changing,
                                 const std::map<Object*, Roots>& roots) {
  Round round;
  round.roots = roots;
  round.birth = objects_.count();
  const Restore<ir::Region*> region(build_.region);
  Frame& frame = *frames_.back();
  const Restore<std::vector<Exits>> exits(frame.exits);
  build_.region = &round.region;
  const std::uint64_t birth = round.birth;
  const std::size_t start = objects_.changes();
  enter_round(round, changing);
  const std::size_t body = objects_.changes();
  frame.exits.push_back({objects_.flag(), objects_.flag()});
  Object* go = objects_.of(false);
  const auto step = [&] {
    if (loop.step) loop.step();
    objects_.set(*go, loop.condition ? *loop.condition() : *objects_.of(true));
    return Flow::next;
  };
  const Flow flow = loop.body();
  if (flow == Flow::leave_function) mark_exit(flow);
  if (flow != Flow::leave_function && flow != Flow::leave_loop) {
    if (const Object* left = pending(false))
      guarded(left, step, nullptr, loop.source->getBeginLoc());
    else
      step();
  }
  round.is_once = go->state == State::integer && !go->integer.getBoolValue();
  round.go = as_value(*go, {ir::Elem::boolean, {}});
  for (const Objects::Change& change : objects_.since(body, birth))
    if (change.object != frame.returned) round.written.push_back(change.object);
  for (Carried& carried : round.carried) carried.after = *carried.object;
  if (frame.returned) round.returned = *frame.returned;
  objects_.restore(start, birth);
  return round;
}

namespace {

ir::Value& slot(Content& content) {
  return content.state == State::pointer ? content.place.index.at(0).value : content.value;
}

}  // namespace

/// What a carried object's content comes down to in the loop: its value, or the index of a pointer.
ir::Value Lifter::slot_value(const Content& content, const ir::Type& type, bool is_pointer) {
  if (!is_pointer) return as_value(content, type);
  return value_of(content.place.index.empty() ? Index{} : content.place.index[0]);
}

/// Adds an object that the body changes to what the loop carries.
void Lifter::carry(Round& round, Carried& carried, clang::SourceLocation where) {
  const Content &before = carried.before, &after = carried.after;
  const bool is_pointer = after.state == State::pointer;
  const bool was_unset = before.state == State::unset && !before.elem;
  if (is_pointer && was_unset && after.place.root->born > round.birth) return;  // of no use after the loop
  const bool has_roots = round.roots.count(carried.object) > 0;
  if (is_pointer && carried.inside.state == State::pointer && carried.inside.place.index.empty() &&
      after.place.index.empty() && after.place.root == before.place.root)
    return;  // the address of an object that is no array
  if (has_roots) carry_root(round, carried);
  if (is_pointer && !was_unset && !has_roots &&
      (before.state != State::pointer || after.place.root != before.place.root))
    refuse(where, "a pointer that moves to another object in a loop is not supported; use an index");
  const auto type = is_pointer ? std::optional(ir::Type{ir::Elem::i64, {}}) : type_of(after);
  if (!type && after.state == State::unset) return;
  if (after.state == State::function || after.state == State::closure)
    refuse(
        where,
        "a function that changes from round to round is not supported, because it must be known at compile "
        "time; call each one in a branch of its own");
  if (!type || before.has_parts())
    refuse(where, "an object that is made anew in a loop in this way is not supported");
  const ir::Value start = slot_value(before, *type, is_pointer);
  if (carried.inside.state == State::unset) {
    carried.inside = is_pointer ? after : Content{.state = State::value};
    if (is_pointer) carried.inside.place.index = {Index{}}, carried.inside.place.flat = true;
    slot(carried.inside) = f_.make({.kind = ir::Kind::parameter, .type = *type, .loc = build_.loc});
  }
  const ir::Value param = slot(carried.inside);
  if (!(build_.type(param) == *type))
    refuse(where, "a value whose shape changes from round to round is not supported");
  const Restore<ir::Region*> region(build_.region);
  build_.region = &round.region;
  const ir::Value end = slot_value(after, *type, is_pointer);
  if (end == param && !has_roots) {
    round.same[param] = start;
    return;
  }
  round.region.yields.push_back(owned(end));
  build_.region = region.saved;
  round.initial.push_back(owned(start));
  round.params.push_back(param);
  round.results.push_back({carried.object, carried.inside});
}

/// The loop itself: its initial values, its yields, and what objects hold after it.
void Lifter::finish(const Loop& loop, Round& round, const Object* first, const Mark& from) {
  const clang::SourceLocation where = loop.source->getBeginLoc();
  const ir::Type boolean{ir::Elem::boolean, {}};
  build_.loc = place(where);
  const auto parameter = [&] {
    return f_.make({.kind = ir::Kind::parameter, .type = boolean, .loc = build_.loc});
  };
  round.initial = {as_value(*first, boolean)};
  round.params = {round.region.params[0], parameter()};
  round.region.yields = {round.go};
  for (Carried& carried : round.carried) carry(round, carried, where);
  if (round.returned.state == State::value) {
    round.initial.push_back(build_.constant(0, boolean));
    round.params.push_back(parameter());
    round.region.yields.push_back(round.returned.value);
    round.results.push_back({frames_.back()->returned, {.state = State::value}});
  }
  replace_unchanged(round, from);
  round.region.params = round.params;
  build_.loc = place(where);
  const ir::Value limit = value_of(Index{{}, -1});
  const std::vector<ir::Value> results =
      build_.loop(limit, round.initial, std::move(round.region), true).results;
  for (std::size_t i = 0; i < round.results.size(); ++i) {
    auto& [object, content] = round.results[i];
    slot(content) = results[i + 1];
    objects_.set(*object, content);
    give_name(object, object->name);
  }
}

/// Parameters that come out of a round as they went in are the values from before the loop.
void Lifter::replace_unchanged(Round& round, const Mark& from) {
  if (round.same.empty()) return;
  const auto replace = [&](std::vector<ir::Value>& values) {
    for (ir::Value& v : values)
      if (const auto found = round.same.find(v); found != round.same.end()) v = found->second;
  };
  for (std::size_t i = from.ops; i < f_.ops.size(); ++i) {
    replace(f_.ops[i].operands);
    for (ir::Region& region : f_.ops[i].regions) replace(region.yields);
  }
  replace(round.region.yields);
}

}  // namespace nndiff::frontend
