#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "ranker/relaxation.h"
#include "ranker/walk.h"
#include "tests/ranker/candidates.h"

namespace litezoo::ranker {
namespace {

using std::chrono::milliseconds;

// A model of a hand-made catalog and what a run of it would give.
struct Known {
  const char* name;
  std::uint64_t size;
  int latency_ms;
  const char* license = "Apache-2.0";
  int memory_mb = 2;
};

// A catalog with the explanation that a person would give.
struct Story {
  const char* name;
  std::vector<Known> models;
  Constraints constraints;
  const char* chosen;                          // "" = none
  std::map<std::string, std::string> fell_by;  // model -> criterion
  const char* relaxation;                      // "" = there is none
  const char* relaxed_model = "";
};

Constraints limits(std::uint64_t size, int latency_ms, std::vector<std::string> licenses = {},
                   std::uint64_t memory = 0) {
  Constraints constraints;
  if (size > 0) constraints.max_size = Bytes{size};
  if (latency_ms > 0) constraints.max_latency = milliseconds(latency_ms);
  if (memory > 0) constraints.max_memory = Bytes{memory};
  constraints.licenses = std::move(licenses);
  return constraints;
}

Candidate candidate_from(const Known& known) {
  Candidate candidate = candidate_of(known.name, known.size);
  candidate.model.license = known.license;
  candidate.license_class =
      std::string_view(known.license) == "Apache-2.0" ? "permissive" : "other";
  return candidate;
}

Measurement run_of(const Known& known) {
  auto measurement = measurement_of(milliseconds(known.latency_ms), 100);
  measurement.peak_memory = Bytes{measurement.baseline_memory.count +
                                  static_cast<std::uint64_t>(known.memory_mb) * 1'000'000};
  return measurement;
}

Walk walked(const Story& story) {
  std::vector<Candidate> candidates;
  for (const Known& known : story.models) candidates.push_back(candidate_from(known));
  Walk walk(candidates, story.constraints);
  while (const auto question = walk.next()) {
    const auto& name = walk.candidates()[question->candidate].artifact.name;
    const auto known =
        std::ranges::find(story.models, name, [](const Known& k) { return std::string(k.name); });
    if (question->needs == Needs::file) {
      walk.inspected(question->candidate, inspection_of(known->size), {});
    } else if (question->confirms) {
      walk.confirmed(question->candidate, run_of(*known));
    } else {
      walk.measured(question->candidate, run_of(*known));
    }
  }
  return walk;
}

const std::vector<Story>& stories() {
  static const std::vector<Story> kStories = {
      {"the smallest holds", {{"a", 100, 5}, {"b", 200, 1}}, limits(0, 20), "a", {}, ""},
      {"the smallest is too slow",
       {{"a", 100, 50}, {"b", 200, 1}},
       limits(0, 20),
       "b",
       {{"a", "latency"}},
       ""},
      {"the fast one is too large",
       {{"a", 100, 50}, {"b", 2000, 1}},
       limits(1000, 20),
       "",
       {{"a", "latency"}, {"b", "size"}},
       "--max-size 2kB",
       "b"},
      {"a little more time would do",
       {{"a", 100, 22}, {"b", 9000, 1}},
       limits(1000, 20),
       "",
       {{"a", "latency"}, {"b", "size"}},
       "--max-p90 22ms",
       "a"},
      {"a licence is the only obstacle",
       {{"a", 100, 5, "GPL-3.0-only"}},
       limits(0, 20, {"permissive"}),
       "",
       {{"a", "licence"}},
       "--license GPL-3.0-only",
       "a"},
      {"two obstacles are no small change",
       {{"a", 5000, 5, "GPL-3.0-only"}},
       limits(1000, 20, {"permissive"}),
       "",
       {{"a", "licence"}},
       ""},
      {"memory is in the way",
       {{"a", 100, 5, "Apache-2.0", 90}},
       limits(0, 20, {}, 60'000'000),
       "",
       {{"a", "memory"}},
       "--max-memory 90MB",
       "a"},
      {"memory of one, time of another",
       {{"a", 100, 30, "Apache-2.0", 2}, {"b", 200, 5, "Apache-2.0", 66}},
       limits(0, 20, {}, 60'000'000),
       "",
       {{"a", "latency"}, {"b", "memory"}},
       "--max-memory 66MB",
       "b"},
      {"the larger one with the right licence",
       {{"a", 100, 5, "GPL-3.0-only"}, {"b", 900, 9}},
       limits(1000, 20, {"permissive"}),
       "b",
       {{"a", "licence"}},
       ""},
      {"nothing is there", {}, limits(1000, 20), "", {}, ""},
  };
  return kStories;
}

}  // namespace

TEST_CASE("ten catalogs are explained as a person would") {
  REQUIRE(stories().size() == 10);
  for (const Story& story : stories()) {
    CAPTURE(story.name);
    const Walk walk = walked(story);
    const auto result = walk.result();
    const std::string chosen =
        result.chosen ? walk.candidates()[*result.chosen].artifact.name : std::string();
    CHECK(chosen == story.chosen);
    std::map<std::string, std::string> fell_by;
    for (const auto& fallen : result.eliminations) {
      fell_by[walk.candidates()[fallen.candidate].artifact.name] = fallen.criterion;
      CHECK_FALSE(fallen.reason.empty());
    }
    CHECK(fell_by == story.fell_by);
    CHECK(result.waterfall.front().count == story.models.size());
    if (result.chosen) continue;
    const auto changes = relaxations(walk);
    REQUIRE(changes.empty() == std::string_view(story.relaxation).empty());
    if (changes.empty()) continue;
    CHECK(changes.front().needed == story.relaxation);
    CHECK(walk.candidates()[changes.front().candidate].artifact.name == story.relaxed_model);
  }
}

TEST_CASE("a change is sure only when everything else about the model is known to hold") {
  for (const Story& story : stories()) {
    if (std::string_view(story.relaxation).empty()) continue;
    CAPTURE(story.name);
    const Walk walk = walked(story);
    const auto change = relaxations(walk).front();
    CHECK(change.sure == walk.candidates()[change.candidate].measurement.has_value());
  }
}

TEST_CASE(
    "a model that fell after a few runs is measured once more to tell how much time it needs") {
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  Candidate candidate = candidate_of("a", 100);
  Walk walk({candidate}, constraints);
  walk.inspected(0, inspection_of(100), {});
  REQUIRE(walk.next()->limit == milliseconds(20));
  walk.measured(0, measurement_of(milliseconds(30), 3));
  const auto question = walk.next();
  REQUIRE(question);
  CHECK_FALSE(question->limit);
  walk.measured(0, measurement_of(milliseconds(30), 60));
  CHECK_FALSE(walk.next());
  CHECK(walk.result().verdict == Verdict::none);
  CHECK(relaxations(walk).front().needed == "--max-p90 30ms");
}

TEST_CASE("near misses are told nearest first, far ones and unknown ones not at all") {
  Constraints constraints;
  constraints.max_size = Bytes{1000};
  const Walk walk(
      {candidate_of("far", 5000), candidate_of("near", 1100), candidate_of("nearer", 1010)},
      constraints);
  const auto misses = near_misses(walk.result());
  REQUIRE(misses.size() == 2);
  CHECK(walk.candidates()[misses[0].candidate].artifact.name == "nearer");
  CHECK(walk.candidates()[misses[1].candidate].artifact.name == "near");
}

}  // namespace litezoo::ranker
