// What the core functions of all targets share: names of buffers, the arena, comments, the head.
#ifndef NNDIFF_EMIT_CORE_TEXT_H
#define NNDIFF_EMIT_CORE_TEXT_H
#include <set>

#include "emit/writer.h"

namespace nndiff::emit {

/// The text of a core function while it grows.
struct CoreText {
  explicit CoreText(const plan::Plan& p) : plan(p), w(p) { name_buffers(); }

  const plan::Plan& plan;
  Writer w;

  /// The core function's argument of a role, and for a leaf or a gradient of that leaf.
  std::string argument_of(CoreArgument::Role role, int leaf) const;
  /// The one that an output which is not the function's value is written to.
  std::string argument_of(const ir::Output& output) const;

  /// Declares every buffer of the arena as a pointer into `reserve`'s memory: "ws.reserve".
  void declare_buffers(const std::string& reserve);
  /// Declares them as arrays.
  void declare_on_stack();

  /// Numbers that the function changes are read before.
  void read_written_scalars();

  /// Copies what is not where the caller wants it.
  void copy_back();

  /// What a step leaves in place of something else goes by a name of its own from there on.
  void rename_overwritten(int step);

  /// Headings of the sweeps, and the user's statements that step number `step` comes from: those which no
  /// step of the sweep has shown yet, or all where the step before has shown another one.
  void comment(int step);

  /// The function's head: `result name(arguments…) {`. Arguments that the text does not mention stay unnamed.
  std::string head(const std::string& result, const std::string& name, std::size_t from = 0) const;

  /// "[N,784]·[784,512]ᵀ"
  std::string shapes(const plan::Product& p) const;

 private:
  void name_buffers();
  void declare_moving();
  std::string unique_name(const std::string& hint);
  std::size_t first_backward() const;

  std::set<int> commented_;  // statements that comments of this sweep have shown
  int last_ = -1;
};

/// True where `name` stands in `text` as a whole identifier.
bool mentions(const std::string& text, const std::string& name);

}  // namespace nndiff::emit

#endif
