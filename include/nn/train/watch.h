// Warnings while training: a loss or gradient that is NaN or infinite, and gradients that are zero
// everywhere.
#ifndef NN_TRAIN_WATCH_H
#define NN_TRAIN_WATCH_H

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "nn/to.h"
#include "nn/train/reflect.h"

namespace nn::train {

/// What a look over an array found.
struct Scan {
  std::int64_t first_bad = -1;  ///< index of the first NaN or infinity, or -1
  bool all_zero = true;
};
/// Looks over `count` numbers, T = float or double (runtime/train/watch.cpp).
template <class T>
Scan scan(const T* values, std::int64_t count);

/// What is wrong with a loss and its gradient, naming the parameter where it shows first; empty if nothing
/// is.
template <class A>
std::string find_trouble(double loss, const A& gradient) {
  std::string bad, zero;
  bool any = false, all_zero = true;
  for_each_named_tensor(gradient, [&](const Path& path, const auto& g) {
    using P = std::remove_cvref_t<decltype(g)>;
    if constexpr (is_learnt<P>) {
      std::optional<P> copy;  // of what is on a device
      if (!device_of(g).is_host()) copy = to(Device(), g);
      const auto values = elements(copy ? std::as_const(*copy) : g);
      if (values.empty()) return;
      const Scan found = scan(values.data(), std::ssize(values));
      any = true;
      all_zero = all_zero && found.all_zero;
      if (found.all_zero && zero.empty()) zero = path.text();
      if (found.first_bad >= 0 && bad.empty()) {
        bad = "the gradient of " + path.text() + " has " +
              std::to_string(values[static_cast<std::size_t>(found.first_bad)]) + " at element " +
              std::to_string(found.first_bad);
      }
    }
  });
  if (!std::isfinite(loss))
    return "the loss is " + std::to_string(loss) + (bad.empty() ? "" : ", and " + bad);
  if (!bad.empty()) return bad;
  if (any && all_zero) return "all gradients are zero: nothing is learnt";
  if (!zero.empty()) return "the gradient of " + zero + " is zero everywhere: it is not learnt";
  return {};
}

struct WatchOptions {
  std::int64_t every = 16;  ///< look at the gradient in every so many steps; the loss is looked at in all
};

/// Looks at each step and speaks up the first time that something is wrong.
class Watch {
 public:
  explicit Watch(WatchOptions options = {}) : options_(options) {}

  /// Empty, or a warning to show: "step 17: the loss is nan, and the gradient of w1 has nan at element 0".
  /// Warns once.
  template <class A>
  std::string look(double loss, const A& gradient) {
    ++step_;
    if (warned_) return {};
    if (std::isfinite(loss) && (step_ - 1) % options_.every != 0) return {};
    const std::string trouble = find_trouble(loss, gradient);
    if (trouble.empty()) return {};
    warned_ = true;
    return "step " + std::to_string(step_) + ": " + trouble;
  }

 private:
  WatchOptions options_;
  std::int64_t step_ = 0;
  bool warned_ = false;
};

}  // namespace nn::train

#endif  // NN_TRAIN_WATCH_H
