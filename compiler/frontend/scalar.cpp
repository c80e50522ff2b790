// Scalars: conversions, assignments, and which run-time operators there are.
#include "frontend/fold.h"
#include "frontend/lifter.h"
#include "frontend/phrases.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

/// The type in which C++ computes with integers of a type.
clang::QualType promoted(clang::QualType type, const clang::ASTContext& context) {
  if (type->isBooleanType()) return context.IntTy;
  return context.isPromotableIntegerType(type) ? context.getPromotedIntegerType(type) : type;
}

}  // namespace

/// A scalar as another scalar type: exactly for known numbers, by an IR cast otherwise.
Object* Lifter::convert(const Object* from, clang::QualType to_type, const clang::Expr* where) {
  using State = Object::State;
  from = read(from, where);
  if (from->state == State::unset) value_of(from, to_type, where);  // refuses
  if (from->is_known()) {
    Object* object = objects_.holding(*from);
    if (const char* problem = fold::convert(*object, to_type, context_)) refuse(where->getExprLoc(), problem);
    return object;
  }
  if (from->state != State::value || !build_.shape(from->value).empty())
    refuse(where->getExprLoc(), "this conversion to '" + shown(to_type) + "' is not supported");
  const ir::Elem to = elem(to_type, where);
  const ir::Elem now = build_.type(from->value).elem;
  at(where);
  if (to == ir::Elem::boolean && now != to)
    return objects_.of(build_.map(ir::Map::ne, from->value, build_.constant(0, {now, {}})));
  return objects_.of(build_.cast(from->value, to));
}

Object* Lifter::eval_cast(const clang::CastExpr* cast) {
  const clang::Expr* inner = cast->getSubExpr();
  if (llvm::isa<clang::CXXConstCastExpr>(cast) && !frames_.back()->in_library)
    refuse(cast->getExprLoc(), "'const_cast' is not supported");
  switch (cast->getCastKind()) {
    case clang::CK_LValueToRValue:
      if (const auto* choice = llvm::dyn_cast<clang::ConditionalOperator>(inner->IgnoreParens()))
        return eval_choice(choice, true);
      return load(eval(inner), inner);
    case clang::CK_NoOp:
    case clang::CK_UserDefinedConversion:
    case clang::CK_ConstructorConversion:
      return eval(inner);
    case clang::CK_ToVoid:
      eval(inner);
      return objects_.fresh();
    case clang::CK_IntegralCast:
    case clang::CK_IntegralToFloating:
    case clang::CK_IntegralToBoolean:
    case clang::CK_FloatingToIntegral:
    case clang::CK_FloatingToBoolean:
    case clang::CK_FloatingCast:
    case clang::CK_BooleanToSignedIntegral:
      return convert(eval(inner), cast->getType(), cast);
    case clang::CK_DerivedToBase:
    case clang::CK_UncheckedDerivedToBase:
      return base_of(eval(inner), cast);
    case clang::CK_ArrayToPointerDecay:
      return decay(eval(inner));
    case clang::CK_FunctionToPointerDecay:
      return eval(inner);
    case clang::CK_BitCast:
      if (cast->getType()->isVoidPointerType()) return eval(inner);
      break;
    case clang::CK_NullToPointer:
      return objects_.of(Content::State::pointer, Place{});
    case clang::CK_PointerToBoolean: {
      const Object* pointer = read(eval(inner), inner);
      if (pointer->state == Content::State::pointer) return objects_.of(pointer->place.root != nullptr);
      break;
    }
    default:
      break;
  }
  if (cast->getCastKind() == clang::CK_BitCast && inner->getType()->isVoidPointerType())
    refuse(cast->getExprLoc(), "memory without a type is not supported; use a std::vector or 'new'");
  refuse(cast->getExprLoc(),
         llvm::isa<clang::ImplicitCastExpr>(cast) || llvm::isa<clang::CXXStaticCastExpr>(cast)
             ? "the conversion to '" + shown(cast->getType()) + "' is not supported"
             : unsupported(cast));
}

