// Finding the annotated functions of a file and checking what must hold before they are lifted.
#ifndef NNDIFF_FRONTEND_COLLECT_H
#define NNDIFF_FRONTEND_COLLECT_H
#include "frontend/clang.h"
#include "ir/diagnostic.h"

namespace nndiff::frontend {

/// A function with NN_DIFF.
struct Annotated {
  const clang::FunctionDecl* function = nullptr;  // its definition
  std::vector<std::string> wanted;      // the parameters named in NN_DIFF; empty means all floating ones
  std::vector<std::string> modes = {};  // those named in NN_MODES
};

/// What was found in the main file.
struct Collection {
  std::vector<Annotated> functions;  // in source order, those without mistakes
  std::vector<ir::Diagnostic>
      diagnostics;  // mistakes in annotations, what may not stand in a model file, remarks
};

/// The parameters that a function's NN_DIFF names; nothing where it has none.
std::optional<std::vector<std::string>> wanted_in(const clang::FunctionDecl* function);

/// Walks the declarations of the main file `file`, and of included ones those whose NN_DIFF is written in it.
Collection collect(clang::ASTUnit& unit, const std::string& file);

}  // namespace nndiff::frontend

#endif
