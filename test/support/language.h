// Checks a derivative of any annotated function against differences of the function itself.
//
// verify<&f>(arguments...) calls f as plain C++ and as compiled. An argument is what f takes, except that
// Pointer holds the memory behind a `double*` or `const double*`, and Array that behind a `double (&)[n]`.
#ifndef TEST_SUPPORT_LANGUAGE_H
#define TEST_SUPPORT_LANGUAGE_H
#include <nn/train/members.h>
#include <nn/workspace.h>

#include <cstring>
#include <memory>
#include <span>
#include <tuple>
#include <vector>

#include "gradcheck.h"

#ifdef NN_TEST_ON_DEVICE_H
#include "sent.h"
#endif

struct Pointer {
  std::vector<double> v;
  Pointer(std::initializer_list<double> values) : v(values) {}
  double* pass() { return v.data(); }
};

template <std::size_t n>
struct Array {
  double v[n];
  using Passed = double (&)[n];
  Passed pass() { return v; }
};

struct Span {
  std::vector<double> v;
  Span(std::initializer_list<double> values) : v(values) {}
  std::span<double> pass() { return v; }
};

// What is behind a pointer to structs, or in a span of them.
template <class T>
struct PointerTo {
  std::vector<T> v;
  using Passed = T*;
  Passed pass() { return v.data(); }
};
template <class T>
struct SpanOf {
  std::vector<T> v;
  std::span<T> pass() { return v; }
};

template <class T>
decltype(auto) pass(T& x) {
  if constexpr (requires { x.pass(); })
    return x.pass();
  else
    return (x);
}

// Calls visit(double&) for every number in x, in order of declaration; integers are left out.
template <class T, class Visit>
void each_number(T& x, const Visit& visit) {
  if constexpr (std::is_floating_point_v<T>) {
    visit(x);
  } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
  } else if constexpr (std::is_array_v<T> || requires { x.begin(); }) {
    for (auto& item : x) each_number(item, visit);
  } else if constexpr (requires {
                         x.v;
                         x.pass();
                       }) {
    each_number(x.v, visit);
  } else {
    std::apply([&](auto&... member) { (each_number(member, visit), ...); }, nn::train::tie_members(x));
  }
}

template <class T>
std::vector<double> numbers(T& x) {
  std::vector<double> out;
  each_number(x, [&](const auto& number) { out.push_back(static_cast<double>(number)); });
  return out;
}

template <class T>
std::vector<double> all_numbers(T& arguments) {
  std::vector<double> out;
  std::apply(
      [&](auto&... a) {
        (each_number(a, [&](const auto& x) { out.push_back(static_cast<double>(x)); }), ...);
      },
      arguments);
  return out;
}

#ifdef NN_TEST_ON_DEVICE_H
using on_device::Lent, on_device::Sent;
inline nn::Workspace workspace() {
  return nn::Workspace{nn::cuda()};
}
#else
// Memory of the caller's for gradients.
struct Lent {
  std::vector<double> v;
  std::shared_ptr<void> structs = {};  // what a span of structs refers to
  double* lend() { return v.data(); }
  void take_back() {}
};
// An argument where the call wants it.
template <class T>
struct Sent {
  T& x;
  decltype(auto) pass() { return ::pass(x); }
  void take_back() {}
};
inline nn::Workspace workspace() {
  return nn::Workspace{};
}
#endif

// What is added to begins with 0.25.
constexpr double before = 0.25;

template <class T>
inline constexpr bool is_span = false;
template <class T>
inline constexpr bool is_span<std::span<T>> = true;

// Prepares a member of nn::Gradients for argument x, and returns what it holds after the call.
template <class Member, class T>
void lend(Member& member, const T& x, Lent& memory) {
  if constexpr (std::is_pointer_v<Member> || std::is_same_v<Member, std::span<double>>) {
    T copy = x;
    memory.v.assign(numbers(copy).size(), before);
    if constexpr (std::is_pointer_v<Member>)
      member = reinterpret_cast<Member>(memory.lend());
    else
      member = Member(memory.lend(), x.v.size());
  } else if constexpr (is_span<Member>) {
    const auto own = std::make_shared<std::vector<typename Member::value_type>>(x.v.size());
    member = *own;
    memory.structs = own;
  }
}
template <class Member>
void collect(Member& member, Lent& memory, std::vector<double>& out) {
  if constexpr (std::is_pointer_v<Member>) {
    memory.take_back();
    for (double x : memory.v) out.push_back(x - before);
  } else if constexpr (std::is_same_v<Member, std::span<double>>) {
    memory.take_back();
    out.insert(out.end(), memory.v.begin(), memory.v.end());
  } else {
    each_number(member, [&](const auto& x) { out.push_back(static_cast<double>(x)); });
  }
}

