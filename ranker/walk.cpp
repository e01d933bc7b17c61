#include "ranker/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "base/latency.h"
#include "ranker/relaxation.h"

namespace litezoo::ranker {
namespace {

// A confirmation is never asked to prove less than this.
constexpr double kWeakestConfirmation = 0.25;
// From here on a measurement's figures are taken as they are.
constexpr std::size_t kRunsOfFigures = 50;

double confirmation_risk(std::size_t rank) {
  const auto k = static_cast<double>(std::max<std::size_t>(rank, 1));
  return std::min(0.61 / (k * k), kWeakestConfirmation);
}

bool is_latency(const Objective& objective) {
  return objective.name == "p90" || objective.name == "p50" || objective.name == "latency";
}

double percentile_of(const Objective& objective, const Constraints& constraints) {
  if (objective.name == "p50") return 0.5;
  return objective.name == "p90" ? 0.9 : constraints.percentile;
}

bool asks_for_a_run(const Constraints& constraints) {
  return constraints.max_latency || constraints.max_memory || constraints.max_init;
}

}  // namespace

Walk::Walk(std::vector<Candidate> candidates, Constraints constraints, Aim aim)
    : candidates_(std::move(candidates)),
      constraints_(std::move(constraints)),
      aim_(std::move(aim)),
      fallen_(candidates_.size(), false),
      holds_(candidates_.size(), false),
      compared_(candidates_.size(), false),
      rank_of_test_(candidates_.size(), 0) {
  confirmed_.assign(candidates_.size(), false);
  if (aim_.objectives.empty()) aim_.objectives = parse_objectives("size,p90");
  const Objective& first = *aim_.objectives.front();
  std::ranges::stable_sort(candidates_, {}, [&](const Candidate& candidate) {
    const auto size = size_of(candidate);
    const double cost =
        first.needs == Needs::metadata ? cost_of(first, candidate, constraints_) : 0;
    return std::tuple(cost, size ? size->count : std::numeric_limits<std::uint64_t>::max(),
                      candidate.expected.value_or(Nanoseconds::max()), candidate.model.name,
                      candidate.artifact.name);
  });
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    order_.push_back(i);
    judge(i, Needs::inspection);
  }
}

// Asks every criterion whose facts are there; false when the candidate fell.
bool Walk::judge(std::size_t index, Needs up_to) {
  const Candidate& candidate = candidates_[index];
  for (const Criterion& criterion : criteria()) {
    if (criterion.needs > up_to) break;
    if (!criterion.applies(constraints_) || !has(candidate, criterion.needs)) continue;
    Judgement judgement = criterion.judge(candidate, constraints_);
    const bool tolerated = judgement.outcome == Outcome::unknown && constraints_.allow_unknown;
    if (judgement.outcome == Outcome::holds || tolerated) continue;
    eliminate(index, criterion.name, std::move(judgement));
    return false;
  }
  return true;
}

void Walk::eliminate(std::size_t index, std::string_view criterion, Judgement judgement) {
  if (fallen_[index]) return;
  fallen_[index] = true;
  holds_[index] = false;
  eliminations_.push_back({index, std::string(criterion), judgement.outcome,
                           std::move(judgement.reason), judgement.excess,
                           std::move(judgement.needed)});
}

// The objectives that can be told from facts up to that cost.
std::vector<double> Walk::costs(std::size_t index, Needs up_to) const {
  std::vector<double> result;
  for (const Objective* objective : aim_.objectives) {
    if (objective->needs > up_to) break;
    result.push_back(cost_of(*objective, candidates_[index], constraints_));
  }
  return result;
}

// When the first objective is not in the catalog, every candidate must be looked at for it.
std::optional<Question> Walk::prepare() {
  const Needs needs = aim_.objectives.front()->needs;
  for (std::size_t i = 0; needs != Needs::metadata && i < candidates_.size(); ++i) {
    if (!open(i)) continue;
    if (!has(candidates_[i], Needs::file)) return Question{Needs::file, i};
    judge(i, Needs::file);
  }
  sort_open();
  prepared_ = true;
  return std::nullopt;
}

