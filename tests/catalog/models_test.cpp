#include "catalog/models.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>

#include "catalog/claims.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

Catalog small_catalog() {
  Catalog catalog(":memory:");
  put_model(catalog, {.name = "acme/net",
                      .publisher = "acme",
                      .task = "image-classification",
                      .domains = {"image"},
                      .license = "MIT",
                      .languages = {"en", "de"},
                      .source = "a test"});
  for (const std::string precision : {"int8", "float32"}) {
    put_artifact(catalog, {.name = "acme/net/" + precision,
                           .model = "acme/net",
                           .references = {"https://a.example/" + precision, "npm:x/" + precision},
                           .size = Bytes{precision == "int8" ? 100U : 400U},
                           .precision = precision});
  }
  return catalog;
}

}  // namespace

TEST_CASE("a model and its artifact come back as they were put") {
  Catalog catalog = small_catalog();
  const Entry entry = find_artifact(catalog, "acme/net/int8");
  CHECK(entry.artifact.references ==
        std::vector<std::string>{"https://a.example/int8", "npm:x/int8"});
  CHECK(entry.artifact.size == Bytes{100});
  CHECK(entry.artifact.precision == "int8");
  CHECK(entry.model.languages == std::vector<std::string>{"en", "de"});
  CHECK(entry.model.source == "a test");
  CHECK(entry.model.task == "image-classification");
  CHECK_FALSE(entry.file);
  CHECK(find_model(catalog, "acme/net")->license == "MIT");
  CHECK_FALSE(find_model(catalog, "acme/other"));
}

TEST_CASE("a reference finds one artifact or says which fit") {
  Catalog catalog = small_catalog();
  put_artifact(catalog,
               {.name = "acme/net/pinned", .model = "acme/net", .sha256 = digest("abcdef12")});
  struct Case {
    std::string_view reference;
    std::string_view found;  // empty = an error
    ErrorKind kind;
    std::string_view message;
  };
  const Case cases[] = {
      {"acme/net/int8", "acme/net/int8", {}, ""},
      {"INT8", "acme/net/int8", {}, ""},
      {"float", "acme/net/float32", {}, ""},
      {"sha256:abc", "acme/net/pinned", {}, ""},
      {"sha256:ABC", "acme/net/pinned", {}, ""},
      {"abcdef12", "acme/net/pinned", {}, ""},
      {"acme/net", "", ErrorKind::usage, "'acme/net/int8'"},
      {"net", "", ErrorKind::usage, "fits 3 artifacts"},
      {"acme/net/in8", "", ErrorKind::not_found, "did you mean acme/net/int8"},
      {"", "", ErrorKind::not_found, "no artifact ''"},
      {"%", "", ErrorKind::not_found, "no artifact"},
      {"sha256:xyz", "", ErrorKind::usage, "hexadecimal"},
      {"sha256:ffff", "", ErrorKind::not_found, "no artifact"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.reference);
    if (!c.found.empty()) {
      CHECK(find_artifact(catalog, c.reference).artifact.name == c.found);
      continue;
    }
    const auto failure = failure_of([&] { find_artifact(catalog, c.reference); });
    CAPTURE(failure.message);
    CHECK(failure.kind == c.kind);
    CHECK(failure.message.find(c.message) != std::string::npos);
  }
}

TEST_CASE("an artifact without a digest is pinned by its first fetch, and held to it") {
  Catalog catalog = small_catalog();
  const StoredFile file{.sha256 = digest("aa"), .size = Bytes{7}, .path = "/store/aa"};
  record_fetched(catalog, "acme/net/int8", file);
  const Entry entry = find_artifact(catalog, "acme/net/int8");
  CHECK(entry.artifact.sha256 == digest("aa"));
  CHECK(entry.artifact.size == Bytes{100});
  REQUIRE(entry.file);
  CHECK(entry.file->path == "/store/aa");
  CHECK_FALSE(entry.file->fetched_at.empty());

  const auto failure = failure_of([&] {
    record_fetched(catalog, "acme/net/int8",
                   {.sha256 = digest("bb"), .size = Bytes{7}, .path = "/store/bb"});
  });
  CHECK(failure.kind == ErrorKind::corrupt);
  CHECK_FALSE(find_file(catalog, digest("bb")));

  put_artifact(catalog, {.name = "acme/net/int8", .model = "acme/net"});
  CHECK(find_artifact(catalog, "acme/net/int8").artifact.sha256 == digest("aa"));
  forget_file(catalog, digest("aa"));
  CHECK_FALSE(find_artifact(catalog, "acme/net/int8").file);
  CHECK(artifacts_with_digest(catalog, digest("aa")).size() == 1);
  CHECK(artifacts_with_digest(catalog, "").empty());
}

