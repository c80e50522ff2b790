// Loops of generated code: rows and chunks with the buffers as restrict parameters, and reductions in lanes.
#ifndef NN_RT_LOOPS_H
#define NN_RT_LOOPS_H

#include "nn/rt/extremes.h"
#include "nn/rt/index.h"
#include "nn/rt/parallel.h"

namespace nn::rt {

/// Partial results that a reduction inside a row runs in at once: float sums can't be reordered by the
/// compiler, so the code says which order it means, one that vectorises.
inline constexpr std::int64_t lanes = 64;

/// The lanes of a sum, a maximum or a minimum as one result. Overwrites them.
template <class T>
inline T sum_of(T (&lane)[lanes]) {
  for (std::int64_t width = lanes / 2; width > 0; width /= 2)
    for (std::int64_t i = 0; i < width; ++i) lane[i] += lane[i + width];
  return lane[0];
}
template <class T>
inline T max_of(T (&lane)[lanes]) {
  for (std::int64_t width = lanes / 2; width > 0; width /= 2)
    for (std::int64_t i = 0; i < width; ++i) lane[i] = larger(lane[i], lane[i + width]);
  return lane[0];
}
template <class T>
inline T min_of(T (&lane)[lanes]) {
  for (std::int64_t width = lanes / 2; width > 0; width /= 2)
    for (std::int64_t i = 0; i < width; ++i) lane[i] = smaller(lane[i], lane[i + width]);
  return lane[0];
}

/// The chunks' partial results as one.
template <class T>
inline T sum_of_chunks(const T* parts, int chunk_count) {
  T total = 0;
  for (int chunk = 0; chunk < chunk_count; ++chunk) total += parts[chunk];
  return total;
}
template <class T>
inline T max_of_chunks(const T* parts, int chunk_count) {
  T total = lowest<T>;
  for (int chunk = 0; chunk < chunk_count; ++chunk) total = larger(total, parts[chunk]);
  return total;
}
template <class T>
inline T min_of_chunks(const T* parts, int chunk_count) {
  T total = highest<T>;
  for (int chunk = 0; chunk < chunk_count; ++chunk) total = smaller(total, parts[chunk]);
  return total;
}

/// Joins the results of `size` elements of all chunks but the first, one after the other in `parts`, with the
/// first's.
template <class T>
inline void sum_chunks_of(T* __restrict first, const T* __restrict parts, std::int64_t size,
                          int chunk_count) {
  for (int chunk = 1; chunk < chunk_count; ++chunk, parts += size)
    for (std::int64_t i = 0; i < size; ++i) first[i] += parts[i];
}
template <class T>
inline void max_chunks_of(T* __restrict first, const T* __restrict parts, std::int64_t size,
                          int chunk_count) {
  for (int chunk = 1; chunk < chunk_count; ++chunk, parts += size)
    for (std::int64_t i = 0; i < size; ++i) first[i] = larger(first[i], parts[i]);
}
template <class T>
inline void min_chunks_of(T* __restrict first, const T* __restrict parts, std::int64_t size,
                          int chunk_count) {
  for (int chunk = 1; chunk < chunk_count; ++chunk, parts += size)
    for (std::int64_t i = 0; i < size; ++i) first[i] = smaller(first[i], parts[i]);
}

/// rows() for a body that takes its buffers as parameters, which can be restrict there: f(begin, end,
/// buffers...).
template <class F, class... Buffers>
inline void each_row(Workspace& ws, std::int64_t n, std::int64_t work_per_row, const F& f,
                     Buffers... buffers) {
  rows(ws, n, work_per_row, [&](std::int64_t begin, std::int64_t end) { f(begin, end, buffers...); });
}

/// chunked() for a body that takes its buffers as parameters: f(begin, end, chunk, buffers...).
template <class F, class... Buffers>
inline void each_chunk(Workspace& ws, std::int64_t n, int chunk_count, const F& f, Buffers... buffers) {
  chunked(ws, n, chunk_count,
          [&](std::int64_t begin, std::int64_t end, int chunk) { f(begin, end, chunk, buffers...); });
}

}  // namespace nn::rt

#endif  // NN_RT_LOOPS_H
