// <cmath> and <algorithm> on C++ scalars: the functions that have an elementwise operator.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

struct MathFunction {
  llvm::StringRef name;
  ir::Map map;
  bool in_cmath;  // has a float form with an "f" behind the name, and a global form
};

const MathFunction functions[] = {
    {"exp", ir::Map::exp, true},      {"exp2", ir::Map::exp2, true},    {"expm1", ir::Map::expm1, true},
    {"log", ir::Map::log, true},      {"log2", ir::Map::log2, true},    {"log10", ir::Map::log10, true},
    {"log1p", ir::Map::log1p, true},  {"sqrt", ir::Map::sqrt, true},    {"cbrt", ir::Map::cbrt, true},
    {"sin", ir::Map::sin, true},      {"cos", ir::Map::cos, true},      {"tan", ir::Map::tan, true},
    {"asin", ir::Map::asin, true},    {"acos", ir::Map::acos, true},    {"atan", ir::Map::atan, true},
    {"sinh", ir::Map::sinh, true},    {"cosh", ir::Map::cosh, true},    {"tanh", ir::Map::tanh, true},
    {"erf", ir::Map::erf, true},      {"erfc", ir::Map::erfc, true},    {"floor", ir::Map::floor, true},
    {"ceil", ir::Map::ceil, true},    {"round", ir::Map::round, true},  {"trunc", ir::Map::trunc, true},
    {"fabs", ir::Map::abs, true},     {"abs", ir::Map::abs, false},     {"pow", ir::Map::pow, true},
    {"fmax", ir::Map::maximum, true}, {"fmin", ir::Map::minimum, true}, {"max", ir::Map::maximum, false},
    {"min", ir::Map::minimum, false}, {"atan2", ir::Map::atan2, true},  {"hypot", ir::Map::hypot, true},
    {"fma", ir::Map::fma, true},      {"fmod", ir::Map::fmod, true},
};

const MathFunction* find(const clang::FunctionDecl* callee) {
  if (!callee->getIdentifier() || llvm::isa<clang::CXXMethodDecl>(callee)) return nullptr;
  const bool is_std = is_inside(callee, "std");
  if (!is_std && !callee->isExternC()) return nullptr;
  llvm::StringRef name = callee->getName();
  name.consume_front("__builtin_");
  for (const MathFunction& function : functions) {
    const bool has_f = function.in_cmath && name.size() == function.name.size() + 1 && name.back() == 'f';
    const bool matches = name == function.name || (has_f && name.starts_with(function.name));
    if (matches && (is_std || function.in_cmath)) return &function;
  }
  return nullptr;
}

}  // namespace

Object* Lifter::call_math(const clang::FunctionDecl* callee, const std::vector<Object*>& arguments,
                          const clang::Expr* call) {
  const bool is_clamp = callee->getIdentifier() && callee->getName() == "clamp" && is_inside(callee, "std") &&
                        arguments.size() == 3;
  const MathFunction* function = find(callee);
  const clang::QualType result = call->getType().getNonReferenceType();
  if (!is_clamp && (!function || static_cast<int>(arguments.size()) != ir::arity(function->map)))
    return nullptr;
  if (!result->isRealFloatingType()) return choose_integer(callee, arguments, call);
  std::vector<ir::Value> operands;
  for (Object* argument : arguments)
    operands.push_back(value_of(convert(argument, result, call), result, call));
  at(call);
  if (!is_clamp) return objects_.of(build_.map(function->map, std::move(operands)));
  return objects_.of(
      build_.map(ir::Map::minimum, build_.map(ir::Map::maximum, operands[0], operands[1]), operands[2]));
}

/// abs, max, min and clamp on integers. Other functions of integers are left to be entered.
Object* Lifter::choose_integer(const clang::FunctionDecl* callee, Arguments arguments,
                               const clang::Expr* call) {
  const clang::QualType type = call->getType().getNonReferenceType();
  const llvm::StringRef name = callee->getName();
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
