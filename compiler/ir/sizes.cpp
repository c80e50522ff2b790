// Which operations give sizes their names: a region that runs another one backwards gives them again.
#include "ir/sizes.h"

namespace nndiff::ir {

Sizes::Sizes(const Function& f) : region_(f.ops.size(), 0) {
  walk(f, f.body, -1);
}

void Sizes::walk(const Function& f, const Region& r, int around) {
  const int number = static_cast<int>(parents_.size());
  parents_.push_back(around);
  for (Value p : r.params) region_[p.id] = number;
  for (Value v : r.ops) {
    region_[v.id] = number;
    if (f[v].kind == Kind::dimension) named_[std::string(f[v].dim.name())].push_back(v);
    for (const Region& inner : f[v].regions) walk(f, inner, number);
  }
}

std::vector<Value> Sizes::of(std::string_view name, Value user) const {
  const auto found = named_.find(name);
  if (found == named_.end()) return {};
  std::vector<Value> out;
  for (Value v : found->second) {
    int at = region_[user.id];
    while (at > region_[v.id]) at = parents_[static_cast<std::size_t>(at)];
    if (at == region_[v.id]) out.push_back(v);
  }
  return out;
}

}  // namespace nndiff::ir
