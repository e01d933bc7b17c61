#include "base/json.h"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"

namespace litezoo {
namespace {

using nlohmann::json;

// What a noun becomes when it has been written and read again.
template <typename T>
json round_trip(const T& value) {
  return json(parse_json(dump_json(json(value)), "text").get<T>());
}

}  // namespace

TEST_CASE("nouns survive JSON") {
  const Model model{.name = "a/b", .task = "t", .domains = {"image", "text"}, .license = "MIT"};
  CHECK(round_trip(model) == json(model));

  Artifact artifact{.name = "a/b/1",
                    .model = "a/b",
                    .format = ArtifactFormat::task_bundle,
                    .references = {"https://x", "npm:y"},
                    .starter = true};
  CHECK(json(artifact)["size"].is_null());
  CHECK(json(artifact)["format"] == "task_bundle");
  CHECK(round_trip(artifact) == json(artifact));
  artifact.size = Bytes{std::numeric_limits<std::uint64_t>::max()};
  CHECK(round_trip(artifact)["size"] == std::numeric_limits<std::uint64_t>::max());

  Inspection inspection{.sha256 = "ab", .size = Bytes{5}, .precision = "int8"};
  inspection.operator_counts = {{.name = "CONV_2D", .version = 3, .count = 4}};
  inspection.inputs = {{.name = "x",
                        .type = TensorType::INT8,
                        .shape = {1, -1},
                        .scale = {0.25F},
                        .zero_point = {-128}}};
  inspection.signatures = {{.key = "serve", .inputs = {"x"}, .outputs = {"y"}}};
  CHECK(round_trip(inspection) == json(inspection));
  inspection.metadata = ModelMetadata{.name = "n", .labels = {"cat"}};
  CHECK(round_trip(inspection)["metadata"]["labels"][0] == "cat");

  Measurement measurement{.sha256 = "ab", .device = "d", .settings = {.threads = 4, .seed = 9}};
  measurement.samples = {Nanoseconds(3), Nanoseconds(2)};
  measurement.peak_memory = Bytes{7};
  measurement.settings.pace = Nanoseconds(33);
  measurement.blocks = {{.count = 2,
                         .ghz = 2.5,
                         .launch = 1,
                         .lost = Nanoseconds(6),
                         .slowdown = 1.5,
                         .voided = "preempted"}};
  measurement.memory.peak_pss = Bytes{5};
  measurement.cpus = {0, 3};
  CHECK(round_trip(measurement)["settings"]["pace_ns"] == 33);
  CHECK(round_trip(measurement)["blocks"][0]["launch"] == 1);
  CHECK(round_trip(measurement)["blocks"][0]["lost_ns"] == 6);
  CHECK(round_trip(measurement)["blocks"][0]["slowdown"] == 1.5);
  CHECK(json(measurement)["samples_ns"] == json({3, 2}));
  CHECK(round_trip(measurement) == json(measurement));

  const Claim claim{.artifact_or_model = "a/b", .metric = "top1", .value = 0.731, .raw = "73.1%"};
  CHECK(round_trip(claim) == json(claim));
  const Device device{.fingerprint = "f", .cores = 8, .memory = Bytes{1}};
  CHECK(round_trip(device) == json(device));
  const Task task{.id = "t", .display_name = "T", .domains = {"audio"}, .synonyms = {"s"}};
  CHECK(round_trip(task) == json(task));
}

TEST_CASE("foreign JSON may lack fields, have more, or hold null") {
  const auto model = parse_json(R"({"name":"a","unknown":[1],"publisher":null})", "x").get<Model>();
  CHECK(model.name == "a");
  CHECK(model.publisher.empty());
}

TEST_CASE("foreign JSON of the wrong shape is one clear error") {
  struct Case {
    std::string_view text, message;
  };
  const Case cases[] = {
      {R"({"sha256":3})", "'sha256'"},
      {R"({"size":-1})", "'size'"},
      {R"({"size":1.5})", "'size'"},
      {R"({"subgraphs":"many"})", "'subgraphs'"},
      {R"({"schema_version":4294967296})", "'schema_version' is out of range"},
      {R"({"inputs":[{"type":"FLOAT99"}]})", "no tensor type"},
      {R"([])", "expected, got array"},
      {R"({"metadata":[1]})", "'name'"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    try {
      parse_json(c.text, "text").get<Inspection>();
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::corrupt);
      CHECK(std::string(error.what()).find(c.message) != std::string::npos);
    }
  }
  CHECK_THROWS_AS(parse_json("{", "text"), Error);
  CHECK_THROWS_AS(parse_json(R"({"settings":{"threads":-1}})", "x").get<Measurement>(), Error);
  CHECK_THROWS_AS(parse_json(R"({"load_ns":-1})", "x").get<Measurement>(), Error);
}

TEST_CASE("text that is not UTF-8 still becomes JSON") {
  CHECK(dump_json(json(Model{.name = "\xff"})).find("\xef\xbf\xbd") != std::string::npos);
}

}  // namespace litezoo
