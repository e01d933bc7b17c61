#include "catalog/upkeep.h"

#include <doctest/doctest.h>

#include <SQLiteCpp/Database.h>
#include <algorithm>
#include <fstream>
#include <ostream>
#include <string>

#include "catalog/models.h"
#include "catalog/search.h"
#include "catalog/stats.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {

TEST_CASE("a whole catalog verifies clean") {
  Catalog catalog = shipped_catalog();
  CHECK(verify(catalog).empty());
}

TEST_CASE("verify tells of missing and changed files, dangling rows and a stale full text") {
  const CatalogFile file;
  Catalog catalog(file.path);
  seed(catalog, shipped_tables());
  record_fetched(
      catalog, "",
      {.sha256 = digest("aa"), .size = Bytes{3}, .path = file.directory.path() / "gone"});
  const auto changed = file.directory.path() / "changed";
  std::ofstream(changed) << "four";
  record_fetched(catalog, "", {.sha256 = digest("bb"), .size = Bytes{3}, .path = changed});
  CHECK(verify(catalog).size() == 2);
  CHECK(verify(catalog).at(0).find("4 bytes instead of 3") != std::string::npos);
  CHECK(verify(catalog).at(1).find("sha256:aa") != std::string::npos);

  SQLite::Database other(file.path.string(), SQLite::OPEN_READWRITE);
  other.exec("UPDATE model SET description = 'changed behind the full text' WHERE id = 1");
  other.exec("UPDATE artifact SET model_id = 999999 WHERE id = 2");
  const auto problems = verify(catalog);
  REQUIRE(problems.size() == 4);
  CHECK(problems.at(0).find("'artifact' refers to a missing row of 'model'") != std::string::npos);
  CHECK(problems.at(1).find("full text") != std::string::npos);

  other.exec("UPDATE artifact SET model_id = 1 WHERE id = 2");
  compact(catalog);
  CHECK(verify(catalog).size() == 2);
  CHECK(search(catalog, {.text = "changed behind"}).rows.size() >= 1);
}

TEST_CASE("verify tells of what was dropped") {
  struct Drop {
    std::string what, named;
  };
  const Drop drops[] = {
      {"TABLE claim", "table 'claim'"},
      {"INDEX artifact_by_digest", "index 'artifact_by_digest'"},
      {"TABLE artifact_text", "table 'artifact_text_data'"},
      {"VIEW artifact_document", "view 'artifact_document'"},
      {"TABLE provenance", "table 'provenance'"},
  };
  for (const Drop& drop : drops) {
    CAPTURE(drop.what);
    const CatalogFile file;
    Catalog catalog(file.path);
    seed(catalog, shipped_tables());
    SQLite::Database(file.path.string(), SQLite::OPEN_READWRITE).exec("DROP " + drop.what);
    const auto problems = verify(catalog);
    CHECK(std::ranges::any_of(problems, [&](const std::string& problem) {
      return problem.find(drop.named + " is missing") != std::string::npos;
    }));
  }
}

TEST_CASE("a backup is a whole catalog, and never overwrites") {
  const CatalogFile file;
  Catalog catalog(file.path);
  seed(catalog, shipped_tables());
  const auto target = file.directory.path() / "deep" / "backup.db";
  back_up(catalog, target);
  Catalog copy(target);
  CHECK(stats(copy).artifacts == stats(catalog).artifacts);
  CHECK(verify(copy).empty());
  CHECK(failure_of([&] { back_up(catalog, target); }).kind == ErrorKind::usage);
  CHECK(failure_of([&] { back_up(catalog, "/proc/litezoo/backup.db"); }).kind == ErrorKind::io);
}

TEST_CASE("compacting gives pages back") {
  const CatalogFile file;
  Catalog catalog(file.path);
  seed(catalog, shipped_tables());
  seed(catalog, {.tasks = {}, .models = {}, .artifacts = {}, .claims = {}, .digest = "nothing"});
  CHECK(stats(catalog).artifacts == 0);
  const Compaction result = compact(catalog);
  CHECK(result.before > result.after);
  CHECK(verify(catalog).empty());
}

}  // namespace litezoo::catalog
