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
    {S::GotoStmtClass, "'goto' and labels are not supported; use a loop, 'break' or 'return'"},
    {S::IndirectGotoStmtClass, "'goto' and labels are not supported; use a loop, 'break' or 'return'"},
    {S::LabelStmtClass, "'goto' and labels are not supported; use a loop, 'break' or 'return'"},
    {S::CXXTryStmtClass, "exceptions are not supported; check arguments before the call"},
    {S::CXXThrowExprClass, "exceptions are not supported; check arguments before the call"},
    {S::GCCAsmStmtClass, "'asm' is not supported; write it in C++"},
    {S::MSAsmStmtClass, "'asm' is not supported; write it in C++"},
    {S::CoroutineBodyStmtClass, "coroutines are not supported; collect the values in a std::vector"},
    {S::CoreturnStmtClass, "coroutines are not supported; collect the values in a std::vector"},
    {S::CoawaitExprClass, "coroutines are not supported; collect the values in a std::vector"},
    {S::CoyieldExprClass, "coroutines are not supported; collect the values in a std::vector"},
    {S::CXXTypeidExprClass, "'typeid' is not supported"},
    {S::CXXDynamicCastExprClass, "'dynamic_cast' is not supported; use a template"},
    {S::CXXReinterpretCastExprClass, "'reinterpret_cast' is not supported; convert values with static_cast"},
    {S::BuiltinBitCastExprClass,
     "'bit_cast' is not supported, because bits have no derivative; compute with the number"},
    {S::StringLiteralClass, "strings are not supported here"},
    {S::PredefinedExprClass, "strings are not supported here"},
    {S::VAArgExprClass, "variable arguments in the manner of C are not supported; use a template"},
    {S::StmtExprClass, "statements inside expressions are not supported; use a lambda"},
    {S::CXXPseudoDestructorExprClass, "calling a destructor is not supported"},
    {S::AtomicExprClass, "atomic operations are not supported; the generated code divides the work itself"},
    {S::CXXThisExprClass, "'this' as a pointer is not supported; name the member"},
    {S::DesignatedInitExprClass, "this initialiser is not supported"},
    {S::ImaginaryLiteralClass,
     "complex numbers are not supported; compute with their real and imaginary parts"},
    {S::AddrLabelExprClass, "addresses of labels are not supported"},
    {S::CStyleCastExprClass,
     "a cast that looks at memory as another type is not supported; convert values with static_cast"},
    {S::CXXFunctionalCastExprClass,
     "a cast that looks at memory as another type is not supported; convert values with static_cast"},
    {S::CompoundLiteralExprClass, "compound literals are not supported; declare a variable"},
    {S::CXXUuidofExprClass, "this extension of the language is not supported"},
    {S::ObjCMessageExprClass, "this extension of the language is not supported"},
    {S::BlockExprClass, "this extension of the language is not supported"},
};

/// Names of the standard library, between spaces, and why they are refused.
struct Names {
  llvm::StringRef names;
  const char* text;
};

const char threads[] = "threads are not supported; write a plain loop, whose work the generated code divides";

const Names classes[] = {
    {" function move_only_function ", "is not supported; pass the function or a lambda to a template"},
    {" complex ", "is not supported; compute with the real and the imaginary part"},
    {" valarray ", "is not supported; use an nn::Tensor or a std::vector"},
    {" list forward_list deque map multimap set multiset unordered_map unordered_multimap unordered_set "
     "unordered_multiset queue stack priority_queue ",
     "is not supported; use a std::vector or a std::array"},
    {" basic_string basic_string_view ", "is not supported; choose by an integer or an enumeration"},
    {" optional variant any ", "is not supported; use a struct with a value and a flag"},
    {" shared_ptr weak_ptr ", "is not supported; use a local variable, a std::vector or a std::unique_ptr"},
};
const Names threading[] = {
    {" thread jthread mutex recursive_mutex timed_mutex shared_mutex lock_guard unique_lock scoped_lock "
     "shared_lock atomic atomic_ref __atomic_float __atomic_base atomic_flag condition_variable future "
     "shared_future promise packaged_task barrier latch counting_semaphore async ",
     threads},
};
const Names unsupported_functions[] = {
    {" bit_cast ", "is not supported, because bits have no derivative; compute with the number"},
    {" setjmp _setjmp __sigsetjmp longjmp siglongjmp __builtin_setjmp __builtin_longjmp ",
     "is not supported; use a loop, 'break' or 'return'"},
    {" abort exit _Exit quick_exit terminate __builtin_trap __builtin_abort ",
     "ends the program, which is not supported; use assert, or check arguments before the call"},
    {" malloc calloc realloc aligned_alloc __builtin_malloc __builtin_alloca ",
     "is not supported; use a std::vector, a std::unique_ptr or 'new'"},
    {" rand random drand48 srand ", "is not supported; pass random numbers as a parameter"},
    {" printf fprintf puts putchar ", "is not supported; print outside of the function"},
};

template <std::size_t n>
const char* found_in(const Names (&table)[n], llvm::StringRef name) {
  const std::string key = " " + name.str() + " ";
  for (const Names& entry : table)
    if (entry.names.contains(key)) return entry.text;
  return nullptr;
}

}  // namespace

std::string unsupported_class(llvm::StringRef name) {
  if (const char* why = found_in(threading, name)) return why;
  const char* why = found_in(classes, name);
  if (name == "basic_string" || name == "basic_string_view") name = name.drop_front(6);
  return why ? "std::" + name.str() + " " + why : "";
}

std::string unsupported_function(llvm::StringRef name) {
  if (const char* why = found_in(threading, name)) return why;
  const char* why = found_in(unsupported_functions, name);
  return why ? "'" + name.str() + "' " + why : "";
}

std::string unsupported(const clang::Stmt* stmt) {
  for (const Phrase& phrase : phrases)
    if (phrase.kind == stmt->getStmtClass()) return phrase.text;
  return llvm::isa<clang::Expr>(stmt) ? "this kind of expression is not supported"
                                      : "this kind of statement is not supported";
}

}  // namespace nndiff::frontend