template <class T>
constexpr bool is_differentiable() {
  if constexpr (std::is_arithmetic_v<T>)
    return std::is_floating_point_v<T>;
  else
    return true;
}

template <auto f, class Gradients, class... Args>
std::vector<double> gradient_of(Gradients& grad, nn::Workspace& ws, double& value,
                                std::tuple<Args...>& arguments) {
  Lent memory[sizeof...(Args) + 1];
  std::vector<double> out;
  const auto members = nn::train::tie_members(grad);
  const auto floating = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::tuple_cat([&] {
      if constexpr (is_differentiable<Args>())
        return std::tie(std::get<I>(arguments));
      else
        return std::tuple<>();
    }()...);
  }(std::index_sequence_for<Args...>());
  constexpr auto count = std::tuple_size_v<decltype(floating)>;
  static_assert(count == std::tuple_size_v<decltype(members)>);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (lend(std::get<I>(members), std::get<I>(floating), memory[I]), ...);
  }(std::make_index_sequence<count>());
  std::apply(
      [&](auto&... a) {
        std::tuple<Sent<Args>...> sent{Sent<Args>{a}...};
        std::apply([&](auto&... s) { value = nn::value_and_grad<f>(s.pass()..., grad, ws); }, sent);
        std::apply([](auto&... s) { (s.take_back(), ...); }, sent);
      },
      arguments);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (collect(std::get<I>(members), memory[I], out), ...);
  }(std::make_index_sequence<count>());
  return out;
}

/// In modes.h, where functions have derivatives in a direction.
template <auto f, class... Args>
void verify_modes(const char* file, int line, const std::vector<double>& slopes, const Args&... given);

/// Checks value, gradient and what is left in the arguments, twice in a row.
template <auto f, class... Args>
void verify_at(const char* file, int line, double tolerance, const Args&... given) {
  using All = std::tuple<Args...>;
  const auto plain = [&](All arguments, std::vector<double>* left) {
    const double value = std::apply([](auto&... a) { return static_cast<double>(f(pass(a)...)); }, arguments);
    if (left) *left = all_numbers(arguments);
    return value;
  };
  All at(given...);
  std::vector<double> left, slopes;
  const double expected = plain(at, &left);
  std::apply(
      [&](auto&... a) {
        (each_number(a,
                     [&](auto& x) {
                       double probe = static_cast<double>(x);
                       const auto kept = x;
                       slopes.push_back(numeric_slope(
                                            [&] {
                                              x = static_cast<std::remove_reference_t<decltype(x)>>(probe);
                                              return plain(at, nullptr);
                                            },
                                            probe)
                                            .value);
                       x = kept;
                     }),
         ...);
      },
      at);
  nn::Gradients<f> grad;
  nn::Workspace ws = workspace();
  for (int call = 0; call < 2; ++call) {
    All arguments(given...);
    double value = 0;
    const std::vector<double> gradient = gradient_of<f>(grad, ws, value, arguments);
    near(value, expected, tolerance, file, line);
    all_near(gradient, slopes, 1e-7 + 100 * tolerance, file, line);
    all_near(all_numbers(arguments), left, tolerance, file, line);
  }
  if constexpr (requires { &nn::Derivative<f>::hvp; }) verify_modes<f>(file, line, slopes, given...);
}

#ifdef NN_TEST_ON_DEVICE_H
// Says which functions there is no device code for, and why.
#define verify(f, ...) \
  on_device::unless_left_out(#f, [&] { verify_at<&f>(__FILE__, __LINE__, 1e-12, __VA_ARGS__); })
#else
#define verify(f, ...) verify_at<&f>(__FILE__, __LINE__, 1e-12, __VA_ARGS__)
#endif

#endif