// A measured objective is looked at in the order that earlier numbers let expect.
void Walk::sort_open() {
  const Needs needs = aim_.objectives.front()->needs;
  if (needs == Needs::metadata) return;
  std::ranges::stable_sort(order_, {}, [&](std::size_t index) {
    const Candidate& candidate = candidates_[index];
    const auto costs_now = costs(index, std::min(needs, Needs::file));
    const auto expected = candidate.expected.value_or(Nanoseconds::max());
    return std::tuple(costs_now, needs == Needs::measurement ? expected : Nanoseconds{});
  });
}

// The latency that is to be beaten: of the accepted ones that are as good in everything else.
std::optional<Nanoseconds> Walk::rival(std::size_t index) const {
  const auto latency = std::ranges::find_if(
      aim_.objectives, [](const Objective* objective) { return is_latency(*objective); });
  if (latency == aim_.objectives.end()) return std::nullopt;
  const bool leads = latency == aim_.objectives.begin();
  if (!aim_.pareto && !leads) return std::nullopt;
  std::optional<Nanoseconds> best;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (!holds_[i] || i == index) continue;
    const bool as_good = std::ranges::all_of(aim_.objectives, [&](const Objective* objective) {
      if (objective == *latency) return true;
      if (!aim_.pareto) return true;
      return cost_of(*objective, candidates_[i], constraints_) <=
             cost_of(*objective, candidates_[index], constraints_);
    });
    const double cost = cost_of(**latency, candidates_[i], constraints_);
    if (!as_good || cost == std::numeric_limits<double>::infinity()) continue;
    const Nanoseconds time(static_cast<std::int64_t>(cost));
    if (!best || time < *best) best = time;
  }
  return best;
}

// True when the candidate surely loses against an accepted one; it falls then.
bool Walk::beaten(std::size_t index) {
  const auto bound = rival(index);
  const Candidate& candidate = candidates_[index];
  if (!bound || !candidate.measurement || candidate.measurement->samples.empty()) return false;
  const auto latency = std::ranges::find_if(
      aim_.objectives, [](const Objective* objective) { return is_latency(*objective); });
  const double q = percentile_of(**latency, constraints_);
  const auto decision = decide_latency(*candidate.measurement, *bound, q, constraints_.risk);
  if (decision.verdict != LatencyVerdict::fail) return false;
  eliminate(index, "dominated",
            {Outcome::fails,
             fmt::format("{} is over the {} of a model that is as good otherwise ({} of {} runs)",
                         to_text(quantile(candidate.measurement->samples, q)), to_text(*bound),
                         decision.over, decision.runs)});
  return true;
}

std::optional<Question> Walk::ask_measurement(std::size_t index) {
  const Candidate& candidate = candidates_[index];
  if (!constraints_.measure) return std::nullopt;
  const auto bound = rival(index);
  const auto limit = constraints_.max_latency;
  if (!candidate.measurement) {
    // Whatever is smaller refutes fastest.
    const auto tightest = bound && limit ? std::min(*bound, *limit) : bound ? *bound : limit;
    return Question{Needs::measurement, index, tightest, constraints_.risk};
  }
  const bool figures_wanted = aim_.pareto || aim_.objectives.front()->needs == Needs::measurement;
  if (figures_wanted && !compared_[index] && candidate.measurement->settings.limit &&
      candidate.measurement->samples.size() < kRunsOfFigures) {
    return Question{Needs::measurement, index, limit, constraints_.risk};
  }
  if (candidate.measured_now || !limit) return std::nullopt;
  // An earlier measurement made without this limit in mind may be too short to decide.
  for (const Criterion& criterion : criteria()) {
    if (criterion.needs != Needs::measurement || !criterion.applies(constraints_)) continue;
    if (criterion.judge(candidate, constraints_).outcome == Outcome::unknown) {
      return Question{Needs::measurement, index, limit, constraints_.risk};
    }
  }
  return std::nullopt;
}

