// Vectors of W elements in the compilers' vector extensions, and the few operations that matrix products
// need.
#ifndef NN_RT_LANES_H
#define NN_RT_LANES_H

#include <cstdint>
#include <utility>

// Vectors only pass between functions that are inlined into one, so no calling convention ever sees them.
// Without that, the same name could be compiled for several instruction sets.
#define NN_LANES_INLINE [[gnu::always_inline]] inline
#define NN_UNROLL _Pragma("GCC unroll 32")

namespace nn::rt {

/// W elements of T side by side; `Loose` is the same at any address.
template <class T, int W>
struct Lanes {
  typedef T Vector __attribute__((vector_size(W * sizeof(T))));
  typedef T Loose __attribute__((vector_size(W * sizeof(T)), aligned(alignof(T)), may_alias));
};
template <class T>
struct Lanes<T, 1> {
  using Vector = T;
  using Loose = T;
};

template <class T, int W>
using Vector = typename Lanes<T, W>::Vector;

template <int W, class T>
NN_LANES_INLINE Vector<T, W> load(const T* p) {
  return *reinterpret_cast<const typename Lanes<T, W>::Loose*>(p);
}

template <int W, class T>
NN_LANES_INLINE void store(T* p, Vector<T, W> v) {
  *reinterpret_cast<typename Lanes<T, W>::Loose*>(p) = v;
}

template <class T, int... I>
NN_LANES_INLINE Vector<T, sizeof...(I)> broadcast(T x, std::integer_sequence<int, I...>) {
  return Vector<T, sizeof...(I)>{(static_cast<void>(I), x)...};
}

/// x in every lane, spelled out: `Vector{} + x` would be an addition.
template <int W, class T>
NN_LANES_INLINE Vector<T, W> broadcast(T x) {
  if constexpr (W == 1) {
    return x;
  } else {
    return broadcast(x, std::make_integer_sequence<int, W>());
  }
}

// Swaps the second half of each 2S lanes of a with the first of b.
template <int S, class T, int... I>
NN_LANES_INLINE void exchange(Vector<T, sizeof...(I)>& a, Vector<T, sizeof...(I)>& b,
                              std::integer_sequence<int, I...>) {
  constexpr int w = sizeof...(I);
  const Vector<T, w> first = __builtin_shufflevector(a, b, ((I & S) ? w + I - S : I)...);
  b = __builtin_shufflevector(a, b, ((I & S) ? w + I : I + S)...);
  a = first;
}

/// Transposes the square that W vectors make: blocks of 1, 2, 4, … change sides with their mirror images.
template <class T, int W, int S = 1>
NN_LANES_INLINE void transpose(Vector<T, W>* rows) {
  if constexpr (S < W) {
    NN_UNROLL for (int i = 0; i < W; ++i) {
      if (!(i & S)) exchange<S, T>(rows[i], rows[i + S], std::make_integer_sequence<int, W>());
    }
    transpose<T, W, 2 * S>(rows);
  }
}

}  // namespace nn::rt

#endif  // NN_RT_LANES_H
