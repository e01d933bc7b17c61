#include "catalog/schema.h"

#include <doctest/doctest.h>

#include <SQLiteCpp/Database.h>
#include <ostream>
#include <string>

#include "catalog/claims.h"
#include "catalog/listings.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/provenance.h"
#include "catalog/search.h"
#include "catalog/stats.h"
#include "catalog/upkeep.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

std::string released(std::size_t version) {
  return read_text_file(std::filesystem::path(LITEZOO_SOURCE_DIR) / "tests" / "catalog" /
                        "schemas" / ("v" + std::to_string(version) + ".sql"));
}

void make_released(const std::filesystem::path& path, std::size_t version) {
  SQLite::Database database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  database.exec(released(version));
}

}  // namespace

TEST_CASE("a catalog of every released schema is brought forward with all that was in it") {
  for (std::size_t version = 1; version < migrations().size(); ++version) {
    CAPTURE(version);
    const CatalogFile file;
    make_released(file.path, version);
    Catalog catalog(file.path);
    CHECK(stats(catalog).schema_version == migrations().size());
    const Entry entry = find_artifact(catalog, "old/net/int8");
    CHECK(entry.model.license == "MIT");
    CHECK(entry.artifact.size == Bytes{1234});
    REQUIRE(entry.file);
    CHECK(search(catalog, {.text = "early matting", .domain = "image"}).rows.size() == 1);
    CHECK(find_inspection(catalog, entry.artifact.sha256)->parameters == 7);
    const auto measured = measurements(catalog, entry.artifact.sha256);
    REQUIRE(measured.size() == 1);
    CHECK(measured[0].samples == std::vector<Nanoseconds>{Nanoseconds(5), Nanoseconds(7)});
    REQUIRE(claims(catalog, "old/net").size() == 1);
    CHECK(claims(catalog, "old/net")[0].raw == "75 %");
    const auto problems = verify(catalog);
    REQUIRE(problems.size() == 1);  // the file that the fixture notes is not there
    CHECK(problems[0].find("'/x'") != std::string::npos);
    CHECK(provenance(catalog).size() == (version >= 2 ? 1 : 0));

    CHECK(seed(catalog, shipped_tables()));
    CHECK(find_artifact(catalog, "old/net/int8").artifact.precision == "int8");
    const Listing more{.model = {.name = "old/net"}, .artifacts = {}, .claims = {}};
    CHECK(put_listings(catalog, {&more, 1}).models == 0);
    CHECK(verify(catalog).size() == 1);
  }
}

TEST_CASE("a migration that fails leaves the catalog as it was") {
  const CatalogFile file;
  make_released(file.path, 1);
  SQLite::Database(file.path.string(), SQLite::OPEN_READWRITE).exec("CREATE TABLE provenance(x)");
  CHECK_THROWS_AS(Catalog{file.path}, Error);
  SQLite::Database database(file.path.string());
  CHECK(database.execAndGet("PRAGMA user_version").getInt() == 1);
  CHECK(database.execAndGet("SELECT count(*) FROM sqlite_schema WHERE name = 'bundle'").getInt() ==
        0);
}

TEST_CASE("a released script stays as it was") {
  // The fixtures begin with the scripts as they were released.
  for (std::size_t version = 1; version < migrations().size(); ++version) {
    CHECK(released(version).find(migrations()[version - 1]) != std::string::npos);
  }
}

}  // namespace litezoo::catalog
