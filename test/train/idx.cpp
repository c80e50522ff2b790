// IDX files come back as written; whatever is truncated, too long or of another kind is refused with the
// reason.
// RUN: mkdir -p %t.d && %cxx %s %lib -o %t && %t %t.d
// RUN: %clang19 %san %s %lib -o %t && %t %t.d
#include <nn/train/file.h>
#include <nn/train/idx.h>

#include "check.h"

inline constexpr nn::Dim N{"N"};
using Images = nn::Tensor<float, N, 6>;
using Labels = nn::Tensor<int, N>;
using nn::train::Idx;
using nn::train::read_idx;
using nn::train::write_idx;

namespace {

std::string path;

void write_bytes(const std::string& bytes) {
  nn::train::write_file(path, bytes);
}
std::string read_bytes() {
  nn::train::InputFile file(path);
  std::string bytes(file.size(), 0);
  file.read(bytes.data(), bytes.size());
  return bytes;
}
void refused(const std::string& bytes, const std::string& reason) {
  write_bytes(bytes);
  throws<nn::Error>([] { read_idx(path); }, reason);
}

void round_trip() {
  const Idx images{{2, 2, 3}, {0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255}};
  write_idx(path, images);
  using namespace std::string_literals;
  check(read_bytes() == "\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\3\0\1\2\3\4\5\xfa\xfb\xfc\xfd\xfe\xff"s);
  const Idx back = read_idx(path);
  check(back.dims == images.dims && back.bytes == images.bytes && back.rows() == 2 && back.row_size() == 6);
  const auto x = nn::train::images_from<Images>(back, "images");
  near(x(1, 5), 1, 1e-7);
  near(x(0, 1), 1 / 255.0, 1e-7);
  throws<nn::Error>([&] { nn::train::images_from<nn::Tensor<float, N, 5>>(back, "images"); },
                    "images: 6 bytes per image, the model wants 5");
  throws<nn::Error>([] { write_idx(path, {{3, 2}, {1, 2, 3}}); }, "do not multiply to the 3 bytes");
  throws<nn::Error>([] { write_idx(path, {{}, {}}); }, "1 to 255 dims");
  check(read_idx(path).bytes == images.bytes, "a refused write leaves the file as it was");
  write_idx(path, {{0, 28, 28}, {}});
  check(read_idx(path).rows() == 0 && nn::train::images_from<Images>(read_idx(path), "none").size() == 0);
}

void every_truncation() {
  write_idx(path, {{2, 2, 3}, std::vector<std::uint8_t>(12, 7)});
  const std::string whole = read_bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    refused(whole.substr(0, length), length < 16 ? "truncated" : "");
  }
  refused(whole + '\0', "its dims say 12 bytes, but 13 follow");
}

void other_kinds() {
  using namespace std::string_literals;
  refused("\x1f\x8b\x08\0\0\0\0\0"s, "compressed with gzip");
  refused("\x89PNG\r\n\x1a\n"s, "not an IDX file: its magic number is 0x89504e47");
  refused("\0\0\x0d\x01\0\0\0\1\0\0\0\0"s, "element type 0x0d");
  refused("\0\0\x08\x00"s, "0 dims");
  refused("\0\0\x08\x05\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0"s, "5 dims");
  refused("\0\0\x08\x01\xff\xff\xff\xff\0"s, "truncated or hostile");
  // 2^32 - 1 to the fourth, and dims whose product is 1 modulo 2^64, do not wrap around to what is there.
  refused("\0\0\x08\x04\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0"s,
          "truncated or hostile");
  refused("\0\0\x08\x02\x80\0\0\0\0\0\0\x02"s, "truncated or hostile");
  throws<nn::Error>([] { read_idx(path + "/no/such/file"); }, "can't open");
  throws<nn::Error>([] { read_idx(path.substr(0, path.rfind('/'))); }, "not a regular file");
}

void labels() {
  const auto from = [](std::vector<std::uint8_t> bytes) {
    return nn::train::labels_from<Labels>({{static_cast<std::uint32_t>(bytes.size())}, bytes}, "labels", 10);
  };
  const Labels good = from({0, 9, 3});
  check(good.size() == 3 && good(1) == 9);
  throws<nn::Error>([&] { from({1, 10}); }, "labels: label 10 at row 1, there are only 10 classes");
  throws<nn::Error>([] { nn::train::labels_from<Labels>({{1, 1}, {0}}, "labels", 10); },
                    "one dim, the file has 2");
  const std::string image_path = path + ".images";
  write_idx(image_path, {{2, 6}, std::vector<std::uint8_t>(12)});
  write_idx(path, {{3}, {1, 2, 3}});
  throws<nn::Error>([&] { nn::train::read_examples<Images, Labels>(image_path, path, 10); },
                    "has 2 images, but ");
  write_idx(path, {{2}, {1, 2}});
  check(nn::train::read_examples<Images, Labels>(image_path, path, 10).count() == 2);
}

}  // namespace

int main(int, char** arguments) {
  path = std::string(arguments[1]) + "/file";
  round_trip();
  every_truncation();
  other_kinds();
  labels();
}
