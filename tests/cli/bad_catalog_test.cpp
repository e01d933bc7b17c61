#include <doctest/doctest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/handle.h"
#include "tests/cli/program.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

namespace fs = std::filesystem;

using Database = std::unique_ptr<sqlite3, Deleter<sqlite3_close>>;

Database open_database(const fs::path& path) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  return Database(database);
}

void execute(const Database& database, const char* sql) {
  REQUIRE(sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK);
}

void check_refused(const Program& program, int exit_code, const std::string& said) {
  const std::vector<std::string> commands[] = {{"catalog", "stats"},
                                               {"search", "--domain", "audio"}};
  for (const auto& command : commands) {
    CAPTURE(command.front());
    const auto result = program.run(command);
    CAPTURE(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(is_one_clear_line(result.err));
    CHECK(result.err.find(program.catalog().string()) != std::string::npos);
    CHECK(result.err.find(said) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("a catalog file that is no database is left alone") {
  const Program program;
  const std::string content(5000, 'x');
  fs::create_directories(program.home());
  write_file_atomically(program.catalog(), content);
  check_refused(program, 6, "");
  CHECK(read_text_file(program.catalog()) == content);
}

TEST_CASE("another program's database is not taken for a catalog") {
  const Program program;
  fs::create_directories(program.home());
  execute(open_database(program.catalog()), "CREATE TABLE bookmarks(url TEXT)");
  check_refused(program, 6, "");
}

TEST_CASE("a catalog of a newer Litezoo is not touched") {
  const Program program;
  REQUIRE(program.run({"catalog", "stats"}).exit_code == 0);
  execute(open_database(program.catalog()), "PRAGMA user_version = 9999");
  check_refused(program, 4, "newer");
}

TEST_CASE("a locked catalog is reported after a while") {
  const Program program;
  REQUIRE(program.run({"catalog", "stats"}).exit_code == 0);
  const auto model = program.model("model.tflite");
  const auto database = open_database(program.catalog());
  execute(database, "BEGIN IMMEDIATE");
  const auto result = program.run({"catalog", "add", model, "--task", "image-classification"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 4);
  CHECK(is_one_clear_line(result.err));
  CHECK(result.err.find("locked") != std::string::npos);
  CHECK(program.run({"search", "--domain", "audio"}).exit_code == 0);
}

TEST_CASE("a home that cannot be written is named") {
  const Program program;
  fs::create_directories(program.home());
  // Root may write to a read-only directory; a file in the directory's place stops everybody.
  const auto environment = "LITEZOO_HOME=" + program.file("not-a-directory", "a file") + "/below";
  const auto result = run_process(program.command({"catalog", "stats"}), {environment});
  CAPTURE(result.err);
  CHECK(result.exit_code == 4);
  CHECK(is_one_clear_line(result.err));
  CHECK(result.err.find("not-a-directory") != std::string::npos);
}

TEST_CASE("a read-only catalog is reported with the next step") {
  const Program program;
  REQUIRE(program.run({"catalog", "stats"}).exit_code == 0);
  const auto model = program.model("model.tflite");
  const auto readable = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  const auto enterable = readable | fs::perms::owner_exec | fs::perms::others_exec;
  fs::permissions(model, readable);
  fs::permissions(program.catalog(), readable);
  fs::permissions(program.home(), enterable);
  fs::permissions(program.home().parent_path(), enterable);
  auto words = program.command({"catalog", "add", model, "--task", "image-classification"});
  // Root may write to read-only files; nobody may not.
  if (::geteuid() == 0) {
    words.insert(words.begin(),
                 {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"});
  }
  const auto result = run_process(words, program.environment());
  CAPTURE(result.err);
  CHECK(result.exit_code == 4);
  CHECK(is_one_clear_line(result.err));
  CHECK(result.err.find(program.catalog().string()) != std::string::npos);
  fs::permissions(program.home(), fs::perms::owner_all);
}

TEST_CASE("a disk that fills up while the catalog is made leaves a clear line and a usable home") {
  const Program program;
  auto words = program.command({"catalog", "stats"});
  // 512-byte blocks: 64 kB, less than the seeded catalog.
  words.insert(words.begin(), {"sh", "-c", "trap '' XFSZ; ulimit -f 128; exec \"$@\"", "sh"});
  const auto result = run_process(words, program.environment());
  CAPTURE(result.err);
  CHECK(result.exit_code == 4);
  CHECK(is_one_clear_line(result.err));
  CHECK(program.run({"catalog", "stats"}).exit_code == 0);
}
