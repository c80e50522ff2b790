// The parameters of a differentiated function: as described in the IR, and as objects for the lifter.
#ifndef NNDIFF_FRONTEND_PARAMETERS_H
#define NNDIFF_FRONTEND_PARAMETERS_H
#include "frontend/collect.h"
#include "frontend/object.h"
#include "op/build.h"

namespace nndiff::frontend {

/// The objects of a function's parameters.
struct Parameters {
  /// What the caller lends: the function may change it.
  struct Lent {
    std::size_t param, leaf;
    Object* object;
  };
  std::vector<Object*> objects;
  std::vector<Lent> lent;
};

/// A function without parameters and operations yet: its names, result and place.
ir::Function describe(const clang::FunctionDecl* function, clang::ASTContext& context);

/// Adds the function's parameters to the IR, a leaf for each tensor and scalar inside them and an input for
/// each leaf. Returns the parameters' objects. Throws ir::Refusal for types that cannot be parameters, and
/// for parameters to be differentiated that hold nothing floating.
Parameters add_parameters(const Annotated& annotated, clang::ASTContext& context, op::Builder& build,
                          Objects& objects);

}  // namespace nndiff::frontend

#endif
