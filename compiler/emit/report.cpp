// What nn-diff made of a model, for a reader: parameters, sizes, work and memory.
#include "emit/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "emit/interface.h"
#include "emit/names.h"

namespace nndiff::emit {

namespace {

std::string right(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}
std::string left(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

/// 669706 as "669,706".
std::string grouped(std::int64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

/// "401,408" or "784*N".
std::string count_text(const ir::Shape& shape) {
  const ir::Dim count = ir::count(shape);
  return count.is_static() ? grouped(count.value) : count.text();
}

/// 1.234e9 as "1.23 G".
std::string scaled(double number) {
  static constexpr const char* units[] = {"", " k", " M", " G", " T", " P"};
  int unit = 0;
  for (; number >= 999.5 && unit < 5; ++unit) number /= 1000;
  char text[32];
  std::snprintf(text, sizeof text, unit ? "%.3g%s" : "%.0f%s", number, units[unit]);
  return text;
}

std::string arguments_text(const ir::Function& f) {
  struct Row {
    std::string path, type, count, note;
  };
  std::vector<Row> rows = {{"argument", "type", "elements", ""}};
  std::int64_t total = 0;
  for (const ir::Leaf* leaf : leaves(f)) {
    rows.push_back({leaf->path, to_string(leaf->type), count_text(leaf->type.shape),
                    leaf->wanted ? "differentiated" : ""});
    const ir::Dim count = ir::count(leaf->type.shape);
    if (leaf->wanted && count.is_static()) total += count.value;
  }
  Row width;
  for (const Row& row : rows) {
    width.path.resize(std::max(width.path.size(), row.path.size()));
    width.type.resize(std::max(width.type.size(), row.type.size()));
    width.count.resize(std::max(width.count.size(), row.count.size()));
  }
  std::string text;
  for (const Row& row : rows) {
    text += "  " + left(row.path, width.path.size()) + "  " + left(row.type, width.type.size()) + "  " +
            right(row.count, width.count.size());
    text += (row.note.empty() ? "" : "  " + row.note) + "\n";
  }
  return text + "  parameters: " + grouped(total) + "\n";
}

std::string cost_text(const plan::Cost& cost) {
  return scaled(cost.flops) + " FLOPs, " + std::to_string(cost.products) +
         (cost.products == 1 ? " matrix product" : " matrix products");
}

std::string bytes_text(const plan::Plan& plan) {
  if (plan.small) return "none: everything is on the stack";
  double bytes = static_cast<double>(plan.static_bytes);
  for (const plan::Size& slot : plan.slots) bytes += std::ceil(plan::estimate(slot) / 64) * 64;
  return grouped(static_cast<std::int64_t>(bytes)) + " bytes";
}

std::string kept_text(const plan::Plan& plan) {
  double bytes = 0;
  int values = 0;
  for (const plan::Buffer& buffer : plan.buffers) {
    const double size = plan::estimate(buffer.bytes);
    if (!buffer.kept || buffer.place != plan::Buffer::Place::arena || size == 0) continue;
    bytes += size;
    ++values;
  }
  return std::to_string(values) + (values == 1 ? " value, " : " values, ") +
         grouped(static_cast<std::int64_t>(bytes)) + " bytes";
}

std::string mode_text(const Generated& mode) {
  const plan::Plan& plan = mode.plan;
  const bool named = !run_time_dims(plan.f).empty();
  std::ptrdiff_t products = 0, nests = 0;
  for (const plan::Step* step : plan::all_steps(plan)) {
    products += step->kind == plan::Step::Kind::product;
    nests += step->kind == plan::Step::Kind::kernel || step->kind == plan::Step::Kind::loop;
  }
  std::string text = "\n  " + mode.plan.f.mode + (named ? ", for 256 in place of each named size\n" : "\n");
  text += "    forward   " + cost_text(plan.forward) + "\n    backward  " + cost_text(plan.backward) + "\n";
  text += "    steps     " + std::to_string(products) + (products == 1 ? " product, " : " products, ") +
          std::to_string(nests) + " loop nests\n";
  text += "    kept      " + kept_text(plan) + "\n    arena     " + bytes_text(plan) + "\n";
  for (const std::string& remark : plan.remarks) text += "    remark: " + remark + "\n";
  return text;
}

}  // namespace

std::string report(const Model& model) {
  std::string text;
  for (const Derivative& derivative : model.derivatives) {
    const ir::Function& f = derivative.primal;
    text += (text.empty() ? "" : "\n") + f.qualified + " in " + model.file + ", result " +
            to_string(f.result) + "\n\n";
    text += arguments_text(f);
    for (const Generated& mode : derivative.modes) text += mode_text(mode);
  }
  return text;
}

}  // namespace nndiff::emit
