// What generated code tells the compiler about its loops and functions.
#ifndef NN_RT_ROUNDS_H
#define NN_RT_ROUNDS_H

/// In front of a loop whose rounds touch no memory that another round writes.
#if defined(__GNUC__) && !defined(__clang__)
#define NN_INDEPENDENT _Pragma("GCC ivdep")
#else
#define NN_INDEPENDENT
#endif

/// In front of a function with __restrict parameters. In one that it inlines, g++ 12 at -O3 may forget that
/// what it vectorises goes through such a pointer: a load then comes before the store that it is to see.
#if defined(__GNUC__) && !defined(__clang__)
#define NN_APART [[gnu::noinline]]
#else
#define NN_APART
#endif

namespace nn::rt {

/// 0, which the compiler cannot see: for loops that leave zeros where they have read. g++ 12 may make a loop
/// `a = t[i]; t[i] = 0; x[i] = a` a memset in front of the copy (-ftree-loop-distribute-patterns, with two
/// such arrays and x behind a __restrict pointer).
template <class T>
inline T zero() {
  T z = 0;
#if defined(__clang__)
#elif defined(__x86_64__)
  asm("" : "+xr"(z));
#elif defined(__aarch64__)
  asm("" : "+wr"(z));
#elif defined(__GNUC__)
  asm("" : "+rm"(z));
#endif
  return z;
}

}  // namespace nn::rt

#endif  // NN_RT_ROUNDS_H