/// Reading a variable: what it holds now.
Object* Lifter::load(const Object* place, const clang::Expr* where) {
  if (where->getType().isVolatileQualified())
    refuse(where->getExprLoc(), "volatile variables are not supported; remove 'volatile'");
  const Object* now = read(place, where);
  if (now->state == Object::State::unset)
    refuse(where->getExprLoc(), "this variable is used before anything was assigned to it");
  return now == place ? copy(*place, where) : const_cast<Object*>(now);
}

Object* Lifter::base_of(Object* object, const clang::CastExpr* cast) {
  if (is_slice(cast->getSubExpr()->getType())) {
    if (cast->isLValue() && !cast->getType().isConstQualified() &&
        is_const_slice(cast->getSubExpr()->getType()))
      refuse(cast->getExprLoc(), "a part of what is const is only read; copy it to an nn::Tensor");
    return object;
  }
  const auto* record = cast->getSubExpr()->getType()->getPointeeOrArrayElementType()->getAsCXXRecordDecl();
  if (object->state == Object::State::pointer && cast->getType()->isPointerType())
    return address_of(
        base_of(dereference(object, cast->getSubExpr()->getType()->getPointeeType(), cast), cast));
  for (const clang::CXXBaseSpecifier* step : cast->path()) {
    const clang::CXXRecordDecl* base = step->getType()->getAsCXXRecordDecl();
    if (!record || !base || step->isVirtual() || !object->has_parts())
      refuse(cast->getExprLoc(), "this conversion to a base class is not supported");
    object = object->parts.at(part_of(record, base));
    record = base;
  }
  return object;
}

Object* Lifter::eval_unary(const clang::UnaryOperator* expr) {
  const clang::Expr* inner = expr->getSubExpr();
  if (expr->isIncrementDecrementOp()) return step(expr);
  switch (expr->getOpcode()) {
    case clang::UO_Plus:
    case clang::UO_Extension:
      return eval(inner);
    case clang::UO_Deref:
      if (llvm::isa<clang::CXXThisExpr>(inner->IgnoreParenImpCasts())) return eval_base(inner, true);
      return dereference(eval(inner), expr->getType(), expr);
    case clang::UO_AddrOf:
      return eval_address(expr);
    case clang::UO_Minus:
    case clang::UO_Not:
    case clang::UO_LNot:
      break;
    default:
      refuse(expr->getExprLoc(), unsupported(expr));
  }
  const Object* object = read(eval(inner), inner);
  if (object->is_known()) {
    Object* result = objects_.holding(*object);
    if (const char* problem = fold::unary(expr->getOpcode(), *result, expr->getType(), context_))
      refuse(expr->getExprLoc(), problem);
    return result;
  }
  const ir::Value value = value_of(object, inner->getType(), expr);
  at(expr);
  const ir::Map map = expr->getOpcode() == clang::UO_Minus ? ir::Map::neg
                      : expr->getOpcode() == clang::UO_Not ? ir::Map::bit_not
                                                           : ir::Map::logical_not;
  return objects_.of(build_.map(map, value));
}

/// &x; an element's address is moved along its array.
Object* Lifter::eval_address(const clang::UnaryOperator* expr) {
  const clang::Expr* inner = expr->getSubExpr()->IgnoreParens();
  const auto* subscript = llvm::dyn_cast<clang::ArraySubscriptExpr>(inner);
  if (!subscript) return address_of(eval(inner));
  const auto operands = eval_unsequenced({subscript->getBase(), subscript->getIdx()});
  return advance(operands[0], index_of(operands[1], subscript->getIdx()), subscript->getType(), expr);
}

