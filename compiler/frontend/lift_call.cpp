// Calls: every callee is entered with its arguments, except primitives and a few functions of the standard
// library.
#include "frontend/lifter_parts.h"
#include "frontend/phrases.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

constexpr std::size_t max_calls = 200;

std::string quoted(const clang::FunctionDecl* function) {
  return "'" + function->getQualifiedNameAsString() + "'";
}

}  // namespace

Object* Lifter::eval_call(const clang::CallExpr* call) {
  const clang::FunctionDecl* callee = call->getDirectCallee();
  std::vector<const clang::Expr*> sources(call->arg_begin(), call->arg_end());
  if (!callee) return eval_indirect(call, sources);
  if (const auto* method = llvm::dyn_cast<clang::CXXMemberCallExpr>(call))
    return eval_method(method, callee, sources);
  if (const auto* op = llvm::dyn_cast<clang::CXXOperatorCallExpr>(call))
    return eval_operator(op, callee, sources);
  return call_function(callee, nullptr, eval_unsequenced(sources), sources, call);
}

/// A call through a pointer to a function that is known.
Object* Lifter::eval_indirect(const clang::CallExpr* call, const std::vector<const clang::Expr*>& sources) {
  const auto unknown =
      "a call through a pointer or std::function that is not known at compile time is not supported; "
      "call the function itself, or pass a lambda to a template";
  if (llvm::isa<clang::CXXMemberCallExpr>(call)) refuse(call->getExprLoc(), unknown);
  Object* target = eval(call->getCallee());
  if (target->state == Content::State::pointer && target->place.root) target = target->place.root;
  if (target->state == Content::State::function)
    return call_function(target->function, nullptr, eval_unsequenced(sources), sources, call);
  if (target->state != Content::State::closure) refuse(call->getExprLoc(), unknown);
  const clang::CXXMethodDecl* callee = target->closure->lambda->getCallOperator();
  if (callee->getDescribedFunctionTemplate())
    refuse(call->getExprLoc(), "a pointer to a generic lambda is not supported; pass the lambda itself");
  return call_function(callee, target, eval_unsequenced(sources), sources, call);
}

Object* Lifter::eval_method(const clang::CXXMemberCallExpr* call, const clang::FunctionDecl* callee,
                            const std::vector<const clang::Expr*>& sources) {
  const auto* member = llvm::dyn_cast<clang::MemberExpr>(call->getCallee()->IgnoreParens());
  if (!member) refuse(call->getExprLoc(), "a call through a pointer to a member is not supported");
  if (llvm::cast<clang::CXXMethodDecl>(callee)->isVirtual() && !member->hasQualifier())
    refuse(call->getExprLoc(),
           "a call of the virtual function " + quoted(callee) + " is not supported; use a template");
  Object* object = eval_base(member->getBase(), member->isArrow());
  return call_function(callee, object, eval_unsequenced(sources), sources, call);
}

Object* Lifter::eval_operator(const clang::CXXOperatorCallExpr* call, const clang::FunctionDecl* callee,
                              std::vector<const clang::Expr*> sources) {
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
  if (!method || method->isStatic())
    return call_function(callee, nullptr, eval_unsequenced(sources), sources, call);
  if (method->isVirtual()) refuse(call->getExprLoc(), "virtual operators are not supported; use a template");
  const clang::Expr* target = sources.at(0);
  sources.erase(sources.begin());
  if (call->isAssignmentOp()) {  // the right side comes first, since C++17
    const std::vector<Object*> arguments = eval_unsequenced(sources);
    Object* object = eval(target);
    Object* result = call_function(callee, object, arguments, sources, call);
    name_after(target, object);
    return result;
  }
  Object* object = eval(target);
  return call_function(callee, object, eval_unsequenced(sources), sources, call);
}

/// A member function of one of two objects: of each in a branch of its own.
Object* Lifter::call_on_choice(const clang::FunctionDecl* callee, Object* self,
                               const std::vector<Object*>& arguments,
                               llvm::ArrayRef<const clang::Expr*> sources, const clang::Expr* call) {
  const clang::QualType type = callee->getReturnType();
  const auto side = [&](int i) {
    Object* result =
        call_function(callee, self->parts[static_cast<std::size_t>(i)], arguments, sources, call);
    if (type->isVoidType()) return objects_.fresh();
    return type->isReferenceType() ? address_of(result) : result;
  };
  Object* result =
      choose_object(self->value, [&] { return side(0); }, [&] { return side(1); }, call->getExprLoc());
  return type->isReferenceType() ? dereference(result, type->getPointeeType(), call) : result;
}

