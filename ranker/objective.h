#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ranker/criteria.h"

namespace litezoo::ranker {

// Something to have little (size, latency) or much (accuracy) of.
struct Objective {
  std::string_view name;
  std::string_view meaning;  // for --help and the documentation
  Needs needs = Needs::metadata;
  bool more_is_better = false;
  // nullopt when it is not known. Requires that the candidate has what `needs` says.
  std::optional<double> (*value)(const Candidate&, const Constraints&);
};

// Every objective there is, by name.
std::span<const Objective> objectives() noexcept;

// Reads "size,p90": the first counts most. A leading "-" or "+" is accepted and means nothing, for
// each objective has one good direction. Throws Error(usage) naming the known ones.
std::vector<const Objective*> parse_objectives(const std::string& text);

// The value so that less is better; +infinity when it is not known.
double cost_of(const Objective& objective, const Candidate& candidate,
               const Constraints& constraints);

}  // namespace litezoo::ranker
