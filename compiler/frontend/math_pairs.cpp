// Functions of <cmath> that give a second result through a pointer: modf, frexp, remquo, sincos.
#include <limits>

#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

using ir::Map;
using ir::Value;
using op::Builder;

/// What such a function returns, and what it leaves behind its last pointers.
struct Results {
  Value returned;
  std::vector<Value> stored;
};

Value number_like(Builder& b, double number, Value like) {
  return b.constant(number, b.type(like));
}

/// The whole part, towards zero; what is left of an infinity is 0.
Results modf(Builder& b, Value x) {
  const Value whole = b.map(Map::trunc, x);
  const Value is_infinite =
      b.map(Map::eq, b.map(Map::abs, x), number_like(b, std::numeric_limits<double>::infinity(), x));
  const Value zero = number_like(b, 0, x);
  return {b.map(Map::where, {is_infinite, zero, b.map(Map::sub, x, whole)}), {whole}};
}

/// x = fraction · 2^exponent, with the fraction from 1/2 to 1; zero, infinities and NaN have the exponent 0.
Results frexp(Builder& b, Value x) {
  const Value is_finite =
      b.map(Map::lt, b.map(Map::abs, x), number_like(b, std::numeric_limits<double>::infinity(), x));
  const Value is_regular = b.map(Map::bit_and, is_finite, b.map(Map::ne, x, number_like(b, 0, x)));
  const Value next = b.map(Map::add, b.map(Map::logb, x), number_like(b, 1, x));
  const Value exponent = b.map(Map::where, {is_regular, next, number_like(b, 0, x)});
  return {b.map(Map::ldexp, x, b.map(Map::neg, exponent)), {b.cast(exponent, ir::Elem::i32)}};
}

/// The remainder, and the lowest three bits of the quotient with its sign.
Results remquo(Builder& b, Value x, Value y) {
  const Value rest = b.map(Map::remainder, x, y);
  const Value eight = number_like(b, 8, x);
  const Value near = b.map(Map::fmod, x, b.map(Map::mul, eight, y));  // the same but for multiples of eight
  const Value quotient = b.map(Map::rint, b.map(Map::div, b.map(Map::sub, near, rest), y));
  const Value low = b.map(Map::fmod, quotient, eight);
  const Value is_number = b.map(Map::eq, low, low);
  return {rest, {b.cast(b.map(Map::where, {is_number, low, number_like(b, 0, x)}), ir::Elem::i32)}};
}

}  // namespace

/// Null for other functions.
Object* Lifter::call_math_pair(const clang::FunctionDecl* callee, Arguments arguments,
                               const clang::CallExpr* call) {
  if (!callee->getIdentifier() || llvm::isa<clang::CXXMethodDecl>(callee)) return nullptr;
  if (!is_inside(callee, "std") && !callee->isExternC()) return nullptr;
  llvm::StringRef name = callee->getName();
  name.consume_front("__builtin_");
  const auto is = [&](llvm::StringRef wanted) {
    llvm::StringRef rest = name;
    return rest.consume_front(wanted) && (rest.empty() || rest == "f" || rest == "l");
  };
  const std::size_t inputs = is("remquo") ? 2 : 1;
  const bool is_pair = is("modf") || is("frexp") || is("remquo");
  if ((!is_pair && !is("sincos")) || arguments.size() != inputs + (is_pair ? 1 : 2)) return nullptr;
  const clang::QualType type = is_pair ? call->getType() : callee->getParamDecl(0)->getType();
  std::vector<Value> x;
  for (std::size_t i = 0; i < inputs; ++i)
    x.push_back(value_of(convert(arguments[i], type, call), type, call));
  at(call);
  const Results results = is("modf")    ? modf(build_, x[0])
                          : is("frexp") ? frexp(build_, x[0])
                          : is("remquo")
                              ? remquo(build_, x[0], x[1])
                              : Results{{}, {build_.map(Map::sin, x[0]), build_.map(Map::cos, x[0])}};
  for (std::size_t i = 0; i < results.stored.size(); ++i) {
    const clang::QualType to = callee->getParamDecl(static_cast<unsigned>(inputs + i))->getType();
    write(dereference(arguments[inputs + i], to->getPointeeType(), call), *objects_.of(results.stored[i]),
          call);
  }
  return results.returned ? objects_.of(results.returned) : objects_.fresh();
}

}  // namespace nndiff::frontend
