// The command line of the training program: see options.h.
#include "options.h"

#include <charconv>
#include <string_view>

namespace digits {

namespace {

bool read_number(std::string_view text, int low, int high, int& to) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < low || value > high) return false;
  to = value;
  return true;
}

bool read_option(std::string_view name, std::string_view value, Options& options) {
  if (name == "--data")
    options.data = value;
  else if (name == "--out")
    options.out = value;
  else if (name == "--optimizer")
    options.optimizer = value;
  else if (name == "--device")
    options.device = value;
  else if (name == "--epochs")
    return read_number(value, 1, 100'000, options.epochs);
  else if (name == "--batch")
    return read_number(value, 1, 1'000'000, options.batch);
  else if (name == "--threads")
    return read_number(value, 0, 1024, options.threads);
  else if (name == "--seed")
    return read_number(value, 0, 1'000'000'000, options.seed);
  else
    return false;
  return !value.empty();
}

}  // namespace

std::optional<Options> read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !read_option(argv[i], argv[i + 1], options)) return std::nullopt;
  }
  if (options.optimizer != "adam" && options.optimizer != "sgd") return std::nullopt;
  if (options.device != "cpu" && options.device != "cuda") return std::nullopt;
  return options;
}

}  // namespace digits
