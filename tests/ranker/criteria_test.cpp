#include "ranker/criteria.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
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
  constraints.languages = {"en"};
  constraints.accuracy = {parse_accuracy("top1@ImageNet>=0.7")};
  constraints.runs_on = {"litert:2.14", "gpu"};
  blank.inspection = Inspection{};
  blank.file = FileFacts{};
  for (const std::string_view name :
       {"task", "domain", "licence", "precision", "language", "accuracy", "runs on"}) {
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
      {"62 clean runs", 5, 5, 62, 0, Outcome::holds},
      {"61 clean runs are one too few", 5, 5, 61, 0, Outcome::unknown},
      {"three slow runs of three", 5, 30, 0, 3, Outcome::fails},
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

TEST_CASE("a limit on a size says by how much it is missed and what would do") {
  struct Case {
    const char* criterion;
    void (*limit)(Constraints&);
    double excess;
    const char* needed;
  };
  const Case cases[] = {
      {"size", [](Constraints& c) { c.max_size = Bytes{1'000'000}; }, 2.5, "--max-size 2.5MB"},
      {"input size", [](Constraints& c) { c.max_input_size = Bytes{100'000}; }, 1.50528,
       "--max-input-size 151kB"},
      {"static memory", [](Constraints& c) { c.max_static_memory = Bytes{2'000'000}; }, 1.75,
       "--max-static-memory 3.5MB"},
      {"memory", [](Constraints& c) { c.max_memory = Bytes{1'000'000}; }, 2, "--max-memory 2MB"},
      {"init time", [](Constraints& c) { c.max_init = milliseconds(10); }, 1.2, "--max-init 12ms"},
      {"latency", [](Constraints& c) { c.max_latency = milliseconds(4); }, 1.25, "--max-p90 5ms"},
  };
  Candidate candidate = candidate_of("a", 2'500'000);
  candidate.inspection = inspection_of(2'500'000);
  candidate.inspection->input_bytes = Bytes{150'528};
  candidate.inspection->weight_bytes = Bytes{2'400'000};
  candidate.inspection->activation_bytes = Bytes{1'100'000};
  candidate.measurement = measurement_of(milliseconds(5), 100);
  candidate.measurement->init = milliseconds(12);
  for (const auto& c : cases) {
    CAPTURE(c.criterion);
    Constraints constraints;
    c.limit(constraints);
    const auto judgement = judge(c.criterion, candidate, constraints);
    CHECK(judgement.outcome == Outcome::fails);
    REQUIRE(judgement.excess);
    CHECK(*judgement.excess == doctest::Approx(c.excess));
    CHECK(judgement.needed == c.needed);
  }
}

TEST_CASE("a language is spoken by its regional forms") {
  Candidate candidate = candidate_of("a", 1);
  candidate.model.languages = {"en-GB", "de"};
  struct Case {
    std::vector<std::string> wanted;
    Outcome outcome;
  };
  const Case cases[] = {{{"en"}, Outcome::holds},
                        {{"EN-gb", "de"}, Outcome::holds},
                        {{"en-US"}, Outcome::fails},
                        {{"en", "fr"}, Outcome::fails}};
  for (const auto& c : cases) {
    Constraints constraints;
    constraints.languages = c.wanted;
    CHECK(judge("language", candidate, constraints).outcome == c.outcome);
  }
}

TEST_CASE("operators and targets are judged from the file") {
  Candidate candidate = candidate_of("a", 1);
  candidate.inspection = inspection_of(1);
  candidate.inspection->min_runtime_version = "2.3.0";
  candidate.file = FileFacts{.not_in_xnnpack = {"node 7: GATHER"},
                             .targets = {{"gpu", Fit::partly, "node 7"}, {"npu", Fit::yes, ""}}};
  Constraints constraints;
  constraints.xnnpack_only = true;
  CHECK(judge("ops", candidate, constraints).outcome == Outcome::fails);
  struct Case {
    const char* target;
    Outcome outcome;
  };
  const Case cases[] = {{"gpu", Outcome::fails},        {"npu", Outcome::holds},
                        {"nnapi", Outcome::unknown},    {"litert:2.14", Outcome::holds},
                        {"litert:2.2", Outcome::fails}, {"tflite:2.3", Outcome::holds}};
  for (const auto& c : cases) {
    CAPTURE(c.target);
    constraints.runs_on = {c.target};
    CHECK(judge("runs on", candidate, constraints).outcome == c.outcome);
  }
  constraints.runs_on = {"litert:new"};
  CHECK_THROWS_AS(judge("runs on", candidate, constraints), Error);
}

TEST_CASE("limits that can never hold are refused before anything is looked at") {
  struct Case {
    const char* name;
    void (*set)(Constraints&);
  };
  const Case cases[] = {
      {"no size", [](Constraints& c) { c.max_size = Bytes{0}; }},
      {"no time", [](Constraints& c) { c.max_latency = milliseconds(0); }},
      {"no memory", [](Constraints& c) { c.max_memory = Bytes{0}; }},
      {"accuracy above and below",
       [](Constraints& c) {
         c.accuracy = {parse_accuracy("top1>=0.8"), parse_accuracy("top1<=0.7")};
       }},
  };
  CHECK_NOTHROW(check(Constraints{}));
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Constraints constraints;
    c.set(constraints);
    CHECK_THROWS_AS(check(constraints), Error);
  }
}

}  // namespace litezoo::ranker
