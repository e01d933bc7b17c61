#include "cli/npy.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/serialized_strings.h"

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

TEST_CASE("strings are read as NumPy keeps them, bytes or Unicode") {
  const std::string header = "{'descr': 'DESCR', 'fortran_order': False, 'shape': (3,), }\n";
  const auto file_of = [&](const std::string& descriptor, const std::string& elements) {
    std::string text = header;
    text.replace(text.find("DESCR"), 5, descriptor);
    return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(text.size()) + '\0' + text +
           elements;
  };
  const auto unicode = [](const std::u32string& codes) {
    return std::string(reinterpret_cast<const char*>(codes.data()), codes.size() * 4);
  };
  struct Case {
    std::string descriptor, elements;
    std::vector<std::string_view> texts;  // none: refused
  };
  const Case cases[] = {
      {"|S3", std::string("a\0\0\0\0\0xyz", 9), {"a", "", "xyz"}},
      {"|S3", std::string("a\0b\0\0\0xyz", 9), {std::string_view("a\0b", 3), "", "xyz"}},
      {"|S0", "", {"", "", ""}},
      {"<U2",
       unicode(std::u32string(U"\u00e4\u65e5a\0\U0001f600\0", 6)),
       {"\xc3\xa4\xe6\x97\xa5", "a", "\xf0\x9f\x98\x80"}},
      {"|S3", "a", {}},
      {"|S99999999999999999999", "", {}},
      {"|S4294967295", "abc", {}},
      {"|Sx", "abc", {}},
      {">U1", unicode(U"abc"), {}},
      {"<U1", unicode({U'a', static_cast<char32_t>(0x110000), U'b'}), {}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.descriptor);
    const auto file = scratch();
    write_file_atomically(file, file_of(c.descriptor, c.elements));
    if (c.texts.empty()) {
      CHECK_THROWS_AS(cli::read_npy(file), Error);
    } else {
      const cli::NpyArray array = cli::read_npy(file);
      CHECK(array.type == TensorType::STRING);
      CHECK(parse_strings(array.data) == c.texts);
    }
    std::filesystem::remove(file);
  }
}

TEST_CASE("a file of many strings without characters is refused, not read") {
  const std::string header = "{'descr': '|S0', 'fortran_order': False, 'shape': (2000000000,), }\n";
  const auto file = scratch();
  write_file_atomically(
      file, std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(header.size()) + '\0' + header);
  CHECK_THROWS_AS(cli::read_npy(file), Error);
  std::filesystem::remove(file);
}
