// Finding functions marked NN_ADJOINT and what they name.
#include "frontend/derivatives.h"

#include "frontend/derivative_match.h"
#include "frontend/source_text.h"

namespace nndiff::frontend {

namespace {

using clang::FunctionDecl;

/// The declaration whose parameters' names count.
const FunctionDecl* named(const FunctionDecl* function) {
  return function->getDefinition() ? function->getDefinition() : function->getMostRecentDecl();
}

struct Finder {
  clang::ASTContext& context;
  std::vector<ir::Diagnostic>& diagnostics;
  Derivatives found = {};

  void report(clang::SourceLocation where, const std::string& message,
              ir::Severity severity = ir::Severity::error) {
    diagnostics.push_back({severity, loc_of(where, context.getSourceManager()), message});
  }

  void walk(const clang::DeclContext* scope) {
    const clang::SourceManager& sources = context.getSourceManager();
    for (const clang::Decl* decl : scope->decls()) {
      const clang::SourceLocation where = sources.getExpansionLoc(decl->getLocation());
      if (where.isInvalid() || sources.isInSystemHeader(where)) continue;
      if (const auto* function = llvm::dyn_cast<clang::FunctionTemplateDecl>(decl))
        visit(function->getTemplatedDecl(), true);
      else if (const auto* plain = llvm::dyn_cast<FunctionDecl>(decl))
        visit(plain, false);
      else if (const auto* inner = llvm::dyn_cast<clang::DeclContext>(decl))
        walk(inner);
    }
  }

  static const clang::AnnotateAttr* mark(const FunctionDecl* function) {
    for (const auto* note : function->specific_attrs<clang::AnnotateAttr>())
      if (note->getAnnotation().starts_with("nn.adjoint:")) return note;
    return nullptr;
  }

  void visit(const FunctionDecl* adjoint, bool is_template) {
    const clang::AnnotateAttr* note = mark(adjoint);
    // Later declarations inherit the mark.
    if (!note || adjoint->getPreviousDecl()) return;
    adjoint = named(adjoint);
    const std::string name = "'" + adjoint->getNameAsString() + "'";
    if (is_template) return report(adjoint->getLocation(), "the adjoint " + name + " cannot be a template");
    if (llvm::isa<clang::CXXMethodDecl>(adjoint))
      return report(adjoint->getLocation(),
                    "the adjoint " + name + " is a member; it must be at namespace scope");
    if (adjoint->getFormalLinkage() != clang::Linkage::External)
      return report(adjoint->getLocation(), "the adjoint " + name +
                                                " is not visible outside of this file; remove 'static' and "
                                                "anonymous namespaces");
    match(adjoint, note->getAnnotation().drop_front(llvm::StringRef("nn.adjoint:").size()).trim());
  }

  /// The functions called `name` where `adjoint` stands, or in the innermost scope around that has some.
  std::vector<const FunctionDecl*> functions(const FunctionDecl* adjoint, llvm::StringRef name) {
    llvm::SmallVector<llvm::StringRef> parts;
    const bool from_outside = name.consume_front("::");
    name.split(parts, "::");
    const clang::DeclContext* scope = adjoint->getDeclContext()->getRedeclContext();
    if (from_outside) scope = context.getTranslationUnitDecl();
    std::vector<const FunctionDecl*> out;
    for (; scope && out.empty(); scope = scope->getParent()) {
      const clang::DeclContext* inner = scope;
      for (std::size_t i = 0; inner && i + 1 < parts.size(); ++i) inner = space(inner, parts[i].trim());
      if (!inner) continue;
      for (const clang::NamedDecl* decl : inner->lookup(&context.Idents.get(parts.back().trim()))) {
        const auto* function = llvm::dyn_cast<FunctionDecl>(decl->getUnderlyingDecl());
        if (function) out.push_back(function);
      }
    }
    return out;
  }

  const clang::DeclContext* space(const clang::DeclContext* scope, llvm::StringRef name) {
    for (const clang::NamedDecl* decl : scope->lookup(&context.Idents.get(name)))
      if (const auto* inner = llvm::dyn_cast<clang::DeclContext>(decl)) return inner;
    return nullptr;
  }

  void match(const FunctionDecl* adjoint, llvm::StringRef name) {
    const std::vector<const FunctionDecl*> candidates = functions(adjoint, name);
    if (candidates.empty())
      return report(adjoint->getLocation(),
                    "NN_ADJOINT names '" + name.str() + "', but there is no function of that name here");
    std::vector<Match> wrong;
    for (const FunctionDecl* function : candidates) {
      Match match = match_adjoint(named(function), adjoint, context);
      if (match.problem.empty()) return keep(function, std::move(match.derivative));
      wrong.push_back(std::move(match));
    }
    if (wrong.size() == 1) return report(wrong[0].where, wrong[0].problem);
    report(adjoint->getLocation(),
           "'" + adjoint->getNameAsString() + "' fits none of the functions '" + name.str() + "'");
    for (std::size_t i = 0; i < wrong.size(); ++i)
      report(candidates[i]->getLocation(), "for this one: " + wrong[i].problem, ir::Severity::note);
  }

  void keep(const FunctionDecl* function, Derivative derivative) {
    const FunctionDecl* adjoint = derivative.adjoint;
    const auto [at, fresh] = found.emplace(function->getCanonicalDecl(), std::move(derivative));
    if (fresh) return;
    report(adjoint->getLocation(), "'" + function->getNameAsString() + "' has an adjoint already");
    report(at->second.adjoint->getLocation(), "it is this one", ir::Severity::note);
  }
};

}  // namespace

Derivatives find_derivatives(clang::ASTContext& context, std::vector<ir::Diagnostic>& diagnostics) {
  Finder finder{context, diagnostics};
  finder.walk(context.getTranslationUnitDecl());
  return std::move(finder.found);
}

}  // namespace nndiff::frontend
