// A table of a model's parameters: names, shapes and counts.
#ifndef NN_TRAIN_SUMMARY_H
#define NN_TRAIN_SUMMARY_H

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nn/train/reflect.h"

namespace nn::train {

/// One parameter in the table.
struct SummaryRow {
  std::string name;
  std::vector<std::int64_t> sizes;
  std::int64_t count;
  std::int64_t bytes;
  bool learnt;
};

/// The table as text, with a total of learnt parameters and, apart, of fixed ones if there are any.
std::string summary_table(const std::string& title, std::span<const SummaryRow> rows);

/// Number of learnt parameters: the elements of all floating-point tensors and numbers.
template <class A>
std::int64_t parameter_count(const A& model) {
  std::int64_t count = 0;
  for_each_tensor(model, [&](const auto& p) {
    if constexpr (is_learnt<std::remove_reference_t<decltype(p)>>) count += count_of(p);
  });
  return count;
}

/// The parameters of a model as a table to print.
template <class A>
std::string summary(const A& model, const std::string& title = "model") {
  std::vector<SummaryRow> rows;
  for_each_named_tensor(model, [&](const Path& path, const auto& p) {
    using P = std::remove_reference_t<decltype(p)>;
    const std::int64_t count = count_of(p);
    rows.push_back({path.text(), sizes_of(p), count, count * static_cast<std::int64_t>(sizeof(Element<P>)),
                    is_learnt<P>});
  });
  return summary_table(title, rows);
}

}  // namespace nn::train

#endif  // NN_TRAIN_SUMMARY_H
