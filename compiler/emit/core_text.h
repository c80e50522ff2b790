// What the core functions of all targets share: names of buffers, the arena, comments, the head.
#ifndef NNDIFF_EMIT_CORE_TEXT_H
#define NNDIFF_EMIT_CORE_TEXT_H
#include <optional>
#include <set>

#include "emit/writer.h"

namespace nndiff::emit {

/// The text of a core function while it grows.
struct CoreText {
  explicit CoreText(const plan::Plan& p) : plan(p), w(p) { name_buffers(); }

  const plan::Plan& plan;
  Writer w;
  std::map<Value, std::string> cell_names;  // of numbers that stay on a device, in its kernels

  /// The core function's argument of a role, and for a leaf or a gradient of that leaf.
  std::string argument_of(CoreArgument::Role role, int leaf) const;
  /// The one that an output which is not the function's value is written to.
  std::string argument_of(const ir::Output& output) const;

  /// Declares every buffer of the arena as a pointer into `reserve`'s memory: "ws.reserve".
  void declare_buffers(const std::string& reserve);
  /// Declares them as arrays.
  void declare_on_stack();

  /// Numbers that the function changes are read before; tensors without axes only where they are the
  /// `host`'s.
  void read_written_scalars(bool host = true);

  /// Copies what is not where the caller wants it.
  void copy_back();

  /// What a step leaves in place of something else goes by a name of its own from there on.
  void rename_overwritten(int step);

  /// Headings of the sweeps, and the user's statements that step number `step` comes from: those which no
  /// step of the sweep has shown yet, or all where the step before has shown another one.
  void comment(int step);
  /// The same for statements, and the heading of a sweep.
  void comment(const std::vector<int>& statements, bool backward);
  void begin_sweep(bool backward);

  /// The function's head: `result name(arguments…) {`. Arguments that the text does not mention stay unnamed.
  std::string head(const std::string& result, const std::string& name, std::size_t from = 0) const;

  /// "[N,784]·[784,512]ᵀ"
  std::string shapes(const plan::Product& p) const;

 private:
  void name_buffers();
  void declare_moving();
  std::string unique_name(const std::string& hint);
  std::size_t find_first_backward() const;

  std::set<int> commented_;  // statements that comments of this sweep have shown
  int last_ = -1;
  std::optional<std::size_t> first_backward_;
};

/// A function's head without what follows: `result name(` and the parameters on lines of their own.
std::string function_head(const std::string& result, const std::string& name,
                          const std::vector<std::string>& parameters);

/// True where `name` stands in `text` as a whole identifier, comments aside.
bool mentions(const std::string& text, const std::string& name);

}  // namespace nndiff::emit

#endif
