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

/// What the backward sweep computes again of what happened inside of loops and branches.
enum class Recompute : std::uint8_t {
  automatic,  // what is cheaper to compute than to keep
  all,        // whatever can be computed from what is at hand
  none,       // counters and indices only
};

/// The function that yields the results of `f` and then the gradient of each wanted leaf in order: `f`'s own
/// operations followed by those of the backward sweep, marked as such. Loops run backwards and regions
/// execute only what was executed; loops with history keep the elements that are wanted, never whole arrays.
/// Only values that both depend on a wanted leaf and reach the result take part (Griewank and Walther,
/// Evaluating Derivatives, ch. 6: activity analysis); contributions that arrive by several paths are added.
ir::Function differentiate(const ir::Function& f, Mode mode, Recompute recompute = Recompute::automatic);

/// Remarks on active operators whose derivative is zero by mathematics, at the user's place.
std::vector<ir::Diagnostic> remarks(const ir::Function& f);

}  // namespace nndiff::grad

#endif
