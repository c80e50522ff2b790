// What the definitions of one user's function in BASE.nn.cpp share: how its arguments are reached and named.
#ifndef NNDIFF_EMIT_BOUNDARY_GROUND_H
#define NNDIFF_EMIT_BOUNDARY_GROUND_H
#include <map>

#include "emit/header.h"
#include "emit/interface.h"

namespace nndiff::emit {

/// A leaf as the members of nn::Derivative see it.
struct LeafText {
  const ir::Leaf* leaf = nullptr;
  std::string expression;     // of the argument: "model.w1"
  std::string gradient;       // of its gradient: "grad.model.w1"
  std::string gradient_name;  // the same for messages
  std::size_t param = 0;
  bool is_tensor = false;  // a scalar's expression is the number itself
  bool is_direction = false;
  // Of what is gathered: `expression` and `gradient` are the container's.
  std::string members = {};              // "[].x"
  std::string array = {}, d_array = {};  // the arrays of the core function
  bool repeats = false;                  // another leaf of the same container comes before
};

/// The texts that the definitions of one user's function share; `leaves` point into its `primal`.
struct Context {
  ir::Function primal;
  Interface interface;
  ArgumentNames names;
  std::vector<LeafText> leaves;
  std::vector<std::string> dims;                             // run_time_dims
  std::map<std::string, std::string> local;                  // the identifier of each of them
  std::string check, sizes, shape, memory, value, to, from;  // variables
  std::vector<std::string> items;                            // of loops, by depth
  bool along = false;                                        // the arguments of a derivative in a direction
};

/// A vector or span, or what is in one: its size is a name of its own.
bool has_own_size(const LeafText& leaf);

/// Whether leaf `i` is the first one in its container for which `holds`; always where nothing is gathered.
template <class Holds>
bool is_first_of(const Context& c, std::size_t i, const Holds& holds) {
  for (std::size_t k = 0; k < i && c.leaves[i].repeats; ++k)
    if (c.leaves[k].expression == c.leaves[i].expression && holds(k)) return false;
  return holds(i);
}

/// In quotation marks.
std::string quoted(const std::string& text);

/// A size over the identifiers of its names, each preceded by `scope`.
std::string size_text(const Context& c, const ir::Dim& dim, const std::string& scope);

/// The run-time shape of the result: its names' sizes in order.
std::string shape_text(const Context& c);

/// Of the user's function, or `along`: with the parameters of a derivative in a direction, which is the last
/// one.
Context context_of(ir::Function function, bool along);

}  // namespace nndiff::emit

#endif
