// Statements: declarations, returns, branches and loops decided at compile time.
#include "frontend/lifter.h"
#include "frontend/phrases.h"
#include "frontend/source_text.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {
constexpr int max_rounds = 4096;
constexpr std::int64_t max_steps = 20'000;
}  // namespace

/// Records the user's statement that the following operations come from.
int Lifter::note_statement(const clang::Stmt* stmt) {
  if (is_library(stmt->getBeginLoc())) return build_.statement;
  f_.statements.push_back({place(stmt->getBeginLoc()), statement_text(stmt, context_), variable_of(stmt)});
  return static_cast<int>(f_.statements.size()) - 1;
}

Flow Lifter::exec(const clang::Stmt* stmt) {
  if (++steps_ > max_steps)
    refuse(stmt->getBeginLoc(), "too many statements after entering calls and unrolling loops");
  if (const auto* expr = llvm::dyn_cast<clang::Expr>(stmt)) {
    build_.statement = note_statement(stmt);
    eval(expr);
    return Flow::next;
  }
  switch (stmt->getStmtClass()) {
    case clang::Stmt::NullStmtClass:
      return Flow::next;
    case clang::Stmt::CompoundStmtClass:
      return exec_block(llvm::cast<clang::CompoundStmt>(stmt));
    case clang::Stmt::AttributedStmtClass:
      return exec(llvm::cast<clang::AttributedStmt>(stmt)->getSubStmt());
    case clang::Stmt::DeclStmtClass:
      build_.statement = note_statement(stmt);
      for (const clang::Decl* decl : llvm::cast<clang::DeclStmt>(stmt)->decls())
        if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) declare(variable);
      return Flow::next;
    case clang::Stmt::ReturnStmtClass:
      return exec_return(llvm::cast<clang::ReturnStmt>(stmt));
    case clang::Stmt::IfStmtClass:
      return exec_if(llvm::cast<clang::IfStmt>(stmt));
    case clang::Stmt::ForStmtClass:
      return exec_for(llvm::cast<clang::ForStmt>(stmt));
    case clang::Stmt::CXXForRangeStmtClass:
      return exec_range(llvm::cast<clang::CXXForRangeStmt>(stmt));
    case clang::Stmt::WhileStmtClass: {
      const auto* loop = llvm::cast<clang::WhileStmt>(stmt);
      if (loop->getConditionVariable()) break;
      return exec_loop(loop, loop->getCond(), loop->getBody(), nullptr, true);
    }
    case clang::Stmt::DoStmtClass: {
      const auto* loop = llvm::cast<clang::DoStmt>(stmt);
      return exec_loop(loop, loop->getCond(), loop->getBody(), nullptr, false);
    }
    case clang::Stmt::BreakStmtClass:
      return Flow::leave_loop;
    case clang::Stmt::ContinueStmtClass:
      return Flow::next_round;
    default:
      break;
  }
  refuse(stmt->getBeginLoc(), unsupported(stmt));
}

Flow Lifter::exec_block(const clang::CompoundStmt* block) {
  for (const clang::Stmt* stmt : block->body()) {
    const Flow flow = exec(stmt);
    if (flow != Flow::next) return flow;
  }
  return Flow::next;
}

Flow Lifter::exec_return(const clang::ReturnStmt* stmt) {
  build_.statement = note_statement(stmt);
  frames_.back()->result = stmt->getRetValue() ? eval(stmt->getRetValue()) : objects_.fresh();
  return Flow::leave_function;
}

void Lifter::declare(const clang::VarDecl* variable) {
  const clang::QualType type = variable->getType();
  if (type.isVolatileQualified()) refuse(variable->getLocation(), "volatile variables are not supported");
  if (type->isPointerType() || type->isMemberPointerType())
    refuse(variable->getLocation(), "pointers are not supported here; use a reference or an index");
  if (variable->isStaticLocal() || variable->hasExternalStorage())
    return;  // read as a global, which checks it
  if (!variable->getInit()) {
    build_.loc = place(variable->getLocation());
    frames_.back()->locals[variable] = default_object(type, variable->getLocation(), false);
    return;
  }
  Object* object = eval(variable->getInit());
  if (!type->isReferenceType()) give_name(object, variable->getName());
  frames_.back()->locals[variable] = object;
  if (const auto* names = llvm::dyn_cast<clang::DecompositionDecl>(variable)) declare_parts(names, object);
}

/// auto [a, b] = …: each name is a part of the hidden object.
void Lifter::declare_parts(const clang::DecompositionDecl* names, Object* whole) {
  for (const clang::BindingDecl* name : names->bindings()) {
    Object* part = nullptr;
    if (const clang::VarDecl* holder = name->getHoldingVar()) {
      declare(holder);
      part = lookup(holder);
    } else if (!name->getBinding() || whole->state != Object::State::parts) {
      refuse(name->getLocation(),
             "structured bindings of a '" + shown(names->getType()) + "' are not supported");
    } else {
      part = eval(name->getBinding());
    }
    give_name(part, name->getName());
    frames_.back()->locals[name] = part;
  }
}

