// Marks that the compiler reads from the source: Clang annotations, nothing under other compilers.
#ifndef NN_ANNOTATE_H
#define NN_ANNOTATE_H

#ifdef __clang__
#define NN_ANNOTATE(text) __attribute__((annotate(text)))
#else
#define NN_ANNOTATE(text)
#endif

/// Stands before a function to differentiate: `NN_DIFF(model)` with respect to `model`, `NN_DIFF()` with
/// respect to every floating-point parameter. Makes the function inline.
#define NN_DIFF(...) NN_ANNOTATE("nn.diff:" #__VA_ARGS__) inline

/// Stands beside NN_DIFF and asks for more than `value_and_grad` and `vjp`: `NN_MODES(jvp, hvp)`.
#define NN_MODES(...) NN_ANNOTATE("nn.modes:" #__VA_ARGS__)

/// Stands before a function that is the derivative of `f`, whose body may then be anything, or elsewhere:
///
///   double f(double x, const nn::Tensor<double, 3>& w);
///   NN_ADJOINT(f)
///   void f_adjoint(double x, double result, double d_result, double& d_x, nn::Tensor<double, 3>& d_w);
///
/// Its parameters are known by their names, in any order: those of `f` and `result` are what it wants saved
/// of a call, and may be left out; `d_result` is the adjoint of the result; `d_x` is where that of `x` goes,
/// for every parameter of `f` that holds floating-point numbers. It is zero before the call; behind a pointer
/// it is added to what is there.
#define NN_ADJOINT(f) NN_ANNOTATE("nn.adjoint:" #f)

/// Stands before a library function that the compiler takes as the named primitive and does not look into.
#define NN_PRIMITIVE(name) NN_ANNOTATE("nn.primitive:" name)

#endif
