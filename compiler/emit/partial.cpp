// What nn::partial calls: the derivative that one function of a model takes of another.
#include "emit/partial.h"

#include <algorithm>

namespace nndiff::emit {

std::string partials_text(const Model& model) {
  std::vector<ir::Partial> all;
  for (const Derivative& derivative : model.derivatives)
    for (const ir::Partial& partial : derivative.partials)
      if (std::find(all.begin(), all.end(), partial) == all.end()) all.push_back(partial);
  std::string text;
  for (const ir::Partial& partial : all) {
    const std::string function = "&::" + partial.function,
                      key = "<" + function + ", " + std::to_string(partial.number) + ">";
    text += "\ntemplate <>\nauto& nn::detail::member" + key + "(nn::Gradients<" + function +
            ">& grad) {\n  return grad." + partial.parameter + ";\n}\ntemplate struct nn::detail::Partial" +
            key + ";\n";
  }
  return text;
}

}  // namespace nndiff::emit
