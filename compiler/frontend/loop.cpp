// Loops: each is lifted as one, or round by round where it is short or its body needs known numbers.
#include "frontend/lifter_parts.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {
constexpr std::int64_t short_loop = 64;     // statements executed by a loop that is better unrolled
constexpr std::int64_t long_loop = 20'000;  // by one that must be
}  // namespace

/// The condition of a loop that declares a variable in it belongs to the body: each round has its own.
Flow Lifter::exec_round(const clang::VarDecl* variable, const clang::Expr* condition,
                        const clang::Stmt* body) {
  declare(variable);
  const Object* go = truth(eval(condition), condition);
  if (go->state == State::integer) return go->integer.getBoolValue() ? exec(body) : Flow::leave_loop;
  return choose(
      go->value, [&] { return exec(body); }, [](Rest*) { return Flow::leave_loop; }, nullptr,
      condition->getExprLoc());
}

Flow Lifter::exec_for(const clang::ForStmt* loop) {
  if (loop->getInit()) exec(loop->getInit());
  Loop parts{loop, nullptr, [this, loop] { return exec(loop->getBody()); }, nullptr};
  if (const clang::VarDecl* variable = loop->getConditionVariable())
    parts.body = [this, loop, variable] { return exec_round(variable, loop->getCond(), loop->getBody()); };
  else if (loop->getCond())
    parts.condition = [this, loop] { return eval(loop->getCond()); };
  if (loop->getInc()) parts.step = [this, loop] { eval(loop->getInc()); };
  return run_loop(parts);
}

Flow Lifter::exec_while(const clang::WhileStmt* loop) {
  Loop parts{loop, nullptr, [this, loop] { return exec(loop->getBody()); }, nullptr};
  if (const clang::VarDecl* variable = loop->getConditionVariable())
    parts.body = [this, loop, variable] { return exec_round(variable, loop->getCond(), loop->getBody()); };
  else
    parts.condition = [this, loop] { return eval(loop->getCond()); };
  return run_loop(parts);
}

/// Rolled where possible; unrolled where that fails, and where it is short and touches no element.
Flow Lifter::run_loop(const Loop& loop) {
  const Restore<std::vector<Exits>> exits(frames_.back()->exits);
  const Restore<int> statement(build_.statement);
  const Object* first = loop.condition && loop.test_first ? loop.condition() : objects_.of(true);
  const bool is_known = first->state == State::integer;
  if (is_known && !first->integer.getBoolValue()) return Flow::next;
  const Mark from = mark();
  std::optional<ir::Refusal> problem;
  Rolled rolled = Rolled::better_not;
  try {
    rolled = roll(loop, first, true);
    if (rolled == Rolled::yes) return Flow::next;
  } catch (const ir::Refusal& refusal) {
    if (!is_known) throw;
    problem = refusal;
  }
  const std::vector<ir::Diagnostic> notes = notes_;
  go_back(from);
  frames_.back()->exits = exits.saved;
  if (rolled == Rolled::once && !is_known)
    return choose(
        first->value, [&] { return unroll(loop, long_loop); }, [](Rest*) { return Flow::next; }, nullptr,
        loop.source->getBeginLoc());
  try {
    return unroll(loop, problem || rolled == Rolled::once ? long_loop : short_loop);
  } catch (const NotUnrolled&) {
    go_back(from);
    notes_ = notes;
    if (problem) throw ir::Refusal(*problem);
    frames_.back()->exits = exits.saved;
    roll(loop, first, false);
    return Flow::next;
  }
}

/// Executes a loop round by round, in at most `limit` statements; the condition has held.
Flow Lifter::unroll(const Loop& loop, std::int64_t limit) {
  const Restore<std::vector<Exits>> exits(frames_.back()->exits);
  frames_.back()->exits.push_back({objects_.flag(), nullptr});
  const Flow flow = unroll_rounds(loop, steps_ + limit);
  return flow == Flow::leave_function ? flow : Flow::next;
}

Flow Lifter::unroll_rounds(const Loop& loop, std::int64_t last_step) {
  while (true) {
    frames_.back()->exits.back().continued = objects_.flag();
    const Flow flow = loop.body();
    if (steps_ > last_step) throw NotUnrolled();
    if (flow == Flow::leave_function || flow == Flow::leave_loop) return flow;
    bool goes_on = true;
    const auto step = [&] {
      if (loop.step) loop.step();
      const Object* go = loop.condition ? loop.condition() : objects_.of(true);
      if (go->state != State::integer) throw NotUnrolled();
      goes_on = go->integer.getBoolValue();
    };
    if (const Object* left = pending(false)) {
      const auto others = [&] {
        step();
        return goes_on ? unroll_rounds(loop, last_step) : Flow::next;
      };
      return guarded(left, others, nullptr, loop.source->getBeginLoc());
    }
    step();
    if (!goes_on) return Flow::next;
  }
}

