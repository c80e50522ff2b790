// Finding the annotated functions of a file and checking what must hold before they are lifted.
#include "frontend/collect.h"

#include <clang/Lex/HeaderSearch.h>
#include <clang/Lex/Preprocessor.h>

#include <algorithm>

#include "frontend/model_rules.h"
#include "frontend/source_text.h"
#include "frontend/types.h"

namespace nndiff::frontend {

namespace {

/// The annotation of the declaration that begins with `prefix`, or null.
const clang::AnnotateAttr* mark(const clang::Decl* decl, llvm::StringRef prefix) {
  for (const auto* note : decl->specific_attrs<clang::AnnotateAttr>())
    if (note->getAnnotation().starts_with(prefix)) return note;
  return nullptr;
}

/// The text behind `prefix` in an annotation of the declaration.
std::optional<std::string> annotation(const clang::Decl* decl, llvm::StringRef prefix) {
  const clang::AnnotateAttr* note = mark(decl, prefix);
  return note ? std::optional(note->getAnnotation().substr(prefix.size()).str()) : std::nullopt;
}

/// "a, b" as its names.
std::vector<std::string> names_in(llvm::StringRef text) {
  std::vector<std::string> names;
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, ',');
  for (llvm::StringRef part : parts)
    if (!part.trim().empty()) names.push_back(part.trim().str());
  return names;
}

constexpr llvm::StringRef modes[] = {"value_and_grad", "grad", "vjp", "jvp", "hvp", "jacobian", "hessian"};

class Collector {
 public:
  Collector(clang::ASTUnit& unit, Collection& found)
      : unit_(unit), context_(unit.getASTContext()), sources_(unit.getSourceManager()), found_(found) {}

  void walk(const clang::DeclContext* scope) {
    for (const clang::Decl* decl : scope->decls()) {
      const clang::SourceLocation where = sources_.getExpansionLoc(decl->getLocation());
      if (sources_.isInMainFile(where))
        visit(decl);
      else if (where.isValid() && !sources_.isInSystemHeader(where))
        visit_included(decl);
    }
  }

  /// Speaks of annotated functions that were left to the files they stand in: as part of the error that there
  /// is none here, else only where such a file is a fragment without an include guard, which looks like a
  /// part of this one.
  void tell_of_included(bool is_error) {
    for (const clang::FunctionDecl* function : included_) {
      const std::string name = "'" + function->getNameAsString() + "'";
      if (is_error)
        found_.diagnostics.push_back(
            {ir::Severity::note, loc_of(function->getLocation(), sources_),
             name + " is marked, but in an included file; run nn-diff on that file"});
      else if (!is_guarded(function))
        found_.diagnostics.push_back(
            {ir::Severity::remark, loc_of(function->getLocation(), sources_),
             name +
                 " is marked in an included file and not differentiated here; run nn-diff on that file, or "
                 "define the function in this one"});
    }
  }

 private:
  clang::FileID file_of(const clang::Decl* decl) const {
    return sources_.getFileID(sources_.getExpansionLoc(decl->getLocation()));
  }

  bool is_guarded(const clang::Decl* decl) const {
    const auto file = sources_.getFileEntryRefForID(file_of(decl));
    return file && unit_.getPreprocessor().getHeaderSearchInfo().isFileMultipleIncludeGuarded(*file);
  }

  /// Whether a token, or a macro that it came out of, is written in the main file.
  bool is_written_here(clang::SourceLocation token) const {
    while (!sources_.isInMainFile(sources_.getSpellingLoc(token))) {
      if (!token.isMacroID()) return false;
      token = sources_.getImmediateMacroCallerLoc(token);
    }
    return true;
  }