std::optional<Question> Walk::ask_confirmation(std::size_t index) {
  const Candidate& candidate = candidates_[index];
  const bool asked = constraints_.measure && constraints_.confirm && constraints_.max_latency &&
                     candidate.measurement;
  if (!asked) return std::nullopt;
  const double risk = confirmation_risk(rank_of_test_[index]);
  if (!candidate.confirmation) {
    return Question{Needs::measurement, index, constraints_.max_latency, risk, true};
  }
  const auto decision = decide_latency(*candidate.confirmation, *constraints_.max_latency,
                                       constraints_.percentile, risk);
  if (decision.verdict == LatencyVerdict::pass) return std::nullopt;
  // An earlier one was asked to prove less.
  if (!confirmed_[index]) {
    return Question{Needs::measurement, index, constraints_.max_latency, risk, true};
  }
  eliminate(index, "confirm",
            {Outcome::unknown,
             fmt::format("UNSTABLE: one process held the limit of {}, a second one did not surely "
                         "({} of {} runs over it)",
                         to_text(*constraints_.max_latency), decision.over, decision.runs)});
  return std::nullopt;
}

// The next thing to ask about one candidate; nullopt when it fell or was accepted.
std::optional<Question> Walk::examine(std::size_t index) {
  const Candidate& candidate = candidates_[index];
  if (!has(candidate, Needs::file)) return Question{Needs::file, index};
  if (!judge(index, Needs::file)) return std::nullopt;
  if (rank_of_test_[index] == 0) rank_of_test_[index] = ++tested_;
  if (candidate.measurement && beaten(index)) return std::nullopt;
  if (auto question = ask_measurement(index)) {
    if (candidate.measurement) compared_[index] = true;
    return question;
  }
  if (!candidate.measurement && asks_for_a_run(constraints_) && !constraints_.allow_unknown) {
    const auto* const name = constraints_.max_latency  ? "latency"
                             : constraints_.max_memory ? "memory"
                                                       : "init time";
    eliminate(index, name, {Outcome::unknown, "it was not measured on this device"});
    return std::nullopt;
  }
  if (!judge(index, Needs::measurement)) return std::nullopt;
  if (auto question = ask_confirmation(index)) return question;
  if (!fallen_[index]) accept(index);
  return std::nullopt;
}

void Walk::accept(std::size_t index) {
  holds_[index] = true;
  if (!aim_.pareto) return;
  const auto dominates = [&](std::size_t a, std::size_t b) {
    const auto x = costs(a, Needs::measurement);
    const auto y = costs(b, Needs::measurement);
    bool better = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (x[i] > y[i]) return false;
      better = better || x[i] < y[i];
    }
    return better;
  };
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (!holds_[i] || i == index || !holds_[index]) continue;
    if (dominates(i, index)) {
      eliminate(index, "dominated",
                {Outcome::fails, fmt::format("{} is at least as good in everything",
                                             candidates_[i].artifact.name)});
    } else if (dominates(index, i)) {
      eliminate(i, "dominated",
                {Outcome::fails, fmt::format("{} is at least as good in everything",
                                             candidates_[index].artifact.name)});
    }
  }
}

std::optional<std::size_t> Walk::best() const {
  std::optional<std::size_t> result;
  for (const std::size_t i : order_) {
    if (!holds_[i]) continue;
    if (!result || costs(i, Needs::measurement) < costs(*result, Needs::measurement)) result = i;
  }
  return result;
}

// True when an accepted candidate is better than this one, whatever it turns out to be.
bool Walk::needs_no_more(std::size_t index) const {
  if (aim_.pareto) return false;
  const auto chosen = best();
  if (!chosen) return false;
  const Needs level = aim_.objectives.front()->needs;
  if (level == Needs::measurement) return false;
  // Only what ties in everything that is known beforehand can still win.
  return costs(*chosen, level) < costs(index, level);
}

std::optional<Question> Walk::next() {
  if (stopped_) return std::nullopt;
  if (!prepared_) {
    if (auto question = prepare()) return question;
  }
  for (; position_ < order_.size(); ++position_) {
    const std::size_t index = order_[position_];
    if (!open(index)) continue;
    if (needs_no_more(index)) return std::nullopt;
    if (auto question = examine(index)) return question;
  }
  return explain();
}

