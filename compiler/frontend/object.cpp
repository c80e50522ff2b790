// The journal of changes to objects.
#include "frontend/object.h"

#include <set>

namespace nndiff::frontend {

std::vector<Objects::Change> Objects::since(std::size_t mark, std::uint64_t birth) const {
  std::vector<Change> first;
  std::set<std::uint64_t> seen;
  for (std::size_t i = mark; i < journal_.size(); ++i)
    if (journal_[i].object->born <= birth && seen.insert(journal_[i].object->born).second)
      first.push_back(journal_[i]);
  return first;
}

void Objects::restore(std::size_t mark, std::uint64_t birth) {
  while (journal_.size() > mark) {
    Change& last = journal_.back();
    if (last.object->born <= birth) static_cast<Content&>(*last.object) = std::move(last.before);
    journal_.pop_back();
  }
}

}  // namespace nndiff::frontend
