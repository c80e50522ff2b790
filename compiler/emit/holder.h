// How arguments that are no tensors are passed on, by what holds them.
#ifndef NNDIFF_EMIT_HOLDER_H
#define NNDIFF_EMIT_HOLDER_H
#include <string>

#include "ir/function.h"

namespace nndiff::emit {

/// Where the elements of an argument or of its gradient are, and how many: what nn::rt::read takes. `size` is
/// the text of a vector's or span's size.
std::string range(const ir::Leaf& leaf, const std::string& expression, const std::string& size);

/// What the core function gets for an argument.
std::string plain_argument(const ir::Leaf& leaf, const std::string& expression);

/// What it gets for where the gradient is written.
std::string plain_gradient(const ir::Leaf& leaf, const std::string& gradient, const std::string& size);

}  // namespace nndiff::emit

#endif
