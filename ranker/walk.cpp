#include "ranker/walk.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>

namespace litezoo::ranker {
namespace {

auto order_key(const Candidate& candidate) {
  const auto size = size_of(candidate);
  return std::tuple(size ? size->count : std::numeric_limits<std::uint64_t>::max(),
                    candidate.model.name, candidate.artifact.name);
}

}  // namespace

Walk::Walk(std::vector<Candidate> candidates, Constraints constraints)
    : candidates_(std::move(candidates)),
      fallen_(candidates_.size(), false),
      constraints_(std::move(constraints)) {
  std::ranges::stable_sort(candidates_, {}, order_key);
  for (std::size_t i = 0; i < candidates_.size(); ++i) judge(i, Needs::metadata);
}

// Asks every criterion whose facts are there; false when the candidate fell.
bool Walk::judge(std::size_t index, Needs up_to) {
  const Candidate& candidate = candidates_[index];
  for (const Criterion& criterion : criteria()) {
    if (criterion.needs > up_to) break;
    if (!criterion.applies(constraints_)) continue;
    Judgement judgement = criterion.judge(candidate, constraints_);
    const bool tolerated = judgement.outcome == Outcome::unknown && constraints_.allow_unknown;
    if (judgement.outcome == Outcome::holds || tolerated) continue;
    eliminate(index, criterion.name, std::move(judgement));
    return false;
  }
  return true;
}

void Walk::eliminate(std::size_t index, std::string_view criterion, Judgement judgement) {
  fallen_[index] = true;
  eliminations_.push_back(
      {index, std::string(criterion), judgement.outcome, std::move(judgement.reason)});
}

bool Walk::wants_measurement(const Candidate& candidate) const {
  if (!constraints_.measure || candidate.measured_now) return false;
  if (!candidate.measurement) return true;
  if (!constraints_.max_latency) return false;
  // An earlier measurement made without this limit in mind may be too short to decide.
  for (const Criterion& criterion : criteria()) {
    if (criterion.needs != Needs::measurement || !criterion.applies(constraints_)) continue;
    if (criterion.judge(candidate, constraints_).outcome == Outcome::unknown) return true;
  }
  return false;
}

std::optional<Question> Walk::missing(const Candidate& candidate, std::size_t index) const {
  if (!candidate.inspection) return Question{Needs::inspection, index};
  if (wants_measurement(candidate)) return Question{Needs::measurement, index};
  return std::nullopt;
}

std::optional<Question> Walk::next() {
  for (; !chosen_ && position_ < candidates_.size(); ++position_) {
    if (fallen_[position_]) continue;
    const Candidate& candidate = candidates_[position_];
    if (!candidate.inspection) return missing(candidate, position_);
    if (!judge(position_, Needs::inspection)) continue;
    if (const auto question = missing(candidate, position_)) return question;
    if (candidate.measurement && !judge(position_, Needs::measurement)) continue;
    if (!candidate.measurement && (constraints_.max_latency || constraints_.max_memory) &&
        !constraints_.allow_unknown) {
      eliminate(position_, constraints_.max_memory ? "memory" : "latency",
                {Outcome::unknown, "it was not measured on this device"});
      continue;
    }
    chosen_ = position_;
  }
  return std::nullopt;
}

void Walk::inspected(std::size_t candidate, Inspection inspection,
                     std::optional<std::string> cannot_run) {
  candidates_[candidate].availability = Availability::here;
  candidates_[candidate].inspection = std::move(inspection);
  candidates_[candidate].cannot_run = std::move(cannot_run);
}

void Walk::measured(std::size_t candidate, Measurement measurement) {
  candidates_[candidate].measurement = std::move(measurement);
  candidates_[candidate].measured_now = true;
}

void Walk::failed(std::size_t candidate, std::string_view criterion, Outcome outcome,
                  std::string reason) {
  eliminate(candidate, criterion, {outcome, std::move(reason)});
}

Recommendation Walk::result() const {
  Recommendation result;
  result.chosen = chosen_;
  result.eliminations = eliminations_;
  result.measured = static_cast<std::size_t>(
      std::ranges::count_if(candidates_, [](const Candidate& c) { return c.measured_now; }));
  bool any_unknown = false;
  for (const Elimination& fallen : eliminations_) {
    if (fallen.outcome != Outcome::unknown) continue;
    any_unknown = true;
    const bool smaller = chosen_ && fallen.candidate < *chosen_;
    if (smaller || !size_of(candidates_[fallen.candidate])) ++result.unjudged_smaller;
  }
  if (chosen_) {
    result.verdict = Verdict::found;
    for (std::size_t i = *chosen_ + 1; i < candidates_.size(); ++i) {
      if (!fallen_[i]) ++result.larger;
    }
  } else {
    result.verdict = any_unknown ? Verdict::undecided : Verdict::none;
  }
  result.waterfall.push_back({"in the catalog", candidates_.size()});
  std::size_t left = candidates_.size();
  const auto add_step = [&](std::string_view name) {
    const auto fell = std::ranges::count(eliminations_, name, &Elimination::criterion);
    left -= static_cast<std::size_t>(fell);
    result.waterfall.push_back({std::string(name), left});
  };
  for (const Criterion& criterion : criteria()) {
    if (criterion.applies(constraints_)) add_step(criterion.name);
    if (criterion.name == "available") add_step("fetch");
    if (criterion.name == "runs here" && constraints_.measure) add_step("measure");
  }
  return result;
}

}  // namespace litezoo::ranker
