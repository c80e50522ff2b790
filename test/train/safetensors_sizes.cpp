// Tensors with named sizes that are still empty take them from a safetensors file, one size per name
// throughout the model; files that contradict themselves, the model or a tensor that has its sizes are
// refused, and nothing changes.
// RUN: rm -rf %t.d && mkdir -p %t.d && %cxx %s %lib -o %t && %t %t.d
// RUN: %clang14 %s %lib -o %t && %t %t.d
// RUN: cd %t.d && %clang19 %san -I%root -c %root/runtime/train/safe*.cpp %root/runtime/train/file.cpp
// RUN: %clang19 %san %s %t.d/*.o -o %t && %t %t.d
#include <nn/train/file.h>
#include <nn/train/safetensors.h>

#include <cstring>
#include <fstream>

#include "check.h"

inline constexpr nn::Dim N{"N"}, H{"H"};

struct Layer {
  nn::Tensor<float, N, H> w;
  nn::Tensor<float, H> b;
};
struct Model {
  Layer layer;
  nn::Tensor<double, H * 2, 3> head;
  nn::Tensor<bool, N> mask;
  nn::Tensor<float, 2> fixed;
};

namespace {

std::string path;

Model example(int n, int h) {
  Model model{{nn::Tensor<float, N, H>(n, h), nn::Tensor<float, H>(h)},
              nn::Tensor<double, H * 2, 3>(h),
              nn::Tensor<bool, N>(n),
              {5, 6}};
  double next = 1;
  nn::for_each_tensor(model, [&](auto& p) {
    for (auto& x : p) x = static_cast<std::remove_reference_t<decltype(x)>>(next++);
  });
  return model;
}

template <class A>
bool is_same(const A& a, const A& b) {
  bool same = true;
  nn::for_each_tensor(a, b, [&](const auto& p, const auto& q) {
    const auto x = nn::train::elements(p), y = nn::train::elements(q);
    same = same && nn::train::sizes_of(p) == nn::train::sizes_of(q) &&
           (x.empty() || std::memcmp(x.data(), y.data(), x.size_bytes()) == 0);
  });
  return same;
}

/// A file of two or more tensors F32 and their shapes, with data that fit.
std::string file_of(const std::vector<std::pair<std::string, std::vector<int>>>& tensors) {
  std::string header = "{";
  std::uint64_t at = 0;
  for (const auto& [name, sizes] : tensors) {
    std::uint64_t count = 1;
    std::string shape;
    for (const int size : sizes) {
      shape += (shape.empty() ? "" : ",") + std::to_string(size);
      count *= static_cast<std::uint64_t>(size);
    }
    header += (at > 0 || header.size() > 1 ? ",\"" : "\"") + name + R"(":{"dtype":"F32","shape":[)" + shape +
              R"(],"data_offsets":[)" + std::to_string(at) + "," + std::to_string(at + 4 * count) + "]}";
    at += 4 * count;
  }
  header += "}";
  const std::uint64_t length = header.size();
  std::string bytes(8, 0);
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + std::string(at, '\1');
}

/// Loading the bytes into the model is refused for this reason and changes nothing.
template <class A>
void refused(const std::string& bytes, const A& before, const std::string& why) {
  std::ofstream(path, std::ios::binary) << bytes;
  A model = before;
  throws<nn::Error>([&] { nn::load_safetensors(path, model); }, why);
  check(is_same(model, before), why);
}

void taken_from_the_file() {
  for (const auto& [n, h] : {std::pair(4, 3), std::pair(1, 1), std::pair(0, 7), std::pair(0, 0)}) {
    const Model saved = example(n, h);
    nn::save_safetensors(path, saved);
    Model loaded;
    const Model copy = loaded;
    nn::load_safetensors(path, loaded);
    check(is_same(saved, loaded) && is_same(copy, Model()));
    loaded.layer.b.fill(0);  // the tensors are the model's own
    nn::load_safetensors(path, loaded);
    check(is_same(saved, loaded));
  }
  nn::save_safetensors(path, nn::Tensor<float, N, H>{{1, 2, 3}, {4, 5, 6}});
  nn::Tensor<float, N, H> lone;
  nn::load_safetensors(path, lone);
  check(lone.extent(0) == 2 && lone.extent(1) == 3 && lone(1, 0) == 4);
}

void beside_sized_tensors() {
  const Model saved = example(4, 3);
  nn::save_safetensors(path, saved);
  Model loaded;
  loaded.head = nn::Tensor<double, H * 2, 3>(3);
  nn::load_safetensors(path, loaded);
  check(is_same(saved, loaded));
  Model wrong;
  wrong.layer.b = nn::Tensor<float, H>(2);
  throws<nn::Error>([&] { nn::load_safetensors(path, wrong); },
                    "\"layer.b\" has the shape [3], the model has [2]");
  check(wrong.layer.w.size() == 0 && wrong.fixed(0) == 0);
  // A borrowed buffer can't get another size.
  float none[1] = {};
  Model view{{nn::view<nn::Tensor<float, N, H>>(none, 0, 0), {}}, {}, {}, {}};
  throws<nn::Error>([&] { nn::load_safetensors(path, view); }, "the model has [0,0]");
}

struct Pair {
  nn::Tensor<float, N, H> a;
  nn::Tensor<float, H, N> b;
};
struct Twice {
  nn::Tensor<float, N * 2> a;
};
struct Less {
  nn::Tensor<float, N> a;
  nn::Tensor<float, N - 3> b;
};

void contradictions() {
  refused(file_of({{"a", {2, 3}}, {"b", {3, 4}}}), Pair(), "the size N is 2 in \"a\", but 4 in \"b\"");
  refused(file_of({{"a", {2, 3}}, {"b", {2, 3}}}), Pair(), "the size H is 3 in \"a\", but 2 in \"b\"");
  refused(file_of({{"a", {2, 3}}, {"b", {3, 4}}}), Pair{{}, nn::Tensor<float, H, N>(3, 4)},
          "the size N is 2 in \"a\", but 4 in \"b\"");
  refused(file_of({{"a", {2, 3, 1}}, {"b", {3, 2}}}), Pair(),
          "\"a\" has the shape [2,3,1], the model has 2 axes");
  refused(file_of({{"a", {6}}, {"b", {3, 2}}}), Pair(), "\"a\" has the shape [6], the model has 2 axes");
  refused(file_of({{"a", {2, 3}}}), Pair(), "has no tensor \"b\"");
  refused(file_of({{"a", {6}}}), Twice(), "the size N can't be told from the shape of \"a\"");
  refused(file_of({{"a", {5}}, {"b", {3}}}), Less(), "\"b\" has the shape [3], the model has [2]");
  refused(file_of({{"a", {2}}, {"b", {1}}}), Less(), "\"b\" has the shape [1], the model has [-1]");
  const std::string huge = R"({"a":{"dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0]},)"
                           R"("b":{"dtype":"F32","shape":[0,0],"data_offsets":[0,0]}})";
  std::string bytes(8, 0);
  bytes[0] = static_cast<char>(huge.size());
  refused(bytes + huge, Pair(), "\"a\"");
}

void truncations() {
  const Model saved = example(2, 1);
  nn::save_safetensors(path, saved);
  nn::train::InputFile file(path);
  std::string whole(file.size(), 0);
  file.read(whole.data(), whole.size());
  for (std::size_t length = 0; length < whole.size(); ++length) refused(whole.substr(0, length), Model(), "");
  std::string not_a_boolean = whole;
  not_a_boolean[whole.find("\1\1", whole.size() - 20)] = 2;
  refused(not_a_boolean, Model(), "is neither true nor false");
}

}  // namespace

int main(int, char** arguments) {
  path = std::string(arguments[1]) + "/weights";
  taken_from_the_file();
  beside_sized_tensors();
  contradictions();
  truncations();
}
