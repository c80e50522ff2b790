// Expressions: names, members, elements and the nodes that Clang wraps around them.
#include "frontend/lifter.h"
#include "frontend/phrases.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {
constexpr int max_depth = 1000;
}

/// The object an expression denotes: for a glvalue the object itself, for a prvalue a new one.
Object* Lifter::eval(const clang::Expr* expr) {
  const Restore<int> depth(depth_);
  if (++depth_ > max_depth) refuse(expr->getExprLoc(), "expressions and calls are nested too deeply");
  if (Object* known = constant(expr)) return known;
  return eval_node(expr);
}

Object* Lifter::eval_node(const clang::Expr* expr) {
  using namespace clang;
  if (const auto* e = llvm::dyn_cast<CallExpr>(expr)) return eval_call(e);
  if (const auto* e = llvm::dyn_cast<CastExpr>(expr)) return eval_cast(e);
  if (const auto* e = llvm::dyn_cast<BinaryOperator>(expr)) return eval_binary(e);
  if (const auto* e = llvm::dyn_cast<AbstractConditionalOperator>(expr)) return eval_choice(e);
  if (const auto* e = llvm::dyn_cast<CXXConstructExpr>(expr)) return eval_construct(e, e->getType());
  switch (expr->getStmtClass()) {
    case Stmt::DeclRefExprClass:
      return eval_name(llvm::cast<DeclRefExpr>(expr));
    case Stmt::MemberExprClass:
      return eval_member(llvm::cast<MemberExpr>(expr));
    case Stmt::UnaryOperatorClass:
      return eval_unary(llvm::cast<UnaryOperator>(expr));
    case Stmt::ArraySubscriptExprClass:
      return eval_subscript(llvm::cast<ArraySubscriptExpr>(expr));
    case Stmt::InitListExprClass:
      return eval_list(llvm::cast<InitListExpr>(expr));
    case Stmt::CXXParenListInitExprClass: {
      const auto* list = llvm::cast<CXXParenListInitExpr>(expr);
      return eval_items(list, list->getInitExprs());
    }
    case Stmt::CXXNewExprClass:
      return eval_new(llvm::cast<CXXNewExpr>(expr));
    case Stmt::CXXDeleteExprClass:
      eval(llvm::cast<CXXDeleteExpr>(expr)->getArgument());
      return objects_.fresh();
    case Stmt::LambdaExprClass:
      return eval_lambda(llvm::cast<LambdaExpr>(expr));
    case Stmt::ImplicitValueInitExprClass:
    case Stmt::CXXScalarValueInitExprClass:
      return default_object(expr->getType(), expr->getExprLoc(), true);
    case Stmt::ArrayInitLoopExprClass:
      return copy(*eval(llvm::cast<ArrayInitLoopExpr>(expr)->getCommonExpr()->getSourceExpr()), expr);
    default:
      return eval_wrapper(expr);
  }
}

/// Nodes that stand for another expression.
Object* Lifter::eval_wrapper(const clang::Expr* expr) {
  using namespace clang;
  switch (expr->getStmtClass()) {
    case Stmt::ParenExprClass:
      return eval(llvm::cast<ParenExpr>(expr)->getSubExpr());
    case Stmt::ConstantExprClass:
      return eval(llvm::cast<ConstantExpr>(expr)->getSubExpr());
    case Stmt::ExprWithCleanupsClass:
      return eval(llvm::cast<ExprWithCleanups>(expr)->getSubExpr());
    case Stmt::MaterializeTemporaryExprClass:
      return eval(llvm::cast<MaterializeTemporaryExpr>(expr)->getSubExpr());
    case Stmt::CXXBindTemporaryExprClass:
      return eval(llvm::cast<CXXBindTemporaryExpr>(expr)->getSubExpr());
    case Stmt::CXXDefaultArgExprClass:
      return eval(llvm::cast<CXXDefaultArgExpr>(expr)->getExpr());
    case Stmt::CXXDefaultInitExprClass:
      return eval(llvm::cast<CXXDefaultInitExpr>(expr)->getExpr());
    case Stmt::SubstNonTypeTemplateParmExprClass:
      return eval(llvm::cast<SubstNonTypeTemplateParmExpr>(expr)->getReplacement());
    case Stmt::CXXRewrittenBinaryOperatorClass:
      return eval_rewritten(llvm::cast<CXXRewrittenBinaryOperator>(expr));
    case Stmt::CXXStdInitializerListExprClass: {
      const Expr* array = llvm::cast<CXXStdInitializerListExpr>(expr)->getSubExpr()->IgnoreImplicit();
      const auto* list = llvm::dyn_cast<InitListExpr>(array);
      return list ? objects_.of(eval_sequenced({list->inits().begin(), list->inits().end()})) : eval(array);
    }
    default:
      refuse(expr->getExprLoc(), unsupported(expr));
  }
}

Object* Lifter::eval_name(const clang::DeclRefExpr* expr) {
  const clang::ValueDecl* decl = expr->getDecl();
  if (Object* local = lookup(decl)) return local;
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl)) return eval_global(variable, expr);
  if (const auto* parameter = llvm::dyn_cast<clang::TemplateParamObjectDecl>(decl))
    if (Object* object = from_constant(parameter->getValue(), parameter->getType())) return object;
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) {
    Content content{.state = Content::State::function};
    content.function = function;
    return objects_.holding(std::move(content));
  }
  refuse(expr->getExprLoc(), "'" + decl->getNameAsString() + "' cannot be used here");
}

