// The lifter's ground: places in the source, refusals, writes to objects, values out of objects.
#include "frontend/lifter.h"

#include <charconv>

#include "frontend/source_text.h"
#include "frontend/types.h"

namespace nndiff::frontend {

Lifter::Lifter(clang::ASTContext& context, const Derivatives& derivatives, ir::Function& function,
               const Derive& derive, std::vector<const clang::FunctionDecl*> around)
    : LifterState(context, derivatives, function, derive, std::move(around)) {}

void Lifter::lift(const clang::FunctionDecl* function, const Parameters& parameters) {
  Frame frame;
  frame.function = function;
  frame.result = objects_.fresh();
  frame.returned = objects_.flag();
  for (std::size_t i = 0; i < parameters.objects.size(); ++i)
    frame.locals[function->getParamDecl(i)] = parameters.objects[i];
  for (const Parameters::Lent& lent : parameters.lent) lent_.insert(lent.object->value);
  frames_.push_back(&frame);
  exec(function->getBody());
  yield(parameters, frame.result, function);
  frames_.pop_back();
  std::vector<ir::Value> first;
  for (const Routine& routine : routines_) first.push_back(routine.op);
  first.insert(first.end(), entry_.ops.begin(), entry_.ops.end());
  f_.body.ops.insert(f_.body.ops.begin(), first.begin(), first.end());
}

/// The function's result, and what the parameters that it has changed hold in the end.
void Lifter::yield(const Parameters& parameters, Object* result, const clang::FunctionDecl* function) {
  const clang::SourceLocation end = function->getBody()->getEndLoc();
  if (result->state == Object::State::unset) refuse(end, "the function ends without returning a value");
  const ir::Value value = value_of(result, function->getReturnType(), nullptr);
  if (!(build_.type(value) == f_.result))
    refuse(end, "the result is " + to_string(build_.type(value)) + ", not " + to_string(f_.result));
  f_.body.yields = {value};
  for (const Parameters::Lent& lent : parameters.lent) {
    ir::Leaf& leaf = f_.params[lent.param].leaves[lent.leaf];
    if (lent.object->state == Object::State::value && lent.object->value == leaf.value) continue;
    leaf.written = true;
    const auto index = f_[leaf.value].index;
    if (f_.outputs.empty()) f_.outputs.push_back({ir::Output::Role::primal});
    f_.outputs.push_back({ir::Output::Role::argument, index});
    f_.body.yields.push_back(as_value(*lent.object, leaf.type));
    if (!(build_.type(f_.body.yields.back()) == leaf.type))
      refuse(end, "'" + leaf.path + "' changes its size, which is not supported for a parameter");
  }
}

bool Lifter::is_library(clang::SourceLocation where) const {
  const clang::SourceManager& sources = context_.getSourceManager();
  return where.isInvalid() || sources.isInSystemHeader(sources.getExpansionLoc(where));
}

ir::Loc Lifter::place(clang::SourceLocation where) const {
  if (!is_library(where)) return loc_of(where, context_.getSourceManager());
  return !frames_.empty() && frames_.back()->in_library ? frames_.back()->place : build_.loc;
}

void Lifter::refuse(clang::SourceLocation where, const std::string& message) {
  std::string text = message;
  const clang::FunctionDecl* entered = nullptr;  // the library function that the user calls
  for (auto frame = frames_.rbegin(); frame != frames_.rend() && (*frame)->in_library; ++frame)
    entered = (*frame)->function;
  if (entered) text = "cannot look into '" + entered->getQualifiedNameAsString() + "': " + message;
  throw ir::Refusal({ir::Severity::error, place(where), text});
}

std::string Lifter::shown(clang::QualType type) const {
  return frontend::shown(type, context_);
}

void Lifter::give_name(Object* object, llvm::StringRef name) {
  if (object->name.empty() && !frames_.back()->in_library) object->name = name.str();
  if (object->state != Object::State::value || frames_.back()->in_library) return;
  ir::Op& op = f_[object->value];
  if (op.name.empty() && op.kind != ir::Kind::input) op.name = name.str();
}

Object* Lifter::lookup(const clang::ValueDecl* decl) const {
  const auto& locals = frames_.back()->locals;
  const auto found = locals.find(decl);
  return found == locals.end() ? nullptr : found->second;
}

ir::Elem Lifter::elem(clang::QualType type, const clang::Expr* where) {
  if (const auto found = elem_of(type)) return *found;
  refuse(where->getExprLoc(), "values of type '" + shown(type) +
                                  "' are not supported at run time; use float, double, integers or bool");
}

/// A number as a constant of the IR. A float is written by its shortest decimal form, which reads back to the
/// same float: 0.1f is 0.1, not 0.10000000149011612.
ir::Value Lifter::number(double number, ir::Elem elem) {
  const auto single = static_cast<float>(number);
  if (elem == ir::Elem::f32 && static_cast<double>(single) == number) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, single).ptr;
    std::from_chars(text, end, number);
  }
  return build_.constant(number, {elem, {}});
}

/// An integer as a constant of the IR, beyond 2^53 from two halves.
ir::Value Lifter::integer(const llvm::APSInt& number, ir::Elem elem) {
  const std::int64_t x = number.isUnsigned() && number.getBitWidth() == 1
                             ? number.getBoolValue()
                             : number.extOrTrunc(64).getSExtValue();
  const ir::Type type{elem, {}};
  const std::int64_t limit = std::int64_t{1} << 53;
  const bool is_huge = elem == ir::Elem::u64
                           ? static_cast<std::uint64_t>(x) > static_cast<std::uint64_t>(limit)
                           : x > limit || x < -limit;
  if (!is_huge || ir::is_floating(elem)) return build_.constant(static_cast<double>(x), type);
  const std::int64_t high =
      elem == ir::Elem::u64 ? static_cast<std::int64_t>(static_cast<std::uint64_t>(x) >> 32) : x >> 32;
  const ir::Value upper = build_.map(ir::Map::mul, build_.constant(static_cast<double>(high), type),
                                     build_.constant(4294967296.0, type));
  const std::int64_t low = x & 0xffffffff;
  return low == 0 ? upper : build_.map(ir::Map::add, upper, build_.constant(static_cast<double>(low), type));
}

ir::Value Lifter::value_of(const Object* object, clang::QualType type, const clang::Expr* where) {
  using State = Object::State;
  object = read(object, where);
  const auto refuse_here = [&](const std::string& message) {
    refuse(where ? where->getExprLoc() : clang::SourceLocation(), message);
  };
  switch (object->state) {
    case State::value:
      return object->value;
    case State::real:
      return number(object->real, elem(type, where));
    case State::integer:
      return integer(object->integer, elem(type, where));
    case State::unset:
      refuse_here("this value is used before anything was assigned to it");
      break;
    default:
      refuse_here("a value of type '" + shown(type) + "' cannot be used here");
  }
  ir::bug("unknown state of an object");
}

std::int64_t Lifter::known_integer(const Object* object, const clang::Expr* where, const char* what) {
  object = read(object, where);
  if (object->state != Object::State::integer)
    refuse(where->getExprLoc(), std::string(what) + " must be an integer known at compile time");
  if (object->integer.getSignificantBits() > 63) refuse(where->getExprLoc(), "this integer is too large");
  return object->integer.getExtValue();
}

}  // namespace nndiff::frontend
