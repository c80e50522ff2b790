// Damaged and hostile safetensors files are refused with the reason and change no tensor: by hand, cut,
// mutated, noise.
// RUN: mkdir -p %t.d && %cxx %s %lib -o %t && %t %t.d
// RUN: cd %t.d && %clang19 %san -I%root -c %root/runtime/train/safe*.cpp %root/runtime/train/file.cpp
// RUN: %clang19 %san %s %t.d/*.o -o %t && %t %t.d
#include <nn/random.h>
#include <nn/train/file.h>
#include <nn/train/safetensors.h>

#include <cstring>
#include <fstream>

#include "check.h"

struct Model {
  nn::Tensor<float, 2, 2> w;
  nn::Tensor<bool, 3> mask;
  nn::Tensor<std::int64_t, 1> id;
};

namespace {

std::string path;

std::string file_of(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string bytes(8, 0);
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

void fill(Model& model, float w) {
  model.w.fill(w);
  model.mask.fill(true);
  model.id.fill(77);
}
bool is_untouched(const Model& model) {
  return model.w(0, 0) == 9 && model.w(1, 1) == 9 && model.mask(2) && model.id(0) == 77;
}

/// Loads the bytes; true if they were refused, in which case nothing may have changed.
bool is_refused(const std::string& bytes, std::string* reason = nullptr) {
  std::ofstream(path, std::ios::binary) << bytes;
  Model model;
  fill(model, 9);
  try {
    nn::load_safetensors(path, model);
    return false;
  } catch (const nn::Error& error) {
    if (reason != nullptr) *reason = error.what();
    if (!is_untouched(model)) check(false, "refused, but a tensor has changed");
    return true;
  }
}

void refused(const std::string& bytes, const std::string& why) {
  std::string reason = "accepted";
  const bool is = is_refused(bytes, &reason);
  check(is && reason.find(why) != std::string::npos, "wanted: " + why + "; got: " + reason);
}

const std::string w = R"("w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]})";
const std::string mask = R"("mask":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]})";
const std::string id = R"("id":{"dtype":"I64","shape":[1],"data_offsets":[19,27]})";
const std::string data(27, '\1');

/// The header with one of its tensors written in another way.
void entry(const std::string& other_w, const std::string& why) {
  refused(file_of("{" + other_w + "," + mask + "," + id + "}", data), why);
}
void header(const std::string& text, const std::string& why) {
  refused(file_of(text, data), why);
}

void accepted() {
  const auto good = [](const std::string& text) { check(!is_refused(file_of(text, data)), text); };
  good("{" + w + "," + mask + "," + id + "}");
  good("{" + id + "," + mask + "," + w + "}   ");
  good(R"({"__metadata__":{"format":"pt","a":"b"},)" + w + "," + mask + "," + id + "}");
  good(R"({"w":{"data_offsets":[0,16],"shape":[2,2],"dtype":"F32"},)" + mask + "," + id + "}");
  good(R"({"\u0077":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},)" + mask + "," + id + "}");
}

void wrong_lengths() {
  using namespace std::string_literals;
  refused("", "truncated");
  refused("\x08\0\0\0"s, "truncated");
  refused("\xff\xff\xff\xff\xff\xff\xff\xff{}"s, "more than 100 MB are refused");
  refused("\x01\xe1\xf5\x05\0\0\0\0{}"s, "more than 100 MB are refused");
  refused("\x00\xe1\xf5\x05\0\0\0\0{}"s, "truncated: a header of 100000000 bytes, of which 2 are there");
  refused("\0\0\0\0\0\0\0\0"s, "does not begin with {");
  refused(file_of("{" + w + "," + mask + "," + id + "}", data + "x"), "the tensors end at byte 27 of 28");
  refused(file_of("{" + w + "," + mask + "," + id + "}", data.substr(1)), "the file has only 26 bytes");
}

