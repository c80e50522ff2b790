// The progress bar: see include/nn/train/progress.h.
#include "nn/train/progress.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace nn::train {

namespace {

constexpr double seconds_between_redraws = 0.05;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class... Values>
std::string print(const char* format, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

/// `fraction` of `width` characters as blocks, to an eighth of a character.
std::string blocks(double fraction, int width) {
  static constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const int filled = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width * 8);
  std::string bar;
  for (int i = 0; i < filled / 8; ++i) bar += "█";
  bar += eighths[filled % 8];
  const int drawn = filled / 8 + (filled % 8 != 0 ? 1 : 0);
  return bar.append(static_cast<std::size_t>(width - drawn), ' ');
}

std::string minutes(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  return print("%lld:%02lld", whole / 60, whole % 60);
}

}  // namespace

std::string with_commas(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::ptrdiff_t first = number < 0 ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

Progress::Progress(ProgressOptions options) : options_(options) {
  if (!options_.terminal) options_.terminal = ::isatty(::fileno(options_.out)) == 1;
}

void Progress::begin(std::string title, std::int64_t images) {
  title_ = std::move(title);
  total_ = images;
  done_ = 0;
  loss_sum_ = 0;
  start_ = drawn_ = now();
}

void Progress::advance(std::int64_t images, double loss) {
  done_ += images;
  loss_sum_ += loss * static_cast<double>(images);
  if (!*options_.terminal) return;
  if (now() - drawn_ < seconds_between_redraws) return;
  drawn_ = now();
  std::fputs(("\r\033[K" + line({}, false)).c_str(), options_.out);
  std::fflush(options_.out);
}

void Progress::end(const std::string& remark) {
  std::fputs(((*options_.terminal ? "\r\033[K" : "") + line(remark, true) + "\n").c_str(), options_.out);
  std::fflush(options_.out);
}

double Progress::seconds() const {
  return now() - start_;
}

double Progress::images_per_second() const {
  const double time = seconds();
  return time > 0 ? static_cast<double>(done_) / time : 0;
}

std::string Progress::line(const std::string& remark, bool finished) const {
  const double fraction = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1;
  std::string text = title_;
  if (*options_.terminal) text += " │" + blocks(fraction, options_.width) + "│";
  text += print(" %3.0f %%  loss %.4f  ", 100 * fraction, mean_loss()) +
          with_commas(static_cast<std::int64_t>(images_per_second())) + " images/s";
  if (finished) {
    text += print("  %.1f s", seconds());
  } else if (done_ > 0 && fraction < 1) {
    text += "  " + minutes(seconds() * (1 - fraction) / fraction) + " left";
  }
  return remark.empty() ? text : text + "  " + remark;
}

}  // namespace nn::train
