// Blocks, conditions, and leaving them: break, continue, return.
#include "frontend/lifter_parts.h"
#include "frontend/phrases.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {
constexpr std::int64_t max_steps = 1'000'000;
}

Flow Lifter::exec(const clang::Stmt* stmt, Rest* rest) {
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
    case clang::Stmt::CompoundStmtClass: {
      const auto* block = llvm::cast<clang::CompoundStmt>(stmt);
      return exec_list({block->body_begin(), block->body_end()}, rest);
    }
    case clang::Stmt::AttributedStmtClass:
      return exec(llvm::cast<clang::AttributedStmt>(stmt)->getSubStmt(), rest);
    case clang::Stmt::DeclStmtClass:
      build_.statement = note_statement(stmt);
      for (const clang::Decl* decl : llvm::cast<clang::DeclStmt>(stmt)->decls())
        if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) declare(variable);
      return Flow::next;
    case clang::Stmt::ReturnStmtClass:
      return exec_return(llvm::cast<clang::ReturnStmt>(stmt));
    case clang::Stmt::IfStmtClass:
      return exec_if(llvm::cast<clang::IfStmt>(stmt), rest);
    case clang::Stmt::SwitchStmtClass:
      return exec_switch(llvm::cast<clang::SwitchStmt>(stmt));
    case clang::Stmt::ForStmtClass:
      return exec_for(llvm::cast<clang::ForStmt>(stmt));
    case clang::Stmt::CXXForRangeStmtClass:
      return exec_range(llvm::cast<clang::CXXForRangeStmt>(stmt));
    case clang::Stmt::WhileStmtClass:
      return exec_while(llvm::cast<clang::WhileStmt>(stmt));
    case clang::Stmt::DoStmtClass: {
      const auto* loop = llvm::cast<clang::DoStmt>(stmt);
      return run_loop({stmt, [this, loop] { return eval(loop->getCond()); },
                       [this, loop] { return exec(loop->getBody()); }, nullptr, false});
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

/// The statements of a block, and `rest` where one of them leaves it on one of two paths.
Flow Lifter::exec_list(llvm::ArrayRef<const clang::Stmt*> list, Rest* rest) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (const Object* left = pending(true))
      return guarded(left, [&] { return exec_list(list.slice(i), nullptr); }, rest, list[i]->getBeginLoc());
    const auto others = [&] {
      const Flow flow = exec_list(list.slice(i + 1), rest);
      if (flow != Flow::next || !rest || rest->used) return flow;
      rest->used = true;
      return rest->run();
    };
    Rest mine{others};
    const Flow flow = exec(list[i], &mine);
    if (mine.used || flow != Flow::next) return flow;
  }
  return Flow::next;
}

/// Executes `steps` unless `left` holds, where a flag says so already.
Flow Lifter::guarded(const Object* left, Steps steps, Rest* rest, clang::SourceLocation where) {
  if (left->state == State::integer) return Flow::left;  // pending only says so where it does
  const ir::Value left_now = left->value;
  build_.loc = place(where);
  const ir::Value go = build_.map(ir::Map::logical_not, left_now);
  const auto here = [&] {
    clear_exits();
    return steps();
  };
  return choose(go, here, [](Rest*) { return Flow::left; }, rest, where);
}

/// Whether the rest of a block must not be executed: null where that cannot be, else a boolean.
Object* Lifter::pending(bool with_continue) {
  Frame& frame = *frames_.back();
  std::vector<const Object*> flags = {frame.returned};
  for (auto exit = frame.exits.rbegin(); exit != frame.exits.rend(); ++exit) {
    if (exit == frame.exits.rbegin()) flags.push_back(exit->broke);
    if (!exit->continued) continue;
    if (with_continue) flags.push_back(exit->continued);
    break;
  }
  ir::Value any;
  for (const Object* flag : flags) {
    if (!flag) continue;
    if (flag->state == State::integer && flag->integer.getBoolValue()) return objects_.of(true);
    if (flag->state != State::value) continue;
    any = any ? build_.map(ir::Map::bit_or, any, flag->value) : flag->value;
  }
  return any ? objects_.of(any) : nullptr;
}

/// Where none of the flags holds, that is known.
void Lifter::clear_exits() {
  Frame& frame = *frames_.back();
  const auto clear = [&](Object* flag) {
    if (flag && flag->state == State::value) objects_.set(*flag, *objects_.of(false));
  };
  clear(frame.returned);
  for (auto exit = frame.exits.rbegin(); exit != frame.exits.rend(); ++exit) {
    if (exit == frame.exits.rbegin()) clear(exit->broke);
    clear(exit->continued);
    if (exit->continued) break;
  }
}

/// Notes in a flag that execution leaves here.
void Lifter::mark_exit(Flow flow) {
  Frame& frame = *frames_.back();
  const Content yes = *objects_.of(true);
  if (flow == Flow::leave_function) return objects_.set(*frame.returned, yes);
  if (flow == Flow::leave_loop) return objects_.set(*frame.exits.back().broke, yes);
  if (flow != Flow::next_round) ir::bug("no exit to mark");
  for (auto exit = frame.exits.rbegin(); exit != frame.exits.rend(); ++exit)
    if (exit->continued) return objects_.set(*exit->continued, yes);
  ir::bug("'continue' outside of a loop");
}

Flow Lifter::exec_if(const clang::IfStmt* stmt, Rest* rest) {
  if (stmt->isConsteval()) refuse(stmt->getBeginLoc(), "'if consteval' is not supported; remove it");
  if (stmt->getInit()) exec(stmt->getInit());
  if (stmt->getConditionVariable()) declare(stmt->getConditionVariable());
  const Object* condition = truth(eval(stmt->getCond()), stmt->getCond());
  const auto side = [&](const clang::Stmt* branch, Rest* more) {
    return branch ? exec(branch, more) : Flow::next;
  };
  if (condition->state == State::integer)
    return side(condition->integer.getBoolValue() ? stmt->getThen() : stmt->getElse(), rest);
  return choose(
      condition->value, [&] { return side(stmt->getThen(), nullptr); },
      [&](Rest* more) { return side(stmt->getElse(), more); }, rest, stmt->getBeginLoc());
}

Flow Lifter::exec_return(const clang::ReturnStmt* stmt) {
  build_.statement = note_statement(stmt);
  Frame& frame = *frames_.back();
  if (!stmt->getRetValue()) return Flow::leave_function;
  Object* value = eval(stmt->getRetValue());
  const clang::QualType type = frame.function->getReturnType();
  if (type->isReferenceType() || is_slice(type))
    objects_.set(*frame.result, *address_of(value));
  else if ((value->state == State::place && !value->dims.empty()) ||
           (value->state == State::choice && tensor_type(type)))  // a view
    objects_.set(*frame.result, *value);
  else if (!type->isVoidType())
    assign(frame.result, *value, stmt->getRetValue());
  return Flow::leave_function;
}

}  // namespace nndiff::frontend
