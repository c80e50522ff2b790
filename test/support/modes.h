// Checks the derivatives in a direction of any annotated function that has them, with the arguments of
// verify (language.h).
#ifndef TEST_SUPPORT_MODES_H
#define TEST_SUPPORT_MODES_H
#include "language.h"

// What belongs to the arguments that are differentiated, as nn::Gradients has it, and the memory behind it.
template <auto f, class... Args>
struct Members {
  using All = std::tuple<Args...>;
  nn::Gradients<f> members;
  Lent memory[sizeof...(Args) + 1];

  // Calls visit(member, argument, memory) for each.
  void each(All& arguments, auto visit) {
    const auto ties = nn::train::tie_members(members);
    const auto floating = [&]<std::size_t... I>(std::index_sequence<I...>) {
      return std::tuple_cat([&] {
        if constexpr (is_differentiable<Args>())
          return std::tie(std::get<I>(arguments));
        else
          return std::tuple<>();
      }()...);
    }(std::index_sequence_for<Args...>());
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(std::get<I>(ties), std::get<I>(floating), memory[I]), ...);
    }(std::make_index_sequence<std::tuple_size_v<decltype(floating)>>());
  }

  void lend_all(All& arguments) {
    each(arguments, [](auto& member, auto& x, auto& memory) { lend(member, x, memory); });
  }

  // Sets the numbers, in order, to those of `values`.
  void fill(All& arguments, const std::vector<double>& values) {
    std::size_t next = 0;
    each(arguments, [&](auto& member, auto& x, auto& memory) {
      lend(member, x, memory);
      const auto set = [&](auto& number) {
        number = static_cast<std::remove_reference_t<decltype(number)>>(values.at(next++));
      };
      if constexpr (requires { member = x; }) member = x;
      if constexpr (std::is_pointer_v<std::remove_reference_t<decltype(member)>>)
        each_number(memory.v, set);
      else
        each_number(member, set);
    });
  }

  std::vector<double> numbers(All& arguments) {
    std::vector<double> out;
    each(arguments, [&](auto& member, auto&, auto& memory) { collect(member, memory, out); });
    return out;
  }
};

inline double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) sum += a[i] * b[i];
  return sum;
}

template <auto f, class... Args>
std::vector<double> hessian_product(const std::tuple<Args...>& given, const std::vector<double>& v) {
  std::tuple<Args...> arguments = given;
  Members<f, Args...> direction, grad, out;
  direction.fill(arguments, v);
  grad.lend_all(arguments);
  out.lend_all(arguments);
  nn::Workspace ws;
  std::apply([&](auto&... a) { nn::hvp<f>(pass(a)..., direction.members, grad.members, out.members, ws); },
             arguments);
  return out.numbers(arguments);
}

template <auto f, class... Args>
std::vector<double> gradient_at(const std::tuple<Args...>& given) {
  std::tuple<Args...> arguments = given;
  Members<f, Args...> grad;
  grad.lend_all(arguments);
  nn::Workspace ws;
  std::apply([&](auto&... a) { nn::value_and_grad<f>(pass(a)..., grad.members, ws); }, arguments);
  return grad.numbers(arguments);
}

/// Checks that the derivative in a direction is the gradient's product with it, that of the gradient its
/// slope, and that the Hessian is symmetric. `slopes`: the gradient by differences.
template <auto f, class... Args>
void verify_modes(const char* file, int line, const std::vector<double>& slopes, const Args&... given) {
  const std::tuple<Args...> at(given...);
  Random random(static_cast<std::uint64_t>(line));
  std::vector<double> v(slopes.size()), w(slopes.size());
  random.fill(v);
  random.fill(w);

  std::tuple<Args...> arguments = at;
  Members<f, Args...> direction;
  direction.fill(arguments, v);
  nn::Outputs<f> value, tangent;
  nn::Workspace ws;
  std::apply([&](auto&... a) { nn::jvp<f>(pass(a)..., direction.members, value, tangent, ws); }, arguments);
  std::tuple<Args...> plain = at;
  near(value.value, std::apply([](auto&... a) { return f(pass(a)...); }, plain), 1e-12, file, line);
  near(tangent.value, product(slopes, v), 1e-6, file, line);
  near(tangent.value, product(gradient_at<f>(at), v), 1e-10, file, line);

  const std::vector<double> hv = hessian_product<f>(at, v);
  near(product(hv, w), product(hessian_product<f>(at, w), v), 1e-9, file, line);
  double along = 0;
  const auto moved = [&] {
    std::tuple<Args...> there = at;
    std::size_t next = 0;
    const auto move = [&](auto& x) {
      x = static_cast<std::remove_reference_t<decltype(x)>>(static_cast<double>(x) + along * v[next++]);
    };
    std::apply([&](auto&... a) { (each_number(a, move), ...); }, there);
    return product(gradient_at<f>(there), w);
  };
  near(product(hv, w), numeric_slope(moved, along).value, 1e-6, file, line);
}

#endif
