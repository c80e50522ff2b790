// Calls of functions whose derivative the user has given: their bodies are not looked into.
#include "frontend/lifter.h"

namespace nndiff::frontend {

/// The function's number among those that the function being lifted calls; its adjoint's is the next one.
int Lifter::foreign_number(const Derivative& derivative) {
  const auto [at, fresh] = foreigns_.emplace(&derivative, static_cast<int>(f_.foreigns.size()));
  if (!fresh) return at->second;
  f_.foreigns.push_back(derivative.call);
  f_.foreigns.back().adjoint = at->second + 1;
  f_.foreigns.push_back(derivative.backward);
  return at->second;
}

Object* Lifter::call_foreign(const clang::FunctionDecl* callee, Arguments arguments,
                             const clang::Expr* call) {
  const auto found = derivatives_.find(callee->getCanonicalDecl());
  if (found == derivatives_.end()) return nullptr;
  const std::vector<ir::Foreign::Argument>& parameters = found->second.call.arguments;
  std::vector<ir::Value> operands;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const clang::QualType type =
        callee->getParamDecl(static_cast<unsigned>(i))->getType().getNonReferenceType();
    operands.push_back(value_of(arguments.at(i), type, call));
    const ir::Type& given = build_.type(operands.back());
    if (!(given == parameters[i].type))
      refuse(call->getExprLoc(), "'" + parameters[i].name + "' of '" + callee->getNameAsString() + "' is " +
                                     to_string(parameters[i].type) + ", not " + to_string(given));
  }
  at(call);
  return objects_.of(build_.foreign(foreign_number(found->second), std::move(operands)).op);
}

}  // namespace nndiff::frontend
