// Whether a function marked NN_ADJOINT fits the one that it names: its parameters are known by their names.
#include "frontend/derivative_match.h"

#include <algorithm>
#include <set>

#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

using clang::FunctionDecl;
using clang::ParmVarDecl;
using clang::QualType;
using ir::Foreign;
using Role = Foreign::Argument::Role;

/// A number or tensor: what can be passed to a function that the compiler does not look into.
std::optional<ir::Type> passable(QualType type) {
  type = type.getNonReferenceType();
  if (const auto tensor = tensor_type(type))  // one without axes is a number in the IR
    return tensor->shape.empty() ? std::nullopt : tensor;
  if (const auto elem = elem_of(type)) return ir::Type{*elem, {}};
  return std::nullopt;
}

/// By value or by reference to const.
bool is_read_only(QualType type) {
  if (type->isRValueReferenceType()) return false;
  return !type->isReferenceType() || type.getNonReferenceType().isConstQualified();
}

/// A reference through which the function may write.
bool is_written(QualType type) {
  return type->isLValueReferenceType() && !type.getNonReferenceType().isConstQualified();
}

bool is_same(QualType a, QualType b, const clang::ASTContext& context) {
  return context.hasSameUnqualifiedType(a.getNonReferenceType(), b.getNonReferenceType());
}

struct Matcher {
  const clang::ASTContext& context;
  const FunctionDecl* function;
  const FunctionDecl* adjoint;
  Match match = {};

  std::string quoted(const clang::NamedDecl* decl) const { return "'" + decl->getNameAsString() + "'"; }

  bool fail(clang::SourceLocation at, const std::string& message) {
    match.problem = message;
    match.where = at;
    return false;
  }

  /// What is wrong with the adjoint, and how it is declared.
  bool misfit(clang::SourceLocation at, const std::string& message) {
    return fail(at,
                message + "; the adjoint of " + quoted(function) + " is declared '" + expected() +
                    "', and may leave out what it does not use of the function's parameters, 'result' and "
                    "'d_result'");
  }

  /// "const nn::Tensor<double, 3>& w", "double& d_x".
  std::string parameter(QualType type, const std::string& name, bool is_gradient) const {
    const QualType plain = type.getNonReferenceType().getUnqualifiedType();
    const bool by_value = !is_gradient && !tensor_type(plain);
    return (by_value || is_gradient ? "" : "const ") + shown(plain, context) + (by_value ? " " : "& ") + name;
  }

  /// The whole declaration that is expected.
  std::string expected() const {
    std::string saved, gradients;
    for (const ParmVarDecl* p : function->parameters()) {
      const std::string name = p->getNameAsString();
      saved += parameter(p->getType(), name, false) + ", ";
      const auto type = passable(p->getType());
      if (type && ir::is_floating(type->elem)) gradients += ", " + parameter(p->getType(), "d_" + name, true);
    }
    const QualType result = function->getReturnType();
    return "void " + adjoint->getNameAsString() + "(" + saved + parameter(result, "result", false) + ", " +
           parameter(result, "d_result", false) + gradients + ")";
  }

  /// The function must be one that generated code can call and that has a derivative.
  bool check_function() {
    const std::string name = quoted(function);
    const clang::SourceLocation at = adjoint->getLocation();
    if (llvm::isa<clang::CXXMethodDecl>(function))
      return fail(at, name + " is a member; NN_ADJOINT needs a function at namespace scope");
    for (const auto* note : function->specific_attrs<clang::AnnotateAttr>())
      if (note->getAnnotation().starts_with("nn.diff:"))
        return fail(at, name +
                            " is marked NN_DIFF; a function with an adjoint is differentiated where another "
                            "one calls it");
    if (function->getFormalLinkage() != clang::Linkage::External)
      return fail(at,
                  name + " is not visible outside of this file; remove 'static' and anonymous namespaces");
    if (function->isVariadic())
      return fail(at, name + " has variable arguments in the manner of C, which are not supported");
    const auto result = passable(function->getReturnType());
    if (function->getReturnType()->isReferenceType() || !result || !ir::is_floating(result->elem))
      return fail(at,
                  name + " returns '" + shown(function->getReturnType(), context) +
                      "'; a function with an adjoint returns float, double or a floating-point nn::Tensor");
    for (const ParmVarDecl* p : function->parameters())
      if (!check_parameter(p)) return false;
    return check_sizes(*result);
  }

  bool check_parameter(const ParmVarDecl* p) {
    const clang::SourceLocation at = adjoint->getLocation();
    if (p->getName().empty())
      return fail(at, "a parameter of " + quoted(function) + " has no name to know it by");
    const auto type = passable(p->getType());
    if (!type || !is_read_only(p->getType()))
      return fail(at, quoted(p) + " of " + quoted(function) + " is of type '" + shown(p->getType(), context) +
                          "'; a function with an adjoint takes numbers and const nn::Tensor<…>&");
    const bool is_taken = p->getName() == "result" || p->getName() == "d_result" ||
                          std::any_of(function->param_begin(), function->param_end(), [&](const auto* other) {
                            return p->getNameAsString() == "d_" + other->getNameAsString();
                          });
    return !is_taken || fail(at, quoted(p) + " of " + quoted(function) +
                                     " has a name that means something else in an adjoint; rename it");
  }

