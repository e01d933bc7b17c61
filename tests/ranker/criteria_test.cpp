#include "ranker/criteria.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/ranker/candidates.h"

namespace litezoo::ranker {
namespace {

using std::chrono::milliseconds;

Judgement judge(std::string_view name, const Candidate& candidate, const Constraints& constraints) {
  const auto found = std::ranges::find(criteria(), name, &Criterion::name);
  REQUIRE(found != criteria().end());
  REQUIRE(found->applies(constraints));
  return found->judge(candidate, constraints);
}

}  // namespace

TEST_CASE("a criterion asks nothing when its constraint is not set") {
  const Constraints nothing;
  for (const Criterion& criterion : criteria()) {
    CAPTURE(criterion.name);
    const bool always = criterion.name == "format" || criterion.name == "size" ||
                        criterion.name == "available" || criterion.name == "runs here";
    CHECK(criterion.applies(nothing) == always);
  }
}

TEST_CASE("facts nobody knows are unknown, not held and not failed") {
  Candidate blank;
  blank.availability = Availability::fetchable;
  Constraints constraints{.task = "image-classification", .domain = "image"};
  constraints.licenses = {"permissive"};
  constraints.precision = "int8";
  for (const std::string_view name : {"task", "domain", "licence", "precision"}) {
    CAPTURE(name);
    CHECK(judge(name, blank, constraints).outcome == Outcome::unknown);
  }
}

TEST_CASE("licences are matched by identifier or by class") {
  struct Case {
    const char* wanted;
    Outcome outcome;
  };
  const Case cases[] = {{"Apache-2.0", Outcome::holds},
                        {"permissive", Outcome::holds},
                        {"copyleft", Outcome::fails},
                        {"MIT", Outcome::fails}};
  for (const auto& c : cases) {
    CAPTURE(c.wanted);
    Constraints constraints;
    constraints.licenses = {c.wanted};
    CHECK(judge("licence", candidate_of("a", 1), constraints).outcome == c.outcome);
  }
}

TEST_CASE("a latency limit is judged with its error, not by a point estimate") {
  struct Case {
    const char* name;
    int under_ms, over_ms;
    std::size_t under, over;
    Outcome outcome;
  };
  const Case cases[] = {
      {"66 clean runs", 5, 5, 66, 0, Outcome::holds},
      {"65 clean runs are one too few", 5, 5, 65, 0, Outcome::unknown},
      {"two slow runs of two", 5, 30, 0, 2, Outcome::fails},
      {"right on the limit", 5, 30, 90, 10, Outcome::unknown},
      {"half of the runs are slow", 5, 30, 20, 20, Outcome::fails},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Candidate candidate = candidate_of("a", 1);
    Measurement measurement = measurement_of(milliseconds(c.under_ms), c.under);
    measurement.samples.insert(measurement.samples.end(), c.over, milliseconds(c.over_ms));
    measurement.blocks.front().count = measurement.samples.size();
    candidate.measurement = measurement;
    Constraints constraints;
    constraints.max_latency = milliseconds(20);
    const auto judgement = judge("latency", candidate, constraints);
    CHECK(judgement.outcome == c.outcome);
    CHECK(judgement.reason.empty() == (c.outcome == Outcome::holds));
  }
}

TEST_CASE("memory counts above the empty process") {
  Candidate candidate = candidate_of("a", 1);
  candidate.measurement = measurement_of(milliseconds(1), 1);
  Constraints constraints;
  constraints.max_memory = Bytes{2'000'000};
  CHECK(judge("memory", candidate, constraints).outcome == Outcome::holds);
  constraints.max_memory = Bytes{1'999'999};
  CHECK(judge("memory", candidate, constraints).outcome == Outcome::fails);
}

}  // namespace litezoo::ranker
