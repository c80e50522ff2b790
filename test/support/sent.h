// Arguments and memory for gradients on the device, for language.h.
#ifndef NN_TEST_SENT_H
#define NN_TEST_SENT_H

#include <nn/cuda.h>
#include <nn/error.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "check.h"

struct Pointer;
struct Span;
template <class T>
struct PointerTo;
template <class T>
decltype(auto) pass(T& x);
template <class T, class Visit>
void each_number(T& x, const Visit& visit);
template <class T>
std::vector<double> numbers(T& x);

namespace on_device {

/// Elements on the device that belong to a vector of the host's.
class Elements {
 public:
  double* send(const std::vector<double>& from) {
    nn::Tensor<double, nn::Dim{"N"}> here(static_cast<std::int64_t>(from.size()));
    std::copy(from.begin(), from.end(), here.begin());
    there_ = nn::to(nn::cuda(), here);
    return there_.device_data();
  }
  void fetch(std::vector<double>& to) const {
    const nn::Tensor<double, nn::Dim{"N"}> here = nn::to(nn::Device(), there_);
    std::copy(here.begin(), here.end(), to.begin());
  }

 private:
  nn::Tensor<double, nn::Dim{"N"}> there_;
};

/// Memory of the caller's for gradients.
struct Lent {
  std::vector<double> v;
  Elements there = {};
  std::shared_ptr<void> structs = {};
  double* lend() { return there.send(v); }
  void take_back() { there.fetch(v); }
};

template <class T>
inline constexpr bool is_pointer_to_structs = false;
template <class T>
inline constexpr bool is_pointer_to_structs<PointerTo<T>> = true;

/// An argument where the call wants it: what is behind pointers and spans is on the device.
template <class T>
struct Sent {
  static constexpr bool lends = std::is_same_v<T, Pointer> || std::is_same_v<T, Span>;
  T& x;
  Elements there = {};
  decltype(auto) pass() {
    if constexpr (std::is_same_v<T, Pointer>)
      return there.send(x.v);
    else if constexpr (is_pointer_to_structs<T>)
      return reinterpret_cast<typename T::Passed>(there.send(numbers(x)));
    else if constexpr (std::is_same_v<T, Span>)
      return std::span<double>(there.send(x.v), x.v.size());
    else
      return ::pass(x);
  }
  void take_back() {
    if constexpr (lends) there.fetch(x.v);
    if constexpr (is_pointer_to_structs<T>) {
      std::vector<double> all = numbers(x);
      there.fetch(all);
      std::size_t next = 0;
      each_number(x, [&](double& number) { number = all[next++]; });
    }
  }
};

/// Calls `verify`, or says why there is no device code for `name`, once.
template <class Verify>
void unless_left_out(const char* name, const Verify& verify) {
  static std::set<std::string> said;
  try {
    verify();
  } catch (const nn::Error& error) {
    const std::string what = error.what(), mark = "there is only code for the host: ";
    const std::size_t at = what.find(mark);
    if (at == std::string::npos) throw;
    if (said.insert(name).second)
      std::printf("left out: %s: %s\n", name, what.substr(at + mark.size()).c_str());
  }
}

}  // namespace on_device

#endif  // NN_TEST_SENT_H
