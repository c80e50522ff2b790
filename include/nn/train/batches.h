// Mini-batches: rows of examples and labels, shuffled anew each epoch and gathered into buffers that are
// reused.
#ifndef NN_TRAIN_BATCHES_H
#define NN_TRAIN_BATCHES_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nn/random.h"
#include "nn/view.h"

namespace nn::train {

/// Examples and their labels, one row each.
template <class X, class Y>
struct Examples {
  X x;
  Y label;

  std::int64_t count() const { return x.extent(0); }
};

/// A permutation of 0 … n-1 written into `order`: a function of (seed, stream) alone (Fisher and Yates).
inline void shuffle(std::span<std::int64_t> order, std::uint64_t seed, std::uint64_t stream) {
  const Philox source{seed, stream};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[source.below(static_cast<std::uint32_t>(i), i)]);
  }
}

/// Copies the rows of `from` that `rows` lists to the rows of `to`, in that order.
template <class T>
void gather(const T& from, std::span<const std::int64_t> rows, T& to) {
  const std::int64_t count = from.extent(0);
  const std::size_t row = count > 0 ? static_cast<std::size_t>(from.size() / count) : 0;
  if (row == 0) return;
  const auto* source = from.data();
  auto* target = to.data();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(target + i * row, source + static_cast<std::size_t>(rows[i]) * row, row * sizeof(*target));
  }
}

namespace batches_detail {
/// Tensors of rows have one run-time size, and it is that of their first axis.
template <class T>
inline constexpr bool has_rows = T::name_count == 1 && T::dims[0].is_name();

template <class X, class Y>
void check_rows(const X& x, const Y& label) {
  static_assert(has_rows<X> && has_rows<Y>, "examples have one named size, that of their first axis");
  if (x.extent(0) != label.extent(0)) {
    throw Error("examples: " + std::to_string(x.extent(0)) + " rows, but " + std::to_string(label.extent(0)) +
                " labels");
  }
  if (x.extent(0) > 0xFFFFFFFF) throw Error("examples: more than 4294967295 rows");
}
}  // namespace batches_detail

/// What becomes of the rows that are left when the batch size does not divide the number of examples.
enum class LastBatch { keep, drop };

struct BatchOptions {
  std::int64_t size = 64;
  std::uint64_t seed = 0;
  LastBatch last = LastBatch::keep;
  bool shuffled = true;
};

/// Cuts examples into mini-batches.
///
///   nn::train::Batches batches(examples, {.size = 64, .seed = 1});
///   for (int epoch = 0; epoch < 10; ++epoch)
///     for (const auto& [x, label] : batches.epoch(epoch)) …
///
/// The tensors of a batch are valid until the next one is made. All memory is allocated by the constructor.
template <class X, class Y>
class Batches {
 public:
  /// One batch, of the same types as the examples.
  struct Batch {
    const X& x;
    const Y& label;
  };

  /// Throws nn::Error if examples and labels differ in number or the batch size is not positive.
  explicit Batches(Examples<X, Y> examples, BatchOptions options = {})
      : examples_(std::move(examples)), options_(options) {
    batches_detail::check_rows(examples_.x, examples_.label);
    if (options_.size < 1) throw Error("batches: a batch size of " + std::to_string(options_.size));
    const std::int64_t count = examples_.count();
    order_.resize(static_cast<std::size_t>(count));
    if (count >= options_.size) full_ = {X(options_.size), Y(options_.size)};
    const std::int64_t rest = options_.last == LastBatch::keep ? count % options_.size : 0;
    if (rest > 0) last_ = {X(rest), Y(rest)};
    batches_ = count / options_.size + (rest > 0 ? 1 : 0);
  }

  /// Batches in an epoch.
  std::int64_t count() const { return batches_; }
  /// Examples seen in an epoch.
  std::int64_t examples_per_epoch() const {
    return options_.last == LastBatch::keep ? examples_.count() : batches_ * options_.size;
  }

  class Iterator {
   public:
    Batch operator*() const { return all_->make(index_); }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    friend Batches;
    Iterator(Batches* all, std::int64_t index) : all_(all), index_(index) {}
    Batches* all_;
    std::int64_t index_;
  };
  struct Epoch {
    Iterator first, last;
    Iterator begin() const { return first; }
    Iterator end() const { return last; }
  };

  /// The batches of epoch `number`, whose order depends on the seed and that number only. Ends the epoch
  /// before it.
  Epoch epoch(std::uint64_t number) {
    if (options_.shuffled) {
      shuffle(order_, options_.seed, number);
    } else {
      for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::int64_t>(i);
    }
    return {Iterator(this, 0), Iterator(this, batches_)};
  }

 private:
  Batch make(std::int64_t index) {
    const std::int64_t begin = index * options_.size;
    const bool short_one = begin + options_.size > examples_.count();
    Examples<X, Y>& buffer = short_one ? last_ : full_;
    const auto rows = std::span<const std::int64_t>(order_).subspan(static_cast<std::size_t>(begin),
                                                                    static_cast<std::size_t>(buffer.count()));
    gather(examples_.x, rows, buffer.x);
    gather(examples_.label, rows, buffer.label);
    return {buffer.x, buffer.label};
  }

  Examples<X, Y> examples_;
  BatchOptions options_;
  Examples<X, Y> full_, last_;
  std::vector<std::int64_t> order_;
  std::int64_t batches_ = 0;
};

template <class X, class Y>
struct Split {
  Examples<X, Y> rest, held_out;
};

/// Holds out a fraction (0 to 1, rounded to whole rows) of the examples, chosen at random by the seed, for
/// validation.
template <class X, class Y>
Split<X, Y> hold_out(const Examples<X, Y>& examples, double fraction, std::uint64_t seed) {
  batches_detail::check_rows(examples.x, examples.label);
  if (!(fraction >= 0 && fraction <= 1)) throw Error("hold_out: a fraction of " + std::to_string(fraction));
  const std::int64_t count = examples.count();
  const auto held = static_cast<std::int64_t>(fraction * static_cast<double>(count) + 0.5);
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  shuffle(order, seed, 0xFFFFFFFFFFFFFFFFu);  // a stream that no epoch uses
  const auto rows = std::span<const std::int64_t>(order);
  const auto take = [&](std::span<const std::int64_t> chosen) {
    const auto n = static_cast<std::int64_t>(chosen.size());
    Examples<X, Y> part{X(n), Y(n)};
    gather(examples.x, chosen, part.x);
    gather(examples.label, chosen, part.label);
    return part;
  };
  return {take(rows.subspan(static_cast<std::size_t>(held))),
          take(rows.first(static_cast<std::size_t>(held)))};
}

}  // namespace nn::train

#endif  // NN_TRAIN_BATCHES_H
