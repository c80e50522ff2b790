// The user's source as text: statements and signatures on one line, for comments in generated code.
#include "frontend/source_text.h"

#include <clang/AST/ASTDumper.h>

namespace nndiff::frontend {

ir::Loc loc_of(clang::SourceLocation where, const clang::SourceManager& sources) {
  const clang::PresumedLoc presumed = sources.getPresumedLoc(sources.getExpansionLoc(where), false);
  if (presumed.isInvalid()) return {};
  return {presumed.getFilename(), static_cast<int>(presumed.getLine()),
          static_cast<int>(presumed.getColumn())};
}

namespace {

/// The characters of a range as the user wrote them; empty where it has none of its own.
llvm::StringRef raw_text(clang::SourceRange range, const clang::ASTContext& context) {
  const clang::SourceManager& sources = context.getSourceManager();
  const auto expanded = sources.getExpansionRange(range);
  bool invalid = false;
  const auto text = clang::Lexer::getSourceText(expanded, sources, context.getLangOpts(), &invalid);
  return invalid ? llvm::StringRef() : text;
}

/// The tokens of `text` with one blank where there was white space; "nn::" left out where `drop_nn`.
std::string one_line(llvm::StringRef text, const clang::LangOptions& options, bool drop_nn) {
  const std::string owned = text.str();  // the lexer wants a terminating zero
  clang::Lexer lexer(clang::SourceLocation(), options, owned.data(), owned.data(),
                     owned.data() + owned.size());
  std::vector<std::pair<std::string, bool>> tokens;  // spelling, white space before it
  for (clang::Token token; !lexer.LexFromRawLexer(token) || token.isNot(clang::tok::eof);) {
    if (token.is(clang::tok::eof)) break;
    const char* end = lexer.getBufferLocation();
    const bool blank = token.hasLeadingSpace() || token.isAtStartOfLine();
    tokens.emplace_back(std::string(end - token.getLength(), end), blank);
    if (end >= owned.data() + owned.size()) break;
  }
  std::string line;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool blank = tokens[i].second && !line.empty();
    if (blank) line += ' ';
    const bool qualified = i > 0 && tokens[i - 1].first == "::";
    if (drop_nn && !qualified && tokens[i].first == "nn" && i + 1 < tokens.size() &&
        tokens[i + 1].first == "::")
      ++i;
    else
      line += tokens[i].first;
  }
  return line;
}

}  // namespace

std::string squeezed(clang::SourceRange range, const clang::ASTContext& context) {
  return one_line(raw_text(range, context), context.getLangOpts(), true);
}

std::string statement_text(const clang::Stmt* stmt, const clang::ASTContext& context) {
  clang::SourceRange range = stmt->getSourceRange();
  const auto* declarations = llvm::dyn_cast<clang::DeclStmt>(stmt);
  if (declarations && !declarations->decls().empty())
    if (const auto* variable = llvm::dyn_cast<clang::VarDecl>(*declarations->decl_begin()))
      range.setBegin(variable->getLocation());
  std::string text = squeezed(range, context);
  while (!text.empty() && (text.back() == ';' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string variable_of(const clang::Stmt* stmt) {
  if (const auto* declarations = llvm::dyn_cast<clang::DeclStmt>(stmt)) {
    const auto* variable = declarations->isSingleDecl()
                               ? llvm::dyn_cast<clang::VarDecl>(declarations->getSingleDecl())
                               : nullptr;
    return variable && !llvm::isa<clang::DecompositionDecl>(variable) ? variable->getName().str() : "";
  }
  const auto* expr = llvm::dyn_cast<clang::Expr>(stmt);
  if (!expr) return "";
  expr = expr->IgnoreUnlessSpelledInSource();
  const clang::Expr* target = nullptr;
  if (const auto* assignment = llvm::dyn_cast<clang::BinaryOperator>(expr))
    target = assignment->isAssignmentOp() ? assignment->getLHS() : nullptr;
  if (const auto* assignment = llvm::dyn_cast<clang::CXXOperatorCallExpr>(expr))
    target = assignment->isAssignmentOp() ? assignment->getArg(0) : nullptr;
  const auto* name =
      target ? llvm::dyn_cast<clang::DeclRefExpr>(target->IgnoreUnlessSpelledInSource()) : nullptr;
  return name ? name->getNameInfo().getAsString() : "";
}

std::string signature_text(const clang::FunctionDecl* function, const clang::ASTContext& context) {
  const clang::FunctionTypeLoc type = function->getFunctionTypeLoc();
  clang::SourceLocation begin = function->getReturnTypeSourceRange().getBegin();
  if (!type || begin.isInvalid()) return function->getNameAsString();
  return one_line(raw_text({begin, type.getRParenLoc()}, context), context.getLangOpts(), false);
}

std::string ast_text(const clang::FunctionDecl* function, const clang::ASTContext& context) {
  std::string dump, text;
  llvm::raw_string_ostream stream(dump);
  clang::ASTDumper dumper(stream, context, false);
  dumper.Visit(function);
  for (std::size_t i = 0; i < dump.size(); ++i) {
    if (dump.compare(i, 3, " 0x") != 0) {
      text += dump[i];
      continue;
    }
    i += 2;
    while (i + 1 < dump.size() && std::isxdigit(static_cast<unsigned char>(dump[i + 1]))) ++i;
  }
  return text;
}

}  // namespace nndiff::frontend
