// Arithmetic on numbers known at compile time, as C++ does it.
#include "frontend/fold.h"

#include <cmath>

namespace nndiff::frontend::fold {

namespace {

using State = Object::State;

void set_real(Object& object, double number, clang::QualType type) {
  const bool is_float = type->isSpecificBuiltinType(clang::BuiltinType::Float);
  object.state = State::real;
  object.elem = is_float ? ir::Elem::f32 : ir::Elem::f64;
  object.real = is_float ? static_cast<double>(static_cast<float>(number)) : number;
}

void set_integer(Object& object, llvm::APSInt number) {
  object.state = State::integer;
  object.integer = std::move(number);
}

void set_bool(Object& object, bool value) {
  set_integer(object, llvm::APSInt(llvm::APInt(1, value ? 1 : 0), true));
}

const char* compare(clang::BinaryOperatorKind kind, Object& result, int order, bool unordered) {
  switch (kind) {
    case clang::BO_LT:
      set_bool(result, !unordered && order < 0);
      return nullptr;
    case clang::BO_LE:
      set_bool(result, !unordered && order <= 0);
      return nullptr;
    case clang::BO_GT:
      set_bool(result, !unordered && order > 0);
      return nullptr;
    case clang::BO_GE:
      set_bool(result, !unordered && order >= 0);
      return nullptr;
    case clang::BO_EQ:
      set_bool(result, !unordered && order == 0);
      return nullptr;
    case clang::BO_NE:
      set_bool(result, unordered || order != 0);
      return nullptr;
    default:
      return "this operator is not supported here";
  }
}

const char* binary_real(clang::BinaryOperatorKind kind, Object& a, double y, clang::QualType type) {
  const double x = a.real;
  switch (kind) {
    case clang::BO_Add:
      set_real(a, x + y, type);
      return nullptr;
    case clang::BO_Sub:
      set_real(a, x - y, type);
      return nullptr;
    case clang::BO_Mul:
      set_real(a, x * y, type);
      return nullptr;
    case clang::BO_Div:
      set_real(a, x / y, type);
      return nullptr;
    default:
      return compare(kind, a, x < y ? -1 : x > y ? 1 : 0, std::isnan(x) || std::isnan(y));
  }
}

const char* divide(clang::BinaryOperatorKind kind, llvm::APSInt& x, const llvm::APSInt& y) {
  if (y == 0) return "division by zero";
  if (x.isSigned() && x.isMinSignedValue() && y.isAllOnes()) return "integer overflow";
  x = kind == clang::BO_Div ? x / y : x % y;
  return nullptr;
}

const char* shift(clang::BinaryOperatorKind kind, llvm::APSInt& x, const llvm::APSInt& by) {
  if (by.isNegative() || by.uge(x.getBitWidth())) return "shift by a wrong number of bits";
  const auto bits = static_cast<unsigned>(by.getZExtValue());
  x = kind == clang::BO_Shl ? x << bits : x >> bits;
  return nullptr;
}

/// x op y exactly; refused where a signed result does not fit, wrapped where an unsigned one does not.
const char* ring(clang::BinaryOperatorKind kind, llvm::APSInt& x, const llvm::APSInt& y) {
  bool overflow = false;
  llvm::APInt result;
  if (kind == clang::BO_Add) result = x.isSigned() ? x.sadd_ov(y, overflow) : x + y;
  if (kind == clang::BO_Sub) result = x.isSigned() ? x.ssub_ov(y, overflow) : x - y;
  if (kind == clang::BO_Mul) result = x.isSigned() ? x.smul_ov(y, overflow) : x * y;
  if (overflow) return "integer overflow";
  x = llvm::APSInt(result, x.isUnsigned());
  return nullptr;
}

}  // namespace

const char* convert(Object& number, clang::QualType to, const clang::ASTContext& context) {
  to = to.getCanonicalType().getUnqualifiedType();
  const bool is_integer = number.state == State::integer;
  if (to->isBooleanType()) {
    set_bool(number, is_integer ? number.integer.getBoolValue() : number.real != 0);
    return nullptr;
  }
  if (to->isSpecificBuiltinType(clang::BuiltinType::Float) ||
      to->isSpecificBuiltinType(clang::BuiltinType::Double)) {
    if (!is_integer) {
      set_real(number, number.real, to);
      return nullptr;
    }
    llvm::APFloat real(context.getFloatTypeSemantics(to));
    real.convertFromAPInt(number.integer, number.integer.isSigned(), llvm::APFloat::rmNearestTiesToEven);
    set_real(number, real.convertToDouble(), to);
    return nullptr;
  }
  if (!to->isIntegralOrEnumerationType()) return "numbers of this type are not supported";
  const unsigned width = context.getIntWidth(to);
  const bool is_unsigned = to->isUnsignedIntegerOrEnumerationType();
  if (is_integer) {
    llvm::APSInt result = number.integer.extOrTrunc(width);
    result.setIsUnsigned(is_unsigned);
    set_integer(number, result);
    return nullptr;
  }
  llvm::APSInt result(width, is_unsigned);
  bool exact = false;
  if (llvm::APFloat(number.real).convertToInteger(result, llvm::APFloat::rmTowardZero, &exact) ==
      llvm::APFloat::opInvalidOp)
    return "this number does not fit the integer";
  set_integer(number, result);
  return nullptr;
}

const char* unary(clang::UnaryOperatorKind kind, Object& x, clang::QualType result,
                  const clang::ASTContext& context) {
  if (kind == clang::UO_LNot) {
    set_bool(x, x.state == State::integer ? !x.integer.getBoolValue() : x.real == 0);
    return convert(x, result, context);
  }
  if (x.state == State::real) {
    if (kind != clang::UO_Minus) return "this operator is not supported here";
    x.real = -x.real;
    return nullptr;
  }
  if (kind == clang::UO_Minus && x.integer.isSigned() && x.integer.isMinSignedValue())
    return "integer overflow";
  set_integer(x, kind == clang::UO_Minus ? -x.integer : ~x.integer);
  return nullptr;
}

const char* binary(clang::BinaryOperatorKind kind, Object& a, const Object& b, clang::QualType operands,
                   const clang::ASTContext& context) {
  if (a.state == State::real) {
    if (b.state != State::real) return "this operator is not supported here";
    return binary_real(kind, a, b.real, operands);
  }
  if (b.state != State::integer) return "this operator is not supported here";
  if (kind == clang::BO_Shl || kind == clang::BO_Shr) return shift(kind, a.integer, b.integer);
  Object right = b;
  if (const char* problem = convert(a, operands, context)) return problem;
  if (const char* problem = convert(right, operands, context)) return problem;
  switch (kind) {
    case clang::BO_Add:
    case clang::BO_Sub:
    case clang::BO_Mul:
      return ring(kind, a.integer, right.integer);
    case clang::BO_Div:
    case clang::BO_Rem:
      return divide(kind, a.integer, right.integer);
    case clang::BO_And:
      a.integer &= right.integer;
      return nullptr;
    case clang::BO_Or:
      a.integer |= right.integer;
      return nullptr;
    case clang::BO_Xor:
      a.integer ^= right.integer;
      return nullptr;
    default:
      return compare(kind, a, llvm::APSInt::compareValues(a.integer, right.integer), false);
  }
}

}  // namespace nndiff::frontend::fold
