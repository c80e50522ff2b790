// Whether a function marked NN_ADJOINT fits the one that it names: its parameters are known by their names.
#include "frontend/derivative_match.h"

#include <algorithm>
#include <set>

#include "frontend/derivative_parts.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

using clang::FunctionDecl;
using clang::ParmVarDecl;
using clang::QualType;
using ir::Foreign;
using Role = Foreign::Argument::Role;
using Form = Foreign::Argument::Form;

/// A number or tensor: what such a function can return.
std::optional<ir::Type> passable(QualType type) {
  type = type.getNonReferenceType();
  if (const auto tensor = tensor_type(type))  // one without axes is a number in the IR
    return tensor->shape.empty() ? std::nullopt : tensor;
  if (const auto elem = elem_of(type)) return ir::Type{*elem, {}};
  return std::nullopt;
}

bool is_same(QualType a, QualType b, const clang::ASTContext& context) {
  return context.hasSameUnqualifiedType(a.getNonReferenceType(), b.getNonReferenceType());
}

bool is_floating(const Foreign::Argument& a) {
  return ir::is_floating(a.type.elem);
}

struct Matcher {
  const clang::ASTContext& context;
  const FunctionDecl* function;
  const FunctionDecl* adjoint;
  Match match = {};
  std::vector<std::vector<Foreign::Argument>> parts = {};  // of the function's parameters

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

  bool has_gradient(unsigned parameter) const {
    return std::any_of(parts[parameter].begin(), parts[parameter].end(), is_floating);
  }

  /// The whole declaration that is expected.
  std::string expected() const {
    std::string saved, gradients;
    for (unsigned i = 0; i < function->getNumParams(); ++i) {
      const ParmVarDecl* p = function->getParamDecl(i);
      const std::string name = p->getNameAsString();
      saved += declared(p->getType(), name, false, context) + ", ";
      if (has_gradient(i)) gradients += ", " + declared(p->getType(), "d_" + name, true, context);
    }
    const QualType result = function->getReturnType();
    return "void " + adjoint->getNameAsString() + "(" + saved + declared(result, "result", false, context) +
           ", " + declared(result, "d_result", false, context) + gradients + ")";
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
    DerivativeParts taken = derivative_parts(p->getType(), context);
    if (!is_read_only(p->getType())) taken.problem = "it could be written";
    if (!taken.problem.empty())
      return fail(
          at, quoted(p) + " of " + quoted(function) + " is of type '" + shown(p->getType(), context) + "' (" +
                  taken.problem +
                  "); a function with an adjoint takes numbers, and tensors, arrays, std::vectors and "
                  "structs of these by value or const&, const T* and std::span<const T>");
    parts.push_back(std::move(taken.list));
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
    for (const auto& list : parts)
      for (const Foreign::Argument& a : list)
        for (const ir::Dim& d : a.type.shape)
          if (!d.is_static()) d.for_each_name([&](std::string_view name) { known.emplace(name); });
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
    for (unsigned i = 0; i < function->getNumParams(); ++i) {
      const ParmVarDecl* p = function->getParamDecl(i);
      const auto is_its = [&](const Foreign::Argument& a) { return a.name == "d_" + p->getNameAsString(); };
      if (has_gradient(i) && std::none_of(match.derivative.backward.arguments.begin(),
                                          match.derivative.backward.arguments.end(), is_its))
        return misfit(at, name + " has no parameter 'd_" + p->getNameAsString() + "'");
    }
    return true;
  }

  /// Which value a parameter of the adjoint stands for, by its name.
  bool add(const ParmVarDecl* p) {
    const std::string name = p->getNameAsString();
    if (name == "result") return add_whole(p, Role::result);
    if (name == "d_result") return add_whole(p, Role::upstream);
    for (unsigned i = 0; i < function->getNumParams(); ++i) {
      const ParmVarDecl* of = function->getParamDecl(i);
      if (of->getName() == name) return add(p, Role::value, i);
      if ("d_" + of->getNameAsString() != name) continue;
      if (has_gradient(i)) return add(p, Role::gradient, i);
      return misfit(p->getLocation(), quoted(of) + " is of type '" + shown(of->getType(), context) +
                                          "', which has no derivative");
    }
    if (name.empty()) return misfit(p->getLocation(), "a parameter has no name");
    return misfit(p->getLocation(), "'" + name + "' is not the name of anything that an adjoint of " +
                                        quoted(function) + " is given");
  }

  bool mistyped(const ParmVarDecl* p) {
    return misfit(p->getLocation(), quoted(p) + " is of type '" + shown(p->getType(), context) + "'");
  }

  /// The result, or its adjoint.
  bool add_whole(const ParmVarDecl* p, Role role) {
    const QualType type = function->getReturnType();
    if (!is_read_only(p->getType()) || !is_same(p->getType(), type, context)) return mistyped(p);
    append({role, -1, *passable(type), "", spell(type, context)}, p);
    return true;
  }

  /// A parameter of the function, or the gradient with respect to it.
  bool add(const ParmVarDecl* p, Role role, unsigned parameter) {
    const QualType type = function->getParamDecl(parameter)->getType();
    const bool fits = role == Role::gradient
                          ? takes_gradient(p->getType(), type, context)
                          : is_read_only(p->getType()) && is_same(p->getType(), type, context);
    if (!fits) return mistyped(p);
    int number = 0;
    for (unsigned i = 0; i < parameter; ++i) number += static_cast<int>(parts[i].size());
    for (Foreign::Argument a : parts[parameter]) {
      a.role = a.form == Form::offset ? Role::value : role;
      a.number = number++;
      if (a.form == Form::span) a.spelling = spell(p->getType().getNonReferenceType(), context);
      if (role == Role::value || a.form == Form::offset || is_floating(a)) append(std::move(a), p);
    }
    return true;
  }

  void append(Foreign::Argument a, const ParmVarDecl* p) {
    a.name = p->getNameAsString();
    a.parameter = static_cast<int>(p->getFunctionScopeIndex());
    match.derivative.backward.arguments.push_back(std::move(a));
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
    for (unsigned i = 0; i < function->getNumParams(); ++i)
      for (Foreign::Argument& a : parts[i]) {
        a.number = static_cast<int>(call.arguments.size());
        a.name = function->getParamDecl(i)->getNameAsString();
        a.parameter = static_cast<int>(i);
        call.arguments.push_back(std::move(a));
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
