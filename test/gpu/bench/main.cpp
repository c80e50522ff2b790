// Benchmarks on a GPU: checks the results of each, times it, prints the tables and writes the steps' times to
// a file, for other programs to compare with.
#include <cstdio>
#include <exception>
#include <string_view>

#include "harness.h"

namespace {

void print_steps(const bench::Report& report) {
  std::printf("\n| training step | µs | its matrix products alone | ratio |\n|---|---:|---:|---:|\n");
  for (const bench::StepRow& row : report.steps)
    std::printf("| %s | %.1f | %.1f | %.2f |\n", row.name.c_str(), row.step, row.products,
                row.step / row.products);
}

void print_bandwidth(const bench::Report& report) {
  const auto speed = [](const bench::BandwidthRow& row) { return row.bytes / row.time / 1e3; };
  std::printf("\n| kernel | µs | GB/s | of the copy's |\n|---|---:|---:|---:|\n");
  for (const bench::BandwidthRow& row : report.kernels)
    std::printf("| %s | %.1f | %.0f | %.0f %% |\n", row.name.c_str(), row.time, speed(row),
                100 * speed(row) / speed(report.kernels.front()));
}

bool write_times(const bench::Report& report, const char* path) {
  std::FILE* file = std::fopen(path, "w");
  if (!file) return false;
  for (const bench::StepRow& row : report.steps) std::fprintf(file, "%s\t%.3f\n", row.name.c_str(), row.step);
  return std::fclose(file) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = argc == 3 && std::string_view(argv[1]) == "--tiny";
  if (argc != (tiny ? 3 : 2)) {
    std::fputs("usage: bench [--tiny] TIMES\n", stderr);
    return 2;
  }
  try {
    bench::Report report{.tiny = tiny, .steps = {}, .kernels = {}};
    bench::c1(report);
    bench::deep(report);
    bench::wide(report);
    bench::bandwidth(report);
    print_steps(report);
    print_bandwidth(report);
    if (write_times(report, argv[argc - 1])) return 0;
    std::fprintf(stderr, "bench: can't write %s\n", argv[argc - 1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
  }
  return 1;
}
