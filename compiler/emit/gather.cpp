// Numbers inside the elements of containers: into arrays before a call, and back behind it.
#include "emit/gather.h"

#include <algorithm>

namespace nndiff::emit {

namespace {

struct Gatherer {
  const Context& c;
  int room;  // the next one that the core function does not use
  Gathering out = {};

  std::string count(const LeafText& leaf) const {
    std::string text;
    for (const ir::Dim& dim : leaf.leaf->type.shape)
      text += (text.empty() ? "" : " * ") + size_text(c, dim, c.sizes + ".");
    return text;
  }

  void declare(const LeafText& leaf, const std::string& name) {
    const std::string elem = ir::cpp_name(leaf.leaf->type.elem);
    out.before += "  " + elem + "* const " + name + " = nn::rt::room<" + elem + ">(" + c.names.ws + ", " +
                  std::to_string(room++) + ", " + count(leaf) + ");\n";
  }

  /// "for (… : p) for (… : item.ends) ": the heads of the loops over `container`, and in `item` the number.
  std::string loops(const LeafText& leaf, const std::string& container, const std::string& start,
                    const std::string& reference, std::string& item) const {
    std::string text, rest = leaf.members;
    item = container;
    for (std::size_t depth = 0; rest.starts_with("[]"); ++depth) {
      const std::string& name = c.items[depth];
      text += "for (" + (depth == 0 ? start + "; " : "") + reference + " " + name + " : " + item + ") ";
      const std::size_t next = std::min(rest.find("[]", 2), rest.size());
      item = name + rest.substr(2, next - 2);
      rest = rest.substr(next);
    }
    return text;
  }

  static std::string statement(const std::string& head, const std::string& body) {
    constexpr std::size_t width = 110;
    return "  " + head + (head.size() + body.size() + 3 > width ? "\n      " : "") + body + ";\n";
  }

  void gather(const LeafText& leaf) {
    const std::string elem = ir::cpp_name(leaf.leaf->type.elem);
    std::string item;
    const std::string head =
        loops(leaf, leaf.expression, elem + "* " + c.to + " = " + leaf.array, "const auto&", item);
    const bool is_floating = ir::is_floating(leaf.leaf->type.elem);
    out.before += "  " + head + "*" + c.to +
                  "++ = " + (is_floating ? item : "static_cast<" + elem + ">(" + item + ")") + ";\n";
  }

  void scatter(const LeafText& leaf, const std::string& array, const std::string& container) {
    const std::string elem = ir::cpp_name(leaf.leaf->type.elem);
    std::string item;
    const std::string head =
        loops(leaf, container, "const " + elem + "* " + c.from + " = " + array, "auto&", item);
    const std::string number = "*" + c.from + "++";
    const bool is_floating = ir::is_floating(leaf.leaf->type.elem);
    out.after += statement(head, item + " = " +
                                     (is_floating ? number
                                                  : "static_cast<std::remove_reference_t<decltype(" + item +
                                                        ")>>(" + number + ")"));
  }
};

int rooms_of(const plan::Plan& plan) {
  int rooms = 0;
  for (const plan::Buffer& b : plan.buffers)
    if (b.place == plan::Buffer::Place::room) rooms = std::max(rooms, static_cast<int>(b.slot) + 1);
  return rooms;
}

}  // namespace

Gathering gathering(const Context& c, const Generated& mode, const std::vector<bool>& wanted) {
  Gatherer gatherer{c, rooms_of(mode.plan)};
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    const LeafText& leaf = c.leaves[i];
    if (leaf.leaf->holder != ir::Holder::member) continue;
    gatherer.declare(leaf, leaf.array);
    gatherer.gather(leaf);
    if (wanted[i]) gatherer.declare(leaf, leaf.d_array);
  }
  for (std::size_t i = 0; i < c.leaves.size(); ++i) {
    const LeafText& leaf = c.leaves[i];
    if (leaf.leaf->holder != ir::Holder::member) continue;
    if (leaf.leaf->written) gatherer.scatter(leaf, leaf.array, leaf.expression);
    if (wanted[i]) {
      if (has_own_size(leaf) && is_first_of(c, i, [&](std::size_t k) { return wanted[k]; }))
        gatherer.out.after += "  nn::rt::resize(" + leaf.gradient + ", " +
                              size_text(c, leaf.leaf->type.shape[0], c.sizes + ".") + ");\n";
      gatherer.scatter(leaf, leaf.d_array, leaf.gradient);
    }
  }
  return gatherer.out;
}

}  // namespace nndiff::emit
