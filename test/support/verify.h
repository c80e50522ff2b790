// Checks a generated derivative against plain evaluation and central differences, whatever the function's
// arguments are: tensors and numbers, of which the floating-point ones are all differentiated (NN_DIFF()).
#ifndef NN_TEST_VERIFY_H
#define NN_TEST_VERIFY_H

#include <nn/derivative.h>
#include <nn/nn.h>

#include <cstring>
#include <tuple>

#include "gradcheck.h"

namespace verify_detail {

template <class X>
inline constexpr bool is_active = std::is_floating_point_v<X>;
template <class T, nn::Dim... D>
inline constexpr bool is_active<nn::Tensor<T, D...>> = std::is_floating_point_v<T>;

template <class X>
auto* elements(X& x) {
  if constexpr (std::is_arithmetic_v<std::remove_const_t<X>>)
    return &x;
  else
    return x.data();
}
template <class X>
std::int64_t count(const X& x) {
  if constexpr (std::is_arithmetic_v<X>)
    return 1;
  else
    return x.size();
}

/// A value of the shape of `x` with elements of type T.
template <class T, class X>
struct With {
  using type = T;
  static T like(const X&) { return T(); }
};
template <class T, class U, nn::Dim... D>
struct With<T, nn::Tensor<U, D...>> {
  using type = nn::Tensor<T, D...>;
  static type like(const nn::Tensor<U, D...>& x) {
    return type(x.extents(), nn::detail::Storage<T>::zeros(x.size()));
  }
};
template <class T, class X>
auto converted(const X& x) {
  auto result = With<T, X>::like(x);
  for (std::int64_t i = 0; i < count(x); ++i) elements(result)[i] = static_cast<T>(elements(x)[i]);
  return result;
}
/// A floating-point argument with elements of type T; others as they are.
template <class T, class X>
auto argument_as(const X& x) {
  if constexpr (is_active<X>)
    return converted<T>(x);
  else
    return x;
}

template <class X>
bool same_bits(const X& a, const X& b) {
  const std::int64_t n = count(a);
  return n == count(b) && (n == 0 || std::memcmp(elements(a), elements(b), sizeof(*elements(a)) * n) == 0);
}

/// The members of a Gradients struct as references.
template <std::size_t n, class G>
auto members(G& g) {
  if constexpr (n == 1) {
    auto& [a] = g;
    return std::tie(a);
  } else if constexpr (n == 2) {
    auto& [a, b] = g;
    return std::tie(a, b);
  } else if constexpr (n == 3) {
    auto& [a, b, c] = g;
    return std::tie(a, b, c);
  } else {
    static_assert(n == 4, "verify takes functions of up to four floating-point arguments");
    auto& [a, b, c, d] = g;
    return std::tie(a, b, c, d);
  }
}

/// References to the floating-point ones of some arguments.
template <class... X>
auto active(X&... x) {
  const auto one = [](auto& argument) {
    if constexpr (is_active<std::remove_cvref_t<decltype(argument)>>)
      return std::tie(argument);
    else
      return std::tuple<>();
  };
  return std::tuple_cat(one(x)...);
}

template <class A, class B>
void values_near(const A& actual, const B& expected, double tolerance, const char* what) {
  if (!check(count(actual) == count(expected), "(sizes differ)")) return;
  for (std::int64_t i = 0; i < count(actual); ++i) {
    const double a = static_cast<double>(elements(actual)[i]), b = static_cast<double>(elements(expected)[i]);
    if (!check((a != a && b != b) || is_near(a, b, tolerance), what))
      std::fprintf(stderr, "  element %ld: got %.17g, expected %.17g\n", static_cast<long>(i), a, b);
  }
}

/// Applies `visit(actual, expected)` to two tuples of the same length.
template <class A, class B, class Visit, std::size_t... I>
void pairs(const A& a, const B& b, Visit visit, std::index_sequence<I...>) {
  (visit(std::get<I>(a), std::get<I>(b)), ...);
}
template <class... A, class... B, class Visit>
void pairs(const std::tuple<A...>& a, const std::tuple<B...>& b, Visit visit) {
  pairs(a, b, visit, std::index_sequence_for<A...>());
}

/// A call of the vjp of F, and of value_and_grad where the result is a number: the convenient form, then
/// twice with buffers that hold rubbish. All must agree to the bit and leave the arguments alone.
template <auto F, class... X>
auto derivative(const std::type_identity_t<typename nn::detail::Signature<decltype(F)>::result>& upstream,
                X&... x) {
  constexpr std::size_t n = (0 + ... + is_active<X>);
  const auto before = std::make_tuple(X(x)...);
  auto result = nn::vjp<F>(std::as_const(x)..., upstream);
  nn::Gradients<F> grad = result.grad;
  nn::Outputs<F> out;
  nn::Workspace ws(2);
  for (int call = 0; call < 2; ++call) {
    pairs(members<n>(grad), members<n>(result.grad), [](auto& g, auto&) {
      for (std::int64_t i = 0; i < count(g); ++i) elements(g)[i] = 123;
    });
    nn::vjp<F>(std::as_const(x)..., upstream, out, grad, ws);
    check(same_bits(out.value, result.value), "(the value of a second call)");
    pairs(members<n>(grad), members<n>(result.grad),
          [](auto& g, auto& r) { check(same_bits(g, r), "(a gradient of a second call)"); });
  }
  pairs(std::tie(x...), before,
        [](auto& now, auto& then) { check(same_bits(now, then), "(an argument changed)"); });
  return result;
}

}  // namespace verify_detail

