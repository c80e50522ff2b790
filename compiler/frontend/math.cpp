// <cmath> and <algorithm> on C++ scalars: the functions that are elementwise operators, or a few of them.
#include <limits>

#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

using ir::Map;
using ir::Value;
using op::Builder;
using Values = std::vector<Value>;

/// A function's value; its operands all have the type it computes in.
using Make = Value (*)(Builder& b, const Values& v);

template <Map map>
Value make(Builder& b, const Values& v) {
  return b.map(map, v);
}
Value number(Builder& b, double number, Value like) {
  return b.constant(number, b.type(like));
}
Value is_infinite(Builder& b, const Values& v) {
  return b.map(Map::eq, b.map(Map::abs, v[0]), number(b, std::numeric_limits<double>::infinity(), v[0]));
}
Value is_finite(Builder& b, const Values& v) {
  return b.map(Map::lt, b.map(Map::abs, v[0]), number(b, std::numeric_limits<double>::infinity(), v[0]));
}
Value is_normal(Builder& b, const Values& v) {
  const bool is_float = b.type(v[0]).elem == ir::Elem::f32;
  const double least =
      is_float ? double{std::numeric_limits<float>::min()} : std::numeric_limits<double>::min();
  return b.map(Map::bit_and, is_finite(b, v), b.map(Map::ge, b.map(Map::abs, v[0]), number(b, least, v[0])));
}
Value has_sign(Builder& b, const Values& v) {
  return b.map(Map::lt, b.map(Map::copysign, number(b, 1, v[0]), v[0]), number(b, 0, v[0]));
}
Value is_nan(Builder& b, const Values& v) {
  return b.map(Map::ne, v[0], v[0]);
}
Value is_unordered(Builder& b, const Values& v) {
  return b.map(Map::bit_or, is_nan(b, {v[0]}), is_nan(b, {v[1]}));
}
Value is_less_or_greater(Builder& b, const Values& v) {
  return b.map(Map::bit_or, b.map(Map::lt, v[0], v[1]), b.map(Map::gt, v[0], v[1]));
}
Value exp10(Builder& b, const Values& v) {
  return b.map(Map::pow, number(b, 10, v[0]), v[0]);
}
Value hypot3(Builder& b, const Values& v) {
  return b.map(Map::hypot, b.map(Map::hypot, v[0], v[1]), v[2]);
}
Value midpoint(Builder& b, const Values& v) {
  const Value half = number(b, 0.5, v[0]);  // of each: their sum might overflow
  return b.map(Map::add, b.map(Map::mul, half, v[0]), b.map(Map::mul, half, v[1]));
}
Value beta(Builder& b, const Values& v) {
  const Value both = b.map(Map::add, b.map(Map::lgamma, v[0]), b.map(Map::lgamma, v[1]));
  return b.map(Map::exp, b.map(Map::sub, both, b.map(Map::lgamma, b.map(Map::add, v[0], v[1]))));
}
Value clamp(Builder& b, const Values& v) {
  return b.map(Map::minimum, b.map(Map::maximum, v[0], v[1]), v[2]);
}

struct MathFunction {
  llvm::StringRef name;
  std::size_t arguments;
  bool in_c;  // has a global form, and one of float with an "f" behind the name
  Make make;
};

