// Parallel loops cover each row once, run where they should, pass exceptions on, keep the caller's
// floating-point mode, and reduce to the same bits with any number of threads.
// RUN: %cxx %s %lib -o %t && %t
// RUN: %cxx %san %s %root/runtime/cpu/*.cpp -pthread -o %t && %t
// RUN: %clang19 -fsanitize=thread %s %root/runtime/cpu/*.cpp -pthread -o %t && %t
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.h"
#include "nn/runtime.h"

using std::int64_t;

constexpr int64_t much = 1'000'000'000;  // work that is worth any number of threads

void rows_are_covered_once(nn::Workspace& ws) {
  for (int64_t n : {0, 1, 2, 3, 7, 64, 1000, 4099}) {
    std::vector<int> seen(n, 0);
    nn::rt::rows(ws, n, much, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) ++seen[i];
    });
    check(std::count(seen.begin(), seen.end(), 1) == n, "rows " + std::to_string(n));
    for (int chunk_count : {1, 2, 5, 16}) {
      std::vector<int> chunk_of(n, -1), calls(chunk_count, 0);
      nn::rt::chunked(ws, n, chunk_count, [&](int64_t begin, int64_t end, int chunk) {
        ++calls[chunk];
        for (int64_t i = begin; i < end; ++i) chunk_of[i] = chunk;
      });
      check(std::count(calls.begin(), calls.end(), 1) == chunk_count,
            "every chunk is called once, even if empty");
      check(std::is_sorted(chunk_of.begin(), chunk_of.end()) && (n == 0 || chunk_of[0] >= 0),
            "chunks in order");
    }
  }
}

void threads_are_used(nn::Workspace& ws) {
  std::atomic<int> inside{0};
  std::vector<std::thread::id> ids(ws.threads());
  nn::rt::rows(ws, ws.threads(), much, [&](int64_t begin, int64_t end) {
    check(end == begin + 1);
    ids[begin] = std::this_thread::get_id();
    ++inside;
    while (inside < ws.threads()) std::this_thread::yield();  // ends only if all run at once
  });
  check(std::set(ids.begin(), ids.end()).size() == ids.size(), "each part has a thread of its own");
  check(ids[0] == std::this_thread::get_id(), "the caller works too");
  nn::rt::rows(ws, 100, 10, [&](int64_t begin, int64_t end) {
    check(begin == 0 && end == 100 && std::this_thread::get_id() == ids[0], "little work stays serial");
  });
  nn::rt::rows(ws, ws.threads(), much, [&](int64_t, int64_t) {
    const auto outer = std::this_thread::get_id();
    nn::rt::rows(ws, 8, much,
                 [&](int64_t, int64_t) { check(std::this_thread::get_id() == outer, "nested is serial"); });
  });
}

void exceptions_are_passed_on(nn::Workspace& ws) {
  const auto fail_from = [&](int64_t first) {
    nn::rt::rows(ws, ws.threads(), much, [&](int64_t begin, int64_t) {
      if (begin >= first) throw std::runtime_error("row " + std::to_string(begin));
    });
  };
  for (int round = 0; round < 20; ++round) {
    throws<std::runtime_error>([&] { fail_from(0); }, "row 0");
    if (ws.threads() > 2) throws<std::runtime_error>([&] { fail_from(2); }, "row 2");
  }
  rows_are_covered_once(ws);  // the pool is as good as new
}

void subnormals_are_flushed(nn::Workspace& ws) {
  const volatile float tiny = 1e-39f;  // subnormal
  const auto flushed = [&] { return tiny * 1.0f == 0.0f; };
  const auto flushed_everywhere = [&] {
    std::atomic<int> count{0};
    nn::rt::rows(ws, ws.threads(), much, [&](int64_t, int64_t) { count += flushed(); });
    return count.load();
  };
  check(!flushed() && flushed_everywhere() == 0, "subnormals are kept to begin with");
  {
    const nn::rt::FlushSubnormals flush;
    check(flushed() && flushed_everywhere() == ws.threads(), "flushed in the caller and in its workers");
    {
      const nn::rt::FlushSubnormals again;
    }
    check(flushed(), "an inner scope restores the outer one's mode");
  }
  check(!flushed() && flushed_everywhere() == 0, "and kept again");
}

// The sum of n floats as generated code takes it: a partial sum per chunk, added up in order.
float chunked_sum(nn::Workspace& ws, const std::vector<float>& x) {
  const int64_t n = x.size();
  const int chunk_count = nn::rt::chunks(n, 10);
  std::vector<float> partial(chunk_count);
  nn::rt::chunked(ws, n, chunk_count, [&](int64_t begin, int64_t end, int chunk) {
    float sum = 0;
    for (int64_t i = begin; i < end; ++i) sum += x[i];
    partial[chunk] = sum;
  });
  float total = 0;
  for (float p : partial) total += p;
  return total;
}

void sums_dont_depend_on_threads() {
  std::vector<float> x(100'003);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(float(i));
  nn::Workspace alone(1);
  const float expected = chunked_sum(alone, x);
  check(nn::rt::chunks(x.size(), 10) > 4 && nn::rt::chunks(int64_t{1} << 40, 1 << 20) == 16);
  check(nn::rt::chunks(0, 5) == 1 && nn::rt::chunks(10, 1) == 1);
  for (int threads : {2, 3, 7}) {
    nn::Workspace ws(threads);
    for (int round = 0; round < 10; ++round) check(chunked_sum(ws, x) == expected, "bitwise the same sum");
  }
}

// Each with a workspace of its own, several threads multiply at the same time.
void workspaces_are_independent() {
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user)
    users.emplace_back([user] {
      nn::Workspace ws(1 + user % 3);
      const int64_t m = 40 + user, n = 64, k = 90;
      const std::vector<float> a(m * k, 1.0f), b(k * n, float(user));
      std::vector<float> c(m * n);
      for (int round = 0; round < 5; ++round) {
        nn::rt::gemm(ws, nn::rt::Trans::no, nn::rt::Trans::yes, m, n, k, a.data(), b.data(), c.data(),
                     round > 0);
        check(c[0] == float(k * user * (round + 1)) && c[m * n - 1] == c[0]);
      }
    });
  for (std::thread& user : users) user.join();
}

int main() {
  for (int threads : {1, 2, 4}) {
    nn::Workspace ws(threads);
    rows_are_covered_once(ws);
    threads_are_used(ws);
    exceptions_are_passed_on(ws);
    subnormals_are_flushed(ws);
  }
  sums_dont_depend_on_threads();
  workspaces_are_independent();
}
