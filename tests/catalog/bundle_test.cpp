#include "catalog/bundle.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <sstream>
#include <string>

#include "base/hash.h"
#include "catalog/claims.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "catalog/stats.h"
#include "catalog/upkeep.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

// A catalog in which something was fetched, measured and added.
Catalog used_catalog(const std::string& device) {
  Catalog catalog = shipped_catalog();
  const Entry entry = find_artifact(catalog, "mediapipe/selfie_segmentation");
  record_fetched(catalog, entry.artifact.name,
                 {.sha256 = entry.artifact.sha256, .size = Bytes{249'024}, .path = "/secret/home"});
  put_device(catalog, {.fingerprint = device, .cpu = "CPU of " + device});
  Measurement measurement{.sha256 = entry.artifact.sha256, .device = device};
  measurement.samples = {Nanoseconds(5), Nanoseconds(7)};
  put_measurement(catalog, measurement);
  put_inspection(catalog, {.sha256 = entry.artifact.sha256, .precision = "float16"});
  put_model(catalog, {.name = "mine/net", .task = "my-task", .domains = {"image"}});
  put_artifact(catalog, {.name = "mine/net/1", .model = "mine/net", .references = {"file:/a"}});
  put_claim(catalog,
            {.artifact_or_model = "mine/net", .metric = "top1", .value = 0.5, .raw = "50"});
  return catalog;
}

std::string exported(Catalog& catalog, const ExportOptions& options = {}) {
  std::ostringstream out;
  export_bundle(catalog, out, options);
  return out.str();
}

ImportResult imported(Catalog& catalog, const std::string& bundle) {
  std::istringstream in(bundle);
  return import_bundle(catalog, in);
}

// The rows of a bundle without its header and end, which hold the time.
std::string body(const std::string& bundle) {
  const std::size_t first = bundle.find('\n') + 1;
  return bundle.substr(first, bundle.rfind("{\"end\"") - first);
}

// Header and rows with the end that fits them.
std::string bundle_of(const std::string& lines) {
  return lines + "{\"end\":{\"lines\":" + std::to_string(std::ranges::count(lines, '\n')) +
         ",\"sha256\":\"" + sha256_of(as_bytes(lines)) + "\"}}\n";
}

}  // namespace

TEST_CASE("a bundle carries what the user did, and nothing of this machine") {
  Catalog catalog = used_catalog("lab-1");
  const std::string bundle = exported(catalog, {.label = "lab 1"});
  CHECK(bundle.starts_with("{\"litezoo_bundle\":{"));
  CHECK(bundle.find("\"label\":\"lab 1\"") != std::string::npos);
  CHECK(bundle.find("/secret/home") == std::string::npos);
  CHECK(bundle.find("movenet") == std::string::npos);

  Catalog empty(":memory:");
  const ImportResult result = imported(empty, bundle);
  CHECK(result.added == result.read);
  CHECK(result.read == BundleCounts{.tasks = 1,
                                    .models = 2,
                                    .artifacts = 2,
                                    .claims = 1,
                                    .devices = 1,
                                    .inspections = 1,
                                    .measurements = 1});
  Catalog other = shipped_catalog();
  imported(other, bundle);
  CHECK(body(exported(other)) == body(bundle));
  CHECK(measurements(empty, find_artifact(empty, "selfie").artifact.sha256).at(0).samples.size() ==
        2);
}

TEST_CASE("importing twice changes nothing") {
  Catalog source = used_catalog("lab-1");
  Catalog target = shipped_catalog();
  const std::string bundle = exported(source);
  CHECK_FALSE(imported(target, bundle).repeated);
  const std::string once = exported(target, {.everything = true});
  const ImportResult again = imported(target, bundle);
  CHECK(again.repeated);
  CHECK(again.added == BundleCounts{});
  CHECK(body(exported(target, {.everything = true})) == body(once));
}

TEST_CASE("two devices merge without conflict, in either order") {
  Catalog first = used_catalog("lab-1");
  Catalog second = used_catalog("lab-2");
  const std::string one = exported(first);
  const std::string two = exported(second);
  Catalog a(":memory:");
  imported(a, one);
  imported(a, two);
  Catalog b(":memory:");
  imported(b, two);
  imported(b, one);
  CHECK(devices(a).size() == 2);
  CHECK(stats(a).measurements == 2);
  CHECK(body(exported(a)) == body(exported(b)));
}

TEST_CASE("an import fills what is unknown and overrides nothing") {
  Catalog target(":memory:");
  put_model(target, {.name = "mine/net", .license = "MIT"});
  put_artifact(target, {.name = "mine/net/1",
                        .model = "mine/net",
                        .references = {"https://a"},
                        .precision = "int8"});
  Catalog source(":memory:");
  put_model(source, {.name = "mine/net", .description = "new", .license = "GPL-3.0-only"});
  put_artifact(source, {.name = "mine/net/1",
                        .model = "mine/net",
                        .references = {"https://b"},
                        .sha256 = digest("ab"),
                        .size = Bytes{5},
                        .precision = "float32"});
  const ImportResult result = imported(target, exported(source));
  CHECK(result.added == BundleCounts{});
  const Entry entry = find_artifact(target, "mine/net/1");
  CHECK(entry.model.license == "MIT");
  CHECK(entry.model.description == "new");
  CHECK(entry.artifact.precision == "int8");
  CHECK(entry.artifact.sha256 == digest("ab"));
  CHECK(entry.artifact.size == Bytes{5});
  CHECK(entry.artifact.references == std::vector<std::string>{"https://a", "https://b"});
  CHECK(search(target, {.text = "new"}).rows.size() == 1);
}

TEST_CASE("an inspection outdoes a published precision, whichever of the two comes first") {
  const std::string sha256 = digest("ab");
  Catalog published(":memory:");
  put_model(published, {.name = "mine/net"});
  put_artifact(published,
               {.name = "mine/net/1", .model = "mine/net", .sha256 = sha256, .precision = "int8"});
  const std::string of_artifact = exported(published);
  Catalog looked_at(":memory:");
  put_inspection(looked_at, {.sha256 = sha256, .precision = "float16"});
  const std::string of_inspection = exported(looked_at);

  for (const bool inspection_first : {false, true}) {
    CAPTURE(inspection_first);
    Catalog catalog(":memory:");
    imported(catalog, inspection_first ? of_inspection : of_artifact);
    imported(catalog, inspection_first ? of_artifact : of_inspection);
    CHECK(search(catalog, {.precision = "float16"}).rows.size() == 1);
    CHECK(verify(catalog).empty());
  }
  // And in one bundle, in either order.
  for (const bool inspection_first : {false, true}) {
    CAPTURE(inspection_first);
    const std::string one = body(inspection_first ? of_inspection : of_artifact);
    const std::string two = body(inspection_first ? of_artifact : of_inspection);
    Catalog catalog(":memory:");
    imported(catalog, bundle_of(of_artifact.substr(0, of_artifact.find('\n') + 1) + one + two));
    CHECK(search(catalog, {.precision = "float16"}).rows.size() == 1);
    CHECK(verify(catalog).empty());
  }
}

TEST_CASE("a bundle that is cut off, altered or foreign changes nothing") {
  Catalog source = used_catalog("lab-1");
  const std::string bundle = exported(source);
  const auto replaced = [&](std::string_view from, std::string_view to) {
    std::string text = bundle;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  struct Case {
    std::string_view name;
    std::string bundle;
    ErrorKind kind;
    std::string_view message;
  };
  const Case cases[] = {
      {"empty", "", ErrorKind::corrupt, "cut off"},
      {"no end", bundle.substr(0, bundle.rfind("{\"end\"")), ErrorKind::corrupt, "cut off"},
      {"half a line", bundle.substr(0, bundle.size() / 2), ErrorKind::corrupt, "not valid JSON"},
      {"altered", replaced("mine/net/1", "mine/net/2"), ErrorKind::corrupt, "altered"},
      {"unknown line", replaced("{\"task\"", "{\"tusk\""), ErrorKind::corrupt,
       "unknown kind 'tusk'"},
      {"wrong type", replaced("\"samples_ns\":[5", "\"samples_ns\":[\"x\""), ErrorKind::corrupt,
       "samples_ns"},
      {"newer", replaced("\"version\":1", "\"version\":2"), ErrorKind::usage, "update Litezoo"},
      {"something else", "{\"a\":1}\n", ErrorKind::corrupt, "not a Litezoo bundle"},
      {"version of the wrong kind", "{\"litezoo_bundle\":{\"version\":\"x\"}}\n",
       ErrorKind::corrupt, "'version' is of the wrong kind"},
      {"digest of the wrong kind",
       bundle.substr(0, bundle.rfind("{\"end\"")) + "{\"end\":{\"sha256\":5}}\n",
       ErrorKind::corrupt, "'sha256' is of the wrong kind"},
      {"a line without end", std::string(std::size_t{70} << 20, ' '), ErrorKind::corrupt,
       "too long"},
      {"a list", "[1]\n", ErrorKind::corrupt, "not an object"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Catalog target(":memory:");
    const auto failure = failure_of([&] { imported(target, c.bundle); });
    CAPTURE(failure.message);
    CHECK(failure.kind == c.kind);
    CHECK(failure.message.find(c.message) != std::string::npos);
    CHECK(stats(target).models == 0);
    CHECK(stats(target).devices == 0);
  }
}

}  // namespace litezoo::catalog
