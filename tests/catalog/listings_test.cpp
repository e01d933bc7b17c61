#include "catalog/listings.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <vector>

#include "catalog/claims.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "catalog/stats.h"
#include "catalog/upkeep.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

Listing listing(const std::string& name, const std::string& sha256) {
  return {.model = {.name = name,
                    .publisher = "org",
                    .task = "image-classification",
                    .domains = {"image"},
                    .license = "MIT",
                    .source = "hub"},
          .artifacts = {{.name = name + "/int8",
                         .model = name,
                         .references = {"hf:" + name + "/int8.tflite"},
                         .sha256 = sha256,
                         .precision = "int8"}},
          .claims = {{.artifact_or_model = name, .metric = "top1", .value = 0.5, .raw = "50 %"}}};
}

ListingCounts put(Catalog& catalog, const Listing& one) {
  return put_listings(catalog, {&one, 1});
}

}  // namespace

TEST_CASE("listings are found by text and domain, and putting them twice changes nothing") {
  Catalog catalog = shipped_catalog();
  const auto before = stats(catalog);
  std::vector<Listing> all;
  for (int i = 0; i < 300; ++i) all.push_back(listing("org/zebranet" + std::to_string(i), ""));
  const ListingCounts counts = put_listings(catalog, all);
  CHECK(counts.models == 300);
  CHECK(counts.artifacts == 300);
  CHECK(counts.claims == 300);
  CHECK(search(catalog, {.text = "zebranet", .limit = 0}).rows.size() == 300);
  CHECK(search(catalog, {.domain = "image", .publisher = "org", .limit = 0}).rows.size() == 300);
  CHECK(stats(catalog).artifacts == before.artifacts + 300);
  CHECK(verify(catalog).empty());
  const ListingCounts again = put_listings(catalog, all);
  CHECK(again.models + again.artifacts + again.claims == 0);
  CHECK(stats(catalog).artifacts == before.artifacts + 300);
}

TEST_CASE("a later listing replaces what an earlier one said, but keeps a known digest") {
  Catalog catalog(":memory:");
  put(catalog, listing("org/net", digest("aa")));
  Listing later = listing("org/net", "");
  later.model.license = "Apache-2.0";
  later.artifacts[0].references = {"hf:org/net@2/int8.tflite"};
  put(catalog, later);
  const Entry entry = find_artifact(catalog, "org/net/int8");
  CHECK(entry.model.license == "Apache-2.0");
  CHECK(entry.artifact.sha256 == digest("aa"));
  CHECK(entry.artifact.references == later.artifacts[0].references);
  CHECK(search(catalog, {.license = "Apache-2.0"}).rows.size() == 1);
  CHECK(verify(catalog).empty());
}

TEST_CASE("of a shipped row a listing only fills gaps") {
  Catalog catalog = shipped_catalog();
  const Entry shipped = find_artifact(catalog, "mediapipe/selfie_segmentation");
  Listing other = listing(shipped.model.name, "");
  other.model.dataset = "portraits";
  other.artifacts[0].name = shipped.artifact.name;
  put(catalog, other);
  const Entry entry = find_artifact(catalog, "mediapipe/selfie_segmentation");
  CHECK(entry.model.license == shipped.model.license);
  CHECK(entry.artifact.sha256 == shipped.artifact.sha256);
  CHECK(entry.artifact.starter);
  CHECK(entry.artifact.references.size() == shipped.artifact.references.size() + 1);
}

TEST_CASE("the same bytes under another name are one artifact with one more place") {
  Catalog catalog(":memory:");
  put(catalog, listing("org/net", digest("aa")));
  const ListingCounts counts = put(catalog, listing("fork/net", digest("aa")));
  CHECK(counts.joined == 1);
  CHECK(counts.models + counts.artifacts == 0);
  CHECK(stats(catalog).models == 1);
  CHECK(find_artifact(catalog, "org/net/int8").artifact.references.size() == 2);
  CHECK(claims(catalog, "org/net").size() == 1);
  CHECK(put(catalog, listing("fork/net", digest("aa"))).joined == 1);
  CHECK(find_artifact(catalog, "org/net/int8").artifact.references.size() == 2);
}

TEST_CASE("a listing that makes no sense enters nothing of its call") {
  Catalog catalog(":memory:");
  Listing bad = listing("org/bad", "not a digest");
  const std::vector<Listing> both = {listing("org/net", ""), bad};
  CHECK(failure_of([&] { put_listings(catalog, both); }).kind == ErrorKind::usage);
  CHECK(stats(catalog).models == 0);
  bad.artifacts[0].sha256.clear();
  bad.artifacts[0].model = "org/another";
  CHECK(failure_of([&] { put(catalog, bad); }).kind == ErrorKind::not_found);
  CHECK(put(catalog, listing("org/net", "")).artifacts == 1);
  CHECK(search(catalog, {.text = "net"}).rows.size() == 1);
}

}  // namespace litezoo::catalog
