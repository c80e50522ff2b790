// Scalars: conversions, assignments, and which run-time operators there are.
#include "frontend/fold.h"
#include "frontend/lifter.h"
#include "frontend/phrases.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

/// Why an operator of C++'s integers is refused at run time, and what to write.
std::string instead_of(llvm::StringRef op) {
  const std::string why =
      "the operator '" + op.str() + "' is not supported on integers known only at run time; ";
  if (op == "/" || op == "%")
    return why + "write " +
           (op == "/" ? "std::trunc(double(a) / double(b))" : "std::fmod(double(a), double(b))") +
           ", or pass the result as a parameter";
  return why + "pass the result as a parameter";
}

}  // namespace

/// A scalar as another scalar type: exactly for known numbers, by an IR cast otherwise.
Object* Lifter::convert(const Object* from, clang::QualType to_type, const clang::Expr* where) {
  using State = Object::State;
  if (from->state == State::unset) value_of(from, to_type, where);  // refuses
  if (from->is_known()) {
    Object* object = objects_.copy(*from);
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
      refuse(cast->getExprLoc(), "an array as a pointer is not supported; use a std::array");
    case clang::CK_FunctionToPointerDecay:
      refuse(cast->getExprLoc(), "a function as a value is not supported; call it, or pass a lambda");
    default:
      break;
  }
  refuse(cast->getExprLoc(),
         llvm::isa<clang::ImplicitCastExpr>(cast) || llvm::isa<clang::CXXStaticCastExpr>(cast)
             ? "the conversion to '" + shown(cast->getType()) + "' is not supported"
             : unsupported(cast));
}

/// Reading a variable: what it holds now.
Object* Lifter::load(const Object* place, const clang::Expr* where) {
  if (where->getType().isVolatileQualified())
    refuse(where->getExprLoc(), "volatile variables are not supported");
  if (place->state == Object::State::unset)
    refuse(where->getExprLoc(), "this variable is used before anything was assigned to it");
  return objects_.copy(*place);
}

Object* Lifter::base_of(Object* object, const clang::CastExpr* cast) {
  const auto* record = cast->getSubExpr()->getType()->getPointeeOrArrayElementType()->getAsCXXRecordDecl();
  for (const clang::CXXBaseSpecifier* step : cast->path()) {
    const clang::CXXRecordDecl* base = step->getType()->getAsCXXRecordDecl();
    if (!record || !base || step->isVirtual() || object->state != Object::State::parts)
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
      eval(inner);  // says more where the pointer comes from 'new', '&' or an array
      refuse(expr->getExprLoc(), "pointers are not supported; use a reference");
    case clang::UO_AddrOf:
      refuse(expr->getExprLoc(), "taking an address is not supported; use a reference");
    case clang::UO_Minus:
    case clang::UO_Not:
    case clang::UO_LNot:
      break;
    default:
      refuse(expr->getExprLoc(), unsupported(expr));
  }
  Object* object = eval(inner);
  if (object->is_known()) {
    Object* result = objects_.copy(*object);
    if (const char* problem = fold::unary(expr->getOpcode(), *result, expr->getType(), context_))
      refuse(expr->getExprLoc(), problem);
    return result;
  }
  if (expr->getOpcode() != clang::UO_Minus)
    refuse(expr->getExprLoc(),
           expr->getOpcode() == clang::UO_LNot
               ? "a '!' that depends on values known only at run time is not supported yet; "
                 "write the opposite comparison, or exchange the operands of nn::where"
               : instead_of("~"));
  const ir::Value value = value_of(object, inner->getType(), expr);
  at(expr);
  return objects_.of(build_.map(ir::Map::neg, value));
}

/// ++ and --.
Object* Lifter::step(const clang::UnaryOperator* expr) {
  Object* place = eval(expr->getSubExpr());
  const clang::QualType type = expr->getSubExpr()->getType();
  const Object* before = load(place, expr->getSubExpr());
  Object one = *objects_.of(llvm::APSInt::get(1));
  if (const char* problem = fold::convert(one, type, context_)) refuse(expr->getExprLoc(), problem);
  const auto kind = expr->isIncrementOp() ? clang::BO_Add : clang::BO_Sub;
  write(place, *arithmetic(kind, before, &one, type, expr), expr);
  return expr->isPrefix() ? place : objects_.copy(*before);
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
      !(expr->isComparisonOp() && expr->getOpcode() != clang::BO_Cmp))
    refuse(expr->getExprLoc(), "the operator '" + expr->getOpcodeStr().str() + "' is not supported");
  const auto operands = eval_unsequenced({expr->getLHS(), expr->getRHS()});
  return arithmetic(expr->getOpcode(), operands[0], operands[1], expr->getLHS()->getType(), expr);
}

Object* Lifter::eval_assignment(const clang::BinaryOperator* expr) {
  const Object* value = eval(expr->getRHS());  // the right side comes first, since C++17
  Object* place = eval(expr->getLHS());
  write(place, *value, expr);
  name_after(expr->getLHS(), place);
  return place;
}

Object* Lifter::eval_compound_assignment(const clang::CompoundAssignOperator* expr) {
  const Object* right = eval(expr->getRHS());
  Object* place = eval(expr->getLHS());
  const clang::QualType inner = expr->getComputationLHSType();
  const Object* left = convert(load(place, expr->getLHS()), inner, expr);
  const auto kind = clang::BinaryOperator::getOpForCompoundAssignment(expr->getOpcode());
  const Object* result = arithmetic(kind, left, right, inner, expr);
  write(place, *convert(result, expr->getLHS()->getType(), expr), expr);
  name_after(expr->getLHS(), place);
  return place;
}

Object* Lifter::eval_logical(const clang::BinaryOperator* expr) {
  const bool is_and = expr->getOpcode() == clang::BO_LAnd;
  const bool left = known_condition(expr->getLHS(), is_and ? "an '&&'" : "an '||'",
                                    is_and ? "nest two nn::where, nn::where(a, nn::where(b, x, y), y)"
                                           : "nest two nn::where, nn::where(a, x, nn::where(b, x, y))");
  if (left != is_and) return objects_.of(context_.MakeIntValue(left, expr->getType()));
  return eval(expr->getRHS());
}

namespace {

/// The elementwise operator behind an operator on C++ scalars; nothing where there is none at run time.
std::optional<ir::Map> map_of(clang::BinaryOperatorKind kind, clang::QualType operands) {
  const bool is_integer = !operands->isRealFloatingType();
  switch (kind) {
    case clang::BO_Add:
      return ir::Map::add;
    case clang::BO_Sub:
      return operands->isUnsignedIntegerType() ? std::nullopt : std::optional(ir::Map::sub);
    case clang::BO_Mul:
      return ir::Map::mul;
    case clang::BO_Div:
      return is_integer ? std::nullopt : std::optional(ir::Map::div);
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
  if (a->is_known() && b->is_known()) {
    Object* result = objects_.copy(*a);
    if (const char* problem = fold::binary(kind, *result, *b, operands, context_))
      refuse(where->getExprLoc(), problem);
    return result;
  }
  const ir::Value left = value_of(a, operands, where), right = value_of(b, operands, where);
  const auto map = map_of(kind, operands);
  if (!map) refuse(where->getExprLoc(), instead_of(clang::BinaryOperator::getOpcodeStr(kind)));
  at(where);
  return objects_.of(build_.map(*map, left, right));
}

/// A value assigned to a variable takes its name.
void Lifter::name_after(const clang::Expr* target, const Object* value) {
  if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(target->IgnoreParens()))
    give_name(value, name->getDecl()->getName());
}

}  // namespace nndiff::frontend
