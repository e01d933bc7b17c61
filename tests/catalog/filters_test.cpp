#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>

#include "base/text.h"
#include "catalog/claims.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {

TEST_CASE("each filter lets through what has the value and nothing else") {
  Catalog catalog = shipped_catalog();
  struct Case {
    std::string_view name;
    SearchQuery query;
    bool (*holds)(Catalog&, const SearchRow&);
  };
  const Case cases[] = {
      {"hub",
       {.hub = "npm"},
       [](Catalog& c, const SearchRow& row) {
         const auto places = find_artifact(c, row.artifact).artifact.references;
         return std::ranges::any_of(places, [](const auto& p) { return p.starts_with("npm:"); });
       }},
      {"architecture",
       {.architecture = "EfficientNet-Lite"},
       [](Catalog&, const SearchRow& row) { return row.architecture == "efficientnet-lite"; }},
      {"dataset",
       {.dataset = "imagenet"},
       [](Catalog&, const SearchRow& row) { return to_lower(row.dataset) == "imagenet"; }},
      {"language",
       {.language = "en"},
       [](Catalog&, const SearchRow& row) { return std::ranges::count(row.languages, "en") == 1; }},
      {"parameters",
       {.max_parameters = 5'000'000},
       [](Catalog& c, const SearchRow& row) {
         const auto known = claims(c, row.artifact);
         return std::ranges::any_of(known, [](const Claim& claim) {
           return claim.metric == "parameters" && claim.value <= 5e6;
         });
       }},
      {"has accuracy",
       {.has_accuracy = true},
       [](Catalog& c, const SearchRow& row) {
         return std::ranges::any_of(claims(c, row.artifact), [](const Claim& claim) {
           return higher_is_better(claim.metric).value_or(true) || claim.metric == "WER" ||
                  claim.metric == "LER" || claim.metric == "NME";
         });
       }},
      {"use case",
       {.use_case = "pose_estimation"},
       [](Catalog&, const SearchRow& row) {
         return row.task == "image-pose-detection" || row.task.empty();
       }},
  };
  const auto everything = search(catalog, {.limit = 0}).rows.size();
  for (const auto& c : cases) {
    CAPTURE(c.name);
    SearchQuery query = c.query;
    query.limit = 0;
    const auto rows = search(catalog, query).rows;
    CHECK(rows.size() > 1);
    CHECK(rows.size() < everything);
    for (const auto& row : rows) {
      CAPTURE(row.artifact);
      CHECK(c.holds(catalog, row));
    }
  }
}

TEST_CASE("an inspection's count of parameters goes before a published one") {
  Catalog catalog(":memory:");
  put_model(catalog, {.name = "m"});
  put_artifact(catalog, {.name = "m/1", .model = "m", .sha256 = digest("aa")});
  put_claim(catalog, {.artifact_or_model = "m", .metric = "parameters", .value = 4e6});
  CHECK(search(catalog, {.max_parameters = 4'000'000}).rows.size() == 1);
  put_inspection(catalog, {.sha256 = digest("aa"), .parameters = 4'100'000});
  CHECK(search(catalog, {.max_parameters = 4'000'000}).rows.empty());
  CHECK(search(catalog, {.max_parameters = 4'100'000}).rows.at(0).parameters == 4'100'000);
  CHECK(search(catalog, {.digests = std::vector<std::string>{digest("aa")}}).rows.size() == 1);
  CHECK(search(catalog, {.digests = std::vector<std::string>{}}).rows.empty());
}

TEST_CASE("every order can be turned round and paged through") {
  Catalog catalog = shipped_catalog();
  const auto all = search(catalog, {.limit = 0}).rows.size();
  for (const auto& name : sort_keys()) {
    if (name == "relevance") continue;
    for (const bool descending : {false, true}) {
      CAPTURE(name);
      CAPTURE(descending);
      SearchQuery query{
          .sort = parse_sort_key(name).value(), .descending = descending, .limit = 100};
      std::set<std::string> seen;
      for (bool more = true; more;) {
        const auto page = search(catalog, query);
        for (const auto& row : page.rows) CHECK(seen.insert(row.artifact).second);
        more = page.more;
        if (more) query.after = page.rows.back().artifact;
      }
      CHECK(seen.size() == all);
    }
  }
  const auto largest = search(catalog, {.sort = SortKey::size, .descending = true}).rows;
  REQUIRE(largest.front().size);
  CHECK(std::ranges::is_sorted(largest, std::ranges::greater{},
                               [](const SearchRow& row) { return row.size->count; }));
}

TEST_CASE("claims stand in groups that may be compared") {
  Catalog catalog = shipped_catalog();
  const auto groups = claim_groups(catalog, "tensorflow/hosted/efficientnet_lite0");
  const auto top1 = std::ranges::find_if(groups, [](const ClaimGroup& group) {
    return group.metric == "top1" && group.variant == "float32";
  });
  REQUIRE(top1 != groups.end());
  CHECK(top1->dataset == "ImageNet");
  CHECK(top1->higher_is_better == true);
  CHECK(top1->others >= 10);
  for (const auto& group : groups) {
    for (const auto& claim : group.claims) {
      CHECK(claim.metric == group.metric);
      CHECK(claim.variant == group.variant);
    }
  }
  CHECK(higher_is_better("WER") == false);
  CHECK_FALSE(higher_is_better("colorfulness"));
}

TEST_CASE("the use cases of the example apps have models that are in the catalog") {
  Catalog catalog = shipped_catalog();
  const auto cases = use_cases(catalog);
  CHECK(cases.size() >= 24);
  for (const auto& row : cases) {
    CAPTURE(row.name);
    CHECK(search(catalog, {.use_case = row.name, .limit = 0}).rows.size() == row.artifacts);
    CHECK_FALSE(row.input.empty());
  }
}

TEST_CASE("what needs conversion says how") {
  CHECK(needs_conversion(ArtifactFormat::saved_model));
  CHECK(how_to_convert(ArtifactFormat::saved_model).find("tflite_convert") !=
        std::string_view::npos);
  CHECK_FALSE(needs_conversion(ArtifactFormat::tflite));
  CHECK_FALSE(needs_conversion(ArtifactFormat::task_bundle));
}

TEST_CASE("a filter's value that no artifact has is told, with those like it") {
  Catalog catalog = shipped_catalog();
  struct Case {
    SearchQuery query;
    std::string_view filter;
    std::string near;  // one of those named; empty = none needed
  };
  const Case cases[] = {
      {{.publisher = "Gogle"}, "publisher", "google"},
      {{.architecture = "efficientnet_lite"}, "architecture", "efficientnet-lite"},
      {{.dataset = "imagnet"}, "dataset", "imagenet"},
      {{.language = "xx"}, "language", ""},
      {{.hub = "tfhubb"}, "hub", "tfhub"},
      {{.precision = "int9"}, "precision", "int8"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.filter);
    const auto result = search(catalog, row.query);
    CHECK(result.rows.empty());
    REQUIRE(result.unknown.size() == 1);
    CHECK(result.unknown[0].filter == row.filter);
    CHECK((row.near.empty() || std::ranges::any_of(result.unknown[0].near, [&](const auto& near) {
             return to_lower(near) == row.near;
           })));
  }
  const auto known = search(catalog, {.publisher = "GOOGLE", .max_size = Bytes{1}});
  CHECK(known.rows.empty());
  CHECK(known.unknown.empty());
  CHECK(!search(catalog, {.publisher = "GOOGLE", .precision = "INT8"}).rows.empty());
}

}  // namespace litezoo::catalog