// A model that is too slow fell after a few runs. To tell how much more time would do, the one
// that is nearest to the limit is measured once more.
std::optional<Question> Walk::explain() {
  if (best() || !constraints_.measure || !constraints_.max_latency) return std::nullopt;
  const auto nearest = relaxations(*this);
  if (nearest.empty() || nearest.front().criterion != "latency") return std::nullopt;
  const std::size_t index = nearest.front().candidate;
  const auto& measurement = *candidates_[index].measurement;
  const auto enough = samples_for_bound(constraints_.percentile, 0.95);
  if (explained_ || undisturbed(measurement).size() >= enough) return std::nullopt;
  return Question{Needs::measurement, index, std::nullopt, constraints_.risk};
}

void Walk::inspected(std::size_t candidate, Inspection inspection, FileFacts facts) {
  candidates_[candidate].availability = Availability::here;
  candidates_[candidate].inspection = std::move(inspection);
  candidates_[candidate].file = std::move(facts);
}

void Walk::measured(std::size_t candidate, Measurement measurement) {
  explained_ = fallen_[candidate];
  runs_ += measurement.samples.size();
  candidates_[candidate].measurement = std::move(measurement);
  candidates_[candidate].measured_now = true;
}

void Walk::confirmed(std::size_t candidate, Measurement measurement) {
  runs_ += measurement.samples.size();
  confirmed_[candidate] = true;
  candidates_[candidate].confirmation = std::move(measurement);
}

void Walk::failed(std::size_t candidate, std::string_view criterion, Outcome outcome,
                  std::string reason) {
  explained_ = explained_ || fallen_[candidate];
  eliminate(candidate, criterion, {outcome, std::move(reason)});
}

void Walk::stop(const std::string& reason) {
  for (const std::size_t index : order_) {
    if (open(index) && !needs_no_more(index)) {
      eliminate(index, "budget", {Outcome::unknown, reason});
    }
  }
  stopped_ = true;
}

Recommendation Walk::result() const {
  Recommendation result;
  result.chosen = best();
  result.eliminations = eliminations_;
  result.waterfall = waterfall();
  result.complete = !stopped_;
  result.runs = runs_;
  result.measured = static_cast<std::size_t>(
      std::ranges::count_if(candidates_, [](const Candidate& c) { return c.measured_now; }));
  for (const std::size_t index : order_) {
    if (aim_.pareto && holds_[index]) result.front.push_back(index);
    if (!result.chosen || !open(index)) continue;
    const auto& first = *aim_.objectives.front();
    const bool known = !has(candidates_[index], first.needs) ||
                       std::isfinite(cost_of(first, candidates_[index], constraints_));
    ++(known ? result.larger : result.unranked);
  }
  const Needs level = std::min(aim_.objectives.front()->needs, Needs::file);
  bool any_unknown = false;
  for (const Elimination& fallen : eliminations_) {
    if (fallen.outcome != Outcome::unknown) continue;
    any_unknown = true;
    const bool better =
        result.chosen && (level == Needs::file || fallen.candidate < *result.chosen);
    if (better || !size_of(candidates_[fallen.candidate])) ++result.unjudged_smaller;
  }
  result.verdict = result.chosen ? Verdict::found
                   : any_unknown ? Verdict::undecided
                                 : Verdict::none;
  return result;
}

std::vector<Remaining> Walk::waterfall() const {
  std::vector<Remaining> steps = {{"in the catalog", candidates_.size()}};
  std::size_t left = candidates_.size();
  const auto add_step = [&](std::string_view name) {
    const auto fell = std::ranges::count(eliminations_, name, &Elimination::criterion);
    left -= static_cast<std::size_t>(fell);
    steps.push_back({std::string(name), left});
  };
  for (const Criterion& criterion : criteria()) {
    if (criterion.applies(constraints_)) add_step(criterion.name);
    if (criterion.name == "available") add_step("fetch");
    if (criterion.name == "runs here" && constraints_.measure) add_step("measure");
  }
  if (constraints_.confirm && constraints_.max_latency) add_step("confirm");
  if (stopped_) add_step("budget");
  add_step("dominated");
  return steps;
}

}  // namespace litezoo::ranker
