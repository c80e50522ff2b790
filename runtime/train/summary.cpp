// The table of a model's parameters: see include/nn/train/summary.h.
#include "nn/train/summary.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "nn/train/progress.h"

namespace nn::train {

namespace {

constexpr std::size_t columns = 3;
using Line = std::array<std::string, columns>;

/// Characters, not bytes: continuation bytes of UTF-8 take no room.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string shape_text(const std::vector<std::int64_t>& sizes) {
  if (sizes.empty()) return "number";
  std::string text;
  for (const std::int64_t size : sizes) {
    if (!text.empty()) text += " × ";
    text += std::to_string(size);
  }
  return text;
}

std::string bytes_text(std::int64_t bytes) {
  char text[32];
  if (bytes < 10'000) {
    std::snprintf(text, sizeof text, "%lld bytes", static_cast<long long>(bytes));
  } else if (bytes < 10'000'000) {
    std::snprintf(text, sizeof text, "%.1f kB", static_cast<double>(bytes) / 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes) / 1e6);
  }
  return text;
}

std::string format(const Line& line, const std::array<std::size_t, columns>& widths) {
  const auto pad = [&](std::size_t column) {
    return std::string(widths[column] - width_of(line[column]), ' ');
  };
  return line[0] + pad(0) + "   " + line[1] + pad(1) + "   " + pad(2) + line[2] + "\n";
}

}  // namespace

std::string summary_table(const std::string& title, std::span<const SummaryRow> rows) {
  std::vector<Line> lines{{title, "shape", "parameters"}};
  std::int64_t learnt = 0, fixed = 0, bytes = 0;
  for (const SummaryRow& row : rows) {
    lines.push_back({row.name.empty() ? "value" : row.name, shape_text(row.sizes), with_commas(row.count)});
    (row.learnt ? learnt : fixed) += row.count;
    bytes += row.bytes;
  }
  const std::size_t body = lines.size();
  lines.push_back({"total", bytes_text(bytes), with_commas(learnt)});
  if (fixed > 0) lines.push_back({"not learnt", "", with_commas(fixed)});

  std::array<std::size_t, columns> widths{};
  for (const Line& line : lines) {
    for (std::size_t c = 0; c < columns; ++c) widths[c] = std::max(widths[c], width_of(line[c]));
  }
  std::string rule;
  for (std::size_t i = 0; i < widths[0] + widths[1] + widths[2] + 6; ++i) rule += "─";
  rule += "\n";

  std::string table;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 1 || i == body) table += rule;
    table += format(lines[i], widths);
  }
  return table;
}

}  // namespace nn::train
