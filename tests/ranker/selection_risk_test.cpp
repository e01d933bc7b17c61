#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "base/statistics.h"
#include "ranker/walk.h"
#include "tests/ranker/candidates.h"

namespace litezoo::ranker {
namespace {

using std::chrono::microseconds;

constexpr microseconds kLimit(10'000);

// A model whose runs are over the limit with a known chance.
struct Simulated {
  double over = 0;
  bool holds() const { return over <= 0.1; }
};

// decide_quantile by number of runs and of runs over the limit: a simulation asks the same question
// a million times.
class Decisions {
 public:
  Decision of(std::uint64_t n, std::uint64_t over, double risk) {
    auto& table = by_risk_[risk];
    if (table.size() <= n) table.resize(n + 1);
    auto& row = table[n];
    if (row.size() <= over) row.resize(over + 1);
    auto& entry = row[over];
    if (!entry) entry = decide_quantile(n, over, 0.9, SequentialRisk::of(risk));
    return *entry;
  }

 private:
  std::map<double, std::vector<std::vector<std::optional<Decision>>>> by_risk_;
};

class Machine {
 public:
  explicit Machine(std::uint32_t seed) : random_(seed) {}

  // As the measuring process does it: runs until the limit is decided or there are `most`.
  Measurement measure(const Simulated& model, double risk, std::uint64_t most) {
    std::bernoulli_distribution is_over(model.over);
    Measurement measurement;
    std::uint64_t over = 0;
    auto decision = Decision::undecided;
    while (decision == Decision::undecided && measurement.samples.size() < most) {
      const bool slow = is_over(random_);
      over += slow ? 1 : 0;
      measurement.samples.push_back(slow ? kLimit * 2 : kLimit / 2);
      decision = decisions_.of(measurement.samples.size(), over, risk);
    }
    measurement.blocks = {{.first = 0, .count = measurement.samples.size()}};
    runs += measurement.samples.size();
    return measurement;
  }

  std::mt19937& random() { return random_; }

  std::size_t runs = 0;

 private:
  std::mt19937 random_;
  Decisions decisions_;
};

// The chosen one, or the number of models when there is none.
std::size_t choose(const std::vector<Simulated>& models, Machine& machine) {
  Constraints constraints;
  constraints.max_latency = kLimit;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < models.size(); ++i) {
    candidates.push_back(candidate_of(std::to_string(i), 1000 + i));
  }
  Walk walk(std::move(candidates), constraints);
  while (const auto question = walk.next()) {
    const std::size_t i = question->candidate;
    if (question->needs == Needs::file) {
      walk.inspected(i, inspection_of(1000 + i), {});
    } else if (question->confirms) {
      walk.confirmed(i, machine.measure(models[i], question->risk, 400));
    } else if (question->limit) {
      walk.measured(i, machine.measure(models[i], question->risk, 400));
    } else {
      walk.measured(i, machine.measure(models[i], 1e-9, 50));
    }
  }
  return walk.result().chosen.value_or(models.size());
}

}  // namespace

TEST_CASE("over 3,000 selections a model over the limit is chosen in at most one of a hundred") {
  // The worst that can be: every model that comes before the right one is hardly too slow.
  constexpr int kSelections = 3000;
  Machine machine(20261122);
  std::uniform_int_distribution<std::size_t> place(0, 39);
  int wrong = 0;
  int right = 0;
  for (int i = 0; i < kSelections; ++i) {
    std::vector<Simulated> models(40, {.over = 0.1001});
    const std::size_t good = place(machine.random());
    models[good].over = 0.005;
    const std::size_t chosen = choose(models, machine);
    wrong += chosen < models.size() && !models[chosen].holds() ? 1 : 0;
    right += chosen == good ? 1 : 0;
  }
  MESSAGE("wrong ", wrong, ", right ", right, " of ", kSelections);
  CHECK(wrong * 100 <= kSelections);
  CHECK(right * 100 >= 95 * kSelections);
}

TEST_CASE("in an ordinary catalog the choice is right and takes few runs") {
  constexpr int kSelections = 1000;
  Machine machine(7);
  std::uniform_real_distribution<double> speed(0, 1);
  int wrong = 0;
  int right = 0;
  for (int i = 0; i < kSelections; ++i) {
    std::vector<Simulated> models(40);
    for (Simulated& model : models) {
      const double draw = speed(machine.random());
      model.over = draw < 0.6 ? 1.0 : draw < 0.7 ? 0.5 : 0.01;
    }
    const auto good = std::ranges::find_if(models, &Simulated::holds) - models.begin();
    const std::size_t chosen = choose(models, machine);
    wrong += chosen < models.size() && !models[chosen].holds() ? 1 : 0;
    right += chosen == static_cast<std::size_t>(good) ? 1 : 0;
  }
  const auto runs = static_cast<double>(machine.runs) / kSelections;
  MESSAGE("wrong ", wrong, ", right ", right, " of ", kSelections, ", ", runs, " runs each");
  CHECK(wrong == 0);
  CHECK(right * 100 >= 99 * kSelections);
  CHECK(runs * 10 < 40 * 50);
}

}  // namespace litezoo::ranker