/// A variable that is not local to the function: only what cannot change may be read.
Object* Lifter::eval_global(const clang::VarDecl* variable, const clang::Expr* where) {
  if (const auto found = globals_.find(variable); found != globals_.end()) return found->second;
  const std::string name = variable->getQualifiedNameAsString();
  if (!variable->hasGlobalStorage()) refuse(where->getExprLoc(), "'" + name + "' has no value here");
  if (!variable->getType().isConstQualified() && !variable->isConstexpr())
    refuse(where->getExprLoc(), "the variable '" + name +
                                    "' can change outside of the function; pass it as a "
                                    "parameter, or make it constexpr");
  const clang::VarDecl* definition = nullptr;
  const clang::Expr* init = variable->getAnyInitializer(definition);
  const bool depends = !init || init->isValueDependent();
  const clang::APValue* value = depends ? nullptr : definition->evaluateValue();
  Object* object = value ? from_constant(*value, variable->getType()) : nullptr;
  if (!object)
    refuse(where->getExprLoc(),
           "the value of '" + name + "' is not known at compile time; pass it as a parameter");
  object->read_only = true;
  return globals_[variable] = object;
}

Object* Lifter::self(const clang::Expr* where) {
  Object* object = frames_.back()->self;
  if (!object) refuse(where->getExprLoc(), "'this' is not known here");
  return object;
}

Object* Lifter::eval_base(const clang::Expr* base, bool is_arrow) {
  if (!is_arrow) return eval(base);
  if (llvm::isa<clang::CXXThisExpr>(base->IgnoreParenImpCasts())) {
    Object* object = self(base);
    for (const clang::Expr* e = base->IgnoreParens(); llvm::isa<clang::ImplicitCastExpr>(e);)
      if (const auto* cast = llvm::cast<clang::ImplicitCastExpr>(e); !cast->path_empty())
        return base_of(object, cast);
      else
        e = cast->getSubExpr()->IgnoreParens();
    return object;
  }
  return dereference(eval(base), base->getType()->getPointeeType(), base);
}

Object* Lifter::eval_member(const clang::MemberExpr* expr) {
  if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(expr->getMemberDecl()))
    return eval_global(variable, expr);
  const auto* field = llvm::dyn_cast<clang::FieldDecl>(expr->getMemberDecl());
  if (!field) refuse(expr->getExprLoc(), "a member function as a value is not supported; call it");
  Object* object = member(eval_base(expr->getBase(), expr->isArrow()), field, expr);
  if (!field->getType()->isReferenceType()) return object;
  return dereference(object, field->getType()->getPointeeType(), expr);
}

Object* Lifter::member(Object* object, const clang::FieldDecl* field, const clang::Expr* where) {
  if (object->state == Content::State::choice) {
    Content content = *object;
    for (Object*& side : content.parts) side = member(side, field, where);
    return objects_.holding(std::move(content));
  }
  const auto* record = llvm::cast<clang::CXXRecordDecl>(field->getParent());
  if (array_of(context_.getRecordType(record), context_))
    return object;  // std::array and its inner array are one
  const std::size_t index = part_of(record, field);
  if (record->isUnion() || !object->has_parts() || index >= object->parts.size())
    refuse(where->getExprLoc(), "the member '" + field->getNameAsString() + "' of '" +
                                    shown(context_.getRecordType(record)) + "' cannot be used here");
  return object->parts[index];
}

Object* Lifter::eval_subscript(const clang::ArraySubscriptExpr* expr) {
  const clang::Expr* base = expr->getBase()->IgnoreParens();
  const auto* decay = llvm::dyn_cast<clang::ImplicitCastExpr>(base);
  if (decay && decay->getCastKind() == clang::CK_ArrayToPointerDecay) {
    const auto operands = eval_unsequenced({decay->getSubExpr(), expr->getIdx()});
    return element(operands[0], operands[1], expr->getIdx());
  }
  const auto operands = eval_unsequenced({expr->getBase(), expr->getIdx()});
  const Object* pointer = advance(operands[0], index_of(operands[1], expr->getIdx()), expr->getType(), expr);
  return dereference(pointer, expr->getType(), expr);
}

/// Evaluates operands whose order is fixed.
std::vector<Object*> Lifter::eval_sequenced(llvm::ArrayRef<const clang::Expr*> exprs) {
  std::vector<Object*> results;
  for (const clang::Expr* expr : exprs) results.push_back(eval(expr));
  return results;
}

/// Evaluates operands whose order C++ leaves open. Where one writes what another reads or writes, the result
/// depends on it, so that is refused.
std::vector<Object*> Lifter::eval_unsequenced(llvm::ArrayRef<const clang::Expr*> exprs) {
  if (exprs.size() < 2) return eval_sequenced(exprs);
  std::vector<Object*> results;
  std::vector<std::pair<const Object*, std::size_t>> reads, writes;  // with the operand's number
  std::vector<const Object*>* const outer = reads_;
  for (std::size_t i = 0; i < exprs.size(); ++i) {
    const std::size_t mark = objects_.changes();
    const std::uint64_t birth = objects_.count();
    std::vector<const Object*> seen;
    {
      const Restore<std::vector<const Object*>*> restore(reads_);
      reads_ = &seen;
      results.push_back(eval(exprs[i]));
    }
    for (const Object* object : seen) reads.emplace_back(object, i);
    if (outer) outer->insert(outer->end(), seen.begin(), seen.end());
    for (const Objects::Change& change : objects_.since(mark, birth)) writes.emplace_back(change.object, i);
  }
  for (const auto& [object, i] : writes)
    for (const auto* others : {&reads, &writes})
      for (const auto& [other, j] : *others)
        if (object == other && i != j)
          refuse(exprs[i]->getExprLoc(),
                 "an operand that changes what another one uses is not supported, because the order of "
                 "evaluation is open; do it in a statement of its own");
  return results;
}

}  // namespace nndiff::frontend
