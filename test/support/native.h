// Calls functions natively on made-up inputs and compares with what run-lifted printed for their IR.
#ifndef TEST_SUPPORT_NATIVE_H
#define TEST_SUPPORT_NATIVE_H
#include <nn/nn.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "check.h"
#include "made_up.h"

namespace native {

template <class T>
void fill(T& x, made_up::Numbers& numbers) {
  if constexpr (std::is_same_v<T, bool>)
    x = numbers.integer() % 2 != 0;
  else if constexpr (std::is_floating_point_v<T>)
    x = static_cast<T>(numbers.real());
  else
    x = static_cast<T>(numbers.integer());
}
template <class T, std::size_t n>
void fill(T (&x)[n], made_up::Numbers& numbers) {
  for (T& e : x) fill(e, numbers);
}
template <class T, std::size_t n>
void fill(std::array<T, n>& x, made_up::Numbers& numbers) {
  for (T& e : x) fill(e, numbers);
}
template <class T>
void fill(std::vector<T>& x, made_up::Numbers& numbers) {
  for (T& e : x) fill(e, numbers);
}
template <class T, auto... dims>
void fill(nn::Tensor<T, dims...>& x, made_up::Numbers& numbers) {
  for (std::int64_t i = 0; i < x.size(); ++i) fill(x.data()[i], numbers);
}

/// What an argument is held in, and whether the function writes it.
template <class T>
struct Holder {
  std::remove_cvref_t<T> value{};
  explicit Holder(made_up::Numbers& numbers) { fill(value, numbers); }
  T get() { return static_cast<T>(value); }
  template <class Sink>
  void show(Sink sink) const {
    if constexpr (std::is_lvalue_reference_v<T> && !std::is_const_v<std::remove_reference_t<T>>)
      each(value, sink);
  }
  template <class U, class Sink>
  static void each(const U& x, Sink sink) {
    if constexpr (std::is_arithmetic_v<U>)
      sink(static_cast<double>(x));
    else
      for (const auto& e : x) each(e, sink);
  }
};
template <class T>
struct Holder<T*> {
  std::vector<std::remove_const_t<T>> value;
  explicit Holder(made_up::Numbers& numbers, std::int64_t count = made_up::unknown_size) : value(count) {
    fill(value, numbers);
  }
  T* get() { return value.data(); }
  template <class Sink>
  void show(Sink sink) const {
    if constexpr (!std::is_const_v<T>)
      for (const auto& e : value) sink(static_cast<double>(e));
  }
};
template <class T>
struct Holder<std::span<T>> : Holder<T*> {
  explicit Holder(made_up::Numbers& numbers) : Holder<T*>(numbers, made_up::named_size) {}
  std::span<T> get() { return {Holder<T*>::get(), static_cast<std::size_t>(made_up::named_size)}; }
};
template <class T>
struct Holder<const std::vector<T>&> {
  std::vector<T> value = std::vector<T>(made_up::named_size);
  explicit Holder(made_up::Numbers& numbers) { fill(value, numbers); }
  const std::vector<T>& get() { return value; }
  template <class Sink>
  void show(Sink) const {}
};
template <class T>
struct Holder<std::vector<T>> : Holder<const std::vector<T>&> {
  using Holder<const std::vector<T>&>::Holder;
};
template <class T>
struct Holder<std::vector<T>&> {
  std::vector<T> value = std::vector<T>(made_up::named_size);
  explicit Holder(made_up::Numbers& numbers) { fill(value, numbers); }
  std::vector<T>& get() { return value; }
  template <class Sink>
  void show(Sink sink) const {
    for (const T& e : value) sink(static_cast<double>(e));
  }
};

/// The lines of run-lifted, by function and round.
inline std::map<std::string, std::vector<double>> lifted(const char* path) {
  std::map<std::string, std::vector<double>> all;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name, round, word;
    words >> name >> round;
    while (words >> word) all[name + " " + round].push_back(std::stod(word));
  }
  return all;
}

class Comparison {
 public:
  explicit Comparison(const char* path) : lifted_(lifted(path)) {}

  template <class R, class... A>
  void operator()(const char* name, R (*f)(A...)) {
    for (int round = 0; round < made_up::rounds; ++round) {
      made_up::Numbers numbers(round);
      std::tuple<Holder<A>...> arguments{Holder<A>(numbers)...};
      std::vector<double> native;
      std::apply(
          [&](auto&... holder) {
            native.push_back(static_cast<double>(f(holder.get()...)));
            (holder.show([&](double x) { native.push_back(x); }), ...);
          },
          arguments);
      compare(std::string(name) + " " + std::to_string(round), native);
    }
  }

 private:
  void compare(const std::string& key, const std::vector<double>& native) {
    const std::vector<double>& ours = lifted_[key];
    bool same = ours.size() == native.size();
    for (std::size_t i = 0; same && i < native.size(); ++i)
      same = (std::isnan(native[i]) && std::isnan(ours[i])) || native[i] == ours[i] ||
             std::abs(native[i] - ours[i]) <= 1e-9 * (1 + std::abs(native[i]));
    if (!same) {
      std::printf("%s:\n  native", key.c_str());
      for (const double x : native) std::printf(" %.12g", x);
      std::printf("\n  lifted");
      for (const double x : ours) std::printf(" %.12g", x);
      std::printf("\n");
    }
    check(same);
  }
  std::map<std::string, std::vector<double>> lifted_;
};

}  // namespace native

#define COMPARE(f) comparison(#f, f)

#endif
