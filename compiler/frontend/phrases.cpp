// English for the constructs of C++ that are refused, with what to write instead.
#include "frontend/phrases.h"

namespace nndiff::frontend {

namespace {

struct Phrase {
  clang::Stmt::StmtClass kind;
  const char* text;
};

using S = clang::Stmt;

const Phrase phrases[] = {
    {S::GotoStmtClass, "'goto' and labels are not supported"},
    {S::IndirectGotoStmtClass, "'goto' and labels are not supported"},
    {S::LabelStmtClass, "'goto' and labels are not supported"},
    {S::CXXTryStmtClass, "exceptions are not supported; check arguments before the call"},
    {S::CXXThrowExprClass, "exceptions are not supported; check arguments before the call"},
    {S::GCCAsmStmtClass, "'asm' is not supported"},
    {S::MSAsmStmtClass, "'asm' is not supported"},
    {S::CoroutineBodyStmtClass, "coroutines are not supported"},
    {S::CoreturnStmtClass, "coroutines are not supported"},
    {S::CoawaitExprClass, "coroutines are not supported"},
    {S::CoyieldExprClass, "coroutines are not supported"},
    {S::CXXTypeidExprClass, "'typeid' is not supported"},
    {S::CXXDynamicCastExprClass, "'dynamic_cast' is not supported"},
    {S::CXXReinterpretCastExprClass, "'reinterpret_cast' is not supported"},
    {S::BuiltinBitCastExprClass, "'bit_cast' is not supported"},
    {S::StringLiteralClass, "strings are not supported here"},
    {S::PredefinedExprClass, "strings are not supported here"},
    {S::VAArgExprClass, "variable arguments in the manner of C are not supported; use a template"},
    {S::StmtExprClass, "statements inside expressions are not supported"},
    {S::CXXPseudoDestructorExprClass, "calling a destructor is not supported"},
    {S::AtomicExprClass, "atomic operations are not supported"},
    {S::CXXThisExprClass, "'this' as a pointer is not supported; name the member"},
    {S::DesignatedInitExprClass, "this initialiser is not supported"},
    {S::ImaginaryLiteralClass, "complex numbers are not supported"},
    {S::AddrLabelExprClass, "addresses of labels are not supported"},
    {S::CompoundLiteralExprClass, "compound literals are not supported; declare a variable"},
    {S::CXXUuidofExprClass, "this extension of the language is not supported"},
    {S::ObjCMessageExprClass, "this extension of the language is not supported"},
    {S::BlockExprClass, "this extension of the language is not supported"},
};

}  // namespace

std::string unsupported(const clang::Stmt* stmt) {
  for (const Phrase& phrase : phrases)
    if (phrase.kind == stmt->getStmtClass()) return phrase.text;
  return llvm::isa<clang::Expr>(stmt) ? "this kind of expression is not supported"
                                      : "this kind of statement is not supported";
}

}  // namespace nndiff::frontend
