// The matrix products of a training step of a multi-layer perceptron, called as generated code calls them:
// what the time of the whole step is compared with.
#ifndef NN_GPU_BENCH_PRODUCTS_H
#define NN_GPU_BENCH_PRODUCTS_H

#include <nn/cuda.h>
#include <nn/nn.h>

#include <cstdint>
#include <vector>

namespace bench {

class Products {
 public:
  /// For layers from widths[0] to widths.back(), with the workspace's precision. With `relu`, biases,
  /// rectifiers, their masks and the sums of columns are done by the products, as in generated code; else
  /// nothing is.
  Products(nn::Workspace& ws, std::int64_t batch, std::vector<std::int64_t> widths, bool relu);

  /// Asks for all products of one step.
  void submit();

 private:
  static constexpr nn::Dim count{"count"};
  using Numbers = nn::Tensor<float, count>;
  using Words = nn::Tensor<std::int32_t, count>;

  void forward(std::size_t layer);
  void backward(std::size_t layer);
  std::uint32_t* mask(std::size_t layer);

  nn::Workspace* ws_;
  std::int64_t batch_;
  std::vector<std::int64_t> widths_;
  bool relu_;
  std::vector<Numbers> values_, weights_, biases_, d_weights_, d_biases_;
  std::vector<Words> masks_;
};

}  // namespace bench

#endif  // NN_GPU_BENCH_PRODUCTS_H
