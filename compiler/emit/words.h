// The identifiers in a piece of generated C++.
#ifndef NNDIFF_EMIT_WORDS_H
#define NNDIFF_EMIT_WORDS_H
#include <set>
#include <string>

namespace nndiff::emit {

/// The identifiers that a text mentions, but for members of something and what is qualified: nn::math::sin.
std::set<std::string, std::less<>> words_of(const std::string& text);

}  // namespace nndiff::emit

#endif