/// ++ and --.
Object* Lifter::step(const clang::UnaryOperator* expr) {
  Object* place = eval(expr->getSubExpr());
  const clang::QualType type = expr->getSubExpr()->getType();
  Object* before = load(place, expr->getSubExpr());
  if (type->isPointerType()) {
    write(place, *advance(before, {{}, expr->isIncrementOp() ? 1 : -1}, type->getPointeeType(), expr), expr);
    return expr->isPrefix() ? place : before;
  }
  // As C++ has it, the operation is done in the promoted type.
  const clang::QualType inner = type->isRealFloatingType() ? type : promoted(type, context_);
  Object one = *objects_.of(llvm::APSInt::get(1));
  if (const char* problem = fold::convert(one, inner, context_)) refuse(expr->getExprLoc(), problem);
  const auto kind = expr->isIncrementOp() ? clang::BO_Add : clang::BO_Sub;
  const Object* result = arithmetic(kind, convert(before, inner, expr), &one, inner, expr);
  write(place, *convert(result, type, expr), expr);
  return expr->isPrefix() ? place : before;
}

Object* Lifter::eval_binary(const clang::BinaryOperator* expr) {
  if (const auto* compound = llvm::dyn_cast<clang::CompoundAssignOperator>(expr))
    return eval_compound_assignment(compound);
  if (expr->isAssignmentOp()) return eval_assignment(expr);
  if (expr->isLogicalOp()) return eval_logical(expr);
  if (expr->getOpcode() == clang::BO_Comma) {
    eval(expr->getLHS());
    return eval(expr->getRHS());
  }
  if (!expr->isMultiplicativeOp() && !expr->isAdditiveOp() && !expr->isShiftOp() && !expr->isBitwiseOp() &&
      !expr->isComparisonOp())
    refuse(expr->getExprLoc(), "the operator '" + expr->getOpcodeStr().str() + "' is not supported");
  const auto operands = eval_unsequenced({expr->getLHS(), expr->getRHS()});
  if (expr->getOpcode() == clang::BO_Cmp) return three_way(expr, operands[0], operands[1]);
  if (expr->getLHS()->getType()->isPointerType() || expr->getRHS()->getType()->isPointerType())
    return pointer_arithmetic(expr->getOpcode(), operands[0], operands[1], expr);
  return arithmetic(expr->getOpcode(), operands[0], operands[1], expr->getLHS()->getType(), expr);
}

/// a <=> b: an object like std::strong_ordering, which holds -1, 0, 1, or 2 where there is no order.
Object* Lifter::three_way(const clang::BinaryOperator* expr, const Object* a, const Object* b) {
  const clang::QualType type = expr->getLHS()->getType();
  const auto holds = [&](clang::BinaryOperatorKind kind) -> const Object* {
    return type->isPointerType()
               ? pointer_difference(kind, a, b, type->getPointeeType(), context_.BoolTy, expr)
               : arithmetic(kind, a, b, type, expr);
  };
  const auto known = [&](int n) { return objects_.of(context_.MakeIntValue(n, context_.SignedCharTy)); };
  const auto choose = [&](const Object* condition, Object* yes, Object* no) {
    if (condition->state == Object::State::integer) return condition->integer.getBoolValue() ? yes : no;
    const ir::Value left = value_of(yes, context_.SignedCharTy, expr);
    const ir::Value right = value_of(no, context_.SignedCharTy, expr);
    return objects_.of(build_.map(ir::Map::where, {condition->value, left, right}));
  };
  Object* order = choose(holds(clang::BO_EQ), known(0), known(type->isRealFloatingType() ? 2 : 0));
  order = choose(holds(clang::BO_GT), known(1), order);
  order = choose(holds(clang::BO_LT), known(-1), order);
  return objects_.of(std::vector<Object*>{order});
}

Object* Lifter::eval_assignment(const clang::BinaryOperator* expr) {
  const Object* value =
      read(eval(expr->getRHS()), expr->getRHS());  // the right side comes first, since C++17
  Object* place = eval(expr->getLHS());
  write(place, *value, expr);
  name_after(expr->getLHS(), place);
  return place;
}

