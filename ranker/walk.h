#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ranker/candidate.h"
#include "ranker/criteria.h"

namespace litezoo::ranker {

// Something the walk must know before it can go on.
struct Question {
  Needs needs = Needs::inspection;  // inspection: fetch it if need be, and inspect; measurement
  std::size_t candidate = 0;        // index into Walk::candidates()
};

// Why a candidate fell.
struct Elimination {
  std::size_t candidate = 0;
  std::string criterion;             // Criterion::name, "fetch" or "measure"
  Outcome outcome = Outcome::fails;  // unknown: nobody could tell, so it may hold after all
  std::string reason;
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
  std::vector<Elimination> eliminations;  // in the order in which they fell
  std::vector<Remaining> waterfall;
  std::size_t larger = 0;  // candidates not looked at because they are larger than the chosen one
  std::size_t unjudged_smaller = 0;  // fell by Outcome::unknown and are smaller than the chosen
                                     // one, or of unknown size
  std::size_t measured = 0;
};

// The search for the smallest candidate that holds: values in, values out. It asks one question at
// a time; whoever drives it fetches, inspects and measures, and hands the answer in.
//
//   Walk walk(candidates, constraints);
//   while (const auto question = walk.next()) ... walk.inspected(...), walk.measured(...),
//   walk.failed(...) const Recommendation recommendation = walk.result();
class Walk {
 public:
  Walk(std::vector<Candidate> candidates, Constraints constraints);

  // nullopt when the answer is known. Asking again without an answer repeats the question.
  std::optional<Question> next();

  void inspected(std::size_t candidate, Inspection inspection,
                 std::optional<std::string> cannot_run);
  void measured(std::size_t candidate, Measurement measurement);
  // The question could not be answered: an unreachable place, a crash while measuring.
  void failed(std::size_t candidate, std::string_view criterion, Outcome outcome,
              std::string reason);

  // By ascending size, then name; unknown sizes last.
  const std::vector<Candidate>& candidates() const noexcept { return candidates_; }
  Recommendation result() const;

 private:
  bool judge(std::size_t index, Needs up_to);
  void eliminate(std::size_t index, std::string_view criterion, Judgement judgement);
  std::optional<Question> missing(const Candidate& candidate, std::size_t index) const;
  bool wants_measurement(const Candidate& candidate) const;

  std::vector<Candidate> candidates_;
  std::vector<bool> fallen_;
  Constraints constraints_;
  std::vector<Elimination> eliminations_;
  std::size_t position_ = 0;
  std::optional<std::size_t> chosen_;
};

}  // namespace litezoo::ranker
