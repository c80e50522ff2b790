// A progress bar with loss and images per second: redrawn in place on a terminal, one line an epoch
// elsewhere.
#ifndef NN_TRAIN_PROGRESS_H
#define NN_TRAIN_PROGRESS_H

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

namespace nn::train {

struct ProgressOptions {
  std::FILE* out = stdout;
  std::optional<bool> terminal = {};  ///< whether `out` can redraw a line; found out unless given
  int width = 24;                     ///< of the bar, in characters
};

/// 1234567 as "1,234,567".
std::string with_commas(std::int64_t number);

/// Shows how far an epoch is.
///
///   bar.begin("epoch 1/10", images_per_epoch);
///   …  bar.advance(batch_size, loss);            // as often as you like: redrawn at most 20 times a second
///   bar.end("validation 97.1 %");                // the finished line, with the time it took
class Progress {
 public:
  explicit Progress(ProgressOptions options = {});

  void begin(std::string title, std::int64_t images);
  /// Counts `images` more, whose mean loss was `loss`.
  void advance(std::int64_t images, double loss);
  void end(const std::string& remark = {});

  /// Mean loss of the images since begin().
  double mean_loss() const { return done_ > 0 ? loss_sum_ / static_cast<double>(done_) : 0; }
  double images_per_second() const;

 private:
  double seconds() const;
  std::string line(const std::string& remark, bool finished) const;

  ProgressOptions options_;
  std::string title_;
  std::int64_t total_ = 0, done_ = 0;
  double loss_sum_ = 0;
  double start_ = 0, drawn_ = 0;  // seconds of a steady clock
};

}  // namespace nn::train

#endif  // NN_TRAIN_PROGRESS_H
