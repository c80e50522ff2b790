// Expressions that evaluate one of their operands: ?:, && and ||, and the checks that assert expands to.
#include "frontend/lifter_parts.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

namespace {

bool is_failure(const clang::Expr* expr) {
  const auto* call = llvm::dyn_cast<clang::CallExpr>(expr->IgnoreParenCasts());
  return call && call->getDirectCallee() && call->getDirectCallee()->isNoReturn();
}

}  // namespace

/// True for nn::view<…>(…), or a choice of such.
bool Lifter::is_view(const clang::Expr* expr) const {
  expr = expr->IgnoreUnlessSpelledInSource();
  if (const auto* choice = llvm::dyn_cast<clang::ConditionalOperator>(expr))
    return is_view(choice->getTrueExpr()) && is_view(choice->getFalseExpr());
  const auto* call = llvm::dyn_cast<clang::CallExpr>(expr);
  return call && call->getDirectCallee() && primitive_name(call->getDirectCallee()) == "view";
}

/// condition ? a : b. As an lvalue it is the place that the condition selects.
Object* Lifter::eval_choice(const clang::AbstractConditionalOperator* expr, bool wants_value) {
  if (llvm::isa<clang::BinaryConditionalOperator>(expr))
    refuse(expr->getExprLoc(), "'?:' without a middle operand is not supported");
  if (expr->getType()->isVoidType()) return eval_check(expr);
  const Object* condition = truth(eval(expr->getCond()), expr->getCond());
  const bool is_place = (expr->isGLValue() || is_slice(expr->getType()) || is_view(expr)) && !wants_value;
  bool is_const = false;
  const auto side = [&](const clang::Expr* operand) {
    Object* object = eval(operand);
    return wants_value ? load(object, operand) : object;
  };
  if (condition->state == State::integer)
    return side(condition->integer.getBoolValue() ? expr->getTrueExpr() : expr->getFalseExpr());
  const auto held = [&](const clang::Expr* operand) {
    Object* object = side(operand);
    is_const = is_const || object->read_only;
    return is_place ? address_of(object) : object;
  };
  Object* result = choose_object(
      condition->value, [&] { return held(expr->getTrueExpr()); }, [&] { return held(expr->getFalseExpr()); },
      expr->getExprLoc());
  if (!is_place) return result;
  result = dereference(result, expr->getType(), expr);
  result->read_only = result->read_only || (is_const && !expr->isGLValue());
  return result;
}

/// condition ? void : void. A side that does not return is a check: what follows may assume that it holds.
Object* Lifter::eval_check(const clang::AbstractConditionalOperator* expr) {
  const clang::Expr *yes = expr->getTrueExpr(), *no = expr->getFalseExpr();
  const Object* condition = truth(eval(expr->getCond()), expr->getCond());
  if (condition->state == State::integer) {
    const clang::Expr* chosen = condition->integer.getBoolValue() ? yes : no;
    if (is_failure(chosen)) refuse(expr->getExprLoc(), "this check fails in every call");
    return eval(chosen);
  }
  if (is_failure(yes) || is_failure(no)) return eval(is_failure(yes) ? no : yes);
  const auto side = [&](const clang::Expr* operand) {
    eval(operand);
    return Flow::next;
  };
  choose(
      condition->value, [&] { return side(yes); }, [&](Rest*) { return side(no); }, nullptr,
      expr->getExprLoc());
  return objects_.fresh();
}

Object* Lifter::eval_logical(const clang::BinaryOperator* expr) {
  const bool is_and = expr->getOpcode() == clang::BO_LAnd;
  const Object* left = truth(eval(expr->getLHS()), expr->getLHS());
  const auto right = [&] { return truth(eval(expr->getRHS()), expr->getRHS()); };
  if (left->state == State::integer)
    return left->integer.getBoolValue() == is_and ? right() : objects_.of(!is_and);
  const auto decided = [&] { return objects_.of(!is_and); };
  return is_and ? choose_object(left->value, right, decided, expr->getExprLoc())
                : choose_object(left->value, decided, right, expr->getExprLoc());
}

}  // namespace nndiff::frontend
