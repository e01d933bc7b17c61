#include "ranker/relaxation.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace litezoo::ranker {
namespace {

constexpr double kNear = 1.25;

bool can_be_relaxed(const Criterion& criterion) {
  return !criterion.option.empty() && criterion.name != "task";
}

// nullopt when nothing, more than one thing, or something that nobody can change is in the way.
std::optional<Relaxation> only_obstacle(const Candidate& candidate, std::size_t index,
                                        const Constraints& constraints) {
  std::optional<Relaxation> obstacle;
  bool sure = true;
  for (const Criterion& criterion : criteria()) {
    if (!criterion.applies(constraints)) continue;
    if (!has(candidate, criterion.needs)) {
      sure = false;
      continue;
    }
    const Judgement judgement = criterion.judge(candidate, constraints);
    if (judgement.outcome == Outcome::holds) continue;
    if (judgement.outcome == Outcome::unknown && constraints.allow_unknown) continue;
    if (obstacle || judgement.outcome == Outcome::unknown || !can_be_relaxed(criterion)) {
      return std::nullopt;
    }
    obstacle = Relaxation{index, std::string(criterion.name), judgement.needed, judgement.excess};
  }
  if (obstacle) obstacle->sure = sure;
  return obstacle;
}

}  // namespace

std::vector<Relaxation> relaxations(const Walk& walk) {
  std::vector<Relaxation> result;
  const auto& candidates = walk.candidates();
  std::vector<bool> broken(candidates.size(), false);  // crashed, could not be fetched, ...
  const auto recommendation = walk.result();
  for (const Elimination& fallen : recommendation.eliminations) {
    const bool by_criterion =
        std::ranges::find(criteria(), fallen.criterion, &Criterion::name) != criteria().end();
    if (!by_criterion) broken[fallen.candidate] = true;
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (broken[i]) continue;
    if (auto obstacle = only_obstacle(candidates[i], i, walk.constraints())) {
      result.push_back(std::move(*obstacle));
    }
  }
  std::ranges::stable_sort(result, {}, [](const Relaxation& relaxation) {
    return std::tuple(relaxation.excess.value_or(std::numeric_limits<double>::infinity()),
                      !relaxation.sure, relaxation.candidate);
  });
  return result;
}

std::vector<Elimination> near_misses(const Recommendation& result) {
  std::vector<Elimination> near;
  for (const Elimination& fallen : result.eliminations) {
    if (fallen.outcome == Outcome::fails && fallen.excess && *fallen.excess <= kNear) {
      near.push_back(fallen);
    }
  }
  std::ranges::stable_sort(near, {}, [](const Elimination& one) { return *one.excess; });
  return near;
}

}  // namespace litezoo::ranker
