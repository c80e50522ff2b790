// Elements moved and set as bytes: memcpy, memmove, memset, and moves between ranges that may overlap.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

/// to[i] = from[i] for `count` elements of a type, each as it was before: from the last one on where `to`
/// lies behind `from` in one array.
void Lifter::move_elements(const Object* to, const Object* from, const Index& count, clang::QualType element,
                           const clang::Expr* where) {
  const Object *p = copy(*to, where), *q = copy(*from, where);
  if (p->state != State::pointer || q->state != State::pointer)
    refuse(where->getExprLoc(), "this cannot be used as a pointer into an array");
  const auto may_be_one_of = [](const Object* pointer) {
    return pointer->place.root && pointer->place.root->state == State::choice;
  };
  if (may_be_one_of(p) || may_be_one_of(q)) {
    const Object* aside = decay(make_elements(element, count, false, where));
    copy_elements(aside, q, count, element, where);
    return copy_elements(p, aside, count, element, where);
  }
  if (p->place.root != q->place.root) return copy_elements(p, q, count, element, where);
  const Object* is_behind = pointer_difference(clang::BO_GT, p, q, element, context_.BoolTy, where);
  const bool is_known = is_behind->state == State::integer;
  if (is_known && is_behind->integer.isZero()) return copy_elements(p, q, count, element, where);
  const auto number = [=, this](const Object* i) {
    const Index forwards = index_of(i, where), backwards = minus(plus(count, {{}, -1}), forwards);
    if (is_known) return backwards;
    const ir::Value last = value_of(backwards);
    return Index{build_.map(ir::Map::where, {is_behind->value, last, value_of(forwards)})};
  };
  repeat(
      {}, count, leaves_of(const_cast<Object*>(p)),
      [=, this](const Object* i) {
        const Index at = number(i);
        Object* source = dereference(advance(q, at, element, where), element, where);
        write(dereference(advance(p, at, element, where), element, where), *copy(*source, where), where);
      },
      where);
}

namespace {

/// An integer all of whose bytes are `byte`.
llvm::APSInt of_bytes(std::int64_t byte, std::int64_t size, bool is_unsigned) {
  const auto bits = static_cast<unsigned>(8 * size);
  return llvm::APSInt(llvm::APInt::getSplat(bits, llvm::APInt(8, static_cast<std::uint64_t>(byte) & 0xff)),
                      is_unsigned);
}

}  // namespace

/// memset: to 0, or of integers to any byte that is known.
Object* Lifter::set_bytes(Arguments arguments, const Index& count, clang::QualType element,
                          const clang::CallExpr* call) {
  const std::int64_t byte = known_integer(arguments[1], call, "the byte of 'memset'");
  const Object* value = default_object(element, call->getExprLoc(), true);
  if ((byte & 0xff) != 0) {
    if (!element->isIntegerType() || element->isBooleanType())
      refuse(call->getExprLoc(),
             "'memset' of a '" + shown(element) + "' to anything but 0 is not supported; use std::fill");
    value = objects_.of(
        of_bytes(byte, context_.getTypeSizeInChars(element).getQuantity(), element->isUnsignedIntegerType()));
  }
  const Object* to = copy(*arguments[0], call);
  repeat(
      {}, count, leaves_of(const_cast<Object*>(to)),
      [=, this](const Object* i) {
        write(dereference(advance(to, index_of(i, call), element, call), element, call), *value, call);
      },
      call);
  return arguments[0];
}

/// memcpy, memmove and memset of numbers and of structs of these; null for other functions.
Object* Lifter::call_memory(llvm::StringRef name, Arguments arguments, const clang::CallExpr* call) {
  name.consume_front("__builtin_");
  const bool is_set = name == "memset";
  if ((!is_set && name != "memcpy" && name != "memmove") || arguments.size() != 3) return nullptr;
  const auto element_at = [&](unsigned i) {
    const clang::QualType type = call->getArg(i)->IgnoreParenImpCasts()->IgnoreParenCasts()->getType();
    const clang::QualType inner = type->isPointerType() ? type->getPointeeType() : type;
    return context_.getBaseElementType(inner).getCanonicalType().getUnqualifiedType();
  };
  const clang::QualType element = element_at(0);
  if (!is_set && is_numeric(element, context_) && element_at(1) != element)
    refuse(call->getExprLoc(),
           "'" + name.str() + "' from '" + shown(element_at(1)) + "' to '" + shown(element) +
               "' is not supported, because bits have no derivative; convert the numbers");
  if (!is_numeric(element, context_))
    refuse(call->getExprLoc(), "'" + name.str() + "' of a '" + shown(element) + "' is not supported; assign");
  const std::int64_t size = context_.getTypeSizeInChars(element).getQuantity();
  const Object* bytes = convert(arguments[2], context_.LongTy, call);
  const Index count = index_of(
      arithmetic(clang::BO_Div, bytes, objects_.of(llvm::APSInt::get(size)), context_.LongTy, call), call);
  if (is_set) return set_bytes(arguments, count, element, call);
  if (name == "memmove")
    move_elements(arguments[0], arguments[1], count, element, call);
  else
    copy_elements(arguments[0], arguments[1], count, element, call);
  return arguments[0];
}

}  // namespace nndiff::frontend
