// The names and the signature of the core function of a derivative: what its body and its callers agree on.
#ifndef NNDIFF_EMIT_NAMES_H
#define NNDIFF_EMIT_NAMES_H
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ir/function.h"

namespace nndiff::emit {

/// A C++ identifier for the path of a leaf: "model.layers[0].w" gives "model_layers_0_w".
std::string identifier(std::string_view leaf_path);

/// The distinct names in the leaves' shapes, in order of first appearance over all leaves.
std::vector<std::string> run_time_dims(const ir::Function& f);

/// A name at namespace scope that belongs to `f` alone: "loss_sizes" for `loss` and "sizes". Namespaces are a
/// prefix, and their lengths follow, so that a::b_c ("a_b_c_sizes_1"), a_b::c ("a_b_c_sizes_3") and a_b_c
/// differ. `what` ends with a letter.
std::string own_name(const ir::Function& f, std::string_view what);

/// "loss_value_and_grad": the function's name and that of the mode.
std::string core_name(const ir::Function& f);

/// What the core function returns: the element type of a scalar result, "void" for a tensor (see
/// Role::value).
std::string core_result(const ir::Function& f);

/// One argument of the core function.
struct CoreArgument {
  enum class Role { workspace, dim, leaf, upstream, value, tangent, gradient };
  std::string type;  // "const float* __restrict", "float", "std::int64_t", …
  std::string name;  // unique in the function
  Role role = Role::leaf;
  int leaf = -1;  // for a leaf or a gradient: the leaf's index over all parameters
};

/// In order: the workspace; the named sizes; every leaf (tensors as pointers, scalars by value); the upstream
/// gradient of a vjp; a pointer for the value if it is a tensor; a pointer per tangent or gradient that the
/// function yields.
std::vector<CoreArgument> core_arguments(const ir::Function& f);

/// The function of the .nn.cu that computes a derivative on a GPU: "loss_value_and_grad_cuda".
std::string cuda_name(const ir::Function& f);

/// A core argument's type for a function that only passes it on: "const float*".
std::string without_restrict(const std::string& type);

/// Those of the function for a GPU: nothing is `restrict`, and tensors without axes are pointers too.
std::vector<CoreArgument> cuda_arguments(const ir::Function& f);

/// Its declaration without `;`, as the .nn.cpp and the .nn.cu write it.
std::string cuda_declaration(const ir::Function& f);

/// Identifiers handed out so far; C++ keywords and what generated code uses itself are taken from the start.
class Names {
 public:
  using Mark = std::size_t;

  Names();
  /// `wanted`, or `wanted` with the lowest number that makes it new.
  std::string unique(const std::string& wanted);
  void release(const std::string& name);
  bool taken(const std::string& name) const { return taken_.count(name) != 0; }

  /// A block begins: `back_to` forgets what is handed out in it, and takes back what is released. Cheaper
  /// than a copy.
  Mark mark() const { return changes_.size(); }
  void back_to(Mark mark);

 private:
  struct Change {
    std::string name;
    bool released;
  };
  void forget(const std::string& name);

  std::set<std::string> taken_;
  std::map<std::string, int> next_;  // by name: all lower numbers behind it are taken, 1 is the name alone
  std::vector<Change> changes_;
};

}  // namespace nndiff::emit

#endif