Object* Lifter::call_function(const clang::FunctionDecl* callee, Object* self,
                              const std::vector<Object*>& arguments,
                              llvm::ArrayRef<const clang::Expr*> sources, const clang::Expr* call) {
  const llvm::StringRef primitive = primitive_name(callee);
  if (!primitive.empty()) return call_primitive({primitive, callee, self, arguments, sources, call});
  if (Object* result = call_foreign(callee, arguments, call)) return result;
  if (self && self->state == Content::State::choice)
    return call_on_choice(callee, self, arguments, sources, call);
  if (Object* result = call_std(callee, self, arguments, call)) return result;
  const auto* plain = llvm::dyn_cast<clang::CallExpr>(call);
  if (Object* result = plain ? call_math_pair(callee, arguments, plain) : nullptr) return result;
  if (Object* result = call_math(callee, arguments, call)) return result;
  const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(callee);
  if (method && !method->isStatic() && tensor_type(context_.getRecordType(method->getParent()))) {
    if (Object* result =
            callee->getIdentifier() ? call_tensor(callee->getName(), self, arguments, call) : nullptr)
      return result;
    refuse(call->getExprLoc(),
           "'" + callee->getNameAsString() +
               "' of a tensor is not supported; use tensor operations, e.g. nn::broadcast_to, "
               "nn::pick or nn::where");
  }
  if (method && (method->isCopyAssignmentOperator() || method->isMoveAssignmentOperator()) &&
      !method->isUserProvided()) {
    write(self, *copy(*arguments.at(0), call, method->isMoveAssignmentOperator()), call);
    if (method->isMoveAssignmentOperator() && arguments[0] != self)
      leave_empty(arguments[0], context_.getRecordType(method->getParent()), call);
    return self;
  }
  if (self && self->state == Object::State::closure && llvm::isa<clang::CXXConversionDecl>(callee))
    return self;
  if (self && self->state == Object::State::value && llvm::isa<clang::CXXConversionDecl>(callee))
    return convert(self, call->getType(), call);  // a tensor without axes is a number
  return enter(callee, self, arguments, call);
}

void Lifter::check_can_enter(const clang::FunctionDecl* callee, const clang::Expr* call) {
  const clang::SourceLocation where = call->getExprLoc();
  const clang::FunctionDecl* definition = callee->getDefinition();
  const bool is_known =
      callee->getIdentifier() && (is_inside(callee, "std") || callee->isExternC() || callee->getBuiltinID());
  if (const std::string why = is_known ? unsupported_function(callee->getName()) : ""; !why.empty())
    refuse(where, why);
  if (!definition || !definition->getBody())
    refuse(where, "the body of " + quoted(callee) +
                      " is not visible here; define it in the model file or in a header that it includes, or "
                      "give its derivative with NN_ADJOINT");
  if (callee->isVariadic())
    refuse(where, "functions with variable arguments in the manner of C are not supported; use a template");
  for (const Frame* frame : frames_)
    if (frame->function->getCanonicalDecl() == definition->getCanonicalDecl() && !is_recursive(callee))
      refuse(where, quoted(callee) +
                        " calls itself by way of a function of the library, which is not "
                        "supported; let it call itself directly");
  if (frames_.size() > max_calls) refuse(where, "calls are nested too deeply");
}

/// Runs `body` in a new frame of `function`.
void Lifter::in_frame(const clang::FunctionDecl* function, Object* self, Arguments arguments,
                      const clang::Expr* call, llvm::function_ref<void(Frame&)> body) {
  Frame frame;
  frame.function = function;
  frame.in_library = is_library(function->getBody()->getBeginLoc());
  frame.place = place(call->getExprLoc());
  frame.self = self;
  frame.returned = objects_.flag();
  if (self && self->state == Object::State::closure) {
    frame.locals = self->closure->captured;
    frame.self = self->closure->self;
  }
  for (unsigned i = 0; i < function->getNumParams(); ++i)
    frame.locals[function->getParamDecl(i)] = arguments.at(i);
  const bool from_user = !frames_.back()->in_library;
  const Restore<int> statement(build_.statement);
  const Restore<std::vector<Frame*>> frames(frames_);
  frames_.push_back(&frame);
  try {
    body(frame);
  } catch (const ir::Refusal&) {
    if (from_user && !frame.in_library)
      notes_.push_back(
          {ir::Severity::note, frame.place, "in the call of " + quoted(function) + " from here"});
    throw;
  }
}

namespace {

/// True where a function returns out of a loop: then its result is carried by the loop.
bool returns_from_loop(const clang::Stmt* stmt, bool in_loop = false) {
  if (!stmt) return false;
  if (llvm::isa<clang::ReturnStmt>(stmt)) return in_loop;
  in_loop = in_loop || llvm::isa<clang::ForStmt>(stmt) || llvm::isa<clang::WhileStmt>(stmt) ||
            llvm::isa<clang::DoStmt>(stmt) || llvm::isa<clang::CXXForRangeStmt>(stmt);
  return std::any_of(stmt->child_begin(), stmt->child_end(),
                     [&](const clang::Stmt* child) { return returns_from_loop(child, in_loop); });
}

}  // namespace

Object* Lifter::enter(const clang::FunctionDecl* callee, Object* self, Arguments arguments,
                      const clang::Expr* call) {
  check_can_enter(callee, call);
  const clang::FunctionDecl* definition = callee->getDefinition();
  if (definition->getNumParams() != arguments.size())
    refuse(call->getExprLoc(), "this call of " + quoted(callee) + " is not supported");
  const clang::QualType type = definition->getReturnType();
  if (is_recursive(definition)) {
    if (type->isReferenceType())
      refuse(call->getExprLoc(), "a recursive function that returns a reference is not supported");
    return call_routine(definition, self, arguments, call);
  }
  Object* result = type->isScalarType() && elem_of(type) ? objects_.unset(*elem_of(type)) : objects_.fresh();
  if (is_numeric(type, context_) && type->isRecordType() && returns_from_loop(definition->getBody()))
    result = default_object(type, call->getExprLoc(), false);
  in_frame(definition, self, arguments, call, [&](Frame& frame) {
    frame.result = result;
    exec(definition->getBody());
  });
  build_.loc = place(call->getExprLoc());
  if (type->isVoidType()) return result;
  if (result->state == Object::State::unset)
    refuse(call->getExprLoc(), quoted(callee) + " ends without returning a value");
  if (is_slice(type)) return dereference(result, type, call);
  return type->isReferenceType() ? dereference(result, type->getPointeeType(), call) : result;
}

}  // namespace nndiff::frontend
