// Mini-batches cover every example once an epoch, shuffled by seed and epoch, in buffers allocated once;
// hold_out parts.
// RUN: %cxx %s -o %t && %t
// RUN: %clang14 %s -o %t && %t
// RUN: %clang19 %san -DSANITIZED %s -o %t && %t
#include <nn/train/batches.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <set>

#include "check.h"

#ifndef SANITIZED
static long allocations = 0;
// NOLINTBEGIN: every way to allocate is counted
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  const auto align = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
// NOLINTEND
#endif

inline constexpr nn::Dim N{"N"};
using X = nn::Tensor<float, N, 2, 3>;
using Y = nn::Tensor<int, N>;
using Examples = nn::train::Examples<X, Y>;
using Batches = nn::train::Batches<X, Y>;
using nn::train::LastBatch;

namespace {

/// Row i holds 6 i … 6 i + 5 and the label i.
Examples numbered(int count) {
  Examples e{X(count), Y(count)};
  for (int i = 0; i < count * 6; ++i) e.x.data()[i] = static_cast<float>(i);
  for (int i = 0; i < count; ++i) e.label(i) = i;
  return e;
}

/// The labels of an epoch in order; checks sizes and that each row of x is the one of its label.
std::vector<int> walk(Batches& batches, std::uint64_t epoch, std::int64_t size) {
  std::vector<int> seen;
  std::int64_t made = 0;
  for (const auto& [x, label] : batches.epoch(epoch)) {
    ++made;
    check(x.extent(0) == label.extent(0) && x.extent(0) >= 1 && x.extent(0) <= size);
    check(made == batches.count() || x.extent(0) == size);
    for (std::int64_t i = 0; i < label.extent(0); ++i) {
      seen.push_back(label(i));
      for (int j = 0; j < 6; ++j) check(x.data()[i * 6 + j] == static_cast<float>(label(i) * 6 + j));
    }
  }
  check(made == batches.count());
  return seen;
}

void covers(int count, std::int64_t size, LastBatch last, std::size_t expected) {
  Batches batches(numbered(count), {.size = size, .seed = 3, .last = last});
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch) {
    const auto seen = walk(batches, epoch, size);
    const std::set<int> distinct(seen.begin(), seen.end());
    check(seen.size() == expected && distinct.size() == expected);
    check(static_cast<std::size_t>(batches.examples_per_epoch()) == expected);
  }
}

void order() {
  Batches a(numbered(50), {.size = 8, .seed = 1}), b(numbered(50), {.size = 8, .seed = 1});
  Batches c(numbered(50), {.size = 8, .seed = 2}), plain(numbered(50), {.size = 8, .shuffled = false});
  const auto first = walk(a, 0, 8), second = walk(a, 1, 8);
  check(first != second && first != walk(c, 0, 8));
  check(second == walk(b, 1, 8), "an epoch depends on its number, not on the epochs before");
  check(first == walk(a, 0, 8));
  const auto sorted = walk(plain, 5, 8);
  check(std::is_sorted(sorted.begin(), sorted.end()) && !std::is_sorted(first.begin(), first.end()));
}

void shuffling_is_fair() {
  constexpr int n = 5, tries = 20'000;
  int at[n][n] = {};
  std::vector<std::int64_t> order(n);
  for (int i = 0; i < tries; ++i) {
    nn::train::shuffle(order, 9, static_cast<std::uint64_t>(i));
    for (int place = 0; place < n; ++place) ++at[place][order[static_cast<std::size_t>(place)]];
  }
  for (const auto& row : at)
    for (const int times : row) near(times, tries / n, 0.06);
}

void nothing_is_allocated_later() {
#ifndef SANITIZED
  Batches batches(numbered(100), {.size = 16});
  const long before = allocations;
  float sum = 0;
  for (std::uint64_t epoch = 0; epoch < 3; ++epoch)
    for (const auto& [x, label] : batches.epoch(epoch)) sum += x(0, 0, 0) + static_cast<float>(label(0));
  const long made = allocations - before;
  check(made == 0 && sum > 0);
#endif
}

void holding_out() {
  const Examples all = numbered(103);
  const auto [rest, held] = nn::train::hold_out(all, 0.2, 4);
  check(held.count() == 21 && rest.count() == 82);
  std::set<int> labels(rest.label.begin(), rest.label.end());
  labels.insert(held.label.begin(), held.label.end());
  check(labels.size() == 103);
  check(!std::is_sorted(held.label.begin(), held.label.end()));
  for (std::int64_t i = 0; i < held.count(); ++i)
    check(held.x(i, 1, 2) == static_cast<float>(held.label(i) * 6 + 5));
  check(nn::train::hold_out(all, 0, 4).held_out.count() == 0);
  check(nn::train::hold_out(all, 1, 4).rest.count() == 0);
  throws<nn::Error>([&] { nn::train::hold_out(all, 1.5, 4); }, "fraction of 1.5");
}

}  // namespace

int main() {
  covers(64, 16, LastBatch::keep, 64);
  covers(70, 16, LastBatch::keep, 70);
  covers(70, 16, LastBatch::drop, 64);
  covers(5, 16, LastBatch::keep, 5);
  covers(5, 16, LastBatch::drop, 0);
  covers(0, 16, LastBatch::keep, 0);
  covers(3, 1, LastBatch::keep, 3);
  order();
  shuffling_is_fair();
  nothing_is_allocated_later();
  holding_out();
  throws<nn::Error>([] { Batches b(numbered(3), {.size = 0}); }, "batch size of 0");
  throws<nn::Error>([] { Batches b(Examples{X(3), Y(4)}); }, "3 rows, but 4 labels");
}
