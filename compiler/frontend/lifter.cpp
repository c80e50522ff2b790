// The lifter's ground: places in the source, refusals, writes to objects, values out of objects.
#include "frontend/lifter.h"

#include <charconv>

#include "frontend/source_text.h"
#include "frontend/types.h"

namespace nndiff::frontend {

Lifter::Lifter(clang::ASTContext& context, ir::Function& function)
    : context_(context), f_(function), build_(function) {}

void Lifter::lift(const clang::FunctionDecl* function, const std::vector<Object*>& parameters) {
  Frame frame;
  frame.function = function;
  for (std::size_t i = 0; i < parameters.size(); ++i) frame.locals[function->getParamDecl(i)] = parameters[i];
  frames_.push_back(&frame);
  exec(function->getBody());
  if (!frame.result || frame.result->state == Object::State::unset)
    refuse(function->getBody()->getEndLoc(), "the function ends without returning a value");
  const ir::Value result = value_of(frame.result, function->getReturnType(), nullptr);
  if (!(build_.type(result) == f_.result)) ir::bug("the lifted result has another type than the function");
  f_.body.yields = {result};
  frames_.pop_back();
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

void Lifter::write(Object* to, const Object& from, const clang::Expr* where) {
  if (to->read_only)
    refuse(where->getExprLoc(),
           "writing to what a parameter refers to is not supported; copy it to a local variable and return "
           "the result");
  objects_.replace(*to, from);
  oldest_write_ = std::min(oldest_write_, to->born);
}

void Lifter::give_name(const Object* object, llvm::StringRef name) {
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
  refuse(where->getExprLoc(),
         "values of type '" + shown(type) +
             "' are not supported at run time; use float, double, int, std::int64_t or bool");
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

ir::Value Lifter::value_of(const Object* object, clang::QualType type, const clang::Expr* where) {
  using State = Object::State;
  switch (object->state) {
    case State::value:
      return object->value;
    case State::real:
      return number(object->real, elem(type, where));
    case State::integer: {
      const ir::Elem to = elem(type, where);
      const std::int64_t limit = std::int64_t{1} << 53;
      if (object->integer.getSignificantBits() > 64 || object->integer.getExtValue() > limit ||
          object->integer.getExtValue() < -limit)
        refuse(where->getExprLoc(), "integers beyond 2^53 are not supported");
      return build_.constant(static_cast<double>(object->integer.getExtValue()), {to, {}});
    }
    case State::unset:
      refuse(where->getExprLoc(), "this value is used before anything was assigned to it");
    case State::parts:
    case State::closure:
      refuse(where->getExprLoc(), "a value of type '" + shown(type) + "' cannot be used here");
  }
  ir::bug("unknown state of an object");
}

std::int64_t Lifter::known_integer(const Object* object, const clang::Expr* where, const char* what) {
  if (object->state != Object::State::integer)
    refuse(where->getExprLoc(), std::string(what) + " must be an integer known at compile time");
  if (object->integer.getSignificantBits() > 63) refuse(where->getExprLoc(), "this integer is too large");
  return object->integer.getExtValue();
}

}  // namespace nndiff::frontend
