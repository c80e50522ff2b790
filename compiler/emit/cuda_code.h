// The core function for a GPU of a plan with loops, branches and memory: what the host computes itself, and
// what it launches.
#ifndef NNDIFF_EMIT_CUDA_CODE_H
#define NNDIFF_EMIT_CUDA_CODE_H
#include "emit/code.h"
#include "emit/cuda_text.h"

namespace nndiff::emit {

/// Writes the launches of a plan with code, one after the other, and appends their kernels to the device's
/// code.
class CudaCode {
 public:
  using Product = std::function<void(const plan::Product&)>;

  /// Products are written by `product`.
  CudaCode(DeviceCode& device, CoreText& host, Product product);

  /// Everything but the arguments' checks and the results.
  void emit();

  /// A number that the host knows.
  std::string text(Value v) { return code_.text(v).source; }

 private:
  using Launch = plan::Launch;
  void host_values(int scope);
  void size(Value v);
  void bounds();
  void list(const std::vector<Launch>& launches, bool top);
  void comment(const Launch& launch);
  void launch(const Launch& launch);
  void loop(const Launch& launch);
  void branch(const Launch& launch);
  void copy_back();

  DeviceCode& device_;
  CoreText& host_;
  const plan::Plan& plan_;
  Writer& w_ = host_.w;
  UsageOf usage_;
  std::set<Value> wanted_;  // of the host's numbers: those that others look at
  Code code_;               // of the host
  Product product_;
  std::optional<ir::Sweep> sweep_;
};

}  // namespace nndiff::emit

#endif
