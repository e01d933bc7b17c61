#include "catalog/measurements.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/json.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

Measurement example() {
  return {.sha256 = digest("ab"),
          .device = "0123456789abcdef",
          .engine = "xnnpack",
          .engine_version = "20220217",
          .settings = {.threads = 2},
          .taken_at = "2026-02-03T04:05:06Z",
          .load = Nanoseconds(5),
          .warmup = {Nanoseconds(900), Nanoseconds(800)},
          .samples = {Nanoseconds(700), Nanoseconds(710), Nanoseconds(690)},
          .peak_memory = Bytes{12'345'678},
          .partitions = 2,
          .fallback_operators = {"GATHER x2"}};
}

}  // namespace

TEST_CASE("a measurement comes back with every sample, and an identical one is kept once") {
  Catalog catalog(":memory:");
  const Measurement first = example();
  CHECK(failure_of([&] { put_measurement(catalog, first); }).kind == ErrorKind::not_found);
  put_device(catalog, {.fingerprint = first.device, .cpu = "A CPU", .cores = 2});
  put_measurement(catalog, first);
  put_measurement(catalog, first);
  Measurement later = first;
  later.taken_at = "2026-02-04T04:05:06Z";
  put_measurement(catalog, later);

  const auto found = measurements(catalog, first.sha256);
  REQUIRE(found.size() == 2);
  CHECK(found[0].taken_at == later.taken_at);
  CHECK(nlohmann::json(found[1]) == nlohmann::json(first));
  CHECK(measurements(catalog, first.sha256, first.device).size() == 2);
  CHECK(measurements(catalog, first.sha256, "elsewhere").empty());
  CHECK(measurements(catalog, digest("cd")).empty());
}

TEST_CASE("a device comes back, the newest facts of it") {
  Catalog catalog(":memory:");
  put_device(catalog, {.fingerprint = "f", .cpu = "old"});
  put_device(catalog, {.fingerprint = "f", .cpu = "new", .memory = Bytes{1}});
  REQUIRE(find_device(catalog, "f"));
  CHECK(find_device(catalog, "f")->cpu == "new");
  CHECK(devices(catalog).size() == 1);
  CHECK_FALSE(find_device(catalog, "g"));
}

TEST_CASE("an inspection comes back and tells its artifacts their precision") {
  Catalog catalog(":memory:");
  put_model(catalog, {.name = "m"});
  put_artifact(catalog,
               {.name = "m/a", .model = "m", .sha256 = digest("ab"), .precision = "quantized"});
  Inspection inspection{.sha256 = digest("ab"), .size = Bytes{9}, .precision = "int8"};
  inspection.metadata = ModelMetadata{.name = "a name", .labels = {"cat", "dog"}};
  inspection.inputs = {{.name = "x", .shape = {1, -1}, .scale = {0.5F}, .zero_point = {-3}}};
  put_inspection(catalog, inspection);
  REQUIRE(find_inspection(catalog, digest("ab")));
  CHECK(nlohmann::json(*find_inspection(catalog, digest("ab"))) == nlohmann::json(inspection));
  CHECK(find_artifact(catalog, "m/a").artifact.precision == "int8");
  CHECK(search(catalog, {.text = "int8"}).rows.size() == 1);

  put_artifact(catalog,
               {.name = "m/a", .model = "m", .sha256 = digest("ab"), .precision = "quantized"});
  CHECK(find_artifact(catalog, "m/a").artifact.precision == "int8");
  CHECK(failure_of([&] { put_inspection(catalog, {}); }).kind == ErrorKind::usage);
}

}  // namespace litezoo::catalog
