// Whole Jacobians and Hessians: rows or columns of generated derivatives, one call for each.
#ifndef NN_JACOBIAN_H
#define NN_JACOBIAN_H

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "nn/derivative.h"
#include "nn/rt/boundary.h"
#include "nn/tensor.h"

namespace nn {

/// The Jacobian of a function: a member for each differentiated parameter, with its name, and inside of a
/// struct those of its members. Each is a tensor with the axes of the result, then those of what it stands
/// for. Specialised by generated headers, for functions with NN_MODES(jacobian).
template <auto F>
struct Jacobian {
  static_assert(
      detail::is_generated<F>,
      "nn: this Jacobian has not been generated: ask for it with NN_MODES(jacobian) beside NN_DIFF");
};

/// The Hessian of a function: for each pair of differentiated parameters `hessian.a.b`, a tensor with the
/// axes of `a`, then those of `b`. Specialised by generated headers, for functions with NN_MODES(hessian).
template <auto F>
struct Hessian {
  static_assert(detail::is_generated<F>,
                "nn: this Hessian has not been generated: ask for it with NN_MODES(hessian) beside NN_DIFF");
};

namespace detail {

/// The numbers that a leaf holds, as they lie in memory.
template <class T>
struct Numbers {
  T* data;
  std::int64_t size;
};
template <class X>
auto numbers_of(X& x) {
  if constexpr (std::is_arithmetic_v<std::remove_cv_t<X>>) {
    return Numbers<X>{&x, 1};
  } else if constexpr (requires { x.data(); } && !requires { x[0][0]; }) {
    return Numbers<std::remove_pointer_t<decltype(x.data())>>{x.data(), static_cast<std::int64_t>(x.size())};
  } else {
    const auto first = numbers_of(x[0]);
    return decltype(first){first.data, first.size * static_cast<std::int64_t>(std::size(x))};
  }
}

/// Looks for the size that a name stands for in the shape of a tensor.
template <class X>
bool find_size([[maybe_unused]] std::string_view name, [[maybe_unused]] const X& x,
               [[maybe_unused]] std::int64_t& size) {
  if constexpr (requires { X::name_count; }) {
    const int index = X::extents_type::names.find(name);
    if (index >= 0) size = x.extents().sizes[index];
    return index >= 0;
  } else {
    return false;
  }
}

/// The elements of `x`, a tensor or a number, to write to: its axes are those of `first`, then those of
/// `second`.
template <class X, class First, class Second>
Numbers<typename X::value_type> sized_for(X& x, const First& first, const Second& second)
  requires requires { X::name_count; }
{
  std::int64_t sizes[X::name_count + 1] = {};
  for (int i = 0; i < X::name_count; ++i)
    find_size(X::extents_type::names.names[i], first, sizes[i]) ||
        find_size(X::extents_type::names.names[i], second, sizes[i]);
  const typename X::extents_type extents(sizes);
  rt::Boundary("nn::Jacobian").output("a member", x, extents, "what it stands for");
  return {rt::sized(x, extents), x.size()};
}
template <class First, class Second>
Numbers<double> sized_for(double& x, const First&, const Second&) {
  return {&x, 1};
}
template <class First, class Second>
Numbers<float> sized_for(float& x, const First&, const Second&) {
  return {&x, 1};
}

/// A vector as the tensor that it is for the compiler; only its size is looked at.
template <class Tensor, class T>
Tensor named(const std::vector<T>& vector) {
  return view<Tensor>(vector.data(), static_cast<std::int64_t>(vector.size()));
}

/// Makes `part`, a member of nn::Tangents, zeros of the size of the argument it belongs to.
template <class X, class Part>
void zeros_like([[maybe_unused]] const X& x, Part& part) {
  if constexpr (requires { part.resize(0); })
    part.resize(static_cast<std::size_t>(x.size()));
  else if constexpr (requires { rt::sized(part, x.extents()); })
    rt::sized(part, x.extents());
  const auto numbers = numbers_of(part);
  std::fill_n(numbers.data, numbers.size, 0);
}

/// Copies a leaf to where it belongs in one that has `index` of them before it.
template <class Part, class T>
void put_row(Part& part, Numbers<T> whole, std::int64_t index) {
  const auto row = numbers_of(part);
  std::copy_n(row.data, row.size, whole.data + index * row.size);
}

/// Calls visit(column) for each unit direction, with `direction` set to it.
template <auto F, class Args>
void each_direction(const Args& args, Tangents<F>& direction, auto&& visit) {
  const auto each = [&](auto&& leaf) {
    std::apply([&](const auto&... a) { Derivative<F>::each_leaf(leaf, a..., direction, direction); }, args);
  };
  each([](const auto& x, auto& part, auto&) { zeros_like(x, part); });
  each([&](const auto&, auto& part, auto&) {
    const auto unit = numbers_of(part);
    for (std::int64_t i = 0; i < unit.size; ++i) {
      unit.data[i] = 1;
      visit();
      unit.data[i] = 0;
    }
  });
}

template <auto F, class Args>
std::int64_t count_columns(const Args& args) {
  std::int64_t count = 0;
  Tangents<F> none;
  std::apply(
      [&](const auto&... a) {
        Derivative<F>::each_leaf([&](const auto& x, auto&, auto&) { count += numbers_of(x).size; }, a...,
                                 none, none);
      },
      args);
  return count;
}

/// A row by each call of vjp; `out` has the result's size.
template <auto F, class Args>
void jacobian_rows(const Args& args, Outputs<F>& out, Jacobian<F>& jacobian, Workspace& ws) {
  auto upstream = out.value;
  const auto unit = numbers_of(upstream);
  std::fill_n(unit.data, unit.size, 0);
  Gradients<F> grad;
  for (std::int64_t i = 0; i < unit.size; ++i) {
    unit.data[i] = 1;
    std::apply(
        [&](const auto&... a) {
          Derivative<F>::vjp(a..., upstream, out, grad, ws);
          Derivative<F>::each_leaf([&](const auto& x, auto& part,
                                       auto& whole) { put_row(part, sized_for(whole, out.value, x), i); },
                                   a..., grad, jacobian);
        },
        args);
    unit.data[i] = 0;
  }
}

/// A column by each call of jvp.
template <auto F, class Args>
void jacobian_columns(const Args& args, Outputs<F>& out, Jacobian<F>& jacobian, Workspace& ws) {
  Tangents<F> direction;
  Outputs<F> tangent;
  std::int64_t number = 0;
  each_direction<F>(args, direction, [&] {
    std::apply(
        [&](const auto&... a) {
          Derivative<F>::jvp(a..., direction, out, tangent, ws);
          const auto column = numbers_of(tangent.value);
          std::int64_t first = number++;
          Derivative<F>::each_leaf(
              [&](const auto& x, auto&, auto& whole) {
                const std::int64_t width = numbers_of(x).size, own = std::exchange(first, first - width);
                if (own < 0 || own >= width) return;
                const auto to = sized_for(whole, out.value, x);
                for (std::int64_t i = 0; i < column.size; ++i) to.data[i * width + own] = column.data[i];
              },
              a..., direction, jacobian);
        },
        args);
  });
}

/// Gives the result its size, and all of the Jacobian.
template <auto F, class Args>
void size_jacobian(const Args& args, Outputs<F>& out, Jacobian<F>& jacobian, Workspace& ws) {
  std::apply(
      [&](const auto&... a) {
        Tangents<F> direction;
        Outputs<F> tangent;
        Derivative<F>::each_leaf([](const auto& x, auto& part, auto&) { zeros_like(x, part); }, a...,
                                 direction, direction);
        Derivative<F>::jvp(a..., direction, out, tangent, ws);
        Derivative<F>::each_leaf([&](const auto& x, auto&, auto& whole) { sized_for(whole, out.value, x); },
                                 a..., direction, jacobian);
      },
      args);
}

template <auto F, class Args>
void jacobian_of(const Args& args, Outputs<F>& out, Jacobian<F>& jacobian, Workspace& ws) {
  size_jacobian<F>(args, out, jacobian, ws);
  if (numbers_of(out.value).size <= count_columns<F>(args))
    jacobian_rows<F>(args, out, jacobian, ws);
  else
    jacobian_columns<F>(args, out, jacobian, ws);
}

/// A row by each call of hvp.
template <auto F, class Args>
auto hessian_of(const Args& args, Gradients<F>& grad, Hessian<F>& hessian, Workspace& ws) {
  Tangents<F> direction;
  Gradients<F> product;
  const auto call = [&](const auto&... a) { return Derivative<F>::hvp(a..., direction, grad, product, ws); };
  const auto each = [&](auto&& leaf, auto& parts, auto& wholes) {
    std::apply([&](const auto&... a) { Derivative<F>::each_leaf(leaf, a..., parts, wholes); }, args);
  };
  each([](const auto& x, auto& part, auto&) { zeros_like(x, part); }, direction, direction);
  auto value = std::apply(call, args);
  each(
      [&](const auto& of, auto& unit_leaf, auto& rows) {
        const auto unit = numbers_of(unit_leaf);
        for (std::int64_t i = 0; i < unit.size; ++i) {
          unit.data[i] = 1;
          value = std::apply(call, args);
          unit.data[i] = 0;
          each([&](const auto& x, auto& part, auto& whole) { put_row(part, sized_for(whole, of, x), i); },
               product, rows);
        }
      },
      direction, hessian);
  return value;
}

}  // namespace detail

/// The whole Jacobian of a function, row by row with vjp or column by column with jvp, whichever are fewer,
/// in one of two forms; for functions with NN_MODES(jacobian):
///
///   void jacobian<&f>(args..., nn::Outputs<&f>& out, nn::Jacobian<&f>& jacobian, nn::Workspace& ws)
///   nn::Jacobian<&f> jacobian<&f>(args...)
///
/// Runs on the host. Allocates a row and a direction in each call. Throws nn::Error as value_and_grad does.
template <auto F, class... Args>
auto jacobian(Args&&... args) {
  constexpr std::size_t given = sizeof...(Args), own = detail::arity<F>;
  static_assert(
      given == own + 3 || given == own,
      "nn::jacobian takes the function's arguments, alone or with outputs, Jacobian and workspace after "
      "them");
  auto all = std::forward_as_tuple(args...);
  const auto first = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::forward_as_tuple(std::as_const(std::get<I>(all))...);
  }(std::make_index_sequence<own>());
  if constexpr (given == own + 3) {
    detail::jacobian_of<F>(first, std::get<own>(all), std::get<own + 1>(all), std::get<own + 2>(all));
  } else if constexpr (given == own) {
    Outputs<F> out{};
    Jacobian<F> result{};
    Workspace workspace;
    detail::jacobian_of<F>(first, out, result, workspace);
    return result;
  }
}

