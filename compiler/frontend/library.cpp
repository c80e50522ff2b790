// Functions of the standard library that are known by name; others are entered.
#include "frontend/lifter.h"
#include "frontend/types.h"

namespace nndiff::frontend {

using State = Content::State;

/// Null for functions that are not known here.
Object* Lifter::call_std(const clang::FunctionDecl* callee, Object* self, Arguments arguments,
                         const clang::Expr* call) {
  if (!callee->getIdentifier() && callee->getOverloadedOperator() != clang::OO_Subscript) return nullptr;
  if (!is_inside(callee, "std")) return nullptr;
  const llvm::StringRef name = callee->getIdentifier() ? callee->getName() : "[]";
  if (!self && arguments.size() == 1) {
    if (name == "move" || name == "forward" || name == "as_const" || name == "move_if_noexcept")
      return arguments[0];
    if (name == "addressof" || name == "__addressof") return address_of(arguments[0]);
  }
  if (name == "is_constant_evaluated" && arguments.empty()) return objects_.of(false);
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
  if (!self || !method || !array_of(context_.getRecordType(method->getParent()), context_)) return nullptr;
  return call_array(name, self, arguments, call);
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
