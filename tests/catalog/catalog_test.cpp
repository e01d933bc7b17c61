#include "catalog/catalog.h"

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <ostream>
#include <string>

#include "catalog/models.h"
#include "catalog/schema.h"
#include "catalog/stats.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {

TEST_CASE("a new catalog is made with its directory and has the newest schema") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "deep" / "er" / "catalog.db";
  {
    Catalog catalog(path);
    CHECK(stats(catalog).schema_version == migrations().size());
  }
  SQLite::Database database(path.string());
  CHECK(database.execAndGet("PRAGMA journal_mode").getString() == "wal");
  CHECK(database.execAndGet("PRAGMA application_id").getInt() == kApplicationId);
}

TEST_CASE("what is no catalog is refused in one line with the path") {
  const CatalogFile file;
  SUBCASE("text") {
    std::ofstream(file.path) << std::string(5000, 'x');
    const auto failure = failure_of([&] { Catalog catalog(file.path); });
    CHECK(failure.kind == ErrorKind::corrupt);
    CHECK(failure.message.find("not a database") != std::string::npos);
    CHECK(failure.message.find(file.path.string()) != std::string::npos);
  }
  SUBCASE("another program's database") {
    SQLite::Database(file.path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE mine(x)");
    const auto failure = failure_of([&] { Catalog catalog(file.path); });
    CHECK(failure.kind == ErrorKind::corrupt);
    CHECK(failure.message.find("another program") != std::string::npos);
    SQLite::Database after(file.path.string());
    CHECK_FALSE(after.tableExists("model"));
  }
  SUBCASE("a newer catalog") {
    { Catalog made(file.path); }
    SQLite::Database(file.path.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 999");
    const auto failure = failure_of([&] { Catalog catalog(file.path); });
    CHECK(failure.kind == ErrorKind::io);
    CHECK(failure.message.find("newer Litezoo (schema 999") != std::string::npos);
  }
  SUBCASE("a directory") {
    std::filesystem::create_directory(file.path);
    const auto failure = failure_of([&] { Catalog catalog(file.path); });
    CHECK(failure.kind == ErrorKind::io);
    CHECK(failure.message.find(file.path.string()) != std::string::npos);
  }
  SUBCASE("a place where no directory can be made") {
    const auto failure = failure_of([] { Catalog catalog("/proc/litezoo/catalog.db"); });
    CHECK(failure.kind == ErrorKind::io);
    CHECK(failure.message.find("LITEZOO_HOME") != std::string::npos);
  }
}

TEST_CASE("a truncated catalog is called damaged") {
  const CatalogFile file;
  {
    Catalog catalog(file.path);
    seed(catalog, shipped_tables());
  }
  const auto whole = std::filesystem::file_size(file.path);
  for (const std::uintmax_t size : {whole / 2, std::uintmax_t{8192}, std::uintmax_t{4096 + 17}}) {
    CAPTURE(size);
    std::filesystem::resize_file(file.path, size);
    const auto failure = failure_of([&] {
      Catalog catalog(file.path);
      static_cast<void>(stats(catalog));
    });
    CHECK(failure.kind == ErrorKind::corrupt);
    CHECK(failure.message.find("damaged") != std::string::npos);
  }
}

TEST_CASE("a catalog that another process has locked is refused after the busy timeout") {
  const CatalogFile file;
  { Catalog made(file.path); }
  SQLite::Database holder(file.path.string(), SQLite::OPEN_READWRITE);
  holder.exec("BEGIN IMMEDIATE");
  Catalog catalog(file.path, {.busy_timeout = std::chrono::milliseconds(30)});
  CHECK(stats(catalog).models == 0);
  const auto failure = failure_of([&] { put_model(catalog, {.name = "a/b"}); });
  CHECK(failure.kind == ErrorKind::io);
  CHECK(failure.message.find("locked by another process") != std::string::npos);
  holder.exec("COMMIT");
  put_model(catalog, {.name = "a/b"});
  CHECK(stats(catalog).models == 1);
}

TEST_CASE("a catalog in a read-only directory is refused with the next step") {
  const CatalogFile file;
  { Catalog made(file.path); }
  using std::filesystem::perms;
  std::filesystem::permissions(file.path, perms::owner_read | perms::others_read);
  std::filesystem::permissions(file.directory.path(), perms::owner_read | perms::owner_exec |
                                                          perms::others_read | perms::others_exec);
  // Root may write everywhere, so another user tries.
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65534) != 0) _exit(3);
    const auto failure = failure_of([&] {
      Catalog catalog(file.path);
      put_model(catalog, {.name = "a/b"});
    });
    const bool right =
        failure.kind == ErrorKind::io && failure.message.find("LITEZOO_HOME") != std::string::npos;
    _exit(right ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::filesystem::permissions(file.directory.path(), perms::owner_all);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("two processes that start at once both get a whole catalog") {
  const CatalogFile file;
  pid_t children[4];
  for (pid_t& child : children) {
    child = fork();
    if (child != 0) continue;
    try {
      Catalog catalog(file.path);
      seed(catalog, shipped_tables());
      _exit(stats(catalog).artifacts > 0 ? 0 : 1);
    } catch (const Error& error) {
      std::fputs(error.what(), stderr);
      _exit(2);
    }
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WEXITSTATUS(status) == 0);
  }
}

}  // namespace litezoo::catalog
