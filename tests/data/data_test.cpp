#include "data/data.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace litezoo::data {
namespace {

constexpr std::string_view kTables[] = {"artifacts.tsv", "claims.tsv", "examples.tsv", "models.tsv",
                                        "tasks.tsv"};

std::filesystem::path source(std::string_view name) {
  return std::filesystem::path(LITEZOO_SOURCE_DIR) / "data" / name;
}

}  // namespace

TEST_CASE("the embedded tables are the files of data/") {
  for (const auto name : kTables) {
    CAPTURE(name);
    CHECK(file(name) == read_text_file(source(name)));
    CHECK(file(name).size() > 60);
  }
  CHECK(file("nothing.tsv").empty());
  CHECK(is_sha256(digest()));
}

TEST_CASE("every line of a table has its columns, and keys are unique") {
  for (const auto name : kTables) {
    CAPTURE(name);
    std::size_t columns = 0;
    std::set<std::string> keys;
    auto lines = split(file(name), '\n');
    REQUIRE(lines.back().empty());
    lines.pop_back();
    for (const auto& line : lines) {
      CAPTURE(line);
      const auto values = split(line, '\t');
      if (columns == 0) columns = values.size();
      CHECK(values.size() == columns);
      CHECK(keys.insert(name == "claims.tsv" || name == "examples.tsv" ? line : values.front())
                .second);
      CHECK(escape_for_terminal(line).find("\\xff") == std::string::npos);
    }
  }
}

}  // namespace litezoo::data
