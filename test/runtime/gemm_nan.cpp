// 0·inf and 0·nan are nan in every form of product: no row of zeros is skipped.
// RUN: %cxx %s %lib -o %t && env NN_GEMM=builtin %t && %t
#include <cmath>
#include <limits>
#include <vector>

#include "check.h"
#include "nn/runtime.h"

using nn::rt::Trans;

int main() {
  nn::Workspace ws(1);
  constexpr float bad[] = {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()};
  for (int n : {1, 2, 16, 40, 70})
    for (int m : {1, 2, 16, 40, 70})
      for (int k : {1, 2, 16, 40})
        for (int flags = 0; flags < 4; ++flags)
          for (float value : bad) {
            const std::vector<float> zero(m * k, 0.0f), all_bad(k * n, value);
            std::vector<float> c(m * n, 1.0f);
            nn::rt::gemm(ws, Trans(flags & 1), Trans(flags >> 1), m, n, k, zero.data(), all_bad.data(),
                         c.data());
            bool nan = true;
            for (float entry : c) nan = nan && std::isnan(entry);
            check(nan, std::to_string(m) + "," + std::to_string(n) + "," + std::to_string(k));
          }
}
