// What the tests of the tensor library share: tensors with varied elements, comparison with listed ones.
#ifndef NN_TEST_TENSOR_TEST_H
#define NN_TEST_TENSOR_TEST_H

#include <check.h>
#include <nn/nn.h>

#include <initializer_list>
#include <vector>

inline constexpr nn::Dim N{"N"}, M{"M"}, K{"K"};

/// The tensor with elements spread irregularly over low … high, the same ones each time.
template <class Tensor>
Tensor varied(Tensor tensor, double low, double high, unsigned seed = 1) {
  unsigned state = seed * 2654435761u + 12345u;
  for (auto& element : tensor) {
    state = state * 1664525u + 1013904223u;
    element =
        static_cast<typename Tensor::value_type>(low + (high - low) * ((state >> 8) + 0.5) / 16777216.0);
  }
  return tensor;
}

/// Checks that a tensor or expression has these elements in row-major order.
template <class X>
void has(const X& x, const std::vector<double>& elements, double tolerance = 0,
         const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  const typename X::tensor_type tensor(x);
  all_near(tensor, elements, tolerance, file, line);
}

#endif
