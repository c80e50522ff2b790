// Nodes of a kernel as C++ expressions: what is used once is written where it is used, what is used more
// often gets a variable in the innermost scope that serves all uses.
#ifndef NNDIFF_EMIT_EXPRESSION_H
#define NNDIFF_EMIT_EXPRESSION_H
#include <set>

#include "emit/writer.h"

namespace nndiff::emit {

/// Where a node is computed: once for the kernel, once a row, or in a loop of the row.
enum class Level : std::uint8_t { kernel, row, loop };

class Expressions {
 public:
  Expressions(Writer& writer, const plan::Kernel& kernel);

  /// Declares variables for the nodes of that level, up to `phase`, that `sinks` need and that deserve one.
  /// Variables of a loop are forgotten with it.
  void declare(Level level, const std::vector<int>& sinks, int phase);
  void leave_loop() { loop_texts_.clear(), kept_.clear(), given_.clear(); }
  /// In the loop at hand node `node` is assigned to `variable`, where later loops find it; or has been.
  void keep(int node, const std::string& variable) { kept_[node] = variable; }
  void give(int node, const std::string& variable) {
    loop_texts_[node] = {variable, k_.nodes[static_cast<std::size_t>(node)].elem};
    given_.insert(node);
  }

  Text text(int node);
  /// What a variable for `node` should be called.
  std::string name_for(const plan::Node& node) const;
  std::string access(const plan::Access& access);
  void set_index(int axis, const std::string& variable) { index_[axis] = variable; }
  /// What stands for an element, instead of the buffer and an index.
  void set_element(const plan::Access& access, const std::string& text) {
    elements_.emplace_back(access, text);
  }
  void forget_elements() { elements_.clear(); }
  /// "buffer + index": the address of an element.
  std::string address(const plan::Access& access);
  /// The function that checks an index which the program computes.
  std::string checked_index = "rt::checked_index";
  /// The variable of a row reduction's result.
  void set_result(int sink, const std::string& variable) { result_[sink] = variable; }
  const std::string& result(int sink) const { return result_.at(sink); }
  Level level(int node) const { return levels_[static_cast<std::size_t>(node)]; }
  Names& names() { return writer_.names; }

 private:
  Text compute(int node);
  int uses(int node, const std::vector<int>& sinks) const;
  bool is_overwritten(int node, const std::vector<int>& sinks) const;
  bool is_chosen_load(int node, const std::vector<int>& sinks) const;
  bool is_used_deeper(int node, const std::vector<int>& sinks) const;
  bool deserves_variable(int node, const std::vector<int>& sinks) const;
  Text index_text(const std::vector<plan::Term>& index);

  Writer& writer_;
  const plan::Kernel& k_;
  std::vector<Level> levels_;
  std::map<int, Text> texts_;       // variables of the kernel and the row
  std::map<int, Text> loop_texts_;  // variables of the loop at hand
  std::map<int, std::string> kept_;
  std::set<int> given_;
  std::map<int, std::string> index_, result_;
  std::vector<std::pair<plan::Access, std::string>> elements_;
};

}  // namespace nndiff::emit

#endif
