#include "cli/agreement.h"

#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

using namespace litezoo;
using namespace litezoo::test;

TEST_CASE("agreement is told by the place of the largest value, the angle and the difference") {
  struct Case {
    const char* name;
    std::vector<double> first, second;
    double top1, cosine, difference;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Case cases[] = {
      {"equal", {1, 2, 3}, {1, 2, 3}, 1, 1, 0},
      {"scaled", {1, 2, 3}, {2, 4, 6}, 1, 1, 3},
      {"another winner", {1, 2, 3}, {1, 3, 2}, 0, 13.0 / 14, 1},
      {"opposite", {1, 0}, {-1, 0}, 0, -1, 2},
      {"both zero", {0, 0}, {0, 0}, 1, 1, 0},
      {"not a number", {1, 2}, {1, nan}, 0, nan, nan},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    cli::Agreement agreement;
    cli::add_sample(agreement, c.first, c.second, c.first.size());
    CHECK(agreement.samples == 1);
    if (c.difference != c.difference) {
      CHECK(agreement.largest_difference != agreement.largest_difference);
      continue;
    }
    CHECK(agreement.top1 == c.top1);
    CHECK(agreement.cosine == doctest::Approx(c.cosine));
    CHECK(agreement.largest_difference == c.difference);
  }
}

TEST_CASE("of several samples top-1 is the share, the cosine the least, the difference the most") {
  cli::Agreement agreement;
  cli::add_sample(agreement, std::vector{1.0, 2.0}, std::vector{1.0, 2.5}, 2);
  cli::add_sample(agreement, std::vector{1.0, 2.0}, std::vector{2.0, 1.0}, 2);
  CHECK(agreement.top1 == 0.5);
  CHECK(agreement.cosine == doctest::Approx(0.8));
  CHECK(agreement.largest_difference == 1);
}

TEST_CASE("models are compared while they take turns, with an interval and their outputs") {
  const Program program;
  const auto full = program.model("full.tflite", {.width = 0.25});
  const auto half =
      program.model("half.tflite", {.width = 0.25, .precision = builder::Precision::float16});
  const auto other = program.model("other.tflite", {.width = 0.25, .image_side = 32});
  const auto result = program.run({"compare", full, half, other, "--measure", "--runs", "24",
                                   "--min-time", "1ms", "--max-time", "300ms", "--json"});
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto models = nlohmann::json::parse(result.out)["models"];
  REQUIRE(models.size() == 3);
  CHECK(models[0]["measurement"]["settings"]["launches"] == 3);
  CHECK_FALSE(models[0].contains("times_faster_than_first"));
  const auto& ratio = models[1]["times_faster_than_first"];
  CHECK(ratio["low_95"].get<double>() <= ratio["value"].get<double>());
  CHECK(ratio["value"].get<double>() <= ratio["high_95"].get<double>());
  CHECK(models[1]["agreement_with_first"]["samples"] == 8);
  CHECK(models[1]["agreement_with_first"]["cosine"].get<double>() > 0.99);
  CHECK(models[2]["agreement_with_first"]["why_not"] == "input 0 has another shape");
  CHECK(program.run({"compare", full}).exit_code == 2);
  CHECK(program.run({"compare", full, half, other}).exit_code == 2);
}
