// The identifiers in a piece of generated C++.
#include "emit/words.h"

#include "nn/dim.h"

namespace nndiff::emit {

std::set<std::string, std::less<>> words_of(const std::string& text) {
  std::set<std::string, std::less<>> words;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = i;
    while (i < text.size() && nn::detail::continues_name(text[i])) ++i;
    const bool is_part = begin > 0 && (text[begin - 1] == '.' || text[begin - 1] == ':');
    if (i > begin && !is_part) words.emplace(text.substr(begin, i - begin));
    if (i == begin) ++i;
  }
  return words;
}

}  // namespace nndiff::emit
