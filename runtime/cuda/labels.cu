// Looks for labels out of range on the device, without waiting where a Step records.
#include "context.h"
#include "nn/rt/cuda_device.h"

namespace nn::rt::cuda {

namespace {

// Each block looks through a stretch of the labels. What it finds it writes to the host's memory, once.
template <class I>
__global__ void find_wrong_label(const I* labels, std::int64_t count, std::int64_t classes,
                                 std::int64_t shift, WrongLabel* found) {
  const std::int64_t begin = chunk_begin(count, static_cast<int>(gridDim.x), static_cast<int>(blockIdx.x)),
                     end = chunk_begin(count, static_cast<int>(gridDim.x), static_cast<int>(blockIdx.x) + 1);
  std::int64_t first = count;
  for (std::int64_t i = begin + threadIdx.x; i < end && first == count; i += block_threads) {
    const std::int64_t index = static_cast<std::int64_t>(labels[i]) + shift;
    if (index < 0 || index >= classes) first = i;
  }
  first = block_min(first);
  if (threadIdx.x != 0 || first == count) return;
  WrongLabel& mine = found[blockIdx.x];
  if (mine.position >= 0) return;
  mine.value = static_cast<std::int64_t>(labels[first]);
  mine.position = first;
}

// A recorded one is found again, as its place in memory is part of the record.
LabelCheck& place_for(DeviceContext& context, const char* function, const char* argument,
                      std::int64_t classes, std::int64_t shift) {
  if (!context.recording) return context.check_at_once;
  for (const auto& known : context.checks)
    if (known->function == function && known->argument == argument && known->classes == classes &&
        known->shift == shift)
      return *known;
  return *context.checks.emplace_back(std::make_unique<LabelCheck>());
}

LabelCheck& check_for(DeviceContext& context, const char* function, const char* argument,
                      std::int64_t classes, std::int64_t shift) {
  LabelCheck& check = place_for(context, function, argument, classes, shift);
  check.function = function;
  check.argument = argument;
  check.classes = classes;
  check.shift = shift;
  if (!check.found.data()) check.allocate();
  return check;
}

}  // namespace

template <class I>
void check_labels(Call& call, const char* function, const char* argument, const I* labels, std::int64_t count,
                  std::int64_t classes, std::int64_t shift) {
  if (count <= 0) return;
  constexpr std::int64_t per_block = 4096;
  const std::int64_t wanted = (count - 1) / per_block + 1;
  const Grid grid{static_cast<unsigned>(wanted < LabelCheck::most_blocks ? wanted : LabelCheck::most_blocks)};
  LabelCheck& check_of_call = check_for(call.context(), function, argument, classes, shift);
  launch(call, "check_labels", find_wrong_label<I>, grid, labels, count, classes, shift,
         check_of_call.wrong());
  if (!call.context().recording) call.context().synchronize();
}

template void check_labels<std::int32_t>(Call&, const char*, const char*, const std::int32_t*, std::int64_t,
                                         std::int64_t, std::int64_t);
template void check_labels<std::int64_t>(Call&, const char*, const char*, const std::int64_t*, std::int64_t,
                                         std::int64_t, std::int64_t);

}  // namespace nn::rt::cuda
