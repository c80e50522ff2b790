// What may stand in a model file, which several translation units include.
#include "frontend/model_rules.h"

#include <algorithm>

#include "frontend/source_text.h"

namespace nndiff::frontend {

namespace {

/// Where a keyword stands before the name in a declaration, if it does.
clang::SourceLocation keyword_in(const clang::DeclaratorDecl* decl, llvm::StringRef word,
                                 const clang::ASTContext& context) {
  const clang::SourceManager& sources = context.getSourceManager();
  clang::SourceLocation at = sources.getExpansionLoc(decl->getBeginLoc());
  const clang::SourceLocation end = sources.getExpansionLoc(decl->getLocation());
  clang::Token token;
  while (at < end && !clang::Lexer::getRawToken(at, token, sources, context.getLangOpts(), true)) {
    if (token.is(clang::tok::raw_identifier) && token.getRawIdentifier() == word) return token.getLocation();
    at = token.getEndLoc();
  }
  return {};
}

struct Rules {
  const clang::ASTContext& context;
  std::vector<ir::Diagnostic>& diagnostics;

  void report(clang::SourceLocation where, const std::string& message, const std::string& fixit = "") {
    diagnostics.push_back({ir::Severity::error, loc_of(where, context.getSourceManager()), message, fixit});
  }

  /// `static` becomes `inline`; elsewhere `inline ` goes before the declaration.
  void ask_for_inline(const clang::DeclaratorDecl* decl, bool is_static, const std::string& why) {
    const std::string name = "'" + decl->getNameAsString() + "'";
    const clang::SourceLocation keyword =
        is_static ? keyword_in(decl, "static", context) : clang::SourceLocation();
    if (keyword.isValid())
      report(keyword, name + " is static; " + why + "; write 'inline' instead", "inline");
    else
      report(decl->getBeginLoc(), name + " is not inline; " + why + "; write 'inline' before it", "inline ");
  }

  void check(const clang::FunctionDecl* function) {
    if (function->isMain())
      return report(
          function->getLocation(),
          "a model file is included by other files and cannot hold 'main'; move it to a file that includes "
          "this one");
    const auto marks = function->specific_attrs<clang::AnnotateAttr>();
    const bool is_annotated = std::any_of(marks.begin(), marks.end(), [](const clang::AnnotateAttr* note) {
      return note->getAnnotation().starts_with("nn.diff:");
    });
    if (const auto again = keyword_in(function, "inline", context); is_annotated && again.isValid())
      return report(again, "NN_DIFF makes '" + function->getNameAsString() +
                               "' inline, and g++ refuses the word twice; remove this one");
    const bool is_member = llvm::isa<clang::CXXMethodDecl>(function);
    const bool is_static = function->getStorageClass() == clang::SC_Static && !is_member;
    const bool is_definition =
        function->isThisDeclarationADefinition() && !function->isDefaulted() && !function->isDeleted();
    if (!is_static && (!is_definition || function->isInlined())) return;
    if (function->getTemplateSpecializationKind() == clang::TSK_ImplicitInstantiation) return;
    ask_for_inline(function, is_static, "a model file is included by several files");
  }

  void check(const clang::VarDecl* variable) {
    if (variable->isConstexpr() || variable->isInline() || variable->getDescribedVarTemplate()) return;
    if (llvm::isa<clang::VarTemplateSpecializationDecl>(variable)) return;
    if (!variable->isThisDeclarationADefinition()) return;
    const clang::QualType type = variable->getType();
    if (type.isConstQualified() && type->isArithmeticType()) return;
    ask_for_inline(variable, variable->getStorageClass() == clang::SC_Static,
                   "a model file is included by several files, and its variables must be one");
  }
};

}  // namespace

void check_model_rules(const clang::Decl* decl, const clang::ASTContext& context,
                       std::vector<ir::Diagnostic>& diagnostics) {
  if (decl->isImplicit()) return;
  Rules rules{context, diagnostics};
  if (const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(decl)) {
    if (space->isAnonymousNamespace())
      rules.report(
          space->getLocation(),
          "a model file is included by several files and cannot hold an anonymous namespace; give it a name");
    return;
  }
  if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) {
    if (!function->getLexicalDeclContext()->isDependentContext()) rules.check(function);
    return;
  }
  const auto* variable = llvm::dyn_cast<clang::VarDecl>(decl);
  if (variable && variable->getLexicalDeclContext()->isFileContext()) rules.check(variable);
}

}  // namespace nndiff::frontend
