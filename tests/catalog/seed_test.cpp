#include "catalog/seed.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>

#include "base/hash.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "catalog/stats.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

constexpr const char* kTasks = "id\tdisplay_name\tdomains\tsynonyms\nimage-x\tX\timage\t\n";
constexpr const char* kModels =
    "name\tpublisher\ttask\tdomains\tarchitecture\tdataset\tlicense\tlanguages\tdescription\tlink\t"
    "source\n"
    "p/one\tp\timage-x\timage\t\t\tMIT\t\tfirst\t\ts\n"
    "p/two\tp\timage-x\timage\t\t\tMIT\t\tsecond\t\ts\n";
constexpr const char* kArtifactColumns =
    "name\tmodel\tformat\tprecision\tsize\tsha256\tstarter\trevision\treferences\n";
constexpr const char* kClaims =
    "subject\tmetric\tdataset\tsplit\tvariant\tvalue\tunit\traw\tsource\tdate\n"
    "p/one\ttop1\td\t\t\t0.5\tfraction\t50%\ts\t\n";

SeedTables tables(const std::string& artifacts, const char* version) {
  return {.tasks = kTasks,
          .models = kModels,
          .artifacts = artifacts,
          .claims = kClaims,
          .digest = version};
}

}  // namespace

TEST_CASE("seeding twice writes once") {
  Catalog catalog(":memory:");
  CHECK(seed(catalog, shipped_tables()));
  const Stats first = stats(catalog);
  CHECK(first.artifacts >= 375);
  CHECK(first.starter >= 14);
  CHECK(first.tasks >= 47);
  CHECK_FALSE(seed(catalog, shipped_tables()));
  SeedTables again = shipped_tables();
  again.digest = "the same content under another name";
  CHECK(seed(catalog, again));
  const Stats second = stats(catalog);
  CHECK(second.artifacts == first.artifacts);
  CHECK(second.models == first.models);
  CHECK(second.claims == first.claims);
  CHECK(second.artifacts_of_task == first.artifacts_of_task);
  CHECK(
      search(catalog, {.text = "movenet", .limit = 0}).rows.size() ==
      search(catalog, {.text = "movenet", .task = "image-pose-detection", .limit = 0}).rows.size());
}

TEST_CASE("seeding a newer release keeps what the user has done") {
  Catalog catalog(":memory:");
  const std::string both = std::string(kArtifactColumns) +
                           "p/one/1\tp/one\ttflite\t\t\t\t\t1\thttps://x/1\n"
                           "p/one/2\tp/one\ttflite\t\t\t\t\t1\thttps://x/2\n"
                           "p/two/1\tp/two\ttflite\t\t\t\t\t1\thttps://x/3\n";
  seed(catalog, tables(both, "1"));
  record_fetched(catalog, "p/one/1", {.sha256 = digest("aa"), .size = Bytes{5}, .path = "/aa"});
  record_fetched(catalog, "p/two/1", {.sha256 = digest("bb"), .size = Bytes{6}, .path = "/bb"});
  put_device(catalog, {.fingerprint = "f"});
  put_measurement(catalog, {.sha256 = digest("aa"), .device = "f"});
  put_model(catalog, {.name = "mine/net"});
  put_artifact(catalog, {.name = "mine/net/1", .model = "mine/net"});

  const std::string less =
      std::string(kArtifactColumns) + "p/one/1\tp/one\ttflite\tint8\t\t\t1\t1\thttps://y/1\n";
  CHECK(seed(catalog, tables(less, "2")));

  const Entry kept = find_artifact(catalog, "p/one/1");
  CHECK(kept.artifact.sha256 == digest("aa"));
  CHECK(kept.artifact.size == Bytes{5});
  CHECK(kept.artifact.precision == "int8");
  CHECK(kept.artifact.references == std::vector<std::string>{"https://y/1"});
  CHECK(kept.artifact.starter);
  REQUIRE(kept.file);
  CHECK(measurements(catalog, digest("aa")).size() == 1);
  CHECK(find_artifact(catalog, "p/two/1").file);
  CHECK(find_artifact(catalog, "mine/net/1").model.name == "mine/net");
  CHECK(failure_of([&] { find_artifact(catalog, "p/one/2"); }).kind == ErrorKind::not_found);
  CHECK(search(catalog, {.domain = "image", .limit = 0}).rows.size() == 2);
  CHECK(stats(catalog).claims == 1);
}

TEST_CASE("a malformed table changes nothing and says where") {
  Catalog catalog(":memory:");
  struct Case {
    std::string artifacts;
    std::string_view message;
  };
  const Case cases[] = {
      {std::string(kArtifactColumns) + "p/one/1\tp/one\n", "'artifacts', line 2 has 2 columns"},
      {std::string(kArtifactColumns) + "p/one/1\tp/one\ttflite\t\tmuch\t\t\t1\tx\n",
       "'much' is not a number"},
      {"name\tmodel\np/one/1\tp/one\n", "has no column 'format'"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.message);
    const auto failure = failure_of([&] { seed(catalog, tables(c.artifacts, "bad")); });
    CHECK(failure.kind == ErrorKind::corrupt);
    CHECK(failure.message.find(c.message) != std::string::npos);
    CHECK(stats(catalog).models == 0);
  }
}

TEST_CASE("every starter model is pinned and can be had from two places") {
  Catalog catalog = shipped_catalog();
  const auto starters = starter_artifacts(catalog);
  CHECK(starters.size() >= 14);
  std::set<std::string> digests;
  for (const auto& entry : starters) {
    CAPTURE(entry.artifact.name);
    CHECK(is_sha256(entry.artifact.sha256));
    CHECK(digests.insert(entry.artifact.sha256).second);
    REQUIRE(entry.artifact.size);
    CHECK(entry.artifact.size->count > 100'000);
    CHECK(entry.artifact.references.size() >= 2);
    CHECK(entry.artifact.references.front().starts_with("https://storage.googleapis.com/"));
    CHECK(std::ranges::any_of(entry.artifact.references,
                              [](const std::string& place) { return place.starts_with("npm:@"); }));
    CHECK(entry.model.license == "Apache-2.0");
    CHECK(entry.model.publisher == "mediapipe");
    CHECK(find_task(catalog, entry.model.task).domains == entry.model.domains);
  }
}

}  // namespace litezoo::catalog
