#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ranker/candidate.h"
#include "ranker/criteria.h"
#include "ranker/objective.h"

namespace litezoo::ranker {

// What to choose by.
struct Aim {
  std::vector<const Objective*> objectives;  // the first counts most; empty = size, p90
  // Every candidate that no other beats in all objectives, instead of the first of them.
  bool pareto = false;
};

// Something the walk must know before it can go on.
struct Question {
  Needs needs = Needs::file;  // file: fetch it if need be, and inspect; or measurement
  std::size_t candidate = 0;  // index into Walk::candidates()
  // Of a measurement: enough to decide this limit at this risk; without a limit, to tell figures.
  std::optional<Nanoseconds> limit{};
  double risk = 0.01;
  bool confirms = false;  // the answer goes to Walk::confirmed
};

// Why a candidate fell.
struct Elimination {
  std::size_t candidate = 0;
  std::string criterion;  // Criterion::name, "fetch", "measure", "confirm", "budget", "dominated"
  Outcome outcome = Outcome::fails;  // unknown: nobody could tell, so it may hold after all
  std::string reason;
  std::optional<double> excess{};  // as in Judgement
  std::string needed{};
};

// How many were left after a criterion.
struct Remaining {
  std::string criterion;  // "in the catalog" for the first
  std::size_t count = 0;
};

enum class Verdict {
  found,      // the chosen one holds
  none,       // every candidate was refuted
  undecided,  // none holds surely, and at least one could not be judged
};

struct Recommendation {
  Verdict verdict = Verdict::none;
  std::optional<std::size_t> chosen;
  std::vector<std::size_t> front;         // with Aim::pareto, by the first objective
  bool complete = true;                   // false when it was stopped before the front was decided
  std::vector<Elimination> eliminations;  // in the order in which they fell
  std::vector<Remaining> waterfall;
  std::size_t larger = 0;  // candidates not looked at because the chosen one is better already
  // Not looked at although they may be better: what the first objective asks for (their size, an
  // accuracy) is not known.
  std::size_t unranked = 0;
  std::size_t unjudged_smaller = 0;  // fell by Outcome::unknown and would be better than the chosen
                                     // one, or of unknown size
  std::size_t measured = 0;          // models measured in this walk
  std::size_t runs = 0;              // timed runs that this took, confirmations included
};

// The search for the best candidate that holds: values in, values out. It asks one question at
// a time; whoever drives it fetches, inspects and measures, and hands the answer in.
//
//   Walk walk(candidates, constraints);
//   while (const auto question = walk.next()) ... walk.inspected(...), walk.measured(...),
//   walk.failed(...)
//   const Recommendation recommendation = walk.result();
//
// Over the whole walk, the chance that a model is chosen whose latency is over the limit is at most
// constraints.risk when constraints.confirm is set: the k-th candidate to be tested at that risk
// must also pass a second test, on fresh samples, at 0.61 / k^2, and the sum of 0.61 / k^2 over all
// k is 1.
class Walk {
 public:
  Walk(std::vector<Candidate> candidates, Constraints constraints, Aim aim = {});

  // nullopt when the answer is known. Asking again without an answer repeats the question.
  std::optional<Question> next();

  void inspected(std::size_t candidate, Inspection inspection, FileFacts facts);
  void measured(std::size_t candidate, Measurement measurement);
  void confirmed(std::size_t candidate, Measurement measurement);
  // The question could not be answered: an unreachable place, a crash while measuring.
  void failed(std::size_t candidate, std::string_view criterion, Outcome outcome,
              std::string reason);
  // No more questions: what is left could not be judged because of `reason`.
  void stop(const std::string& reason);

  // By ascending cost of the first objective (size), then name; unknown ones last.
  const std::vector<Candidate>& candidates() const noexcept { return candidates_; }
  const Constraints& constraints() const noexcept { return constraints_; }
  const Aim& aim() const noexcept { return aim_; }
  Recommendation result() const;

 private:
  bool judge(std::size_t index, Needs up_to);
  void eliminate(std::size_t index, std::string_view criterion, Judgement judgement);
  bool open(std::size_t index) const { return !fallen_[index] && !holds_[index]; }
  std::vector<double> costs(std::size_t index, Needs up_to) const;
  std::optional<Question> prepare();
  void sort_open();
  std::optional<Question> examine(std::size_t index);
  std::optional<Question> ask_measurement(std::size_t index);
  std::optional<Question> ask_confirmation(std::size_t index);
  std::optional<Nanoseconds> rival(std::size_t index) const;
  bool beaten(std::size_t index);
  bool needs_no_more(std::size_t index) const;
  std::optional<Question> explain();
  void accept(std::size_t index);
  std::optional<std::size_t> best() const;
  std::vector<Remaining> waterfall() const;

  std::vector<Candidate> candidates_;
  Constraints constraints_;
  Aim aim_;
  std::vector<bool> fallen_, holds_, compared_, confirmed_;  // by candidate
  std::vector<std::size_t> order_;                           // in which candidates are looked at
  std::vector<Elimination> eliminations_;
  std::size_t position_ = 0;
  bool prepared_ = false, stopped_ = false;
  bool explained_ = false;  // the nearest of those that are too slow was measured once more
  std::size_t runs_ = 0;
  std::size_t tested_ = 0;                 // candidates whose latency was held against the limit
  std::vector<std::size_t> rank_of_test_;  // by candidate: which of them it was, from 1
};

}  // namespace litezoo::ranker