TEST_CASE("bad rows are refused") {
  Catalog catalog(":memory:");
  CHECK(failure_of([&] { put_model(catalog, {}); }).kind == ErrorKind::usage);
  CHECK(failure_of([&] { put_artifact(catalog, {.name = "a", .model = "b"}); }).kind ==
        ErrorKind::not_found);
  put_model(catalog, {.name = "b"});
  CHECK(failure_of([&] {
          put_artifact(catalog, {.name = "a", .model = "b", .sha256 = "12"});
        }).kind == ErrorKind::usage);
  CHECK(failure_of([&] {
          record_fetched(catalog, "zz", {.sha256 = digest("1"), .path = "x"});
        }).kind == ErrorKind::not_found);
}

TEST_CASE("the candidates of a task come smallest first, unknown sizes last") {
  Catalog catalog = small_catalog();
  put_artifact(catalog, {.name = "acme/net/unknown", .model = "acme/net"});
  std::vector<std::string> names;
  for (const auto& entry : artifacts_of_task(catalog, "Image Classification")) {
    names.push_back(entry.artifact.name);
  }
  CHECK(names == std::vector<std::string>{"acme/net/int8", "acme/net/float32", "acme/net/unknown"});
}

TEST_CASE("a task is found by id, name, synonym and other hubs' names") {
  Catalog catalog = shipped_catalog();
  const std::string_view cases[][2] = {
      {"image-pose-detection", "image-pose-detection"},
      {"Pose Estimation", "image-pose-detection"},
      {"keypoint-detection", "image-pose-detection"},
      {"human_pose_estimation", "image-pose-detection"},
      {"wake word", "audio-command-detection"},
      {"person segmentation", "image-segmentation"},
      {"object-detection", "image-object-detection"},
      {"automatic-speech-recognition", "audio-stt"},
      {"OCR", "image-text-recognition"},
  };
  for (const auto& c : cases) {
    CAPTURE(c[0]);
    CHECK(find_task(catalog, c[0]).id == c[1]);
  }
  const auto failure = failure_of([&] { find_task(catalog, "image-clasification"); });
  CHECK(failure.kind == ErrorKind::usage);
  CHECK(failure.message.find("did you mean image-classif") != std::string::npos);
}

TEST_CASE("a domain is known or the domains are listed") {
  Catalog catalog = shipped_catalog();
  CHECK(find_domain(catalog, "Audio") == "audio");
  const auto failure = failure_of([&] { find_domain(catalog, "smell"); });
  CHECK(failure.kind == ErrorKind::usage);
  CHECK(failure.message.find("audio, image, multimodal, sensor, tabular, text and video") !=
        std::string::npos);
}

TEST_CASE("claims of an artifact include its model's, each kept once") {
  Catalog catalog = small_catalog();
  const Claim claim{.artifact_or_model = "acme/net",
                    .metric = "top1",
                    .dataset = "imagenet",
                    .value = 0.7,
                    .unit = "fraction",
                    .raw = "70%",
                    .source = "paper"};
  put_claim(catalog, claim);
  put_claim(catalog, claim);
  Claim other = claim;
  other.artifact_or_model = "acme/net/int8";
  other.raw = "69.1";
  put_claim(catalog, other);
  CHECK(claims(catalog, "acme/net").size() == 1);
  CHECK(claims(catalog, "acme/net/int8").size() == 2);
  CHECK(claims(catalog, "acme/net/float32").size() == 1);
  CHECK(claims(catalog, "acme/net")[0].raw == "70%");
  CHECK(failure_of([&] { put_claim(catalog, {.metric = "x"}); }).kind == ErrorKind::usage);
}

}  // namespace litezoo::catalog
