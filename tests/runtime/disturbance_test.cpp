#include "runtime/disturbance.h"

#include <doctest/doctest.h>

namespace litezoo::runtime {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST_CASE("a block counts only when the machine was quiet on both sides of it") {
  struct Case {
    const char* name;
    milliseconds anchor_before, anchor_after, anchor_best, waited;
    std::uint64_t major_faults;
    bool voided;
  };
  const Case cases[] = {
      {"quiet", milliseconds(100), milliseconds(101), milliseconds(100), milliseconds(0), 0, false},
      {"slower afterwards", milliseconds(100), milliseconds(110), milliseconds(100),
       milliseconds(0), 0, true},
      {"faster afterwards", milliseconds(110), milliseconds(100), milliseconds(100),
       milliseconds(0), 0, true},
      {"slow all along", milliseconds(120), milliseconds(120), milliseconds(100), milliseconds(0),
       0, true},
      {"preempted", milliseconds(100), milliseconds(100), milliseconds(100), milliseconds(10), 0,
       true},
      {"a page from disk", milliseconds(100), milliseconds(100), milliseconds(100), milliseconds(0),
       1, true},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    BlockEvidence evidence;
    evidence.duration = milliseconds(150);
    evidence.anchor_before = c.anchor_before;
    evidence.anchor_after = c.anchor_after;
    evidence.anchor_best = c.anchor_best;
    evidence.after.waited = c.waited;
    evidence.after.major_faults = c.major_faults;
    CHECK(why_voided(evidence).empty() != c.voided);
  }
}

TEST_CASE("time without a CPU is seen by the kernel's own count") {
  const auto before = Disturbance::now();
  const auto after = Disturbance::now();
  CHECK(after.waited >= before.waited);
  CHECK(after.preemptions >= before.preemptions);
}

}  // namespace litezoo::runtime
