#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ranker/walk.h"

namespace litezoo::ranker {

// The one constraint in the way of a candidate, and what would have to be written instead.
struct Relaxation {
  std::size_t candidate = 0;
  std::string criterion;         // "size"
  std::string needed;            // "--max-size 5.43MB"; empty: the constraint would have to go
  std::optional<double> excess;  // how many times the limit; unset where that makes no sense
  // Everything else about it is known to hold. False when it fell before it was looked at whole.
  bool sure = false;
};

// For a walk that chose nothing: the candidates that a single constraint keeps out, least excess
// first, those without a number last; among equals the sure ones and the smaller ones first.
// Constraints that cannot be relaxed (no place to fetch it from, operators that do not run) keep a
// candidate out of this list.
std::vector<Relaxation> relaxations(const Walk& walk);

// Candidates that fell by at most a quarter over a limit, least first.
std::vector<Elimination> near_misses(const Recommendation& result);

}  // namespace litezoo::ranker
