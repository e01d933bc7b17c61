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

TEST_CASE("a disturbed machine may prove a pass but never a fail") {
  struct Case {
    const char* name;
    std::size_t clean_runs, voided_runs;
    milliseconds limit;
    LatencyVerdict verdict;
  };
  const Case cases[] = {
      {"clean and fast", 80, 0, milliseconds(20), LatencyVerdict::pass},
      {"clean and slow", 80, 0, milliseconds(5), LatencyVerdict::fail},
      {"disturbed and yet fast", 0, 80, milliseconds(60), LatencyVerdict::pass},
      {"disturbed and slow", 0, 80, milliseconds(20), LatencyVerdict::unstable},
      {"few clean runs", 10, 0, milliseconds(20), LatencyVerdict::undecided},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const auto measurement = two_blocks(c.clean_runs, c.voided_runs, "preempted");
    CHECK(decide_latency(measurement, c.limit, 0.9).verdict == c.verdict);
  }
}

TEST_CASE("blocks of a foreign measurement that lie outside its samples are cut, not read") {
  Measurement measurement = two_blocks(5, 5, "");
  measurement.blocks = {{.first = 3, .count = 1000}, {.first = 1000, .count = 5}};
  CHECK(undisturbed(measurement).size() == 7);
}

}  // namespace litezoo
