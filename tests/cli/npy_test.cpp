#include "cli/npy.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/error.h"
#include "base/file.h"

using namespace litezoo;

namespace {

std::vector<std::byte> serialised(const std::vector<std::int32_t>& head, const std::string& text) {
  std::vector<std::byte> bytes(head.size() * sizeof(std::int32_t) + text.size());
  std::memcpy(bytes.data(), head.data(), head.size() * sizeof(std::int32_t));
  std::memcpy(bytes.data() + head.size() * sizeof(std::int32_t), text.data(), text.size());
  return bytes;
}

std::filesystem::path scratch() {
  return std::filesystem::temp_directory_path() /
         ("litezoo-npy-" + std::to_string(::getpid()) + ".npy");
}

}  // namespace

TEST_CASE("strings are written as byte strings of the longest's length") {
  const auto file = scratch();
  const std::vector<std::int32_t> shape{2, 2};
  cli::write_npy(file, TensorType::STRING, shape, serialised({4, 24, 25, 25, 28, 30}, "axyzuv"));
  const std::string written = read_text_file(file);
  std::filesystem::remove(file);
  CHECK(written.find("'descr': '|S3'") != std::string::npos);
  CHECK(written.find("'shape': (2, 2)") != std::string::npos);
  CHECK(written.ends_with(std::string("a\0\0\0\0\0xyzuv\0", 12)));
}

TEST_CASE("strings whose offsets lead elsewhere are refused") {
  const std::vector<std::int32_t> shape{1};
  for (const auto& head : {std::vector<std::int32_t>{1, 12, 99}, {1, 13, 12}, {7, 12, 13}, {1}}) {
    CAPTURE(head.size());
    CHECK_THROWS_AS(cli::write_npy(scratch(), TensorType::STRING, shape, serialised(head, "a")),
                    Error);
  }
}
