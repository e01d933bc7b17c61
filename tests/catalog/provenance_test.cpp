#include "catalog/provenance.h"

#include <doctest/doctest.h>

#include <SQLiteCpp/Database.h>
#include <ostream>
#include <sstream>
#include <string>

#include "catalog/bundle.h"
#include "catalog/models.h"
#include "catalog/upkeep.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

std::string bundle(const std::string& name, const std::string& label) {
  Catalog catalog(":memory:");
  put_model(catalog, {.name = name});
  put_artifact(catalog, {.name = name + "/1", .model = name});
  std::ostringstream out;
  export_bundle(catalog, out, {.label = label});
  return out.str();
}

void import_text(Catalog& catalog, const std::string& text) {
  std::istringstream in(text);
  import_bundle(catalog, in);
}

}  // namespace

TEST_CASE("what came from where is logged, with what each bundle brought") {
  Catalog catalog = shipped_catalog();
  const std::string first = bundle("lab/one", "bench 1");
  import_text(catalog, first);
  import_text(catalog, bundle("lab/two", "bench 2"));
  import_text(catalog, first);  // nothing new: no entry
  const auto entries = provenance(catalog);
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].kind == "seed");
  CHECK(entries[0].artifacts >= 900);
  CHECK(entries[0].digest == data::digest());
  CHECK(entries[1].label == "bench 1");
  CHECK(entries[1].models == 1);
  CHECK(entries[1].artifacts == 1);
  CHECK(entries[1].lines == 3);
  CHECK(first.find(entries[1].digest) != std::string::npos);
  CHECK(entries[2].label == "bench 2");
  std::ostringstream out;
  export_bundle(catalog, out);
  CHECK(out.str().find(entries[2].chain) < out.str().find('\n'));
}

TEST_CASE("verify sees an altered, removed or added entry of the log") {
  const char* const tampering[] = {
      "UPDATE provenance SET label = 'somebody else' WHERE id = 2",
      "UPDATE provenance SET at = '2020-01-01T00:00:00Z' WHERE id = 1",
      "UPDATE model SET provenance_id = NULL; UPDATE artifact SET provenance_id = NULL; "
      "DELETE FROM provenance WHERE id = 2",
      "INSERT INTO provenance(kind, label, digest, at, lines, chain) "
      "VALUES('bundle', 'x', 'y', '', 1, '')",
  };
  for (const char* const sql : tampering) {
    CAPTURE(sql);
    const CatalogFile file;
    Catalog catalog(file.path);
    for (const auto* name : {"lab/one", "lab/two", "lab/three"}) {
      import_text(catalog, bundle(name, name));
    }
    CHECK(verify(catalog).empty());
    SQLite::Database(file.path.string(), SQLite::OPEN_READWRITE).exec(sql);
    const auto problems = verify(catalog);
    REQUIRE_FALSE(problems.empty());
    CHECK(problems.front().find("was altered") != std::string::npos);
  }
}

}  // namespace litezoo::catalog
