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

  /// The work of one run of the body, and the graph that does it.
  struct Record {
    std::vector<Noted> notes;
    std::vector<std::byte> bytes;
    bool has_graph = false;  // graph does what notes say
    cudaGraphExec_t graph = nullptr;
    cudaEvent_t done = nullptr;  // the last launch
    std::vector<cuda::Pinned> staging;
    std::size_t staged = 0;  // buffers of staging that the last run used

    ~Record();
    bool is_same(const Noted& noted, const cuda::Work& work) const;
    void forget_from(std::size_t count);
    void wait() const;
  };

  void capture();
  cudaGraph_t captured_graph();
  bool updated_with(cudaGraph_t graph);
  void leave() noexcept;

  DeviceContext& context_;
  cuda::Pinned value_;
  std::size_t value_bytes_ = 0;  // 0: the body brought none back
  std::vector<cuda::Memory> kept_;
  // Steps that copy from the host take turns, so that one's buffers are filled while the other's graph runs.
  Record records_[2];
  Record* record_ = records_;
  std::size_t seen_ = 0;  // notes that this run of the body has confirmed or made
  bool same_ = false;     // so far it did what the graph does
};

}  // namespace nn::rt

#endif  // NN_RUNTIME_CUDA_STEP_H
