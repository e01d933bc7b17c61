#include "runtime/disturbance.h"

#include <doctest/doctest.h>

namespace litezoo::runtime {

using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST_CASE("a block counts only when the machine was quiet on both sides of it") {
  struct Case {
    const char* name;
    AnchorTime before, after, best;
    Disturbance meanwhile;
    std::string_view cause;  // what the reason must hold; empty = the block counts
  };
  const AnchorTime normal{milliseconds(100), milliseconds(100)};
  const AnchorTime slow{milliseconds(120), milliseconds(100)};
  const AnchorTime contended{milliseconds(100), milliseconds(130)};
  const Case cases[] = {
      {"quiet", normal, normal, normal, {}, ""},
      {"nothing known of the machine's best", slow, slow, {}, {}, ""},
      {"slower afterwards", normal, slow, normal, {}, "speed changed by 20 %"},
      {"faster afterwards", slow, normal, normal, {}, "speed changed by 20 %"},
      {"slow all along", slow, slow, normal, {}, "speed was 17 % below its best"},
      {"memory slow afterwards", normal, contended, normal, {}, "memory speed changed by 30 %"},
      {"memory slow all along", contended, contended, normal, {}, "memory speed was 23 % below"},
      {"preempted", normal, normal, normal, {.waited = milliseconds(15)}, "another program"},
      {"preempted a little", normal, normal, normal, {.waited = milliseconds(2)}, ""},
      {"a page from disk", normal, normal, normal, {.major_faults = 1}, "1 pages came from disk"},
      {"hot", normal, normal, normal, {.throttles = 1}, "heat"},
      {"at work all the time", normal, normal, normal, {.worked = milliseconds(149)}, ""},
      {"stopped", normal, normal, normal, {.worked = milliseconds(75)}, "stopped for 50 %"},
      {"stolen", normal, normal, normal, {.stolen = milliseconds(30)}, "the host had the CPU"},
      {"stolen a little", normal, normal, normal, {.stolen = milliseconds(5)}, ""},
      {"a neighbour that no anchor shows",
       slow,
       slow,
       {},
       {.worked = milliseconds(150), .busy = milliseconds(300)},
       "used the other cores by 100 %"},
      {"a small neighbour",
       slow,
       slow,
       {},
       {.worked = milliseconds(150), .busy = milliseconds(200)},
       ""},
      {"a neighbour beside a device known at its best",
       normal,
       normal,
       normal,
       {.worked = milliseconds(150), .busy = milliseconds(300)},
       ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Disturbance after = c.meanwhile;
    after.moment = milliseconds(150);
    const BlockEvidence evidence{.after = after,
                                 .duration = milliseconds(150),
                                 .cpus = 2,
                                 .best_known = c.best.arithmetic.count() > 0,
                                 .anchor_before = c.before,
                                 .anchor_after = c.after,
                                 .best = c.best};
    const std::string cause = why_voided(evidence);
    CAPTURE(cause);
    CHECK(cause.empty() == c.cause.empty());
    CHECK(cause.find(c.cause) != std::string::npos);
  }
}

TEST_CASE("a sustained measurement keeps the blocks in which the machine got slower") {
  BlockEvidence evidence{.duration = milliseconds(150),
                         .anchor_before = {milliseconds(100), milliseconds(100)},
                         .anchor_after = {milliseconds(150), milliseconds(150)}};
  CHECK(why_voided(evidence, {.speed_changes = true}).empty());
  evidence.after.waited = milliseconds(50);
  CHECK_FALSE(why_voided(evidence, {.speed_changes = true}).empty());
}

TEST_CASE("several threads may wait for each other") {
  const BlockEvidence evidence{.after = {.worked = milliseconds(75), .moment = milliseconds(150)},
                               .duration = milliseconds(150),
                               .threads = 2,
                               .cpus = 2};
  CHECK(why_voided(evidence).empty());
}

TEST_CASE("time with and without a CPU is seen by the kernel's own counts") {
  const auto before = Disturbance::now();
  volatile double sum = 0;
  for (int i = 0; i < 2'000'000; ++i) sum = sum + i;
  const auto after = Disturbance::now();
  CHECK(after.waited >= before.waited);
  CHECK(after.preemptions >= before.preemptions);
  CHECK(after.worked > before.worked);
  CHECK(after.moment > before.moment);
  CHECK(after.busy >= before.busy);
}

TEST_CASE("a voided block is granted what its disturbance can explain") {
  const AnchorTime normal{milliseconds(100), milliseconds(100)};
  const AnchorTime slow{milliseconds(160), milliseconds(100)};
  struct Case {
    const char* name;
    AnchorTime before, after, best;
    Disturbance meanwhile;
    milliseconds lost;
    double slowdown;
    std::uint32_t threads = 1;
  };
  const Case cases[] = {
      {"nothing seen", normal, normal, normal, {}, milliseconds(0), 1.5},
      {"slower", normal, slow, normal, {}, milliseconds(0), 2.56},
      {"slow all along", slow, slow, normal, {}, milliseconds(0), 2.56},
      {"waited", normal, normal, normal, {.waited = milliseconds(15)}, milliseconds(15), 1.5},
      {"stopped", normal, normal, normal, {.worked = milliseconds(75)}, milliseconds(75), 1.5},
      {"stolen", normal, normal, normal, {.stolen = milliseconds(30)}, milliseconds(40), 1.5},
      {"a page from disk", normal, normal, normal, {.major_faults = 1}, milliseconds(0), 1.5},
      {"two threads, a page from disk",
       normal,
       normal,
       normal,
       {.major_faults = 1},
       milliseconds(0),
       0,
       2},
      {"neighbours, and no best known",
       normal,
       normal,
       {},
       {.worked = milliseconds(150), .busy = milliseconds(300)},
       milliseconds(0),
       3},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    Disturbance after = c.meanwhile;
    after.moment = milliseconds(150);
    const Allowance allowance = allowance_of({.after = after,
                                              .duration = milliseconds(150),
                                              .threads = c.threads,
                                              .cpus = 2,
                                              .best_known = c.best.arithmetic.count() > 0,
                                              .anchor_before = c.before,
                                              .anchor_after = c.after,
                                              .best = c.best});
    CHECK(allowance.lost == c.lost);
    CHECK(allowance.slowdown == doctest::Approx(c.slowdown));
  }
}

}  // namespace litezoo::runtime
