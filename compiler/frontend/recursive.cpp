// Which functions can call themselves: a search along the calls in their text.
#include "frontend/recursive.h"

#include <set>

namespace nndiff::frontend {

namespace {

struct Search {
  const clang::SourceManager& sources;
  const clang::FunctionDecl* wanted;
  std::set<const clang::FunctionDecl*> seen = {};
  std::vector<const clang::FunctionDecl*> open = {};
  bool found = false;

  void reach(const clang::FunctionDecl* function) {
    const clang::FunctionDecl* definition = function ? function->getDefinition() : nullptr;
    if (!definition || !definition->getBody()) return;
    if (definition == wanted) found = true;
    if (sources.isInSystemHeader(sources.getExpansionLoc(definition->getBody()->getBeginLoc()))) return;
    if (seen.insert(definition).second) open.push_back(definition);
  }

  void look(const clang::Stmt* stmt) {
    if (!stmt || found) return;
    if (const auto* name = llvm::dyn_cast<clang::DeclRefExpr>(stmt))
      reach(llvm::dyn_cast<clang::FunctionDecl>(name->getDecl()));
    if (const auto* call = llvm::dyn_cast<clang::CallExpr>(stmt)) reach(call->getDirectCallee());
    if (const auto* construct = llvm::dyn_cast<clang::CXXConstructExpr>(stmt))
      reach(construct->getConstructor());
    for (const clang::Stmt* child : stmt->children()) look(child);
  }

  bool run() {
    for (open = {wanted}; !open.empty() && !found;) {
      const clang::FunctionDecl* next = open.back();
      open.pop_back();
      look(next->getBody());
      if (const auto* constructor = llvm::dyn_cast<clang::CXXConstructorDecl>(next))
        for (const clang::CXXCtorInitializer* init : constructor->inits()) look(init->getInit());
    }
    return found;
  }
};

}  // namespace

bool is_recursive(const clang::FunctionDecl* function, const clang::SourceManager& sources,
                  std::map<const clang::FunctionDecl*, bool>& known) {
  const auto it = known.find(function);
  if (it != known.end()) return it->second;
  return known[function] = Search{sources, function}.run();
}

}  // namespace nndiff::frontend
