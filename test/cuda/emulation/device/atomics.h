// Atomic functions: threads take turns only at barriers, so plain arithmetic is atomic.
#ifndef NN_EMULATION_DEVICE_ATOMICS_H
#define NN_EMULATION_DEVICE_ATOMICS_H

#include <type_traits>

namespace nn_emulation {

/// Replaces *address by f(*address) and returns what it was.
template <class T, class F>
T exchange_with(T* address, F f) {
  const T old = *address;
  *address = f(old);
  return old;
}

/// The operand of an atomic function has the type of the address, never one deduced from it.
template <class T>
using Operand = std::type_identity_t<T>;

}  // namespace nn_emulation

template <class T>
T atomicAdd(T* address, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T old) { return static_cast<T>(old + value); });
}
template <class T>
T atomicSub(T* address, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T old) { return static_cast<T>(old - value); });
}
template <class T>
T atomicMax(T* address, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T old) { return old < value ? value : old; });
}
template <class T>
T atomicMin(T* address, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T old) { return value < old ? value : old; });
}
template <class T>
T atomicExch(T* address, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T) { return value; });
}
template <class T>
T atomicCAS(T* address, nn_emulation::Operand<T> expected, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T old) { return old == expected ? value : old; });
}
template <class T>
T atomicAnd(T* address, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T old) { return old & value; });
}
template <class T>
T atomicOr(T* address, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T old) { return old | value; });
}
template <class T>
T atomicXor(T* address, nn_emulation::Operand<T> value) {
  return nn_emulation::exchange_with(address, [=](T old) { return old ^ value; });
}
inline unsigned atomicInc(unsigned* address, unsigned limit) {
  return nn_emulation::exchange_with(address, [=](unsigned old) { return old >= limit ? 0 : old + 1; });
}
inline unsigned atomicDec(unsigned* address, unsigned limit) {
  return nn_emulation::exchange_with(address,
                                     [=](unsigned old) { return old == 0 || old > limit ? limit : old - 1; });
}

#endif
