#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "base/units.h"
#include "ranker/candidate.h"

namespace litezoo::ranker {

// What a model must fulfil; an unset field asks nothing.
struct Constraints {
  std::string task;
  std::string domain;
  std::optional<Bytes> max_size;
  std::optional<Nanoseconds> max_latency;  // of the percentile below
  double percentile = 0.9;
  std::optional<Bytes> max_memory;    // peak of the process above its empty baseline
  std::vector<std::string> licenses;  // SPDX identifiers or licence classes; any of them
  std::string precision;
  bool allow_unknown = false;  // a fact nobody knows does not make a model fall
  bool measure = true;         // false: do not run anything; latency and memory stay unknown
};

enum class Outcome { holds, fails, unknown };

struct Judgement {
  Outcome outcome = Outcome::holds;
  std::string reason;  // empty when it holds; else one phrase with the numbers
};

// What a criterion has to look at, in the order of cost.
enum class Needs { metadata, inspection, measurement };

struct Criterion {
  std::string_view name;  // "size"
  Needs needs = Needs::metadata;
  bool (*applies)(const Constraints&);
  // Requires that the candidate has what `needs` says.
  Judgement (*judge)(const Candidate&, const Constraints&);
};

// All criteria in the order in which they are asked: cheapest first.
std::span<const Criterion> criteria() noexcept;

// The size of the file: from the catalog, else from its inspection.
std::optional<Bytes> size_of(const Candidate& candidate);

// Peak memory above the empty runtime's.
Bytes memory_of(const Measurement& measurement);

}  // namespace litezoo::ranker