/// What `for (T x : …)` makes of an element: the element itself for a reference, else a copy, converted if
/// need be.
Object* Lifter::loop_variable(const clang::VarDecl* variable, Object* part, clang::QualType element) {
  const clang::QualType type =
      variable->getType().getNonReferenceType().getCanonicalType().getUnqualifiedType();
  element = element.getCanonicalType().getUnqualifiedType();
  if (type == element)
    return variable->getType()->isReferenceType() ? part : copy(*part, variable->getInit());
  if (!type->isArithmeticType() || !element->isArithmeticType())
    refuse(variable->getLocation(),
           "a loop variable of another type than the elements is not supported; use 'auto'");
  return convert(part, type, variable->getInit());
}

void Lifter::bind_loop_variable(const clang::CXXForRangeStmt* loop, Object* part, clang::QualType element) {
  const clang::VarDecl* variable = loop->getLoopVariable();
  Object* object = loop_variable(variable, part, element);
  frames_.back()->locals[variable] = object;
  if (const auto* names = llvm::dyn_cast<clang::DecompositionDecl>(variable)) declare_parts(names, object);
}

Flow Lifter::exec_range(const clang::CXXForRangeStmt* loop) {
  if (loop->getInit()) exec(loop->getInit());
  const clang::QualType type = loop->getRangeInit()->getType();
  const bool is_list = specialisation(type, "std", "initializer_list");
  const auto array = array_of(type, context_);
  if (!is_list && !array) return exec_range_iterators(loop);
  Object* range = eval(loop->getRangeInit());
  const clang::QualType element =
      is_list ? specialisation(type, "std", "initializer_list")->getTemplateArgs()[0].getAsType()
              : array->element;
  if (range->state == State::parts) return exec_range_parts(loop, range, element);
  return exec_range_elements(loop, range, element);
}

/// Over objects of their own: always round by round.
Flow Lifter::exec_range_parts(const clang::CXXForRangeStmt* loop, const Object* range,
                              clang::QualType element) {
  const std::vector<Object*> parts = range->parts;
  if (parts.empty()) return Flow::next;
  auto next = std::make_shared<std::size_t>(0);
  const auto body = [this, loop, parts, next, element] {
    bind_loop_variable(loop, parts.at(*next), element);
    ++*next;
    return exec(loop->getBody());
  };
  const auto condition = [this, parts, next] { return objects_.of(*next < parts.size()); };
  try {
    return unroll({loop, condition, body, nullptr}, long_loop);
  } catch (const NotUnrolled&) {
    refuse(loop->getBeginLoc(), "too many statements after entering calls and unrolling loops");
  }
}

/// Over an array: an index counts its elements.
Flow Lifter::exec_range_elements(const clang::CXXForRangeStmt* loop, Object* range, clang::QualType element) {
  const clang::Expr* where = loop->getRangeInit();
  const clang::QualType wide = context_.getIntTypeForBitwidth(64, true);
  Object* index = objects_.of(llvm::APSInt::get(0));
  const auto count = static_cast<std::int64_t>(array_of(where->getType(), context_)->count);
  const auto condition = [=, this] {
    return arithmetic(clang::BO_LT, index, objects_.of(llvm::APSInt::get(count)), wide, where);
  };
  const auto body = [=, this] {
    bind_loop_variable(loop, this->element(range, index, where), element);
    return exec(loop->getBody());
  };
  const auto step = [=, this] {
    objects_.set(*index, *arithmetic(clang::BO_Add, index, objects_.of(llvm::APSInt::get(1)), wide, where));
  };
  return run_loop({loop, condition, body, step, true, {index}});
}

/// Over whatever has iterators: as C++ defines it.
Flow Lifter::exec_range_iterators(const clang::CXXForRangeStmt* loop) {
  if (!loop->getBeginStmt() || !loop->getEndStmt())
    refuse(loop->getRangeInit()->getExprLoc(),
           "a loop over a '" + shown(loop->getRangeInit()->getType().getUnqualifiedType()) +
               "' is not supported yet; loop over a std::array, or use tensor operations");
  for (const clang::DeclStmt* hidden : {loop->getRangeStmt(), loop->getBeginStmt(), loop->getEndStmt()})
    declare(llvm::cast<clang::VarDecl>(hidden->getSingleDecl()));
  const auto condition = [this, loop] { return eval(loop->getCond()); };
  const auto body = [this, loop] {
    declare(loop->getLoopVariable());
    return exec(loop->getBody());
  };
  return run_loop({loop, condition, body, [this, loop] { eval(loop->getInc()); }});
}

}  // namespace nndiff::frontend
