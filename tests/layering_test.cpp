#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/text.h"

using namespace litezoo;

namespace {

namespace fs = std::filesystem;

// What each folder's sources may include of the others; tests/ may include everything.
struct FolderRule {
  std::string_view folder;
  std::vector<std::string_view> may_include;
};

const std::vector<FolderRule>& folder_rules() {
  static const std::vector<FolderRule> kRules = {
      {"base", {"base"}},
      {"data", {"data"}},
      {"fetcher", {"fetcher", "base"}},
      {"inspector", {"inspector", "base"}},
      {"catalog", {"catalog", "base"}},
      {"runtime", {"runtime", "base"}},
      {"ranker", {"ranker", "base"}},
      {"cli", {"cli", "ranker", "catalog", "runtime", "inspector", "fetcher", "data", "base"}},
  };
  return kRules;
}

// Third-party headers that stay inside the folders named, and never reach a header of ours.
struct LibraryRule {
  std::string_view prefix;
  std::vector<std::string_view> folders;
  bool in_headers = false;  // true only where the header holds forward declarations
};

const std::vector<LibraryRule>& library_rules() {
  static const std::vector<LibraryRule> kRules = {
      {"curl/", {"fetcher"}},
      {"archive", {"fetcher", "inspector"}},
      {"sqlite3.h", {"catalog"}},
      {"SQLiteCpp/", {"catalog"}},
      {"xnnpack", {"runtime"}},
      {"pthreadpool", {"runtime"}},
      {"hwy/", {"runtime"}},
      {"flatbuffers/", {"inspector", "runtime"}},
      {"openssl/", {"base", "fetcher"}},
      {"CLI/", {"cli"}},
      {"nlohmann/json_fwd.hpp",
       {"base", "fetcher", "inspector", "catalog", "data", "runtime", "cli"},
       true},
      {"nlohmann/", {"base", "fetcher", "inspector", "catalog", "data", "runtime", "cli"}},
      {"doctest/", {}},
      {"benchmark/", {}},
      {"httplib.h", {}},
  };
  return kRules;
}

struct Include {
  std::string file;  // relative to the root
  std::size_t line = 0;
  std::string header;
  bool quoted = false;
};

bool is_source(const fs::path& path) {
  constexpr auto kExtensions = std::to_array<std::string_view>({".h", ".cpp", ".inc"});
  return std::ranges::find(kExtensions, path.extension().string()) != kExtensions.end();
}

std::vector<Include> includes_in(std::string_view text, const std::string& file) {
  std::vector<Include> found;
  std::size_t line = 0;
  for (const auto& row : split(text, '\n')) {
    ++line;
    std::string_view rest = row;
    const auto skip_spaces = [&] {
      while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);
    };
    skip_spaces();
    if (!rest.starts_with('#')) continue;
    rest.remove_prefix(1);
    skip_spaces();
    if (!rest.starts_with("include")) continue;
    rest.remove_prefix(7);
    skip_spaces();
    if (!rest.starts_with('"') && !rest.starts_with('<')) continue;
    const bool quoted = rest.front() == '"';
    rest.remove_prefix(1);
    found.push_back({file, line, std::string(rest.substr(0, rest.find_first_of("\">"))), quoted});
  }
  return found;
}

std::vector<Include> includes_below(std::string_view folder) {
  const fs::path root = LITEZOO_SOURCE_DIR;
  std::vector<Include> found;
  for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
    if (!entry.is_regular_file() || !is_source(entry.path())) continue;
    const auto file = fs::relative(entry.path(), root).string();
    const auto here = includes_in(read_text_file(entry.path()), file);
    found.insert(found.end(), here.begin(), here.end());
  }
  return found;
}

