// A function whose derivative the user gives is called by its name, on memory as it lies; what its adjoint does not name
// is not kept; and where it stands there is no GPU code.
// RUN: nn-diff %s --function=chain --print=cpp | FileCheck %s --check-prefix=CHAIN
// RUN: nn-diff %s --function=tensors --print=cpp | FileCheck %s --check-prefix=TENSORS
// RUN: nn-diff %s --function=chain --print=ir | FileCheck %s --check-prefix=IR
// RUN: nn-diff %s --function=chain --print=adjoint | FileCheck %s --check-prefix=ADJOINT
// RUN: nn-diff %s --function=tensors --print=plan | FileCheck %s --check-prefix=PLAN
// RUN: nn-diff %s -o %t --emit=dot,report && FileCheck %s --check-prefix=DOT --input-file=%t.nn.dot
// RUN: nn-diff %s -o %t 2>&1 | FileCheck %s --check-prefix=REMARK
// RUN: not nn-diff %s -o %t --emit=cpp,cuda 2>&1 | FileCheck %s --check-prefix=REFUSED
#include <nn/nn.h>

inline constexpr nn::Dim N{"N"};

namespace own {
double root(double a);
NN_ADJOINT(root)
void root_adjoint(double result, double d_result, double& d_a);
}  // namespace own

NN_DIFF()
double chain(double a, int n) {
  for (int i = 0; i < n; ++i) a = 2 * own::root(a + i);
  return a;
}

nn::Tensor<float, N, 2> turned(const nn::Tensor<float, N, 2>& x, float angle);
NN_ADJOINT(turned)
void turned_adjoint(float angle, const nn::Tensor<float, N, 2>& d_result, nn::Tensor<float, N, 2>& d_x,
                    float& d_angle);

NN_DIFF(x)
float tensors(const nn::Tensor<float, N, 2>& x, float angle) {
  return nn::sum(nn::square(turned(x, angle)));
}
