#include "catalog/document.h"

#include <doctest/doctest.h>

#include <limits>
#include <ostream>
#include <sstream>
#include <string>
#include <vector>

#include "catalog/bundle.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "catalog/store.h"
#include "catalog/upkeep.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

const Model kNet = {.name = "a/net",
                    .publisher = "Ann & Co",
                    .task = "image-segmentation",
                    .domains = {"image", "video"},
                    .description = "Cuts people out",
                    .architecture = "U-Net",
                    .dataset = "COCO 2017",
                    .license = "Apache-2.0",
                    .languages = {"en", "de"}};

Artifact artifact(std::string name, std::optional<Bytes> size = Bytes{5}) {
  Artifact result{.name = "a/net/" + std::move(name), .model = "a/net"};
  result.references = {"hf:a/net/x.tflite", "https://example.org/x.tflite"};
  result.sha256 = digest("ab");
  result.size = size;
  result.precision = "int8";
  return result;
}

std::vector<std::string> documents(Catalog& catalog) {
  std::vector<std::string> result;
  Query query = catalog.store().query("SELECT words FROM artifact_document ORDER BY place");
  while (query.step()) result.push_back(query.text(0));
  return result;
}

std::size_t found(Catalog& catalog, const SearchQuery& query) {
  return search(catalog, query).rows.size();
}

}  // namespace

TEST_CASE("a document has names' words marked, other words plain, and facets, each once") {
  CHECK(document_of({.name = "a/net_a",
                     .task = "image-segmentation",
                     .domains = "image|video",
                     .publisher = "Ann & Co",
                     .license_class = "permissive",
                     .references = "hf:x\nhttps://y\nhf:z",
                     .starter = true}) ==
        "#c=permissive #d=image #d=video #h=hf #h=https #p=ann___co #starter "
        "#t=image_segmentation =a =net image segmentation video ");
}

TEST_CASE("an artifact's place is the same in SQL: its size, unknown ones last, then its id") {
  Catalog catalog(":memory:");
  put_model(catalog, {.name = "a/net"});
  const std::optional<Bytes> sizes[] = {
      Bytes{0},       Bytes{1},
      Bytes{1 << 30}, Bytes{std::uint64_t{1} << 35},
      std::nullopt,   Bytes{std::numeric_limits<std::int64_t>::max()}};
  for (const auto& size : sizes) {
    put_artifact(catalog, artifact("x" + std::to_string(size ? size->count : 7), size));
  }
  Query query = catalog.store().query("SELECT size, id, place FROM artifact ORDER BY id");
  while (query.step()) {
    CHECK(query.integer(2) == place_of(query.size(0), query.integer(1)));
    CHECK((query.integer(2) & kIdMask) == query.integer(1));
  }
  CHECK(place_of(Bytes{2}, kIdMask) < place_of(Bytes{3}, 1));
  CHECK(place_of(Bytes{std::numeric_limits<std::int64_t>::max()}, 1) < place_of({}, 1));
  CHECK(failure_of([&] {
          put_artifact(catalog, artifact("y", Bytes{std::numeric_limits<std::uint64_t>::max()}));
        }).kind == ErrorKind::usage);
}

TEST_CASE("every word and facet finds, whether a row was entered alone or imported") {
  Catalog alone(":memory:");
  put_model(alone, kNet);
  put_artifact(alone, artifact("x"));
  std::stringstream bundle;
  export_bundle(alone, bundle);
  Catalog imported(":memory:");
  import_bundle(imported, bundle);
  CHECK(documents(alone) == documents(imported));
  for (auto* catalog : {&alone, &imported}) {
    const SearchQuery queries[] = {{.text = "people net"},
                                   {.domain = "Video"},
                                   {.task = "image segmentation"},
                                   {.input = "image"},
                                   {.license = "apache-2.0"},
                                   {.license = "permissive"},
                                   {.publisher = "Ann & Co"},
                                   {.architecture = "u-net"},
                                   {.dataset = "coco 2017"},
                                   {.language = "de"},
                                   {.hub = "https"},
                                   {.precision = "int8"},
                                   {.format = ArtifactFormat::tflite}};
    for (const auto& query : queries) CHECK(found(*catalog, query) == 1);
    // The same term, another value.
    CHECK(found(*catalog, {.publisher = "Ann + Co"}) == 0);
    CHECK(found(*catalog, {.architecture = "u net"}) == 0);
    CHECK(verify(*catalog).empty());
  }
}

TEST_CASE("what changes while an import goes on is found as it is afterwards") {
  Catalog catalog(":memory:");
  put_model(catalog, {.name = "a/net", .task = "image-segmentation", .domains = {"image"}});
  put_artifact(catalog, {.name = "a/net/old", .model = "a/net"});
  Catalog other(":memory:");
  put_model(other, kNet);
  put_artifact(other, artifact("old", Bytes{9}));
  put_artifact(other, artifact("x"));
  put_inspection(other, {.sha256 = digest("ab"), .precision = "float16"});
  std::stringstream bundle;
  export_bundle(other, bundle);
  import_bundle(catalog, bundle);
  CHECK(verify(catalog).empty());
  CHECK(found(catalog, {.text = "people", .precision = "float16"}) == 2);
  CHECK(found(catalog, {.precision = "int8"}) == 0);
  CHECK(found(catalog, {.max_size = Bytes{9}}) == 2);
  compact(catalog);
  CHECK(verify(catalog).empty());
  CHECK(found(catalog, {.text = "peo", .publisher = "Ann & Co"}) == 2);
}

}  // namespace litezoo::catalog