  /// What stands in an included file belongs to it, unless its NN_DIFF is written in this one, in a macro
  /// say.
  void visit_included(const clang::Decl* decl) {
    if (const auto* record = llvm::dyn_cast<clang::ClassTemplateDecl>(decl))
      return walk(record->getTemplatedDecl());
    const auto* function = decl->getAsFunction();
    if (!function) {
      if (const auto* scope = llvm::dyn_cast<clang::DeclContext>(decl)) walk(scope);
      return;
    }
    const clang::AnnotateAttr* note = mark(function, "nn.diff:");
    if (!note) return;
    if (is_written_here(note->getLocation())) return visit(decl);
    const auto same_file = [&](const clang::Decl* other) { return file_of(other) == file_of(function); };
    if (std::none_of(included_.begin(), included_.end(), same_file)) included_.push_back(function);
  }

  void visit(const clang::Decl* decl) {
    if (const auto* function = llvm::dyn_cast<clang::FunctionTemplateDecl>(decl)) {
      if (annotation(function->getTemplatedDecl(), "nn.diff:"))
        report(decl->getLocation(),
               "a template cannot be differentiated; write NN_DIFF before a function that calls it");
      return;
    }
    check_model_rules(decl, context_, found_.diagnostics);
    if (const auto* function = llvm::dyn_cast<clang::FunctionDecl>(decl)) return visit_function(function);
    if (const auto* record = llvm::dyn_cast<clang::ClassTemplateDecl>(decl))
      return walk(record->getTemplatedDecl());
    const auto* scope = llvm::dyn_cast<clang::DeclContext>(decl);
    const auto* space = llvm::dyn_cast<clang::NamespaceDecl>(decl);
    if (space && space->isAnonymousNamespace()) return;  // refused as a whole
    if (scope && !decl->isImplicit()) walk(scope);
  }

  void visit_function(const clang::FunctionDecl* function) {
    const auto text = annotation(function, "nn.diff:");
    if (!text) {
      if (annotation(function, "nn.modes:"))
        report(function->getLocation(), "NN_MODES stands beside NN_DIFF, which is missing here");
      return;
    }
    // The annotation is inherited by later declarations; each function counts once, where its body is.
    if (!function->isThisDeclarationADefinition() && function->getDefinition()) return;
    const std::size_t mistakes = found_.diagnostics.size();
    check_function(function);
    if (found_.diagnostics.size() > mistakes) return;
    Annotated annotated{function, names_in(*text)};
    check_names(annotated);
    check_modes(annotated);
    if (found_.diagnostics.size() == mistakes) found_.functions.push_back(std::move(annotated));
  }

  /// An annotated function is a plain function that generated code can name and call.
  void check_function(const clang::FunctionDecl* function) {
    const clang::SourceLocation where = function->getLocation();
    const std::string name = "'" + function->getNameAsString() + "'";
    if (llvm::isa<clang::CXXMethodDecl>(function) ||
        !function->getDeclContext()->getRedeclContext()->isFileContext())
      return report(
          where, name + " is a member; NN_DIFF needs a function at namespace scope, e.g. one that calls it");
    if (function->getOverloadedOperator() != clang::OO_None || !function->getIdentifier())
      return report(where, "an operator cannot be differentiated; give the function a name");
    if (function->isMain()) return;  // the model rules have refused it
    if (function->getFormalLinkage() != clang::Linkage::External)
      return report(where,
                    name + " is not visible outside of this file; remove 'static' and anonymous namespaces");
    if (!function->doesThisDeclarationHaveABody())
      return report(where, "the body of " + name + " is not visible; define the function in the model file");
    if (function->isVariadic())
      return report(where, name + " has variable arguments in the manner of C, which are not supported");
    int overloads = 0;
    for (const clang::NamedDecl* other :
         function->getDeclContext()->getRedeclContext()->lookup(function->getDeclName()))
      overloads += llvm::isa<clang::FunctionDecl>(other) || llvm::isa<clang::FunctionTemplateDecl>(other);
    if (overloads > 1)
      return report(where, name + " is overloaded; a differentiated function needs a name of its own");
    check_result(function);
  }