void wrong_json() {
  using namespace std::string_literals;
  header("", "does not begin with {");
  header(" {}", "does not begin with {");
  header("[]", "does not begin with {");
  header("\xef\xbb\xbf{}", "does not begin with {");
  header("{", "not JSON");
  header("{}}", "not JSON");
  header("{} {}", "not JSON");
  header("{" + w + ",}", "not JSON");
  header("{/**/}", "not JSON");
  header("{\"\xff\":1}", "not JSON");
  header("{}\0garbage"s, "not JSON: it has a zero byte");
  header("{\"w\"", "not JSON");
  header(R"({"a":)" + std::string(100'000, '[') + "}", "an array where none belongs");
  header("{\"a\":{\"shape\":" + std::string(100'000, '[') + "}}", "an array where none belongs");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  header(deep, "has an unknown field \"a\"");
  header("{\"a\":{\"dtype\":" + deep, "an object where none belongs");
}

void wrong_values() {
  for (const char* value : {"1", "null", "true", "\"F32\"", "[]", "[0,16]"})
    header(R"({"w":)" + std::string(value) + "}", "where none belongs");
  header(R"({"w":-1})", "the negative number -1");
  header(R"({"w":1e3})", "the number 1e3, which is no integer");
  entry(R"("w":{"dtype":1,"shape":[2,2],"data_offsets":[0,16]})", "a number where none belongs");
  entry(R"("w":{"dtype":{},"shape":[2,2],"data_offsets":[0,16]})", "an object where none belongs");
  entry(R"("w":{"dtype":["F32"],"shape":[2,2],"data_offsets":[0,16]})", "an array where none belongs");
  entry(R"("w":{"dtype":"F32","shape":4,"data_offsets":[0,16]})", "a number where none belongs");
  entry(R"("w":{"dtype":"F32","shape":["2"],"data_offsets":[0,16]})", "a text where none belongs");
  entry(R"("w":{"dtype":"F32","shape":[2,-2],"data_offsets":[0,16]})", "the negative number -2");
  entry(R"("w":{"dtype":"F32","shape":[2,2.0],"data_offsets":[0,16]})",
        "the number 2.0, which is no integer");
  entry(R"("w":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,16]})",
        "which is no integer of 64");
  entry(R"("w":{"dtype":"F32","shape":[2,2],"data_offsets":[0]})", "has 1 data offsets instead of 2");
  entry(R"("w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,8,16]})", "has 3 data offsets instead of 2");
  entry(R"("w":{"dtype":"F32","shape":[2,2]})", "lacks one of dtype, shape and data_offsets");
  entry(R"("w":{})", "lacks one of dtype, shape and data_offsets");
  entry(R"("w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16],"x":1})", "an unknown field \"x\"");
  entry(R"("w":{"dtype":"F32","dtype":"F32","shape":[2,2],"data_offsets":[0,16]})",
        "the field \"dtype\" twice");
  entry(R"("w":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]})",
        "more than 32 sizes");
  entry(w + "," + w, "\"w\": appears twice");
  header(R"({"__metadata__":{"a":1}})", "a number where none belongs");
  header(R"({"__metadata__":{"a":{}}})", "an object where none belongs");
  header(R"({"__metadata__":{"a":"b","a":"b"}})", "the field \"a\" twice");
  header(R"({"__metadata__":{},"__metadata__":{}})", "appears twice");
}

void wrong_offsets() {
  const auto at = [](const std::string& offsets, const std::string& why) {
    entry(R"("w":{"dtype":"F32","shape":[2,2],"data_offsets":)" + offsets + "}", why);
  };
  at("[16,0]", "its data end before they begin");
  at("[0,15]", "needs 16 bytes, its offsets span 15");
  at("[8,24]", "instead of 0: a gap");
  at("[27,43]", "the file has only 27 bytes of data: truncated or hostile");
  at("[18446744073709551600,18446744073709551615]", "needs 16 bytes, its offsets span 15");
  at("[18446744073709551599,18446744073709551615]", "the file has only 27 bytes");
  entry(R"("w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]})",
        "its shape overflows");
  entry(R"("w":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]})", "its shape overflows");
  const std::string early = R"("mask":{"dtype":"BOOL","shape":[3],"data_offsets":[14,17]})";
  refused(file_of("{" + w + "," + early + "," + id + "}", data),
          "\"mask\": its data begin at byte 14 instead of 16: overlapping");
}

void another_model() {
  entry(R"("w":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]})", "\"w\" is I32, the model has F32");
  entry(R"("w":{"dtype":"BF16","shape":[8],"data_offsets":[0,16]})", "\"w\" is BF16, the model has F32");
  entry(R"("w":{"dtype":"F33","shape":[2,2],"data_offsets":[0,16]})", "unknown dtype \"F33\"");
  entry(R"("w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]})", "has the shape [4], the model has [2,2]");
  entry(R"("w":{"dtype":"F32","shape":[1,2,2],"data_offsets":[0,16]})", "has the shape [1,2,2]");
  entry(R"("v":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]})", "has no tensor \"w\"");
  entry(
      R"("w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"v":{"dtype":"I8","shape":[0],"data_offsets":[0,0]})",
      "has a tensor \"v\", which the model lacks");
  header("{}", "the tensors end at byte 0 of 27");
  std::string bad_boolean = data;
  bad_boolean[17] = 2;
  refused(file_of("{" + w + "," + mask + "," + id + "}", bad_boolean),
          "\"mask\": element 1 is neither true nor false");
}

std::string honest_file() {
  Model model;
  fill(model, 3);
  nn::save_safetensors(path, model);
  nn::train::InputFile file(path);
  std::string bytes(file.size(), 0);
  file.read(bytes.data(), bytes.size());
  return bytes;
}

void every_truncation(const std::string& whole) {
  for (std::size_t length = 0; length < whole.size(); ++length) check(is_refused(whole.substr(0, length)));
  check(!is_refused(whole));
}

void mutations(const std::string& whole) {
  nn::Random random(2024);
  int refusals = 0;
  constexpr int tries = 4000;
  for (int i = 0; i < tries; ++i) {
    std::string bytes = whole;
    for (std::uint32_t change = random.below(4) + 1; change > 0; --change) {
      const std::size_t place = random.below(static_cast<std::uint32_t>(bytes.size()));
      switch (random.below(4)) {
        case 0:
          bytes[place] = static_cast<char>(random.below(256));
          break;
        case 1:
          bytes[place] = "{}[]:,\"0129-e"[random.below(13)];
          break;
        case 2:
          bytes.erase(place, 1 + random.below(8));
          break;
        default:
          bytes.insert(place, bytes.substr(random.below(static_cast<std::uint32_t>(bytes.size())), 9));
      }
      if (bytes.empty()) bytes = "{";
    }
    refusals += is_refused(bytes) ? 1 : 0;
  }
  check(refusals > tries / 2 && refusals < tries);  // a changed weight is a weight
}

void noise() {
  nn::Random random(7);
  for (int i = 0; i < 1000; ++i) {
    std::string bytes(random.below(200), 0);
    for (char& byte : bytes) byte = static_cast<char>(random.below(256));
    check(is_refused(bytes));
    check(is_refused(file_of("{" + bytes, bytes)));
  }
}

}  // namespace

int main(int, char** arguments) {
  path = std::string(arguments[1]) + "/weights";
  accepted();
  wrong_lengths();
  wrong_json();
  wrong_values();
  wrong_offsets();
  another_model();
  const std::string whole = honest_file();
  every_truncation(whole);
  mutations(whole);
  noise();
}