/// The value of a condition that decides what is executed. Only what is known at compile time can.
bool Lifter::known_condition(const clang::Expr* condition, const char* construct, const char* instead) {
  const Object* object = eval(condition);
  if (object->state == Object::State::integer) return object->integer.getBoolValue();
  refuse(condition->getExprLoc(), std::string(construct) +
                                      " that depends on values known only at run time is not "
                                      "supported yet; " +
                                      instead);
}

Flow Lifter::exec_if(const clang::IfStmt* stmt) {
  if (stmt->isConsteval()) refuse(stmt->getBeginLoc(), "'if consteval' is not supported; remove it");
  if (stmt->getInit()) exec(stmt->getInit());
  if (stmt->getConditionVariable()) declare(stmt->getConditionVariable());
  const bool taken = known_condition(stmt->getCond(), "an 'if'",
                                     "choose between values by nn::where, nn::maximum or nn::relu");
  const clang::Stmt* branch = taken ? stmt->getThen() : stmt->getElse();
  return branch ? exec(branch) : Flow::next;
}

Flow Lifter::exec_for(const clang::ForStmt* loop) {
  if (loop->getConditionVariable())
    refuse(loop->getBeginLoc(), "a declaration as condition is not supported");
  if (loop->getInit()) exec(loop->getInit());
  return exec_loop(loop, loop->getCond(), loop->getBody(), loop->getInc(), true);
}

void Lifter::count_round(const clang::Stmt* loop, int& rounds) {
  if (++rounds > max_rounds)
    refuse(loop->getBeginLoc(), "the loop runs more than " + std::to_string(max_rounds) +
                                    " times; loops are unrolled, so write it as tensor operations");
}

Flow Lifter::exec_loop(const clang::Stmt* loop, const clang::Expr* condition, const clang::Stmt* body,
                       const clang::Expr* step, bool test_first) {
  int rounds = 0;
  while (true) {
    const bool test = test_first || rounds > 0;
    if (test && condition &&
        !known_condition(condition, "a loop", "use a bound known at compile time, or tensor operations"))
      return Flow::next;
    count_round(loop, rounds);
    const Flow flow = exec(body);
    if (flow == Flow::leave_function) return flow;
    if (flow == Flow::leave_loop) return Flow::next;
    if (step) eval(step);
  }
}

/// What `for (T x : …)` makes of an element: the element itself for a reference, else a copy, converted if
/// need be.
Object* Lifter::loop_variable(const clang::VarDecl* variable, Object* part, clang::QualType element) {
  const clang::QualType type =
      variable->getType().getNonReferenceType().getCanonicalType().getUnqualifiedType();
  element = element.getCanonicalType().getUnqualifiedType();
  if (type == element) return variable->getType()->isReferenceType() ? part : objects_.copy(*part);
  if (!type->isArithmeticType() || !element->isArithmeticType())
    refuse(variable->getLocation(),
           "a loop variable of another type than the elements is not supported; use 'auto'");
  return convert(part, type, variable->getInit());
}

Flow Lifter::exec_range(const clang::CXXForRangeStmt* loop) {
  if (loop->getInit()) exec(loop->getInit());
  const Object* range = eval(loop->getRangeInit());
  const clang::QualType type = loop->getRangeInit()->getType();
  const bool is_list = specialisation(type, "std", "initializer_list");
  if (range->state != Object::State::parts || !(is_list || array_of(type, context_)))
    refuse(loop->getRangeInit()->getExprLoc(),
           "a loop over a '" + shown(type.getUnqualifiedType()) +
               "' is not supported yet; loop over a std::array, or use tensor operations");
  const clang::VarDecl* variable = loop->getLoopVariable();
  const clang::QualType element =
      is_list ? specialisation(type, "std", "initializer_list")->getTemplateArgs()[0].getAsType()
              : array_of(type, context_)->element;
  int rounds = 0;
  for (Object* part : std::vector<Object*>(range->parts)) {
    count_round(loop, rounds);
    Object* object = loop_variable(variable, part, element);
    frames_.back()->locals[variable] = object;
    if (const auto* names = llvm::dyn_cast<clang::DecompositionDecl>(variable)) declare_parts(names, object);
    const Flow flow = exec(loop->getBody());
    if (flow == Flow::leave_function) return flow;
    if (flow == Flow::leave_loop) return Flow::next;
  }
  return Flow::next;
}

}  // namespace nndiff::frontend