const MathFunction functions[] = {
    {"exp", 1, true, make<Map::exp>},
    {"exp2", 1, true, make<Map::exp2>},
    {"exp10", 1, true, exp10},
    {"expm1", 1, true, make<Map::expm1>},
    {"log", 1, true, make<Map::log>},
    {"log2", 1, true, make<Map::log2>},
    {"log10", 1, true, make<Map::log10>},
    {"log1p", 1, true, make<Map::log1p>},
    {"logb", 1, true, make<Map::logb>},
    {"sqrt", 1, true, make<Map::sqrt>},
    {"cbrt", 1, true, make<Map::cbrt>},
    {"sin", 1, true, make<Map::sin>},
    {"cos", 1, true, make<Map::cos>},
    {"tan", 1, true, make<Map::tan>},
    {"asin", 1, true, make<Map::asin>},
    {"acos", 1, true, make<Map::acos>},
    {"atan", 1, true, make<Map::atan>},
    {"sinh", 1, true, make<Map::sinh>},
    {"cosh", 1, true, make<Map::cosh>},
    {"tanh", 1, true, make<Map::tanh>},
    {"asinh", 1, true, make<Map::asinh>},
    {"acosh", 1, true, make<Map::acosh>},
    {"atanh", 1, true, make<Map::atanh>},
    {"erf", 1, true, make<Map::erf>},
    {"erfc", 1, true, make<Map::erfc>},
    {"tgamma", 1, true, make<Map::tgamma>},
    {"lgamma", 1, true, make<Map::lgamma>},
    {"floor", 1, true, make<Map::floor>},
    {"ceil", 1, true, make<Map::ceil>},
    {"round", 1, true, make<Map::round>},
    {"lround", 1, true, make<Map::round>},
    {"llround", 1, true, make<Map::round>},
    {"trunc", 1, true, make<Map::trunc>},
    {"rint", 1, true, make<Map::rint>},
    {"lrint", 1, true, make<Map::rint>},
    {"llrint", 1, true, make<Map::rint>},
    {"nearbyint", 1, true, make<Map::rint>},
    {"roundeven", 1, true, make<Map::rint>},
    {"fabs", 1, true, make<Map::abs>},
    {"abs", 1, false, make<Map::abs>},
    {"pow", 2, true, make<Map::pow>},
    {"powi", 2, true, make<Map::pow>},
    {"fmax", 2, true, make<Map::fmax>},
    {"fmin", 2, true, make<Map::fmin>},
    {"max", 2, false, make<Map::maximum>},
    {"min", 2, false, make<Map::minimum>},
    {"clamp", 3, false, clamp},
    {"fdim", 2, true, make<Map::fdim>},
    {"copysign", 2, true, make<Map::copysign>},
    {"atan2", 2, true, make<Map::atan2>},
    {"hypot", 2, true, make<Map::hypot>},
    {"hypot", 3, false, hypot3},
    {"fma", 3, true, make<Map::fma>},
    {"fmod", 2, true, make<Map::fmod>},
    {"remainder", 2, true, make<Map::remainder>},
    {"drem", 2, true, make<Map::remainder>},
    {"ldexp", 2, true, make<Map::ldexp>},
    {"scalbn", 2, true, make<Map::ldexp>},
    {"scalbln", 2, true, make<Map::ldexp>},
    {"lerp", 3, false, make<Map::lerp>},
    {"midpoint", 2, false, midpoint},
    {"beta", 2, false, beta},
    {"isnan", 1, true, is_nan},
    {"isinf", 1, true, is_infinite},
    {"isfinite", 1, true, is_finite},
    {"isnormal", 1, true, is_normal},
    {"signbit", 1, true, has_sign},
    {"isunordered", 2, true, is_unordered},
    {"isgreater", 2, true, make<Map::gt>},
    {"isgreaterequal", 2, true, make<Map::ge>},
    {"isless", 2, true, make<Map::lt>},
    {"islessequal", 2, true, make<Map::le>},
    {"islessgreater", 2, true, is_less_or_greater},
};

/// Functions of <cmath> that are refused, and what to write.
struct Refused {
  llvm::StringRef name, instead;
};

const Refused refused[] = {
    {"ilogb", "write int(std::logb(x))"},
    {"lgamma_r", "write std::lgamma(x)"},
    {"nextafter", "write x, from which it differs by a rounding"},
    {"nexttoward", "write x, from which it differs by a rounding"},
    {"expint", ""},
    {"riemann_zeta", ""},
    {"comp_ellint_1", ""},
    {"comp_ellint_2", ""},
    {"comp_ellint_3", ""},
    {"ellint_1", ""},
    {"ellint_2", ""},
    {"ellint_3", ""},
    {"cyl_bessel_i", ""},
    {"cyl_bessel_j", ""},
    {"cyl_bessel_k", ""},
    {"cyl_neumann", ""},
    {"sph_bessel", ""},
    {"sph_neumann", ""},
    {"j0", ""},
    {"j1", ""},
    {"jn", ""},
    {"y0", ""},
    {"y1", ""},
    {"yn", ""},
};

/// The name that <cmath> lists a function under, or empty if it isn't one of C's or the standard library's.
llvm::StringRef plain_name(const clang::FunctionDecl* callee) {
  if (!callee->getIdentifier() || llvm::isa<clang::CXXMethodDecl>(callee)) return {};
  if (!is_inside(callee, "std") && !callee->isExternC()) return {};
  llvm::StringRef name = callee->getName();
  name.consume_front("__builtin_");
  return name;
}

/// Whether `name` is `function`, or its form of float or long double.
bool is_form_of(llvm::StringRef name, llvm::StringRef function, bool in_c) {
  if (!name.consume_front(function)) return false;
  return name.empty() || (in_c && (name == "f" || name == "l"));
}

