// Weights come back from a safetensors file bit by bit, under their members' names, in the layout of the
// format.
// RUN: rm -rf %t.d && mkdir -p %t.d && %cxx %s %lib -o %t && %t %t.d
// RUN: %clang14 %s %lib -o %t && %t %t.d
// RUN: %clang19 %san %s %lib -o %t && %t %t.d
// RUN: python3 %S/read_safetensors.py %t.d/weights | FileCheck %s
// CHECK: {{^}}layer.w F32 [2, 3] 0.0 1.5 -2.5 inf 1e-45 nan{{$}}
// CHECK-NEXT: {{^}}layer.b F64 [1] 0.1{{$}}
// CHECK-NEXT: {{^}}table.0 I32 [2] -1 2147483647{{$}}
// CHECK-NEXT: {{^}}table.1 I32 [2] 7 8{{$}}
// CHECK-NEXT: {{^}}far I64 [1, 1] -9223372036854775808{{$}}
// CHECK-NEXT: {{^}}mask BOOL [3] True False True{{$}}
// CHECK-NEXT: {{^}}slope F32 [] 0.25{{$}}
// CHECK-NEXT: {{^}}rows F64 [2, 2] 1.0 2.0 3.0 4.0{{$}}
// CHECK-NEXT: {{^}}none F32 [0, 4]{{$}}
// CHECK-NOT: {{.}}
#include <nn/train/file.h>
#include <nn/train/safetensors.h>

#include <cstring>
#include <limits>

#include "check.h"

inline constexpr nn::Dim N{"N"}, M{"M"};

struct Layer {
  nn::Tensor<float, 2, 3> w;
  nn::Tensor<double, 1> b;
};
struct Model {
  Layer layer;
  nn::Tensor<std::int32_t, 2> table[2];
  int heads = 3;
  nn::Tensor<std::int64_t, 1, 1> far;
  nn::Tensor<bool, 3> mask;
  float slope = 0;
  nn::Tensor<double, N, 2> rows;
  nn::Tensor<float, M, 4> none;
};

namespace {

Model example() {
  constexpr float inf = std::numeric_limits<float>::infinity(), nan = std::numeric_limits<float>::quiet_NaN();
  Model m;
  m.layer.w = {{0, 1.5f, -2.5f}, {inf, 1e-45f, nan}};
  m.layer.b = {0.1};
  m.table[0] = {-1, 2147483647};
  m.table[1] = {7, 8};
  m.far(0, 0) = std::numeric_limits<std::int64_t>::min();
  m.mask = {true, false, true};
  m.slope = 0.25f;
  m.rows = {{1, 2}, {3, 4}};
  m.none = nn::Tensor<float, M, 4>(0);
  return m;
}

bool same_bits(const Model& a, const Model& b) {
  bool same = true;
  nn::for_each_tensor(a, b, [&](const auto& p, const auto& q) {
    const auto x = nn::train::elements(p), y = nn::train::elements(q);
    same =
        same && x.size() == y.size() && (x.empty() || std::memcmp(x.data(), y.data(), x.size_bytes()) == 0);
  });
  return same;
}

void layout(const std::string& path) {
  nn::Tensor<float, 2> lone{1, 2};
  nn::save_safetensors(path, lone);
  nn::train::InputFile file(path);
  std::string bytes(file.size(), 0);
  file.read(bytes.data(), bytes.size());
  const std::string header = R"({"value":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})";
  const std::string padding((8 - header.size() % 8) % 8, ' ');
  using namespace std::string_literals;
  const char length = static_cast<char>(header.size() + padding.size());
  check(bytes == length + "\0\0\0\0\0\0\0"s + header + padding + "\0\0\x80\x3f\0\0\0\x40"s);
  nn::Tensor<float, 2> back;
  nn::load_safetensors(path, back);
  check(back(0) == 1 && back(1) == 2);
}

}  // namespace

int main(int, char** arguments) {
  const std::string folder = arguments[1], path = folder + "/weights";
  const Model saved = example();
  nn::save_safetensors(path, saved);
  Model loaded;
  loaded.rows = nn::Tensor<double, N, 2>(2);
  check(!same_bits(saved, loaded));
  Model shares = loaded;  // a copy made before loading keeps its values
  nn::load_safetensors(path, loaded);
  check(same_bits(saved, loaded) && loaded.heads == 3);
  check(shares.layer.w(0, 1) == 0 && shares.slope == 0);
  layout(folder + "/lone");
  throws<nn::Error>([&] { nn::save_safetensors(folder + "/no/such", saved); }, "can't write");
}
