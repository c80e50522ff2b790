// BASE.nn.h: what a user's program includes to call the derivatives of a model.
#ifndef NNDIFF_EMIT_HEADER_H
#define NNDIFF_EMIT_HEADER_H
#include <string>
#include <vector>

#include "ir/diagnostic.h"
#include "plan/plan.h"

namespace nndiff::emit {

/// One mode of differentiation of one function: its IR, and what the planner and the emitter made of it.
struct Generated {
  plan::Plan plan;   // its function is what a mode has made, with outputs and upstream
  std::string core;  // text of the core function `core_name(plan.f)`
  std::optional<plan::Plan> cuda_plan = {};     // for a GPU, where asked for
  std::optional<ir::Diagnostic> left_out = {};  // or why there is none
};

/// A function of the user with its derivatives: value_and_grad first if the result is a scalar, then vjp,
/// then what was asked for.
struct Derivative {
  ir::Function primal;
  std::vector<Generated> modes;
  std::vector<std::string> asked = {};     // in NN_MODES
  std::vector<ir::Partial> partials = {};  // derivatives of other functions that it takes
};

/// What becomes one pair of files.
struct Model {
  std::string base;  // of the files to write: "mlp" gives mlp.nn.h and mlp.nn.cpp
  std::string file;  // the model as #include names it: "mlp.cpp"
  std::vector<Derivative> derivatives;
};

/// The text of BASE.nn.h.
std::string header(const Model& model);

/// "loss" as an expression that names it from anywhere: "&::ns::loss".
std::string address_of(const ir::Function& primal);

/// The declaration of one static member of nn::Derivative without `;`: `before`, its result, `scope`, its
/// name and its parameters.
std::string declaration(const Derivative& derivative, const Generated& mode, const std::string& before,
                        const std::string& scope);

/// The user's function with the parameters of a mode, which may take a direction.
ir::Function with_parameters(const Derivative& derivative, const Generated& mode);

/// Whether a mode is a derivative in a direction.
bool has_direction(const Generated& mode);

/// Whether a mode writes the function's value to nn::Outputs; else it returns it.
bool fills_outputs(const Generated& mode);

/// The names of a function's parameters and of what generated members add to them, without clashes.
struct ArgumentNames {
  std::vector<std::string> params;
  std::string upstream, out, tangent, grad, product, ws;
};
ArgumentNames argument_names(const ir::Function& primal);

/// "const ::Mlp& model" for each parameter.
std::vector<std::string> parameter_list(const ir::Function& primal);

/// `head(a, b)` with one argument per line, indented by 4, where the line would be longer than 110.
std::string call_text(const std::string& head, const std::vector<std::string>& arguments,
                      const std::string& tail);

}  // namespace nndiff::emit

#endif