Object* Lifter::eval_compound_assignment(const clang::CompoundAssignOperator* expr) {
  const Object* right = read(eval(expr->getRHS()), expr->getRHS());
  Object* place = eval(expr->getLHS());
  if (const clang::QualType pointer = expr->getLHS()->getType(); pointer->isPointerType()) {
    Index by = index_of(right, expr);
    if (expr->getOpcode() == clang::BO_SubAssign)
      by = by.is_known() ? Index{{}, -by.known} : Index{build_.map(ir::Map::neg, by.value)};
    write(place, *advance(load(place, expr), by, pointer->getPointeeType(), expr), expr);
    return place;
  }
  const clang::QualType inner = expr->getComputationLHSType();
  const Object* left = convert(load(place, expr->getLHS()), inner, expr);
  const auto kind = clang::BinaryOperator::getOpForCompoundAssignment(expr->getOpcode());
  const Object* result = arithmetic(kind, left, right, inner, expr);
  write(place, *convert(result, expr->getLHS()->getType(), expr), expr);
  name_after(expr->getLHS(), place);
  return place;
}

namespace {

/// The elementwise operator behind an operator on C++ scalars.
std::optional<ir::Map> map_of(clang::BinaryOperatorKind kind) {
  switch (kind) {
    case clang::BO_Add:
      return ir::Map::add;
    case clang::BO_Sub:
      return ir::Map::sub;
    case clang::BO_Mul:
      return ir::Map::mul;
    case clang::BO_Div:
      return ir::Map::div;
    case clang::BO_Rem:
      return ir::Map::rem;
    case clang::BO_And:
      return ir::Map::bit_and;
    case clang::BO_Or:
      return ir::Map::bit_or;
    case clang::BO_Xor:
      return ir::Map::bit_xor;
    case clang::BO_Shl:
      return ir::Map::shift_left;
    case clang::BO_Shr:
      return ir::Map::shift_right;
    case clang::BO_LT:
      return ir::Map::lt;
    case clang::BO_LE:
      return ir::Map::le;
    case clang::BO_GT:
      return ir::Map::gt;
    case clang::BO_GE:
      return ir::Map::ge;
    case clang::BO_EQ:
      return ir::Map::eq;
    case clang::BO_NE:
      return ir::Map::ne;
    default:
      return std::nullopt;
  }
}

}  // namespace

Object* Lifter::arithmetic(clang::BinaryOperatorKind kind, const Object* a, const Object* b,
                           clang::QualType operands, const clang::Expr* where) {
  a = read(a, where), b = read(b, where);
  if (a->is_known() && b->is_known()) {
    Object* result = objects_.holding(*a);
    if (const char* problem = fold::binary(kind, *result, *b, operands, context_))
      refuse(where->getExprLoc(), problem);
    return result;
  }
  const auto map = map_of(kind);
  if (!map)
    refuse(where->getExprLoc(),
           "the operator '" + clang::BinaryOperator::getOpcodeStr(kind).str() + "' is not supported here");
  if (b->state == Object::State::integer && b->integer.isZero() &&
      (kind == clang::BO_Div || kind == clang::BO_Rem) && !operands->isRealFloatingType())
    refuse(where->getExprLoc(), "division by zero");
  const ir::Value left = value_of(a, operands, where);
  ir::Value right = value_of(b, operands, where);
  at(where);
  if (*map == ir::Map::shift_left || *map == ir::Map::shift_right)  // each side was promoted for itself
    right = build_.cast(right, build_.type(left).elem);
  return objects_.of(build_.map(*map, left, right));
}

/// A value assigned to a variable takes its name.
void Lifter::name_after(const clang::Expr* target, Object* value) {
  if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(target->IgnoreParens()))
    give_name(value, name->getDecl()->getName());
}

}  // namespace nndiff::frontend