  /// The sizes of the result come with the arguments.
  bool check_sizes(const ir::Type& result) {
    std::set<std::string, std::less<>> known;
    for (const ParmVarDecl* p : function->parameters()) {
      const ir::Shape shape = passable(p->getType())->shape;
      for (const ir::Dim& d : shape)
        if (!d.is_static()) d.for_each_name([&](std::string_view name) { known.emplace(name); });
    }
    std::string unknown;
    for (const ir::Dim& d : result.shape)
      if (!d.is_static())
        d.for_each_name([&](std::string_view name) {
          if (known.count(name) == 0) unknown = name;
        });
    return unknown.empty() ||
           fail(adjoint->getLocation(), "the size " + unknown + " of the result of " + quoted(function) +
                                            " is not one of an argument");
  }

  bool check_adjoint() {
    const clang::SourceLocation at = adjoint->getLocation();
    const std::string name = quoted(adjoint);
    if (!adjoint->getReturnType()->isVoidType()) return misfit(at, name + " returns something");
    if (adjoint->isVariadic()) return misfit(at, name + " has variable arguments");
    for (const ParmVarDecl* p : adjoint->parameters())
      if (!add(p)) return false;
    for (const ParmVarDecl* p : function->parameters()) {
      const bool is_floating = ir::is_floating(passable(p->getType())->elem);
      const auto is_its = [&](const Foreign::Argument& a) { return a.name == "d_" + p->getNameAsString(); };
      if (is_floating && std::none_of(match.derivative.backward.arguments.begin(),
                                      match.derivative.backward.arguments.end(), is_its))
        return misfit(at, name + " has no parameter 'd_" + p->getNameAsString() + "'");
    }
    return true;
  }

  /// Which value a parameter of the adjoint stands for, by its name.
  bool add(const ParmVarDecl* p) {
    const std::string name = p->getNameAsString();
    if (name == "result") return add(p, Role::result, -1, function->getReturnType());
    if (name == "d_result") return add(p, Role::upstream, -1, function->getReturnType());
    for (unsigned i = 0; i < function->getNumParams(); ++i) {
      const ParmVarDecl* of = function->getParamDecl(i);
      if (of->getName() == name) return add(p, Role::value, static_cast<int>(i), of->getType());
      if ("d_" + of->getNameAsString() != name) continue;
      if (ir::is_floating(passable(of->getType())->elem))
        return add(p, Role::gradient, static_cast<int>(i), of->getType());
      return misfit(p->getLocation(), quoted(of) + " is of type '" + shown(of->getType(), context) +
                                          "', which has no derivative");
    }
    if (name.empty()) return misfit(p->getLocation(), "a parameter has no name");
    return misfit(p->getLocation(), "'" + name + "' is not the name of anything that an adjoint of " +
                                        quoted(function) + " is given");
  }

  bool add(const ParmVarDecl* p, Role role, int number, QualType type) {
    const bool passes = role == Role::gradient ? is_written(p->getType()) : is_read_only(p->getType());
    if (!passes || !is_same(p->getType(), type, context))
      return misfit(p->getLocation(), quoted(p) + " is of type '" + shown(p->getType(), context) + "'");
    match.derivative.backward.arguments.push_back(argument(role, number, type, p->getNameAsString()));
    return true;
  }

  Foreign::Argument argument(Role role, int number, QualType type, const std::string& name) const {
    return {role, number, *passable(type), name, spell(type.getNonReferenceType(), context)};
  }

  /// Whether the two belong together; else `problem` says why not.
  bool run() {
    if (!check_function() || !check_adjoint()) return false;
    match.derivative.adjoint = adjoint;
    match.derivative.backward.name = adjoint->getQualifiedNameAsString();
    Foreign& call = match.derivative.call;
    call.name = function->getQualifiedNameAsString();
    call.result = *passable(function->getReturnType());
    call.result_spelling = spell(function->getReturnType(), context);
    for (unsigned i = 0; i < function->getNumParams(); ++i) {
      const ParmVarDecl* p = function->getParamDecl(i);
      call.arguments.push_back(
          argument(Role::value, static_cast<int>(i), p->getType(), p->getNameAsString()));
    }
    return true;
  }
};

}  // namespace

Match match_adjoint(const FunctionDecl* function, const FunctionDecl* adjoint,
                    const clang::ASTContext& context) {
  Matcher matcher{context, function, adjoint};
  matcher.run();
  return std::move(matcher.match);
}

}  // namespace nndiff::frontend