  void check_result(const clang::FunctionDecl* function) {
    const clang::QualType type = function->getReturnType();
    const auto tensor = tensor_type(type);
    const bool is_scalar = !type->isReferenceType() && type->isRealFloatingType() && elem_of(type);
    const bool is_tensor = !type->isReferenceType() && tensor && ir::is_floating(tensor->elem);
    if (is_scalar || is_tensor) return;
    if (type->isVoidType())
      return report(
          function->getLocation(),
          "'" + function->getNameAsString() +
              "' returns nothing, and derivatives are of what a function returns; call it in a marked "
              "one that returns what the derivative is wanted of: a float, a double or a "
              "floating-point nn::Tensor");
    const std::string what = value_type(type) && !tensor
                                 ? "an expression that is not evaluated yet; declare the result "
                                   "as nn::Tensor<…>"
                                 : "'" + shown(type, context_) +
                                       "'; a result is float, double "
                                       "or a floating-point nn::Tensor";
    report(function->getLocation(), "'" + function->getNameAsString() + "' returns " + what);
  }

  void check_names(const Annotated& annotated) {
    for (auto name = annotated.wanted.begin(); name != annotated.wanted.end(); ++name) {
      const auto same = [&](const clang::ParmVarDecl* parameter) { return parameter->getName() == *name; };
      if (std::none_of(annotated.function->param_begin(), annotated.function->param_end(), same))
        report(annotated.function->getLocation(), "NN_DIFF names '" + *name + "', but '" +
                                                      annotated.function->getNameAsString() +
                                                      "' has no parameter of that name");
      else if (std::find(annotated.wanted.begin(), name, *name) != name)
        report(annotated.function->getLocation(), "NN_DIFF names '" + *name + "' twice");
    }
  }

  void check_modes(Annotated& annotated) {
    const clang::FunctionDecl* function = annotated.function;
    const auto text = annotation(function, "nn.modes:");
    if (!text) return;
    annotated.modes = names_in(*text);
    for (const std::string& mode : annotated.modes) {
      if (std::find(std::begin(modes), std::end(modes), mode) == std::end(modes))
        report(function->getLocation(), "there is no mode '" + mode +
                                            "'; NN_MODES takes jvp, hvp, jacobian and hessian, and "
                                            "value_and_grad, grad and vjp are always "
                                            "there");
      else if ((mode == "hvp" || mode == "hessian") && !function->getReturnType()->isRealFloatingType())
        report(function->getLocation(), "'" + mode + "' is of functions whose result is a number, and '" +
                                            function->getNameAsString() + "' returns '" +
                                            shown(function->getReturnType(), context_) + "'");
    }
  }

  void report(clang::SourceLocation where, const std::string& message) {
    found_.diagnostics.push_back({ir::Severity::error, loc_of(where, sources_), message});
  }

  clang::ASTUnit& unit_;
  clang::ASTContext& context_;
  const clang::SourceManager& sources_;
  Collection& found_;
  std::vector<const clang::FunctionDecl*> included_;  // the first annotated one of each included file
};

}  // namespace

std::optional<std::vector<std::string>> wanted_in(const clang::FunctionDecl* function) {
  const auto text = annotation(function, "nn.diff:");
  return text ? std::optional(names_in(*text)) : std::nullopt;
}

Collection collect(clang::ASTUnit& unit, const std::string& file) {
  Collection found;
  Collector collector(unit, found);
  collector.walk(unit.getASTContext().getTranslationUnitDecl());
  const bool is_empty = found.functions.empty() && found.diagnostics.empty();
  if (is_empty)
    found.diagnostics.push_back(
        {ir::Severity::error,
         {file, 1, 1},
         "no function is marked for differentiation; write NN_DIFF(parameters) before one"});
  collector.tell_of_included(is_empty);
  return found;
}

}  // namespace nndiff::frontend
