// What a Step has recorded: the work of its body, the graph made of it, and the host memory that the graph
// reads and writes.
#ifndef NN_RUNTIME_CUDA_STEP_H
#define NN_RUNTIME_CUDA_STEP_H

#include <vector>

#include "check.h"
#include "nn/device.h"
#include "nn/rt/cuda_call.h"

namespace nn::rt {

struct DeviceStep {
  explicit DeviceStep(DeviceContext& context);
  DeviceStep(const DeviceStep&) = delete;
  DeviceStep& operator=(const DeviceStep&) = delete;
  ~DeviceStep();

  /// Before the body, after it, and if it threw.
  void begin();
  void end();
  void abort() noexcept;

  /// From within the body: work to do; a number on the device to bring back; a copy from the host; memory
  /// that must live until the work noted so far is done.
  void note(const cuda::Work& work);
  void note_value(const std::byte* from, std::size_t bytes);
  void note_upload(std::byte* to, const std::byte* from, std::size_t bytes);
  void keep(cuda::Memory memory);

  /// Waits, and copies the last value brought back.
  void read_value(void* to, std::size_t bytes);

 private:
  struct Noted {
    const char* name;
    void (*run)(DeviceContext&, const cuda::Work&);
    std::size_t begin, size;
  };

  bool is_same(const Noted& noted, const cuda::Work& work) const;
  void forget_from(std::size_t count);
  void capture();
  cudaGraph_t captured_graph();
  bool updated_with(cudaGraph_t graph);
  void wait_for_last();
  void leave() noexcept;

  DeviceContext& context_;
  std::vector<Noted> notes_;
  std::vector<std::byte> bytes_;
  std::size_t seen_ = 0;    // notes that this run of the body has confirmed or made
  bool same_ = false;       // so far it did what the graph does
  bool has_graph_ = false;  // graph_ does what notes_ say
  cudaGraphExec_t graph_ = nullptr;
  cudaEvent_t done_ = nullptr;  // the last launch
  cuda::Pinned value_;
  std::size_t value_bytes_ = 0;  // 0: the body brought none back
  std::vector<cuda::Pinned> staging_;
  std::size_t staged_ = 0;  // buffers of staging_ that this run uses
  std::vector<cuda::Memory> kept_;
};

}  // namespace nn::rt

#endif  // NN_RUNTIME_CUDA_STEP_H
