// std::stable_sort keeps equal elements in their order. Without clang 19, which warns of the library's own
// code.
// RUN: split-file %s %t && nn-diff %t/model.cpp --out-dir %t
// RUN: %cxx %san -I%t %t/driver.cpp %t/model.nn.cpp %lib -o %t/run && %t/run
//--- model.cpp
#ifndef MODEL_CPP
#define MODEL_CPP
#include <nn/nn.h>

#include <algorithm>
#include <vector>

struct Item {
  double key, value;
  int group;
};
NN_DIFF()
double stably_sorted(const double* x, int n) {
  std::vector<Item> items;
  for (int i = 0; i < n; ++i) items.push_back({x[i], x[i] * x[0], i % 3});
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.group < b.group; });
  std::vector<double> v(x, x + n);
  std::stable_sort(v.begin(), v.end());
  double s = 0;
  for (int i = 0; i < n; ++i) s += v[i] * v[i] * i;
  for (const Item& item : items) s = s * 0.5 + item.key * item.value;
  return s;
}
#endif
//--- driver.cpp
#include "model.nn.h"

#include "language.h"

int main() {
  const Pointer x = {0.4, -0.7, 0.9, 0.2, 1.1, -0.5, 0.3, 0.8, -0.1};
  for (int n : {1, 2, 5, 9}) verify(stably_sorted, x, n);
}