bool contains(const std::vector<std::string_view>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

// Why `folder` may not have this include; empty when it may.
std::string objection(const FolderRule& rule, const Include& include) {
  if (include.quoted) {
    const auto top = include.header.substr(0, include.header.find('/'));
    if (include.header.find('/') == std::string::npos) return "includes are written from the root";
    if (include.header.ends_with("_generated.h") && include.file.ends_with(".h")) {
      return "a generated header must stay in a .cpp";
    }
    return contains(rule.may_include, top) ? "" : std::string(rule.folder) + "/ must not know it";
  }
  for (const auto& library : library_rules()) {
    if (!include.header.starts_with(library.prefix)) continue;
    if (!contains(library.folders, rule.folder)) return "this library belongs to other folders";
    const bool header = include.file.ends_with(".h");
    return header && !library.in_headers ? "this library must stay in a .cpp" : "";
  }
  return "";
}

std::string describe(const Include& include, const std::string& why) {
  return include.file + ":" + std::to_string(include.line) + ": " + include.header + ": " + why;
}

}  // namespace

TEST_CASE("each folder includes only what lies below it") {
  std::size_t seen = 0;
  for (const auto& rule : folder_rules()) {
    for (const auto& include : includes_below(rule.folder)) {
      ++seen;
      const std::string why = objection(rule, include);
      CHECK_MESSAGE(why.empty(), describe(include, why));
    }
  }
  CHECK(seen > 50);
}

TEST_CASE("every folder with sources has a rule") {
  for (const auto& entry : fs::directory_iterator(LITEZOO_SOURCE_DIR)) {
    if (!entry.is_directory() || !fs::exists(entry.path() / "CMakeLists.txt")) continue;
    const auto name = entry.path().filename().string();
    if (name == "tests" || name == "build") continue;
    const bool known = std::ranges::any_of(
        folder_rules(), [&](const FolderRule& rule) { return rule.folder == name; });
    CHECK_MESSAGE(known, name << "/ is missing from folder_rules()");
  }
}

TEST_CASE("every test file is built") {
  const fs::path tests = fs::path(LITEZOO_SOURCE_DIR) / "tests";
  for (const auto& entry : fs::recursive_directory_iterator(tests)) {
    if (!entry.path().string().ends_with("_test.cpp")) continue;
    fs::path list = entry.path().parent_path() / "CMakeLists.txt";
    while (!fs::exists(list)) list = list.parent_path().parent_path() / "CMakeLists.txt";
    const auto name = fs::relative(entry.path(), list.parent_path()).string();
    const bool listed = read_text_file(list).find(name) != std::string::npos;
    CHECK_MESSAGE(listed, fs::relative(list, tests).string() << " does not list " << name);
  }
}

TEST_CASE("the rules object to what they are there for") {
  struct Case {
    std::string_view folder, file, line;
    bool allowed;
  };
  const Case cases[] = {
      {"ranker", "ranker/walk.cpp", "#include \"base/nouns.h\"", true},
      {"ranker", "ranker/walk.cpp", "#include \"catalog/catalog.h\"", false},
      {"base", "base/file.cpp", "#include \"cli/table.h\"", false},
      {"inspector", "inspector/read.cpp", "#  include \"runtime/session.h\"", false},
      {"inspector", "inspector/read.cpp", "#include \"inspector/schema_generated.h\"", true},
      {"inspector", "inspector/read.h", "#include \"inspector/schema_generated.h\"", false},
      {"runtime", "runtime/lower.cpp", "#include \"inspector/schema_generated.h\"", false},
      {"catalog", "catalog/catalog.h", "#include <SQLiteCpp/Database.h>", false},
      {"catalog", "catalog/catalog.cpp", "#include <SQLiteCpp/Database.h>", true},
      {"cli", "cli/main.cpp", "#include <sqlite3.h>", false},
      {"cli", "cli/json.h", "#include <nlohmann/json_fwd.hpp>", true},
      {"cli", "cli/json.h", "#include <nlohmann/json.hpp>", false},
      {"cli", "cli/main.cpp", "#include \"table.h\"", false},
      {"fetcher", "fetcher/npm.cpp", "#include <vector>", true},
  };
  for (const auto& c : cases) {
    CAPTURE(c.file);
    CAPTURE(c.line);
    const auto rule = std::ranges::find(folder_rules(), c.folder, &FolderRule::folder);
    REQUIRE(rule != folder_rules().end());
    const auto includes = includes_in(c.line, std::string(c.file));
    REQUIRE(includes.size() == 1);
    CHECK(objection(*rule, includes.front()).empty() == c.allowed);
  }
}
