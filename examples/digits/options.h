// The command line of the training program.
#ifndef DIGITS_OPTIONS_H
#define DIGITS_OPTIONS_H

#include <optional>
#include <string>

namespace digits {

struct Options {
  std::string data;       ///< folder with MNIST's four IDX files; empty: draw a set
  std::string out = ".";  ///< folder for the drawn set, the weights and the curve
  std::string optimizer = "adam";
  std::string device = "cpu";  ///< where it trains: "cpu" or "cuda"
  int epochs = 10;
  int batch = 64;
  int threads = 0;  ///< 0: as many as the hardware runs
  int seed = 1;
};

inline constexpr const char* usage =
    "usage: digits [--data FOLDER] [--out FOLDER] [--optimizer adam|sgd] [--device cpu|cuda] [--epochs N]\n"
    "              [--batch N] [--threads N] [--seed N]\n"
    "Trains on the IDX files in FOLDER (train-images-idx3-ubyte and so on, as MNIST has them); without "
    "--data\n"
    "on a set that it draws itself.\n";

/// Nothing if the command line is wrong.
std::optional<Options> read_options(int argc, char** argv);

}  // namespace digits

#endif  // DIGITS_OPTIONS_H
