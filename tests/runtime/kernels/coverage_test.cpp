#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "runtime/kernels/kernel.h"

// What the kernel table promises: each of its operators has a test, and none is missing that
// LiteRT's own resolver has a kernel for.

namespace litezoo::test {
namespace {

namespace fs = std::filesystem;

// All that the tests beside this one say.
std::string test_sources() {
  const fs::path here = fs::path(LITEZOO_SOURCE_DIR) / "tests" / "runtime" / "kernels";
  std::string text;
  for (const auto& entry : fs::directory_iterator(here)) {
    const bool is_test = entry.path().filename().string().ends_with("_test.cpp");
    if (is_test && entry.path().filename() != "coverage_test.cpp") {
      text += read_text_file(entry.path());
    }
  }
  return text;
}

// "FILL" is not in "FILL_X".
bool mentions(const std::string& text, const std::string& word) {
  const auto is_part = [](char c) {
    return c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if (end == text.size() || !is_part(text[end])) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every operator of the kernel table is run by a test of operators") {
  const std::string text = test_sources();
  for (const runtime::Kernel& kernel : runtime::kernels()) {
    const std::string name(builtin_operator_name(kernel.code));
    CAPTURE(name);
    CHECK(mentions(text, "BuiltinOperator::" + name));
  }
  for (const runtime::CustomKernel& kernel : runtime::custom_kernels()) {
    const std::string name(kernel.name);
    CAPTURE(name);
    CHECK(mentions(text, "\"" + name + "\""));
  }
}

TEST_CASE("the kernel table has every operator that LiteRT has a CPU kernel for") {
  const char* set = std::getenv("LITEZOO_SHARED");
  const fs::path shared =
      set != nullptr ? fs::path(set) : fs::path(LITEZOO_SOURCE_DIR).parent_path() / "shared";
  const fs::path table = shared / "data" / "tflite_builtin_ops.csv";
  if (!fs::exists(table)) {
    MESSAGE("SKIPPED: no " << table.string() << "; set LITEZOO_SHARED");
    return;
  }
  std::set<std::string> known;
  for (const runtime::Kernel& kernel : runtime::kernels()) {
    known.emplace(builtin_operator_name(kernel.code));
  }
  std::size_t rows = 0;
  for (const std::string& line : split(read_text_file(table), '\n')) {
    // code, name, least version, highest version, ...
    const auto cells = split(line, ',');
    if (cells.size() < 4 || cells[1] == "name" || cells[3].empty()) continue;
    CAPTURE(cells[1]);
    CHECK(known.contains(cells[1]));
    ++rows;
  }
  CHECK(rows > 150);
}

}  // namespace litezoo::test
