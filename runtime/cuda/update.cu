// The optimisers' kernels: one launch over all tensors of a model, whose addresses are the kernel's argument.
#include "update.h"

#include "context.h"
#include "nn/error.h"
#include "nn/rt/cuda_device.h"

namespace nn::rt::cuda {

namespace {

struct Entry {
  void* weights;
  const void* gradient;
  void* first;
  void* second;
  std::int64_t count;
  int first_block, blocks;
};

/// 4 KiB is what all GPUs take as arguments.
struct Table {
  Entry entries[most_update_tensors];
  std::int64_t count;
};
static_assert(sizeof(Table) <= 3500);

/// The elements of one tensor that this thread updates.
template <class T>
struct Part {
  T* weights;
  const T* gradient;
  T* first;
  T* second;
  std::int64_t begin, count, stride;
};

template <class T>
__device__ Part<T> part_of(const Table& table) {
  const int block = static_cast<int>(blockIdx.x);
  int at = 0;
  while (at + 1 < table.count && block >= table.entries[at + 1].first_block) ++at;
  const Entry& entry = table.entries[at];
  return {static_cast<T*>(entry.weights),
          static_cast<const T*>(entry.gradient),
          static_cast<T*>(entry.first),
          static_cast<T*>(entry.second),
          std::int64_t{block - entry.first_block} * block_threads + threadIdx.x,
          entry.count,
          std::int64_t{entry.blocks} * block_threads};
}

template <class T>
__global__ void sgd_kernel(Table table, T rate) {
  const Part<T> p = part_of<T>(table);
  for (std::int64_t i = p.begin; i < p.count; i += p.stride) p.weights[i] -= rate * p.gradient[i];
}

template <class T>
__global__ void momentum_kernel(Table table, T rate, T momentum) {
  const Part<T> p = part_of<T>(table);
  for (std::int64_t i = p.begin; i < p.count; i += p.stride) {
    const T velocity = momentum * p.first[i] - rate * p.gradient[i];
    p.first[i] = velocity;
    p.weights[i] += velocity;
  }
}

struct AdamNumbers {
  double learning_rate, beta1, beta2, epsilon, weight_decay;
};

// The last block to come by counts the step; by then all have read the count.
__device__ void count_step(std::int64_t* steps) {
  __threadfence();
  auto* const arrived = reinterpret_cast<unsigned long long*>(steps + 1);
  if (atomicAdd(arrived, 1ull) + 1 < gridDim.x) return;
  *arrived = 0;
  ++*steps;
}

template <class T>
__global__ void adam_kernel(Table table, AdamNumbers numbers, std::int64_t* steps, bool is_last) {
  __shared__ T rate, scale;  // the learning rate and 1 / sqrt(v) with the corrections of this step
  if (threadIdx.x == 0) {
    const double step = static_cast<double>(*steps + 1);
    rate = static_cast<T>(numbers.learning_rate / (1 - pow(numbers.beta1, step)));
    scale = static_cast<T>(1 / sqrt(1 - pow(numbers.beta2, step)));
    if (is_last) count_step(steps);
  }
  __syncthreads();
  const T beta1 = static_cast<T>(numbers.beta1), rest1 = static_cast<T>(1 - numbers.beta1),
          beta2 = static_cast<T>(numbers.beta2), rest2 = static_cast<T>(1 - numbers.beta2),
          epsilon = static_cast<T>(numbers.epsilon),
          keep = static_cast<T>(1 - numbers.learning_rate * numbers.weight_decay);
  const Part<T> p = part_of<T>(table);
  for (std::int64_t i = p.begin; i < p.count; i += p.stride) {
    const T g = p.gradient[i];
    const T m = beta1 * p.first[i] + rest1 * g, v = beta2 * p.second[i] + rest2 * g * g;
    p.first[i] = m;
    p.second[i] = v;
    p.weights[i] = keep * p.weights[i] - rate * m / (sqrt(v) * scale + epsilon);
  }
}

/// Shares blocks out among the tensors. Empty tensors get none.
Table table_of(const Update& what, Grid& grid) {
  Table table{};
  for (int i = 0; i < what.count; ++i) {
    const UpdateTensor& x = what.tensors[i];
    const int blocks = static_cast<int>(elements(x.count, 4).blocks);
    if (blocks == 0) continue;
    table.entries[table.count++] = {
        x.weights, x.gradient, x.first, x.second, x.count, static_cast<int>(grid.blocks), blocks};
    grid.blocks += static_cast<unsigned>(blocks);
  }
  return table;
}

template <class T>
void update_of(DeviceContext& context, const Update& what) {
  Grid grid;
  const Table table = table_of(what, grid);
  const T rate = static_cast<T>(what.learning_rate);
  switch (what.kind) {
    case Update::Kind::sgd:
      return launch(context, "sgd", sgd_kernel<T>, grid, table, rate);
    case Update::Kind::momentum:
      return launch(context, "momentum", momentum_kernel<T>, grid, table, rate,
                    static_cast<T>(what.momentum));
    case Update::Kind::adam: {
      if (what.is_last && grid.blocks == 0) grid.blocks = 1;  // a step is counted even so
      const AdamNumbers numbers{what.learning_rate, what.beta1, what.beta2, what.epsilon, what.weight_decay};
      return launch(context, "adam", adam_kernel<T>, grid, table, numbers, what.steps, what.is_last);
    }
  }
}

}  // namespace

void update(DeviceContext& context, const Update& what) {
  if (what.is_double)
    update_of<double>(context, what);
  else
    update_of<float>(context, what);
}

}  // namespace nn::rt::cuda
