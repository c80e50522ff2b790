// What nn::partial calls: the derivative that one function of a model takes of another.
#ifndef NNDIFF_EMIT_PARTIAL_H
#define NNDIFF_EMIT_PARTIAL_H
#include "emit/header.h"

namespace nndiff::emit {

/// The instantiations for each use in the model, at the end of BASE.nn.cpp; empty where there is none.
std::string partials_text(const Model& model);

}  // namespace nndiff::emit

#endif
