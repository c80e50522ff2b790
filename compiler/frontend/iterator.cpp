// Iterators of contiguous containers and smart pointers to arrays: pointers by another name; new and delete.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

bool Lifter::is_contiguous(clang::QualType type) const {
  type = type.getNonReferenceType();
  return type->isPointerType() || specialisation(type, "__gnu_cxx", "__normal_iterator");
}

/// What a pointer, or an iterator that is one, points to.
clang::QualType Lifter::pointee_of(clang::QualType type, const clang::Expr* where) {
  type = type.getNonReferenceType();
  if (type->isPointerType()) return type->getPointeeType();
  if (const auto* iterator = specialisation(type, "__gnu_cxx", "__normal_iterator"))
    return iterator->getTemplateArgs()[0].getAsType()->getPointeeType();
  refuse(where->getExprLoc(), "iterators of type '" + shown(type) + "' are not supported");
}

/// Objects that the standard library makes and the lifter models; null for others.
Object* Lifter::construct_std(const clang::CXXConstructExpr* expr, clang::QualType type) {
  const auto vector = element_of(type, "vector"), span = element_of(type, "span");
  const bool is_iterator = specialisation(type, "__gnu_cxx", "__normal_iterator");
  const bool is_owner = specialisation(type, "std", "unique_ptr");
  if (!vector && !span && !is_iterator && !is_owner) return nullptr;
  if (vector) check_record(type, expr->getExprLoc());
  std::vector<const clang::Expr*> sources;
  for (const clang::Expr* argument : expr->arguments())
    if (!llvm::isa<clang::CXXDefaultArgExpr>(argument)) sources.push_back(argument);
  const std::vector<Object*> arguments = eval_unsequenced(sources);
  if (vector) return construct_vector(*vector, arguments, expr);
  if (span) return construct_span(arguments, expr);
  return arguments.empty() ? objects_.of(State::pointer, Place{}) : copy(*arguments[0], expr);
}

/// Operators and members of iterators and std::unique_ptr; null for others.
Object* Lifter::call_iterator(const clang::FunctionDecl* callee, clang::QualType type, Object* self,
                              Arguments arguments, const clang::Expr* call) {
  const bool is_owner = specialisation(type, "std", "unique_ptr");
  clang::QualType to;
  if (is_owner) {
    to = specialisation(type, "std", "unique_ptr")->getTemplateArgs()[0].getAsType();
    if (const auto* array = context_.getAsArrayType(to)) to = array->getElementType();
  } else {
    to = pointee_of(type, call);
  }
  const auto by = [&](int sign) -> Index {
    const Index n = index_of(arguments.at(0), call);
    if (sign > 0 || n.is_known()) return {n.value, sign * n.known};
    return {build_.map(ir::Map::neg, n.value)};
  };
  const auto moved = [&](const Index& n) {
    const Object* before = copy(*self, call);
    write(self, *advance(self, n, to, call), call);
    return const_cast<Object*>(before);
  };
  if (callee->getIdentifier()) {
    if (callee->getName() == "base" || callee->getName() == "get") return load(self, call);
    refuse(call->getExprLoc(),
           "'" + callee->getNameAsString() + "' of '" + shown(type) + "' is not supported");
  }
  switch (callee->getOverloadedOperator()) {
    case clang::OO_Arrow:
      return load(self, call);
    case clang::OO_Star:
      return dereference(self, to, call);
    case clang::OO_Subscript:
      return dereference(advance(self, by(1), to, call), to, call);
    case clang::OO_PlusPlus:
    case clang::OO_MinusMinus: {
      Object* before = moved({{}, callee->getOverloadedOperator() == clang::OO_PlusPlus ? 1 : -1});
      return arguments.empty() ? self : before;
    }
    case clang::OO_PlusEqual:
    case clang::OO_MinusEqual:
      moved(by(callee->getOverloadedOperator() == clang::OO_PlusEqual ? 1 : -1));
      return self;
    case clang::OO_Plus:
    case clang::OO_Minus:
      return advance(self, by(callee->getOverloadedOperator() == clang::OO_Plus ? 1 : -1), to, call);
    case clang::OO_Equal:
      write(self, *copy(*arguments.at(0), call), call);
      return self;
    default:
      refuse(call->getExprLoc(), "this operator of '" + shown(type) + "' is not supported");
  }
}

/// Comparisons and differences of two iterators; null for other functions.
Object* Lifter::compare_iterators(const clang::FunctionDecl* callee, Arguments arguments,
                                  const clang::Expr* call) {
  if (callee->getNumParams() != 2 || arguments.size() != 2) return nullptr;
  const clang::QualType type = callee->getParamDecl(0)->getType().getNonReferenceType();
  if (!specialisation(type, "__gnu_cxx", "__normal_iterator")) return nullptr;
  const clang::QualType result = call->getType();
  const auto difference = [&](clang::BinaryOperatorKind kind) {
    return pointer_difference(kind, arguments[0], arguments[1], pointee_of(type, call), result, call);
  };
  switch (callee->getOverloadedOperator()) {
    case clang::OO_EqualEqual:
      return difference(clang::BO_EQ);
    case clang::OO_ExclaimEqual:
      return difference(clang::BO_NE);
    case clang::OO_Minus:
      return difference(clang::BO_Sub);
    default:
      return nullptr;
  }
}

/// <, <=, > and >= of iterators, which C++20 rewrites in terms of <=>.
Object* Lifter::eval_rewritten(const clang::CXXRewrittenBinaryOperator* expr) {
  const auto form = expr->getDecomposedForm();
  const clang::QualType type = form.LHS->getType().getNonReferenceType();
  if (!specialisation(type, "__gnu_cxx", "__normal_iterator")) return eval(expr->getSemanticForm());
  const auto operands = eval_unsequenced({form.LHS, form.RHS});
  return pointer_difference(form.Opcode, operands[0], operands[1], pointee_of(type, expr), expr->getType(),
                            expr);
}

/// new T(x), new T[n], new T[n]{}.
Object* Lifter::eval_new(const clang::CXXNewExpr* expr) {
  if (expr->getNumPlacementArgs() > 0) refuse(expr->getExprLoc(), "placement new is not supported");
  const clang::QualType type = expr->getAllocatedType();
  const clang::Expr* init = expr->getInitializer();
  if (!expr->isArray()) {
    Object* object = init ? copy(*eval(init), init) : default_object(type, expr->getExprLoc(), false);
    return objects_.of(State::pointer, {object, {}, true});
  }
  const auto* list = llvm::dyn_cast_or_null<clang::InitListExpr>(init);
  if (list && list->getNumInits() > 0)
    refuse(expr->getExprLoc(), "'new' with a list is not supported; assign the elements");
  const Index count = index_of(eval(*expr->getArraySize()), *expr->getArraySize());
  Object* elements = make_elements(type, count, init && !llvm::isa<clang::CXXConstructExpr>(init), expr);
  if (type->isRecordType() && !type->getAsCXXRecordDecl()->hasTrivialDefaultConstructor())
    fill_elements(elements, *value_initialised(type, expr), count, expr);
  return decay(elements);
}

}  // namespace nndiff::frontend