/// Checks the value of F's derivative against F itself, and its gradients, with a random upstream gradient,
/// against central differences, at `x`.
template <auto F, class... X>
void verify(double tolerance, X... x) {
  using namespace verify_detail;
  constexpr std::size_t n = (0 + ... + is_active<X>);
  using Result = typename nn::detail::Signature<decltype(F)>::result;
  const Result value = F(std::as_const(x)...);
  Result upstream = With<double, Result>::like(value);
  for (std::int64_t i = 0; i < count(upstream); ++i)
    elements(upstream)[i] = 0.5 + 0.25 * static_cast<double>(i % 7);
  auto result = derivative<F>(upstream, x...);
  values_near(result.value, value, 1e-11, "(value)");
  const auto objective = [&] {
    const Result y = F(std::as_const(x)...);
    double sum = 0;
    for (std::int64_t i = 0; i < count(y); ++i) sum += elements(std::as_const(upstream))[i] * elements(y)[i];
    return sum;
  };
  const auto compare = [&](auto& argument, auto& gradient) {
    gradient_near(objective, elements(argument), elements(gradient), count(argument), tolerance);
  };
  pairs(active(x...), members<n>(result.grad), compare);
  if constexpr (std::is_arithmetic_v<Result>) {
    auto whole = nn::value_and_grad<F>(std::as_const(x)...);
    values_near(whole.value, value, 1e-11, "(value of value_and_grad)");
    pairs(members<n>(whole.grad), members<n>(result.grad), [&](auto& a, auto& b) {
      for (std::int64_t i = 0; i < count(a); ++i)
        near(elements(a)[i] * upstream, elements(b)[i], 1e-11);  // vjp is linear in upstream
    });
  }
}

/// Checks F, in float, against the same function D in double, both generated, at `x` in double.
template <auto F, auto D, class... X>
void verify_float(double tolerance, X... x) {
  using namespace verify_detail;
  constexpr std::size_t n = (0 + ... + is_active<X>);
  const auto upstream = [](auto value) {
    for (std::int64_t i = 0; i < count(value); ++i)
      elements(value)[i] = static_cast<float>(0.5 + 0.25 * (i % 7));
    return value;
  };
  auto expected = derivative<D>(upstream(D(std::as_const(x)...)), x...);
  const auto call = [&](auto... narrow) {
    return derivative<F>(upstream(F(std::as_const(narrow)...)), narrow...);
  };
  auto actual = call(argument_as<float>(x)...);
  values_near(actual.value, expected.value, tolerance, "(value in float)");
  pairs(members<n>(actual.grad), members<n>(expected.grad),
        [&](auto& a, auto& b) { values_near(a, b, tolerance, "(gradient in float)"); });
}

/// A tensor with random elements from low to high.
template <class Tensor>
Tensor random_tensor(Tensor tensor, Random& random, double low = -1, double high = 1) {
  random.fill(tensor, low, high);
  return tensor;
}

#endif