const MathFunction* find(const clang::FunctionDecl* callee, std::size_t arguments) {
  const llvm::StringRef name = plain_name(callee);
  const bool is_std = is_inside(callee, "std");
  for (const MathFunction& function : functions)
    if (is_form_of(name, function.name, function.in_c) && (is_std || function.in_c) &&
        arguments == function.arguments)
      return &function;
  return nullptr;
}

const Refused* find_refused(const clang::FunctionDecl* callee) {
  const llvm::StringRef name = plain_name(callee);
  for (const Refused& function : refused)
    if (is_form_of(name, function.name, true)) return &function;
  return nullptr;
}

/// What a function computes in: the type of its result, or if that is none of floating point, the widest one
/// of its arguments, where an integer counts as a double.
clang::QualType computed_in(const clang::Expr* call, const clang::ASTContext& context) {
  const clang::QualType result = call->getType().getNonReferenceType();
  if (result->isRealFloatingType()) return result;
  clang::QualType widest = context.FloatTy;
  for (const clang::Expr* argument : llvm::cast<clang::CallExpr>(call)->arguments()) {
    clang::QualType type = argument->getType().getNonReferenceType().getUnqualifiedType();
    if (!type->isRealFloatingType()) type = context.DoubleTy;
    if (context.getFloatingTypeOrder(type, widest) > 0) widest = type;
  }
  return widest;
}

/// abs, max and min also choose among integers.
bool is_integer_choice(const clang::FunctionDecl* callee, clang::QualType result) {
  const llvm::StringRef name = plain_name(callee);
  const bool is_absolute = name == "abs" || name == "labs" || name == "llabs";
  return result->isIntegerType() && (is_absolute || name == "max" || name == "min" || name == "clamp");
}

}  // namespace

Object* Lifter::call_math(const clang::FunctionDecl* callee, Arguments arguments, const clang::Expr* call) {
  const clang::QualType result = call->getType().getNonReferenceType();
  if (is_integer_choice(callee, result)) return choose_integer(callee, arguments, call);
  const MathFunction* function = find(callee, arguments.size());
  if (!function) {
    if (const Refused* other = find_refused(callee))
      refuse(call->getExprLoc(),
             "'" + callee->getQualifiedNameAsString() + "' is not supported; " +
                 (other->instead.empty() ? "pass its value as a parameter" : other->instead.str()));
    return nullptr;
  }
  const clang::QualType type = computed_in(call, context_);
  const bool is_generic = function->make == clamp || function->make == midpoint;
  if (is_generic && !result->isRealFloatingType()) return nullptr;
  Values operands;
  for (Object* argument : arguments) operands.push_back(value_of(convert(argument, type, call), type, call));
  at(call);
  Object* value = objects_.of(function->make(build_, operands));
  return result->isRealFloatingType() ? value : convert(value, result, call);
}

/// abs, max, min and clamp on integers. Other functions of integers are left to be entered.
Object* Lifter::choose_integer(const clang::FunctionDecl* callee, Arguments arguments,
                               const clang::Expr* call) {
  const clang::QualType type = call->getType().getNonReferenceType();
  const llvm::StringRef name = plain_name(callee);
  if (!elem_of(type)) return nullptr;
  const auto pick = [&](clang::BinaryOperatorKind kind, Object* a, Object* b) -> Object* {
    const Object* chosen = arithmetic(kind, a, b, type, call);
    if (chosen->state == Content::State::integer) return chosen->integer.getBoolValue() ? a : b;
    const ir::Value left = value_of(a, type, call), right = value_of(b, type, call);
    return objects_.of(build_.map(ir::Map::where, {chosen->value, left, right}));
  };
  if (name == "max" && arguments.size() == 2) return pick(clang::BO_GE, arguments[0], arguments[1]);
  if (name == "min" && arguments.size() == 2) return pick(clang::BO_LE, arguments[0], arguments[1]);
  if (name == "clamp" && arguments.size() == 3) {
    Object* low = pick(clang::BO_GE, arguments[0], arguments[1]);
    return pick(clang::BO_LE, low, arguments[2]);
  }
  if (!name.ends_with("abs") || arguments.size() != 1) return nullptr;
  Object* zero = objects_.of(context_.MakeIntValue(0, type));
  return pick(clang::BO_GE, arguments[0], arithmetic(clang::BO_Sub, zero, arguments[0], type, call));
}

}  // namespace nndiff::frontend
