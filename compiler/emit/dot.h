// The computation graph of a function as Graphviz text: parameters with their shapes, operations, edges.
#ifndef NNDIFF_EMIT_DOT_H
#define NNDIFF_EMIT_DOT_H
#include <string>

#include "ir/function.h"

namespace nndiff::emit {

/// A "digraph" of what the result of a function as lifted depends on. Boxes are arguments (blue:
/// differentiated), the operations of one statement stand in a frame with its text. Broadcasts and constants
/// belong to the operation they serve. Nodes are named after the user's variables where there is one, so that
/// names stay as the program does.
std::string dot(const ir::Function& primal);

}  // namespace nndiff::emit

#endif
