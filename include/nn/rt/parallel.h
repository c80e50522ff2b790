// Parallel loops over rows: static partitions, serial when there is little to do.
#ifndef NN_RT_PARALLEL_H
#define NN_RT_PARALLEL_H

#include <cstdint>
#include <type_traits>

#include "nn/workspace.h"

namespace nn::rt {

/// Calls f(context, part) for every part in [0, parts), on as many threads of the workspace, the caller's
/// among them; returns when all are done. `parts` is at most ws.threads(). The callers' floating-point mode
/// (rounding, FlushSubnormals) holds in all of them. If parts throw, the exception of the lowest one is
/// rethrown here. Called from inside a part, it runs its parts one after the other.
void parallel(Workspace& ws, int parts, void (*f)(void* context, int part), void* context);

/// Scalar operations that take about as long as handing a part to another thread and waiting for it (a few
/// µs).
inline constexpr std::int64_t worth_a_thread = 32768;

/// True for less work than two parts are worth. Inline, so that nothing of a loop with constant sizes is
/// left.
inline bool is_little(std::int64_t n, std::int64_t work_per_row) {
  return n <= 1 || n <= (2 * worth_a_thread - 1) / (work_per_row > 0 ? work_per_row : 1);
}

/// How many parts much work is worth, at most `most` and at least 1.
int parts_of_much(int most, std::int64_t n, std::int64_t work_per_row);

/// How many parts are worth it for n rows of about `work_per_row` scalar operations each; 1 means serial.
inline int worthwhile_parts(int threads, std::int64_t n, std::int64_t work_per_row) {
  return threads <= 1 || is_little(n, work_per_row) ? 1 : parts_of_much(threads, n, work_per_row);
}

/// First row of a part, when n rows are shared out evenly: in whole cache lines of floats if the parts are
/// long. part == parts gives n.
inline std::int64_t part_begin(std::int64_t n, int parts, int part) {
  if (part >= parts) return n;
  const std::int64_t begin = n / parts * part + n % parts * part / parts;
  return n / parts >= 256 ? begin & ~std::int64_t{15} : begin;
}

/// Calls f(begin, end) over a static partition of [0, n), in parallel if n * work_per_row is large enough.
/// Not called at all for n == 0.
template <class F>
void rows(Workspace& ws, std::int64_t n, std::int64_t work_per_row, F&& f) {
  if (n <= 0) return;
  const int parts = worthwhile_parts(ws.threads(), n, work_per_row);
  if (parts == 1) return static_cast<void>(f(std::int64_t{0}, n));
  struct Loop {
    std::remove_reference_t<F>& f;
    std::int64_t n;
    int parts;
  } loop{f, n, parts};
  const auto run = [](void* context, int part) {
    Loop& l = *static_cast<Loop*>(context);
    l.f(part_begin(l.n, l.parts, part), part_begin(l.n, l.parts, part + 1));
  };
  parallel(ws, parts, run, &loop);
}

/// The most chunks that a reduction is cut into.
inline constexpr int max_chunks = 16;

/// The number of chunks that a reduction over n rows is cut into: 1, 2, 4, 8 or 16, which usual numbers of
/// threads share evenly. It depends on the sizes only, so sums that keep one partial result per chunk and add
/// them up in order are bitwise the same for any number of threads.
inline int chunks(std::int64_t n, std::int64_t work_per_row) {
  if (is_little(n, work_per_row)) return 1;
  const int most = parts_of_much(max_chunks, n, work_per_row);
  int count = 1;
  while (2 * count <= most) count *= 2;
  return count;
}

/// Calls f(begin, end, chunk) exactly once for every chunk in [0, chunk_count), an empty one included (its
/// partial result must be initialised too), in parallel when there are several.
template <class F>
void chunked(Workspace& ws, std::int64_t n, int chunk_count, F&& f) {
  if (chunk_count == 1) return static_cast<void>(f(std::int64_t{0}, n, 0));
  struct Loop {
    std::remove_reference_t<F>& f;
    std::int64_t n;
    int chunk_count, parts;
  } loop{f, n, chunk_count, chunk_count < ws.threads() ? chunk_count : ws.threads()};
  const auto run = [](void* context, int part) {
    Loop& l = *static_cast<Loop*>(context);
    const int end = l.chunk_count * (part + 1) / l.parts;
    for (int c = l.chunk_count * part / l.parts; c < end; ++c)
      l.f(part_begin(l.n, l.chunk_count, c), part_begin(l.n, l.chunk_count, c + 1), c);
  };
  if (loop.parts <= 1) return run(&loop, 0);
  parallel(ws, loop.parts, run, &loop);
}

}  // namespace nn::rt

#endif  // NN_RT_PARALLEL_H
