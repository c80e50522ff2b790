// Reverse mode: a function of the IR to the function that computes its value and its gradients.
#ifndef NNDIFF_GRAD_DIFFERENTIATE_H
#define NNDIFF_GRAD_DIFFERENTIATE_H
#include "ir/diagnostic.h"
#include "ir/function.h"

namespace nndiff::grad {

enum class Mode : std::uint8_t {
  value_and_grad,  // of a scalar result, whose adjoint is 1
  vjp,             // of any floating result, whose adjoint is the extra input `upstream`
};

/// The function that yields the result of `f` and then the gradient of each wanted leaf in order: `f`'s own
/// operations followed by those of the backward sweep, marked as such. Only values that both depend on a
/// wanted leaf and reach the result take part (Griewank and Walther, Evaluating Derivatives, ch. 6: activity
/// analysis); contributions that arrive by several paths are added.
ir::Function differentiate(const ir::Function& f, Mode mode);

/// Remarks on active operators whose derivative is zero by mathematics, at the user's place.
std::vector<ir::Diagnostic> remarks(const ir::Function& f);

}  // namespace nndiff::grad

#endif
