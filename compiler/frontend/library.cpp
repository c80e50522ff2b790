// Functions of the standard library that are known by name; others are entered.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

/// Null for functions that are not known here.
Object* Lifter::call_std(const clang::FunctionDecl* callee, Object* self, Arguments arguments,
                         const clang::Expr* call) {
  const auto* plain = llvm::dyn_cast<clang::CallExpr>(call);
  if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
      self && method && !method->isStatic())
    return call_member(method, self, arguments, call);
  if (!callee->getIdentifier()) return compare_iterators(callee, arguments, call);
  const llvm::StringRef name = callee->getName();
  if (plain && (callee->isExternC() || is_inside(callee, "std") || callee->getBuiltinID() != 0))
    if (Object* result = call_memory(name, arguments, plain)) return result;
  if (name == "__builtin_constant_p") return objects_.of(context_.MakeIntValue(0, call->getType()));
  if (name == "__builtin_expect" && !arguments.empty()) return arguments[0];
  if (!is_inside(callee, "std")) return nullptr;
  if (arguments.size() == 1) {
    if (name == "move" || name == "forward" || name == "as_const" || name == "move_if_noexcept")
      return arguments[0];
    if (name == "addressof" || name == "__addressof") return address_of(arguments[0]);
    if (name == "make_unique" && specialisation(call->getType(), "std", "unique_ptr")) {
      const clang::QualType array =
          specialisation(call->getType(), "std", "unique_ptr")->getTemplateArgs()[0].getAsType();
      if (const auto* of = context_.getAsArrayType(array))
        return decay(make_elements(of->getElementType(), index_of(arguments[0], call), true, call));
    }
  }
  if (name == "is_constant_evaluated" && arguments.empty()) return objects_.of(false);
  if (!plain) return nullptr;
  if (Object* result = call_extreme(name, arguments, plain)) return result;
  if (Object* result = call_sort(callee, arguments, plain)) return result;
  if (Object* result = call_stable_sort(callee, arguments, plain)) return result;
  return call_algorithm(name, arguments, plain);
}

/// Members of what the lifter models.
Object* Lifter::call_member(const clang::CXXMethodDecl* method, Object* self, Arguments arguments,
                            const clang::Expr* call) {
  const clang::QualType type = context_.getRecordType(method->getParent());
  if (is_pointer_like(type)) return call_iterator(method, type, self, arguments, call);
  if (!is_inside(method, "std")) return nullptr;
  const bool is_subscript = method->getOverloadedOperator() == clang::OO_Subscript;
  const bool is_assignment = method->getOverloadedOperator() == clang::OO_Equal;
  if (!method->getIdentifier() && !is_subscript && !is_assignment) return nullptr;
  const llvm::StringRef name = is_subscript ? "[]" : is_assignment ? "=" : method->getName();
  if (const auto element = element_of(type, "vector"))
    return call_vector(name, *element, self, arguments, call);
  if (const auto element = element_of(type, "span")) return call_span(name, *element, self, arguments, call);
  if (specialisation(type, "std", "initializer_list") && name == "size")
    return objects_.of(
        context_.MakeIntValue(static_cast<std::uint64_t>(element_count(self)), call->getType()));
  return array_of(type, context_) ? call_array(name, self, arguments, call) : nullptr;
}

/// Members of std::array.
Object* Lifter::call_array(llvm::StringRef name, Object* self, Arguments arguments, const clang::Expr* call) {
  const auto* member = llvm::cast<clang::CallExpr>(call)->getDirectCallee();
  const auto* record = llvm::cast<clang::CXXMethodDecl>(member)->getParent();
  const auto count = static_cast<std::int64_t>(array_of(context_.getRecordType(record), context_)->count);
  if ((name == "[]" || name == "at") && arguments.size() == 1) return element(self, arguments[0], call);
  if (name == "size" || name == "max_size") return objects_.of(context_.MakeIntValue(count, call->getType()));
  if (name == "empty") return objects_.of(context_.MakeIntValue(count == 0, call->getType()));
  if ((name == "front" || name == "back") && count > 0)
    return element(self, Index{{}, name == "front" ? 0 : count - 1}, call);
  if (name == "data" || name == "begin" || name == "cbegin") return decay(self);
  if (name == "end" || name == "cend")
    return advance(decay(self), {{}, count}, array_of(context_.getRecordType(record), context_)->element,
                   call);
  if (name == "fill" && arguments.size() == 1) {
    write(self, *self, call);  // it may be written
    fill(self, *arguments[0], call);
    return objects_.fresh();
  }
  return nullptr;
}

}  // namespace nndiff::frontend
