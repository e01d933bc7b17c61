#include "base/latency.h"

#include <doctest/doctest.h>

namespace litezoo {
namespace {

using std::chrono::milliseconds;

// Two blocks of runs, the second one voided or not.
Measurement two_blocks(std::size_t first, std::size_t second, const std::string& voided) {
  Measurement measurement;
  measurement.samples.assign(first, milliseconds(10));
  measurement.samples.insert(measurement.samples.end(), second, milliseconds(50));
  measurement.blocks = {{.first = 0, .count = first},
                        {.first = first, .count = second, .voided = voided}};
  return measurement;
}

}  // namespace

TEST_CASE("voided blocks are kept but do not count") {
  const auto summary = summarise(two_blocks(40, 40, "the machine's speed changed by 12 %"));
  REQUIRE(summary);
  CHECK(summary->runs == 40);
  CHECK(summary->voided_runs == 40);
  CHECK(summary->p90 == milliseconds(10));
  CHECK_FALSE(summary->disturbed);
}

TEST_CASE("when every block was disturbed the figures say so") {
  const auto summary = summarise(two_blocks(0, 40, "preempted"));
  REQUIRE(summary);
  CHECK(summary->disturbed);
  CHECK(summary->p50 == milliseconds(50));
  CHECK_FALSE(summarise(Measurement{}));
}

TEST_CASE("p99 is told only from 299 runs on") {
  CHECK_FALSE(summarise(two_blocks(298, 0, ""))->p99);
  CHECK(summarise(two_blocks(299, 0, ""))->p99 == milliseconds(10));
}

TEST_CASE("a disturbed machine may prove a pass, and a fail where it is no excuse") {
  struct Case {
    const char* name;
    std::size_t clean_runs, voided_runs;
    milliseconds limit;
    LatencyVerdict verdict;
    double slowdown = 2;
    milliseconds lost{};
  };
  const Case cases[] = {
      {"clean and fast", 80, 0, milliseconds(20), LatencyVerdict::pass},
      {"clean and slow", 80, 0, milliseconds(5), LatencyVerdict::fail},
      {"disturbed and yet fast", 0, 80, milliseconds(60), LatencyVerdict::pass},
      {"a slower machine may be why", 0, 80, milliseconds(26), LatencyVerdict::unstable},
      {"it cannot be why", 0, 80, milliseconds(24), LatencyVerdict::fail},
      {"nor for few runs", 0, 3, milliseconds(24), LatencyVerdict::fail},
      {"but for fewer", 0, 2, milliseconds(24), LatencyVerdict::unstable},
      {"the lost time may be why", 0, 80, milliseconds(20), LatencyVerdict::unstable, 2,
       milliseconds(800)},
      {"of some runs only", 0, 80, milliseconds(20), LatencyVerdict::fail, 2, milliseconds(400)},
      {"nothing is known of the disturbance", 0, 80, milliseconds(1), LatencyVerdict::unstable, 0},
      {"clean runs and disturbed ones together", 3, 3, milliseconds(9), LatencyVerdict::fail},
      {"few clean runs", 10, 0, milliseconds(20), LatencyVerdict::undecided},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    auto measurement = two_blocks(c.clean_runs, c.voided_runs, "preempted");
    measurement.blocks.back().slowdown = c.slowdown;
    measurement.blocks.back().lost = c.lost;
    CHECK(decide_latency(measurement, c.limit, 0.9).verdict == c.verdict);
  }
}

TEST_CASE("blocks of a foreign measurement that lie outside its samples are cut, not read") {
  Measurement measurement = two_blocks(5, 5, "");
  measurement.blocks = {{.first = 3, .count = 1000}, {.first = 1000, .count = 5}};
  CHECK(undisturbed(measurement).size() == 7);
}

TEST_CASE("a pass is withheld when one block alone violates the limit") {
  Measurement measurement = two_blocks(400, 20, "");
  CHECK(decide_latency(measurement, milliseconds(20), 0.9).verdict == LatencyVerdict::unstable);
  measurement.blocks.back().voided = "preempted";
  CHECK(decide_latency(measurement, milliseconds(20), 0.9).verdict == LatencyVerdict::pass);
}

TEST_CASE("outliers are classified and counted, not dropped") {
  Measurement measurement;
  for (int i = 0; i < 90; ++i) measurement.samples.emplace_back(1000 + i);
  measurement.samples.insert(measurement.samples.end(), {Nanoseconds(1170), Nanoseconds(9000)});
  const auto summary = summarise(measurement);
  CHECK(summary->runs == 92);
  CHECK(summary->max.count() == 9000);
  CHECK(summary->mild_outliers == 1);
  CHECK(summary->severe_outliers == 1);
}

TEST_CASE("several processes become one measurement that keeps every sample") {
  const std::vector<Measurement> launches = {two_blocks(3, 4, ""), two_blocks(5, 6, "preempted")};
  const auto merged = merge_launches(launches);
  CHECK(merged.samples.size() == 18);
  REQUIRE(merged.blocks.size() == 4);
  CHECK(merged.blocks[3].first == 12);
  CHECK(merged.blocks[3].launch == 1);
  CHECK(merged.settings.launches == 2);
  CHECK(undisturbed(merged).size() == 12);
}

TEST_CASE("the causes of voided blocks are told by how often they came") {
  Measurement measurement;
  for (const char* cause : {"3 pages came from disk", "the machine's speed changed by 12 %", "",
                            "the machine's speed changed by 9 %"}) {
    measurement.blocks.push_back({.voided = cause});
  }
  const std::vector<std::string> expected = {"the machine's speed changed (2 blocks)",
                                             "pages came from disk (1 block)"};
  CHECK(voided_causes(measurement) == expected);
}

TEST_CASE("a machine that gets hot shows in the trend") {
  Measurement measurement;
  for (int i = 0; i < 100; ++i) measurement.samples.emplace_back(i < 50 ? 100 : 200);
  CHECK(trend(measurement)->first.count() == 100);
  CHECK(trend(measurement)->last.count() == 200);
  measurement.samples.resize(19);
  CHECK_FALSE(trend(measurement));
}

}  // namespace litezoo
