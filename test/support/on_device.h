// nn::value_and_grad and nn::vjp with the arguments, the gradients and the work on a GPU, and results that
// are back on the host: what cuda_programs.py puts in the place of both in drivers that were written for the
// host.
#ifndef NN_TEST_ON_DEVICE_H
#define NN_TEST_ON_DEVICE_H

#include <nn/cuda.h>
#include <nn/derivative.h>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "check.h"

namespace on_device {

inline nn::Workspace& workspace() {
  static nn::Workspace ws{nn::cuda()};
  return ws;
}

template <class X>
auto there(const X& x) {
  if constexpr (std::is_arithmetic_v<X>)
    return x;
  else
    return nn::to(nn::cuda(), x);
}

template <class X>
auto back(const X& x) {
  if constexpr (std::is_arithmetic_v<X>)
    return x;
  else
    return nn::to(nn::Device(), x);
}

/// The bytes of every tensor of `x`, which is on the host.
template <class X>
std::vector<std::byte> bits(const X& x) {
  std::vector<std::byte> all;
  nn::for_each_tensor(x, [&](const auto& p) {
    if constexpr (nn::detail::is_tensor<std::remove_cvref_t<decltype(p)>>) {
      const auto* begin = reinterpret_cast<const std::byte*>(p.data());
      all.insert(all.end(), begin, begin + static_cast<std::size_t>(p.size()) * sizeof(*p.data()));
    }
  });
  return all;
}

/// The gradients that `call` computes, on the host; a second call has to give the same bits.
template <auto F, class Call>
nn::Gradients<F> twice(Call&& call) {
  nn::Gradients<F> grad;
  call(grad);
  const nn::Gradients<F> first = nn::to(nn::Device(), grad);
  call(grad);
  nn::Gradients<F> second = nn::to(nn::Device(), grad);
  check(bits(first) == bits(second), "(gradients of a second call on the device)");
  return second;
}

template <auto F, class Tuple, std::size_t... I>
auto value_and_grad_of(const Tuple& args, std::index_sequence<I...>) {
  using Value = typename nn::detail::Signature<decltype(F)>::result;
  const auto moved = std::make_tuple(there(std::get<I>(args))...);
  Value value{};
  auto grad = twice<F>(
      [&](nn::Gradients<F>& g) { value = nn::value_and_grad<F>(std::get<I>(moved)..., g, workspace()); });
  return nn::ValueAndGrad<Value, nn::Gradients<F>>{value, std::move(grad)};
}

template <auto F, class Tuple, std::size_t... I>
auto vjp_of(const Tuple& args, std::index_sequence<I...>) {
  const auto moved = std::make_tuple(there(std::get<I>(args))...);
  nn::Outputs<F> out;
  auto grad = twice<F>([&](nn::Gradients<F>& g) { nn::vjp<F>(std::get<I>(moved)..., out, g, workspace()); });
  auto value = back(out.value);
  return nn::ValueAndGrad<decltype(value), nn::Gradients<F>>{std::move(value), std::move(grad)};
}

template <auto F, class... Args>
auto value_and_grad(Args&&... args) {
  constexpr std::size_t own = nn::detail::arity<F>;
  const auto all = std::tie(args...);
  auto result = value_and_grad_of<F>(all, std::make_index_sequence<own>());
  if constexpr (sizeof...(Args) == own) {
    return result;
  } else {
    std::get<own>(all) = std::move(result.grad);
    return result.value;
  }
}

template <auto F, class... Args>
auto vjp(Args&&... args) {
  constexpr std::size_t own = nn::detail::arity<F>;
  const auto all = std::tie(args...);
  auto result = vjp_of<F>(all, std::make_index_sequence<own + 1>());
  if constexpr (sizeof...(Args) == own + 1) {
    return result;
  } else {
    std::get<own + 1>(all).value = std::move(result.value);
    std::get<own + 2>(all) = std::move(result.grad);
  }
}

}  // namespace on_device

#endif  // NN_TEST_ON_DEVICE_H
