#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "tests/cli/program.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

// A task that no shipped model has, so that only the models of the test can be chosen.
constexpr const char* kTask = "tabular-classification";

void add(const Program& program, const std::string& name,
         const builder::ClassifierOptions& options) {
  const auto path = program.model(name + ".tflite", options);
  const auto result = program.run({"catalog", "add", path, "--name", "test/" + name, "--task",
                                   kTask, "--license", "Apache-2.0"});
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
}

}  // namespace

TEST_CASE("the smallest model within the limits is recommended, with the proof") {
  const Program program;
  add(program, "small", {.width = 0.25, .precision = builder::Precision::int8});
  add(program, "large", {.width = 0.5});
  const auto result = program.run(
      {"recommend", "--task", kTask, "--max-p90", "10s", "--license", "Apache-2.0", "--json"});
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto document = nlohmann::json::parse(result.out, nullptr, false);
  REQUIRE(document.is_object());
  CHECK(document.at("schema_version").is_number());
  CHECK(result.out.find("test/small") != std::string::npos);

  const auto text = program.run({"recommend", "--task", kTask, "--max-p90", "10s"});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("test/small") != std::string::npos);
}

TEST_CASE("when no model holds the answer is 1, with the reason each one fell") {
  const Program program;
  add(program, "small", {.width = 0.25});
  add(program, "large", {.width = 0.5});
  const auto result = program.run({"recommend", "--task", kTask, "--max-size", "1kB"});
  CAPTURE(result.out);
  CHECK(result.exit_code == 1);
  CHECK(result.out.find("test/small") != std::string::npos);
  CHECK(result.out.find("test/large") != std::string::npos);
}

TEST_CASE("a profile is kept as a measurement of this device") {
  const Program program;
  const auto model = program.model("model.tflite");
  const auto profile = program.run({"profile", model, "--max-time", "500ms"});
  CAPTURE(profile.err);
  REQUIRE(profile.exit_code == 0);
  CHECK(profile.out.find("p50") != std::string::npos);
  CHECK(profile.out.find("p90") != std::string::npos);
  const auto stats = nlohmann::json::parse(program.run({"catalog", "stats", "--json"}).out);
  CHECK(stats.at("measurements") == 1);
  CHECK(stats.at("devices") == 1);
}
