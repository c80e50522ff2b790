// switch: a chain of conditions where each group of statements leaves it, with a flag where one falls
// through.
#include "frontend/lifter_parts.h"

namespace nndiff::frontend {

using State = Content::State;

/// Statements behind one or several labels.
struct Lifter::Group {
  std::vector<llvm::APSInt> labels;
  bool is_default = false;
  std::vector<const clang::Stmt*> statements;
};

struct Lifter::Switch {
  const clang::SwitchStmt* source;
  const Object* value;
  std::vector<Group> groups;
  Object* entered;  // whether the group before falls through
};

namespace {

bool holds_label(const clang::Stmt* stmt) {
  if (!stmt || llvm::isa<clang::SwitchStmt>(stmt)) return false;
  if (llvm::isa<clang::SwitchCase>(stmt)) return true;
  return std::any_of(stmt->child_begin(), stmt->child_end(), holds_label);
}

}  // namespace

std::vector<Lifter::Group> Lifter::groups_of(const clang::SwitchStmt* stmt) {
  const auto* body = llvm::dyn_cast<clang::CompoundStmt>(stmt->getBody());
  if (!body) refuse(stmt->getBeginLoc(), "a 'switch' without braces is not supported");
  std::vector<Group> groups;
  for (const clang::Stmt* item : body->body()) {
    bool is_new = true;
    while (const auto* label = llvm::dyn_cast<clang::SwitchCase>(item)) {
      if (is_new) groups.emplace_back();
      is_new = false;
      if (const auto* one = llvm::dyn_cast<clang::CaseStmt>(label)) {
        if (one->getRHS()) refuse(one->getBeginLoc(), "a range of cases is not supported");
        groups.back().labels.push_back(one->getLHS()->EvaluateKnownConstInt(context_));
      } else {
        groups.back().is_default = true;
      }
      item = label->getSubStmt();
    }
    if (holds_label(item))
      refuse(item->getBeginLoc(), "a 'case' inside of another statement is not supported");
    if (groups.empty()) refuse(item->getBeginLoc(), "a statement before the first 'case' is not supported");
    groups.back().statements.push_back(item);
  }
  return groups;
}

/// Whether execution begins at a group.
Object* Lifter::matches(const Switch& cases, std::size_t group) {
  const auto is_one_of = [&](const Group& of, Object* so_far) {
    for (const llvm::APSInt& label : of.labels) {
      Object* hit = arithmetic(clang::BO_EQ, cases.value, objects_.of(label),
                               cases.source->getCond()->getType(), cases.source->getCond());
      if (hit->state == State::value && so_far->state == State::value)
        so_far = objects_.of(build_.map(ir::Map::bit_or, so_far->value, hit->value));
      else if (hit->state == State::value || hit->integer.getBoolValue())
        so_far = hit;
    }
    return so_far;
  };
  Object* result = objects_.of(false);
  if (!cases.groups[group].is_default) return is_one_of(cases.groups[group], result);
  for (std::size_t i = 0; i < cases.groups.size(); ++i)
    if (i != group) result = is_one_of(cases.groups[i], result);
  if (result->state == State::integer) return objects_.of(!result->integer.getBoolValue());
  return objects_.of(build_.map(ir::Map::logical_not, result->value));
}

/// Executes the groups from number `group` on.
Flow Lifter::run_group(Switch& cases, std::size_t group) {
  if (group == cases.groups.size()) return Flow::next;
  if (const Object* left = pending(true))
    return guarded(left, [&] { return run_group(cases, group); }, nullptr, cases.source->getBeginLoc());
  const auto execute = [&] {
    objects_.set(*cases.entered, *objects_.of(true));
    return exec_list(cases.groups[group].statements, nullptr);
  };
  const Object* hit = matches(cases, group);
  const bool is_known = hit->state == State::integer;
  const bool fell = cases.entered->state == State::integer && cases.entered->integer.getBoolValue();
  if (fell || (is_known && hit->integer.getBoolValue())) {
    const Flow flow = execute();
    return flow == Flow::next ? run_group(cases, group + 1) : flow;
  }
  ir::Value condition = is_known ? ir::Value{} : hit->value;
  if (cases.entered->state == State::value)
    condition =
        condition ? build_.map(ir::Map::bit_or, cases.entered->value, condition) : cases.entered->value;
  if (!condition) return run_group(cases, group + 1);
  const auto following = [&] { return run_group(cases, group + 1); };
  Rest others{following};
  const Flow flow =
      choose(condition, execute, [](Rest*) { return Flow::next; }, &others, cases.source->getBeginLoc());
  return others.used || flow != Flow::next ? flow : run_group(cases, group + 1);
}

Flow Lifter::exec_switch(const clang::SwitchStmt* stmt) {
  if (stmt->getInit()) exec(stmt->getInit());
  if (stmt->getConditionVariable()) declare(stmt->getConditionVariable());
  Switch cases{stmt, read(eval(stmt->getCond()), stmt->getCond()), groups_of(stmt), objects_.of(false)};
  const Restore<std::vector<Exits>> exits(frames_.back()->exits);
  frames_.back()->exits.push_back({objects_.flag(), nullptr});
  const Flow flow = run_group(cases, 0);
  return flow == Flow::leave_loop || flow == Flow::left ? Flow::next : flow;
}

}  // namespace nndiff::frontend
