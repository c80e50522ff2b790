// English for the constructs of C++ that are refused, with what to write instead.
#include "frontend/phrases.h"

namespace nndiff::frontend {

std::string unsupported(const clang::Stmt* stmt) {
  using S = clang::Stmt;
  switch (stmt->getStmtClass()) {
    case S::SwitchStmtClass:
    case S::CaseStmtClass:
    case S::DefaultStmtClass: return "'switch' is not supported yet; use 'if constexpr'";
    case S::WhileStmtClass: return "a 'while' with a declaration as condition is not supported";
    case S::GotoStmtClass:
    case S::IndirectGotoStmtClass:
    case S::LabelStmtClass: return "'goto' and labels are not supported";
    case S::CXXTryStmtClass:
    case S::CXXThrowExprClass: return "exceptions are not supported; check arguments before the call";
    case S::GCCAsmStmtClass:
    case S::MSAsmStmtClass: return "'asm' is not supported";
    case S::CoroutineBodyStmtClass:
    case S::CoreturnStmtClass:
    case S::CoawaitExprClass:
    case S::CoyieldExprClass: return "coroutines are not supported";
    case S::CXXNewExprClass:
    case S::CXXDeleteExprClass: return "'new' and 'delete' are not supported; use values";
    case S::CXXTypeidExprClass: return "'typeid' is not supported";
    case S::CXXDynamicCastExprClass: return "'dynamic_cast' is not supported";
    case S::CXXReinterpretCastExprClass: return "'reinterpret_cast' is not supported";
    case S::BuiltinBitCastExprClass: return "'bit_cast' is not supported";
    case S::StringLiteralClass:
    case S::PredefinedExprClass: return "strings are not supported here";
    case S::VAArgExprClass: return "variable arguments in the manner of C are not supported; use a template";
    case S::StmtExprClass: return "statements inside expressions are not supported";
    case S::CXXPseudoDestructorExprClass: return "calling a destructor is not supported";
    case S::AtomicExprClass: return "atomic operations are not supported";
    case S::CXXThisExprClass: return "'this' as a pointer is not supported; name the member";
    case S::DesignatedInitExprClass: return "this initialiser is not supported";
    case S::ImaginaryLiteralClass: return "complex numbers are not supported";
    case S::AddrLabelExprClass: return "addresses of labels are not supported";
    case S::CompoundLiteralExprClass: return "compound literals are not supported; declare a variable";
    case S::CXXUuidofExprClass:
    case S::ObjCMessageExprClass:
    case S::BlockExprClass: return "this extension of the language is not supported";
    default: break;
  }
  return llvm::isa<clang::Expr>(stmt) ? "this kind of expression is not supported"
                                      : "this kind of statement is not supported";
}

}  // namespace nndiff::frontend
