#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <set>
#include <string>

#include "catalog/claims.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "catalog/stats.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

std::uint64_t count_of(const std::vector<Facet>& facets, std::string_view facet,
                       std::string_view value) {
  const auto row = std::ranges::find(facets, facet, &Facet::name);
  REQUIRE(row != facets.end());
  const auto count = std::ranges::find(row->counts, value, &FacetCount::value);
  return count == row->counts.end() ? 0 : count->count;
}

}  // namespace

TEST_CASE("a facet counts what a search for its value finds") {
  Catalog catalog = shipped_catalog();
  for (const SearchQuery& query :
       {SearchQuery{}, SearchQuery{.text = "mobilenet"}, SearchQuery{.domain = "audio"},
        SearchQuery{.task = "image-segmentation", .license = "permissive"}}) {
    const auto all = facets(catalog, query);
    const auto found = [&](SearchQuery narrowed) {
      narrowed.limit = 0;
      narrowed.sort = SortKey::size;
      return search(catalog, narrowed).rows.size();
    };
    SearchQuery narrowed = query;
    narrowed.precision = "int8";
    CHECK(count_of(all, "precision", "int8") == found(narrowed));
    narrowed = query;
    narrowed.publisher = "tensorflow";
    CHECK(count_of(all, "publisher", "tensorflow") == found(narrowed));
    if (query.license.empty()) {
      narrowed = query;
      narrowed.license = "unknown";
      CHECK(count_of(all, "license class", "unknown") == found(narrowed));
    }
    if (query.domain.empty()) {
      narrowed = query;
      narrowed.domain = "image";
      CHECK(count_of(all, "domain", "image") == found(narrowed));
    }
    CHECK(count_of(all, "fetched", "no") == found(query));
  }
  CHECK(facets(catalog, {.text = "?!"}).empty());
}

TEST_CASE("facets tell inputs, parameters, several languages and what is here") {
  Catalog catalog(":memory:");
  put_model(catalog, {.name = "a/x", .task = "image-segmentation", .languages = {"de", "en"}});
  put_model(catalog, {.name = "a/y", .task = "audio-stt"});
  put_artifact(catalog, {.name = "a/x/1", .model = "a/x", .sha256 = digest("aa")});
  put_artifact(catalog, {.name = "a/y/1", .model = "a/y", .sha256 = digest("bb")});
  put_inspection(catalog, {.sha256 = digest("aa"), .parameters = 2'000'000});
  put_claim(catalog, {.artifact_or_model = "a/y", .metric = "parameters", .value = 5e8});
  put_device(catalog, {.fingerprint = "here"});
  put_measurement(catalog, {.sha256 = digest("aa"), .device = "here"});
  const auto all = facets(catalog, {.device = "here"}, std::vector{digest("bb")});
  CHECK(count_of(all, "input", "image") == 1);
  CHECK(count_of(all, "input", "audio") == 1);
  CHECK(count_of(all, "parameters", "1 to 10 million") == 1);
  CHECK(count_of(all, "parameters", "100 million or more") == 1);
  CHECK(count_of(all, "language", "de") == 1);
  CHECK(count_of(all, "language", "en") == 1);
  CHECK(count_of(all, "language", "") == 1);
  CHECK(count_of(all, "measured here", "yes") == 1);
  CHECK(count_of(all, "runnable here", "yes") == 1);
  CHECK(count_of(facets(catalog, {.device = "there"}), "measured here", "yes") == 0);
  const auto none = facets(catalog, {});
  CHECK(std::ranges::find(none, "runnable here", &Facet::name) == none.end());
}

TEST_CASE("a facet of many values says how many it does not list") {
  Catalog catalog(":memory:");
  for (int i = 0; i < 43; ++i) {
    const std::string name = "m" + std::to_string(i);
    put_model(catalog, {.name = name, .publisher = name});
    put_artifact(catalog, {.name = name + "/x", .model = name});
  }
  const auto all = facets(catalog, {});
  const auto publishers = std::ranges::find(all, "publisher", &Facet::name);
  CHECK(publishers->counts.size() == 40);
  CHECK(publishers->others == 3);
}

TEST_CASE("pages in any order give every artifact once, in that order") {
  Catalog catalog = shipped_catalog();
  struct Case {
    std::string_view name;
    SearchQuery query;
  };
  const Case cases[] = {
      {"all by size", {.sort = SortKey::size}},
      {"all by size, largest first", {.sort = SortKey::size, .descending = true}},
      {"a task by size, largest first",
       {.task = "image-segmentation", .sort = SortKey::size, .descending = true}},
      {"several words by relevance", {.text = "image classification"}},
      {"all by name", {.sort = SortKey::name}},
      {"all by task", {.sort = SortKey::task}},
      {"all by licence", {.sort = SortKey::license}},
      {"a domain", {.domain = "image", .sort = SortKey::size}},
      {"a text by relevance", {.text = "mobilenet"}},
      {"a text by name", {.text = "mobilenet", .sort = SortKey::name}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    SearchQuery query = c.query;
    query.limit = 0;
    const auto whole = search(catalog, query);
    query.limit = 37;
    std::vector<std::string> paged;
    bool more = true;
    while (more) {
      const auto page = search(catalog, query);
      REQUIRE_FALSE(page.rows.empty());
      for (const auto& row : page.rows) paged.push_back(row.artifact);
      query.after = paged.back();
      more = page.more;
    }
    CHECK(paged.size() == whole.rows.size());
    CHECK(std::ranges::equal(paged, whole.rows, {}, {}, &SearchRow::artifact));
    CHECK(std::set<std::string>(paged.begin(), paged.end()).size() == paged.size());
  }
  for (const auto& text : {"", "mobilenet"}) {
    CHECK(failure_of([&] { search(catalog, {.text = text, .after = "no such"}); }).kind ==
          ErrorKind::usage);
  }
}

TEST_CASE("a search narrows by architecture, dataset, language and published accuracy") {
  Catalog catalog = shipped_catalog();
  const auto count = [&](SearchQuery query) {
    query.limit = 0;
    return search(catalog, query).rows.size();
  };
  CHECK(count({.architecture = "EfficientDet"}) >= 15);
  CHECK(count({.dataset = "speech commands"}) >= 20);
  CHECK(count({.language = "de"}) == 2);
  CHECK(count({.publisher = "arm", .has_accuracy = true}) == count({.publisher = "arm"}));
  CHECK(count({.publisher = "mediapipe", .has_accuracy = true}) == 0);
  CHECK(count({.has_accuracy = true}) + count({.has_accuracy = false}) == stats(catalog).artifacts);
}

}  // namespace litezoo::catalog
