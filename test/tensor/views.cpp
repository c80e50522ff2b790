// A view borrows memory: writing to it writes there, copying it copies the elements.
// RUN: %cxx %s -o %t && %t
// RUN: %clang19 %san %s -o %t && %t
#include <utility>
#include <vector>

#include "tensor_test.h"

using Matrix = nn::Tensor<double, N, 2>;

struct Parameters {
  nn::Tensor<float, 2> w;
};

int main() {
  std::vector<double> memory{1, 2, 3, 4, 5, 6};
  auto view = nn::view<Matrix>(memory.data(), 3);
  check(view.is_view() && view.size() == 6 && view.data() == memory.data());

  view(1, 0) = 30;
  check(memory[2] == 30);
  view += 1;
  check(memory[0] == 2 && memory[5] == 7);

  Matrix copy = view;
  check(!copy.is_view());
  copy(0, 0) = -1;
  check(memory[0] == 2);
  memory[0] = 100;
  check(copy(0, 0) == -1 && view(0, 0) == 100);

  // An expression over a view has the elements as they were.
  auto doubled = view * 2;
  auto direct = nn::view<Matrix>(memory.data(), 3) * 2;
  memory[0] = 0;
  check(Matrix(doubled)(0, 0) == 200 && Matrix(direct)(0, 0) == 200);

  // Assigning to a view writes through it, and it stays where it is; the sizes must fit.
  view = view * 10;
  check(memory[5] == 70 && view.data() == memory.data());
  view = Matrix{{1, 2}, {3, 4}, {5, 6}};
  check(memory == std::vector<double>{1, 2, 3, 4, 5, 6} && view.is_view());
  throws<nn::Error>([&] { view = Matrix(2); }, "a tensor [N=2, 2] is assigned to a view [N=3, 2]");

  // Assigning a view to a tensor copies; overlapping views are safe.
  copy = nn::view<Matrix>(memory.data(), 2);
  check(!copy.is_view() && copy.size() == 4);
  nn::view<Matrix>(memory.data() + 2, 2) = nn::view<Matrix>(memory.data(), 2);
  check(memory == std::vector<double>{1, 2, 1, 2, 3, 4});
  nn::view<Matrix>(memory.data() + 2, 2) += nn::view<Matrix>(memory.data(), 2);
  check(memory == std::vector<double>{1, 2, 2, 4, 4, 6});

  // Memory behind a pointer to const is never written.
  const std::vector<double> constant{1, 2, 3, 4};
  auto reader = nn::view<Matrix>(constant.data(), 2);
  check(std::as_const(reader).data() == constant.data() && nn::sum(reader) == 10);
  reader(0, 0) = 9;
  check(constant[0] == 1 && reader(0, 0) == 9 && std::as_const(reader).data() != constant.data());

  // Views as members: made in place they borrow.
  float weights[] = {1, 2};
  Parameters borrowed{nn::view<nn::Tensor<float, 2>>(weights)};
  borrowed.w *= 3;
  check(weights[1] == 6);
  const Parameters owned = borrowed;
  check(!owned.w.is_view() && owned.w(1) == 6);

  check(nn::view<Matrix>(static_cast<double*>(nullptr), 0).size() == 0);
  throws<nn::Error>([&] { nn::view<Matrix>(memory.data(), -1); }, "the size N is negative: -1");
}
