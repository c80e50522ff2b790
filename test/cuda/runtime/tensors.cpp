// Tensors on a device: copied there and back, shared until written, viewed, and out of the host's reach.
// RUN: %emulated %san %s %cuda_runtime -o %t && %t
#include <array>
#include <sstream>

#include "device_test.h"

namespace {

using Matrix = nn::Tensor<float, 3, 4>;
using Rows = nn::Tensor<float, N, 4>;

struct Layer {
  Matrix w;
  nn::Tensor<double, 4> b;
};
struct Model {
  std::array<Layer, 2> layers;
  nn::Tensor<std::int32_t, N> table;
  float scale;
  int depth;
};

void test_there_and_back() {
  const nn::Device gpu = nn::cuda();
  check(!gpu.is_host() && gpu.index() == 0 && gpu.name() == "cuda:0" && gpu == nn::cuda(0));
  Matrix x;
  number(x);
  const Matrix y = nn::to(gpu, x);
  check(y.device() == gpu && x.device() == nn::Device() && y.size() == 12 && y.extent(1) == 4);
  all_near(on_host(y), x, 0);
  nn_emulation::set_device_count(2);
  const Matrix z = nn::to(nn::cuda(1), y);
  check(z.device().name() == "cuda:1");
  all_near(on_host(z), x, 0);
  Rows empty;
  check(nn::to(gpu, empty).size() == 0 && nn::to(gpu, Rows(0)).device() == gpu);
}

void test_aggregates() {
  Model model{{}, {3, 1, 2}, 0.5f, 7};
  number(model.layers[1].w);
  number(model.layers[0].b);
  const Model there = nn::to(nn::cuda(), model);
  check(there.layers[0].w.device() == nn::cuda() && there.table.device() == nn::cuda());
  check(there.scale == 0.5f && there.depth == 7);
  const Model back = nn::to(nn::Device(), there);
  all_near(back.layers[1].w, model.layers[1].w, 0);
  all_near(back.layers[0].b, model.layers[0].b, 0);
  all_near(back.table, model.table, 0);
}

// Copies share the buffer until one is written; then the other keeps its elements.
void test_copy_on_write() {
  Matrix x;
  number(x);
  Matrix a = nn::to(nn::cuda(), x);
  nn_emulation::reset_counters();
  Matrix b = a;
  check(std::as_const(a).device_data() == std::as_const(b).device_data());
  check(nn_emulation::counters().allocations == 0 && nn_emulation::counters().copies == 0);
  float* written = b.device_data();
  check(written != std::as_const(a).device_data() && nn_emulation::counters().allocations == 1);
  Matrix zero;
  const Matrix zeros = nn::to(nn::cuda(), zero);
  nn::view<Matrix>(nn::cuda(), written) = zeros;
  all_near(on_host(b), zero, 0);
  all_near(on_host(a), x, 0);
  const Matrix c = b;  // b's pointer is about, so this one has elements of its own
  check(c.device_data() != written);
  Matrix moved = std::move(a);
  all_near(on_host(moved), x, 0);
}

void test_views() {
  Rows x(5);
  number(x);
  Rows a = nn::to(nn::cuda(), x);
  Rows view = nn::view<Rows>(nn::cuda(), a.device_data(), 5);
  check(view.is_view() && view.device() == nn::cuda());
  all_near(on_host(view), x, 0);
  Rows y(5);
  number(y, 2);
  view = nn::to(nn::cuda(), y);
  all_near(on_host(a), y, 0);
  Rows read_only = nn::view<Rows>(nn::cuda(), std::as_const(a).device_data(), 5);
  check(read_only.device_data() != std::as_const(a).device_data());
  throws<nn::Error>([&] { view = y; }, "on the host is assigned to a view on cuda:0");
  throws<nn::Error>([&] { view = nn::to(nn::cuda(), Rows(4)); }, "[N=4, 4] is assigned to a view [N=5, 4]");
}

// Whatever touches single elements says where they are.
void test_out_of_reach() {
  Matrix host;
  Matrix x = nn::to(nn::cuda(), host);
  const Matrix& c = x;
  const std::string told = "lives on cuda:0, where single elements can't be reached; copy it with nn::to(";
  throws<nn::Error>([&] { x(0, 0) = 1; }, told);
  throws<nn::Error>([&] { static_cast<void>(c(1, 1)); }, told);
  throws<nn::Error>([&] { x.data(); }, told);
  throws<nn::Error>([&] { c.data(); }, told);
  throws<nn::Error>([&] { x.begin(); }, told);
  throws<nn::Error>([&] { c.end(); }, told);
  throws<nn::Error>([&] { x.fill(1); }, told);
  throws<nn::Error>([&] { x += 1.0f; }, told);
  throws<nn::Error>([&] { x += host; }, told);
  throws<nn::Error>([&] { Matrix y = nn::relu(x) + host; }, told);
  throws<nn::Error>([&] { static_cast<void>(nn::sum(x)); }, told);
  throws<nn::Error>([&] { auto y = nn::Tensor<float, 3, 3>(nn::matmul(x, nn::transpose(host))); }, told);
  throws<nn::Error>([&] { host.device_data(); }, "lives on the host; copy it with nn::to(device, x)");
  host = x;  // a tensor is a value: this one is on the device now
  check(host.device() == nn::cuda());
}

}  // namespace

int main() {
  test_there_and_back();
  test_aggregates();
  test_copy_on_write();
  test_views();
  test_out_of_reach();
  no_leaks();
}
