// MNIST's IDX files of unsigned bytes: reading, writing, and turning them into tensors of images and labels.
#ifndef NN_TRAIN_IDX_H
#define NN_TRAIN_IDX_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nn/error.h"
#include "nn/train/batches.h"

namespace nn::train {

/// An array of unsigned bytes as IDX stores it, row-major: dims {60000, 28, 28} for images, {60000} for
/// labels.
struct Idx {
  std::vector<std::uint32_t> dims;
  std::vector<std::uint8_t> bytes;

  /// Number of entries along the first axis.
  std::size_t rows() const { return dims.empty() ? 0 : dims[0]; }
  /// Number of bytes in one entry of the first axis.
  std::size_t row_size() const;
};

/// Reads an IDX file of unsigned bytes. Throws nn::Error with the reason for a wrong magic number, another
/// element type, no dims or more than `max_dims`, sizes that overflow, and a file shorter or longer than its
/// dims say.
Idx read_idx(const std::string& path, int max_dims = 4);
/// Writes `data` as an IDX file, never leaving half a file. Throws nn::Error if dims and bytes disagree.
void write_idx(const std::string& path, const Idx& data);

/// Images [n, ...] as rows of a tensor whose first axis is named, each byte times `scale`. The file's other
/// dims must multiply to the tensor's row: Tensor<float, N, 784> takes [n, 28, 28]. `name` is used in the
/// error otherwise.
template <class Images>
Images images_from(const Idx& file, const std::string& name, double scale = 1.0 / 255) {
  Images images(static_cast<std::int64_t>(file.rows()));
  if (static_cast<std::size_t>(images.size()) != file.bytes.size()) {
    throw Error(name + ": " + std::to_string(file.row_size()) + " bytes per image, the model wants " +
                std::to_string(images.size() / (images.extent(0) > 0 ? images.extent(0) : 1)));
  }
  auto* out = images.data();
  using Value = typename Images::value_type;
  for (std::size_t i = 0; i < file.bytes.size(); ++i) out[i] = static_cast<Value>(file.bytes[i] * scale);
  return images;
}

/// Labels [n] as a tensor of integers, each checked to be below `classes`.
template <class Labels>
Labels labels_from(const Idx& file, const std::string& name, int classes) {
  if (file.dims.size() != 1) {
    throw Error(name + ": labels have one dim, the file has " + std::to_string(file.dims.size()));
  }
  Labels labels(static_cast<std::int64_t>(file.rows()));
  auto* out = labels.data();
  using Value = typename Labels::value_type;
  for (std::size_t i = 0; i < file.bytes.size(); ++i) {
    if (file.bytes[i] >= classes) {
      throw Error(name + ": label " + std::to_string(file.bytes[i]) + " at row " + std::to_string(i) +
                  ", there are only " + std::to_string(classes) + " classes");
    }
    out[i] = static_cast<Value>(file.bytes[i]);
  }
  return labels;
}

/// Reads a pair of IDX files and checks that they have equally many rows.
template <class Images, class Labels>
Examples<Images, Labels> read_examples(const std::string& image_path, const std::string& label_path,
                                       int classes) {
  const Idx images = read_idx(image_path);
  const Idx labels = read_idx(label_path);
  if (images.rows() != labels.rows()) {
    throw Error(image_path + " has " + std::to_string(images.rows()) + " images, but " + label_path +
                " has " + std::to_string(labels.rows()) + " labels");
  }
  return {images_from<Images>(images, image_path), labels_from<Labels>(labels, label_path, classes)};
}

}  // namespace nn::train

#endif  // NN_TRAIN_IDX_H
