// What the definitions of all CUDA kernels share: names that host and device code have in common, parameters,
// numbers that earlier kernels have left.
#ifndef NNDIFF_EMIT_CUDA_TEXT_H
#define NNDIFF_EMIT_CUDA_TEXT_H
#include "emit/core_text.h"

namespace nndiff::emit {

/// What the kernels of a file share: their text, and names at namespace scope.
struct DeviceCode {
  std::string text;
  Names names;
  std::map<std::string, std::string> known;  // kernels by what they do
};

/// A parameter of a kernel.
struct Parameter {
  std::string type, name;
  std::string argument = {};  // where it is not the host's variable of the same name
};

/// Gives numbers that kernels leave on the device the names that other kernels know them by, once for all
/// kernels of a function.
void name_cells(CoreText& host);

/// The text of a kernel's definition.
class KernelText {
 public:
  KernelText(DeviceCode& device, CoreText& host) : device_(device), host_(host), plan_(host.plan) {}

  /// A writer for device code, in which everything has the name that it has on the host. Numbers on the
  /// device that are not the kernel's `own` have names too.
  Writer writer(const std::set<Value>& own = {});

  /// The parameters that `text` needs; buffers that are not `written` are const.
  std::vector<Parameter> parameters(const std::string& text, const std::string& size_type,
                                    const std::set<int>& written,
                                    const std::string& pointer = "* __restrict") const;

  /// Reads the numbers on the device that `text` mentions, but for its `own`.
  std::string read_cells(const std::string& text, const std::set<Value>& own) const;

  /// Defines a kernel, unless there is one with this text; returns its name.
  std::string define(const std::string& wanted, const std::string& before, const std::vector<Parameter>& list,
                     const std::string& body, const std::string& threads = "cuda::block_lanes") const;

 private:
  DeviceCode& device_;
  CoreText& host_;
  const plan::Plan& plan_;
};

}  // namespace nndiff::emit

#endif
