// The frontend's door: a C++ file in, the IR of its annotated functions out.
#include "frontend/lift.h"

#include "frontend/collect.h"
#include "frontend/derivatives.h"
#include "frontend/lifter.h"
#include "frontend/parameters.h"
#include "frontend/session.h"
#include "frontend/source_text.h"

namespace nndiff::frontend {

namespace {

/// Lifts one function; its refusal, with notes, goes to the result.
void lift_one(const Annotated& annotated, clang::ASTContext& context, const Derivatives& derivatives,
              bool want_ast, const Derive& derive, Result& result) {
  Lifted lifted{describe(annotated.function, context), "", annotated.modes};
  Lifter lifter(context, derivatives, lifted.function, derive);
  try {
    const Parameters parameters = add_parameters(annotated, context, lifter.builder(), lifter.objects());
    lifter.lift(annotated.function, parameters);
  } catch (const ir::Refusal& refusal) {
    result.diagnostics.push_back(refusal.diagnostic);
    result.diagnostics.insert(result.diagnostics.end(), lifter.notes().begin(), lifter.notes().end());
    result.failed = true;
    return;
  }
  lifted.partials = lifter.partials();
  if (want_ast) lifted.ast = ast_text(annotated.function, context);
  result.functions.push_back(std::move(lifted));
}

}  // namespace

Result lift(const Options& options, const Derive& derive) {
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
  const Derivatives derivatives = find_derivatives(context, result.diagnostics);
  for (const ir::Diagnostic& d : result.diagnostics) result.failed |= d.severity == ir::Severity::error;
  for (const Annotated& annotated : found.functions)
    lift_one(annotated, context, derivatives, options.want_ast, derive, result);
  if (result.failed) result.functions.clear();
  return result;
}

}  // namespace nndiff::frontend
