#include "ranker/walk.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "tests/ranker/candidates.h"

namespace litezoo::ranker {
namespace {

using std::chrono::milliseconds;

// What each model would give if asked; the walk must ask for no more than it needs.
struct World {
  std::map<std::string, milliseconds> latency;
  std::vector<std::string> inspected, measured, confirmed;
};

Recommendation drive(Walk& walk, World& world) {
  while (const auto question = walk.next()) {
    const auto& candidate = walk.candidates()[question->candidate];
    const std::string name = candidate.artifact.name;
    if (question->needs == Needs::file) {
      world.inspected.push_back(name);
      walk.inspected(question->candidate, inspection_of(size_of(candidate)->count), {});
    } else if (question->confirms) {
      world.confirmed.push_back(name);
      walk.confirmed(question->candidate, measurement_of(world.latency.at(name), 100));
    } else {
      world.measured.push_back(name);
      walk.measured(question->candidate, measurement_of(world.latency.at(name), 100));
    }
  }
  return walk.result();
}

std::string chosen_name(const Walk& walk, const Recommendation& result) {
  return result.chosen ? walk.candidates()[*result.chosen].artifact.name : std::string();
}

std::optional<Elimination> elimination_of(const Walk& walk, const Recommendation& result,
                                          std::string_view name) {
  for (const auto& fallen : result.eliminations) {
    if (walk.candidates()[fallen.candidate].artifact.name == name) return fallen;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the smallest model within the limit is chosen and no larger one is touched") {
  World world{.latency = {{"small", milliseconds(90)},
                          {"middle", milliseconds(10)},
                          {"large", milliseconds(5)}}};
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  Walk walk({candidate_of("large", 300), candidate_of("small", 100), candidate_of("middle", 200)},
            constraints);
  const auto result = drive(walk, world);
  CHECK(result.verdict == Verdict::found);
  CHECK(chosen_name(walk, result) == "middle");
  CHECK(world.measured == std::vector<std::string>{"small", "middle"});
  CHECK(world.confirmed == std::vector<std::string>{"middle"});
  CHECK(world.inspected == std::vector<std::string>{"small", "middle"});
  CHECK(result.larger == 1);
  REQUIRE(elimination_of(walk, result, "small"));
  CHECK(elimination_of(walk, result, "small")->criterion == "latency");
}

TEST_CASE("a model of unknown size is not said to be larger than the chosen one") {
  World world{.latency = {{"small", milliseconds(1)}}};
  Candidate unknown = candidate_of("unknown", 1);
  unknown.artifact.size.reset();
  Walk walk({candidate_of("small", 100), candidate_of("large", 300), unknown}, Constraints{});
  const auto result = drive(walk, world);
  CHECK(chosen_name(walk, result) == "small");
  CHECK(result.larger == 1);
  CHECK(result.unranked == 1);
}

TEST_CASE("a model that may not be asked for now leaves the answer open") {
  Candidate forbidden = candidate_of("away", 1);
  forbidden.availability = Availability::forbidden;
  Walk walk({forbidden}, Constraints{});
  World world;
  CHECK(drive(walk, world).verdict == Verdict::undecided);
}

TEST_CASE("cheap criteria fall before anything is fetched") {
  World world{.latency = {{"fits", milliseconds(1)}}};
  Constraints constraints;
  constraints.max_size = Bytes{250};
  constraints.licenses = {"permissive"};
  Candidate closed = candidate_of("closed", 50);
  closed.model.license = "GPL-3.0-only";
  closed.license_class = "copyleft";
  Candidate saved_model = candidate_of("saved_model", 60);
  saved_model.artifact.format = ArtifactFormat::saved_model;
  Candidate lost = candidate_of("lost", 70);
  lost.availability = Availability::nowhere;
  lost.unavailable_because = "no place is known";
  Walk walk({closed, saved_model, lost, candidate_of("fits", 200), candidate_of("big", 300)},
            constraints);
  const auto result = drive(walk, world);
  CHECK(chosen_name(walk, result) == "fits");
  CHECK(world.inspected == std::vector<std::string>{"fits"});
  const std::map<std::string, std::string> expected{
      {"closed", "licence"}, {"saved_model", "format"}, {"lost", "available"}, {"big", "size"}};
  for (const auto& fallen : expected) {
    CAPTURE(fallen.first);
    REQUIRE(elimination_of(walk, result, fallen.first));
    CHECK(elimination_of(walk, result, fallen.first)->criterion == fallen.second);
    CHECK_FALSE(elimination_of(walk, result, fallen.first)->reason.empty());
  }
}

TEST_CASE("the waterfall counts what is left after each criterion") {
  World world{.latency = {{"a", milliseconds(90)}, {"b", milliseconds(1)}}};
  Constraints constraints;
  constraints.max_size = Bytes{250};
  constraints.max_latency = milliseconds(20);
  Walk walk({candidate_of("a", 100), candidate_of("b", 200), candidate_of("c", 300)}, constraints);
  const auto result = drive(walk, world);
  CHECK(result.waterfall.front().count == 3);
  const auto left_after = [&](std::string_view name) {
    return std::ranges::find(result.waterfall, name, &Remaining::criterion)->count;
  };
  CHECK(left_after("size") == 2);
  CHECK(left_after("latency") == 1);
}

TEST_CASE("nothing holds: refuted or undecided are told apart") {
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  SUBCASE("every candidate was measured and is too slow") {
    World world{.latency = {{"a", milliseconds(90)}}};
    Walk walk({candidate_of("a", 100)}, constraints);
    CHECK(drive(walk, world).verdict == Verdict::none);
  }
  SUBCASE("one could not be fetched, so it might have held") {
    Walk walk({candidate_of("a", 100)}, constraints);
    REQUIRE(walk.next());
    walk.failed(0, "fetch", Outcome::unknown, "the server is down");
    CHECK_FALSE(walk.next());
    CHECK(walk.result().verdict == Verdict::undecided);
  }
  SUBCASE("there was no candidate at all") {
    Walk walk({}, constraints);
    CHECK_FALSE(walk.next());
    CHECK(walk.result().verdict == Verdict::none);
  }
}

TEST_CASE("a smaller model that could not be judged is told beside the chosen one") {
  World world{.latency = {{"b", milliseconds(1)}}};
  Walk walk({candidate_of("a", 100), candidate_of("b", 200)}, {});
  REQUIRE(walk.next()->candidate == 0);
  walk.failed(0, "fetch", Outcome::unknown, "the server is down");
  const auto result = drive(walk, world);
  CHECK(chosen_name(walk, result) == "b");
  CHECK(result.unjudged_smaller == 1);
}

TEST_CASE("a model with an operator we cannot run falls with the operator's name") {
  Walk walk({candidate_of("a", 100)}, {});
  REQUIRE(walk.next());
  walk.inspected(0, inspection_of(100), {.cannot_run = "FlexErf at node 7: there is no kernel"});
  CHECK_FALSE(walk.next());
  const auto result = walk.result();
  CHECK(result.verdict == Verdict::none);
  CHECK(elimination_of(walk, result, "a")->reason == "FlexErf at node 7: there is no kernel");
}

TEST_CASE("an earlier measurement is used when it decides, and redone when it cannot") {
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  struct Case {
    const char* name;
    std::size_t earlier_runs;
    bool asked_again;
  };
  const Case cases[] = {{"enough runs", 100, false}, {"too few to decide", 10, true}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Candidate candidate = candidate_of("a", 100);
    candidate.availability = Availability::here;
    candidate.measurement = measurement_of(milliseconds(1), c.earlier_runs);
    World world{.latency = {{"a", milliseconds(1)}}};
    Walk walk({candidate}, constraints);
    const auto result = drive(walk, world);
    CHECK(result.verdict == Verdict::found);
    CHECK(world.measured.size() == (c.asked_again ? 1U : 0U));
    CHECK(world.confirmed.size() == 1);
  }
}

TEST_CASE("two earlier measurements that hold need no new one") {
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  Candidate candidate = candidate_of("a", 100);
  candidate.measurement = measurement_of(milliseconds(1), 100);
  candidate.confirmation = candidate.measurement;
  World world;
  Walk walk({candidate}, constraints);
  CHECK(drive(walk, world).verdict == Verdict::found);
  CHECK(world.measured.empty());
  CHECK(world.confirmed.empty());
}

TEST_CASE("a model whose second process does not hold the limit is not chosen") {
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  Candidate candidate = candidate_of("a", 100);
  candidate.inspection = inspection_of(100);
  candidate.file = FileFacts{};
  candidate.measurement = measurement_of(milliseconds(1), 100);
  Walk walk({candidate}, constraints);
  const auto question = walk.next();
  REQUIRE(question);
  CHECK(question->confirms);
  CHECK(question->risk == doctest::Approx(0.25));
  walk.confirmed(0, measurement_of(milliseconds(30), 100));
  CHECK_FALSE(walk.next());
  const auto result = walk.result();
  CHECK(result.verdict == Verdict::undecided);
  CHECK(elimination_of(walk, result, "a")->criterion == "confirm");
  CHECK(elimination_of(walk, result, "a")->reason.find("UNSTABLE") != std::string::npos);
}

TEST_CASE("each further confirmation must prove more, so that the risk of all stays bounded") {
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  std::vector<Candidate> candidates;
  for (std::uint64_t i = 0; i < 30; ++i) {
    candidates.push_back(candidate_of(std::to_string(i), 100 + i));
  }
  Walk walk(candidates, constraints);
  double total = 0;
  double last = 1;
  while (const auto question = walk.next()) {
    if (question->needs == Needs::file) {
      walk.inspected(question->candidate, inspection_of(100 + question->candidate), {});
    } else if (question->confirms) {
      CHECK(question->risk <= last);
      last = question->risk;
      total += question->risk;
      walk.confirmed(question->candidate, measurement_of(milliseconds(30), 100));
    } else {
      walk.measured(question->candidate, measurement_of(milliseconds(1), 100));
    }
  }
  CHECK(last < 0.001);
  CHECK(total <= 1);
}

TEST_CASE("objectives are lexicographic: latency decides among models of one size") {
  World world{.latency = {{"a", milliseconds(9)}, {"b", milliseconds(3)}, {"c", milliseconds(1)}}};
  Walk walk({candidate_of("a", 100), candidate_of("b", 100), candidate_of("c", 200)}, {});
  const auto result = drive(walk, world);
  CHECK(chosen_name(walk, result) == "b");
  CHECK(world.measured == std::vector<std::string>{"a", "b"});
  CHECK(result.larger == 1);
}

TEST_CASE("the fastest is found by measuring all, the expected one first, the others briefly") {
  World world{.latency = {{"a", milliseconds(9)}, {"b", milliseconds(3)}, {"c", milliseconds(5)}}};
  std::vector<Candidate> candidates = {candidate_of("a", 100), candidate_of("b", 300),
                                       candidate_of("c", 200)};
  candidates[1].expected = milliseconds(4);
  Walk walk(candidates, {}, {.objectives = parse_objectives("p90,size")});
  const auto result = drive(walk, world);
  CHECK(chosen_name(walk, result) == "b");
  CHECK(world.measured == std::vector<std::string>{"b", "a", "c"});
  CHECK(elimination_of(walk, result, "a")->criterion == "dominated");
}

TEST_CASE("the front holds every model that none beats in all objectives") {
  World world{.latency = {{"small", milliseconds(9)},
                          {"worse", milliseconds(12)},
                          {"middle", milliseconds(5)},
                          {"large", milliseconds(2)}}};
  Walk walk({candidate_of("large", 400), candidate_of("middle", 300), candidate_of("worse", 200),
             candidate_of("small", 100)},
            {}, {.objectives = parse_objectives("size,p90"), .pareto = true});
  const auto result = drive(walk, world);
  std::vector<std::string> front;
  for (const std::size_t i : result.front) front.push_back(walk.candidates()[i].artifact.name);
  CHECK(front == std::vector<std::string>{"small", "middle", "large"});
  CHECK(elimination_of(walk, result, "worse")->criterion == "dominated");
  CHECK(result.complete);
}

TEST_CASE("a walk that is stopped says what it could not judge") {
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  Walk walk({candidate_of("a", 100), candidate_of("b", 200)}, constraints);
  REQUIRE(walk.next());
  walk.stop("the budget was used up");
  CHECK_FALSE(walk.next());
  const auto result = walk.result();
  CHECK(result.verdict == Verdict::undecided);
  CHECK_FALSE(result.complete);
  CHECK(elimination_of(walk, result, "b")->criterion == "budget");
}

TEST_CASE("an objective that does not exist is named with those that do") {
  CHECK_THROWS_WITH_AS(parse_objectives("size,beauty"), doctest::Contains("static-memory"), Error);
  CHECK(parse_objectives("-accuracy,size").size() == 2);
}

TEST_CASE(
    "without measuring, a latency limit leaves the answer undecided unless unknown is allowed") {
  World world;
  Constraints constraints;
  constraints.max_latency = milliseconds(20);
  constraints.measure = false;
  SUBCASE("unknown is rejected") {
    Walk walk({candidate_of("a", 100)}, constraints);
    CHECK(drive(walk, world).verdict == Verdict::undecided);
  }
  SUBCASE("unknown is allowed") {
    constraints.allow_unknown = true;
    Walk walk({candidate_of("a", 100)}, constraints);
    CHECK(drive(walk, world).verdict == Verdict::found);
  }
  CHECK(world.measured.empty());
}

}  // namespace litezoo::ranker
