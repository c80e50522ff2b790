// The frontend's door: a C++ file in, the IR of its annotated functions out.
#include "frontend/lift.h"

#include "frontend/collect.h"
#include "frontend/lifter.h"
#include "frontend/parameters.h"
#include "frontend/session.h"
#include "frontend/source_text.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

ir::Function describe(const Annotated& annotated, clang::ASTContext& context) {
  const clang::FunctionDecl* function = annotated.function;
  ir::Function f;
  f.name = function->getNameAsString();
  f.qualified = function->getQualifiedNameAsString();
  f.signature = signature_text(function, context);
  f.result_type = spell(function->getReturnType(), context);
  const auto tensor = tensor_type(function->getReturnType());
  f.result = tensor ? *tensor : ir::Type{*elem_of(function->getReturnType()), {}};
  f.loc = loc_of(function->getLocation(), context.getSourceManager());
  return f;
}

/// Lifts one function; its refusal, with notes, goes to the result.
void lift_one(const Annotated& annotated, clang::ASTContext& context, bool want_ast, Result& result) {
  Lifted lifted{describe(annotated, context), "", annotated.modes};
  Lifter lifter(context, lifted.function);
  try {
    const Parameters parameters = add_parameters(annotated, context, lifter.builder(), lifter.objects());
    lifter.lift(annotated.function, parameters);
  } catch (const ir::Refusal& refusal) {
    result.diagnostics.push_back(refusal.diagnostic);
    result.diagnostics.insert(result.diagnostics.end(), lifter.notes().begin(), lifter.notes().end());
    result.failed = true;
    return;
  }
  if (want_ast) lifted.ast = ast_text(annotated.function, context);
  result.functions.push_back(std::move(lifted));
}

}  // namespace

Result lift(const Options& options) {
  Result result;
  const Session session = parse(options);
  result.clang_messages = session.messages;
  if (!session.ok) {
    result.failed = true;
    return result;
  }
  result.dependencies = dependencies(session);
  clang::ASTContext& context = session.unit->getASTContext();
  Collection found = collect(*session.unit, options.file);
  result.diagnostics = std::move(found.diagnostics);
  for (const ir::Diagnostic& d : result.diagnostics) result.failed |= d.severity == ir::Severity::error;
  for (const Annotated& annotated : found.functions) lift_one(annotated, context, options.want_ast, result);
  if (result.failed) result.functions.clear();
  return result;
}

}  // namespace nndiff::frontend