/// The whole Hessian of a function, row by row with hvp, in one of two forms; for functions with
/// NN_MODES(hessian):
///
///   T hessian<&f>(args..., nn::Gradients<&f>& grad, nn::Hessian<&f>& hessian, nn::Workspace& ws)
///   nn::Hessian<&f> hessian<&f>(args...)
///
/// Runs on the host. Allocates a row and a direction in each call. Throws nn::Error as value_and_grad does.
template <auto F, class... Args>
auto hessian(Args&&... args) {
  constexpr std::size_t given = sizeof...(Args), own = detail::arity<F>;
  static_assert(
      given == own + 3 || given == own,
      "nn::hessian takes the function's arguments, alone or with gradients, Hessian and workspace after "
      "them");
  auto all = std::forward_as_tuple(args...);
  const auto first = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::forward_as_tuple(std::as_const(std::get<I>(all))...);
  }(std::make_index_sequence<own>());
  if constexpr (given == own + 3) {
    return detail::hessian_of<F>(first, std::get<own>(all), std::get<own + 1>(all), std::get<own + 2>(all));
  } else if constexpr (given == own) {
    Gradients<F> grad{};
    Hessian<F> result{};
    Workspace workspace;
    detail::hessian_of<F>(first, grad, result, workspace);
    return result;
  }
}

}  // namespace nn

#endif  // NN_JACOBIAN_H
