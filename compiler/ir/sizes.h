// Which operations give sizes their names: a region that runs another one backwards gives them again.
#ifndef NNDIFF_IR_SIZES_H
#define NNDIFF_IR_SIZES_H
#include <map>

#include "ir/function.h"

namespace nndiff::ir {

/// The Kind::dimension operations of a function by name, and where each can be seen.
class Sizes {
 public:
  explicit Sizes(const Function& f);

  /// Those that give `name` its meaning where `user` is.
  std::vector<Value> of(std::string_view name, Value user) const;

 private:
  void walk(const Function& f, const Region& r, int around);

  std::vector<int> parents_;  // by region
  std::vector<int> region_;   // by value
  std::map<std::string, std::vector<Value>, std::less<>> named_;
};

}  // namespace nndiff::ir

#endif
