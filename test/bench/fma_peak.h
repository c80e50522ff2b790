// The most multiply-adds that a core does: a loop that never leaves the widest registers.
#ifndef NN_BENCH_FMA_PEAK_H
#define NN_BENCH_FMA_PEAK_H

namespace bench {

/// Runs for some microseconds and returns how many floating-point operations that were, in single precision.
double run_fma_loop();

}  // namespace bench

#endif  // NN_BENCH_FMA_PEAK_H
