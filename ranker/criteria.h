#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "base/units.h"
#include "ranker/accuracy.h"
#include "ranker/candidate.h"

namespace litezoo::ranker {

// What a model must fulfil; an unset field asks nothing.
struct Constraints {
  std::string task;
  std::string domain;
  std::optional<Bytes> max_size;
  std::optional<Bytes> max_input_size;     // of all inputs of one run
  std::optional<Bytes> max_static_memory;  // weights and activations, told from the file
  std::optional<Nanoseconds> max_latency;  // of the percentile below
  double percentile = 0.9;
  std::optional<Bytes> max_memory;      // peak of the process above its empty baseline
  std::optional<Nanoseconds> max_init;  // from a loaded file to ready to run
  std::vector<AccuracyConstraint> accuracy;
  std::vector<std::string> licenses;   // SPDX identifiers or licence classes; any of them
  std::vector<std::string> languages;  // BCP 47; all of them
  std::string precision;
  bool xnnpack_only = false;         // no operator outside XNNPACK
  std::vector<std::string> runs_on;  // "litert:2.14", "gpu", "nnapi", ...; all of them
  double risk = 0.01;                // of one candidate's first PASS being wrong
  bool confirm = true;               // the chosen one by a second process
  bool allow_unknown = false;        // a fact nobody knows does not make a model fall
  bool measure = true;               // false: do not run anything; latency and memory stay unknown
};

enum class Outcome { holds, fails, unknown };

struct Judgement {
  Outcome outcome = Outcome::holds;
  std::string reason;  // empty when it holds; else one phrase with the numbers
  // How many times the limit the value is; unset where that makes no sense (a licence).
  std::optional<double> excess{};
  std::string needed{};  // what to write instead so that it would hold: "--max-size 5.4MB"
};

// What a criterion has to look at, in the order of cost.
enum class Needs { metadata, inspection, file, measurement };

struct Criterion {
  std::string_view name;    // "size"
  std::string_view option;  // "--max-size"; empty when the user did not ask for it
  Needs needs = Needs::metadata;
  bool (*applies)(const Constraints&);
  // Requires that the candidate has what `needs` says.
  Judgement (*judge)(const Candidate&, const Constraints&);
};

// All criteria in the order in which they are asked: cheapest first.
std::span<const Criterion> criteria() noexcept;

// Whether the candidate has what a criterion must look at.
bool has(const Candidate& candidate, Needs needs) noexcept;

// The size of the file: from the catalog, else from its inspection.
std::optional<Bytes> size_of(const Candidate& candidate);

// Peak memory above the empty runtime's.
Bytes memory_of(const Measurement& measurement);

// Weights, and activations at their peak: no runtime can do with less.
Bytes static_memory_of(const Inspection& inspection);

// Throws Error(usage) with the next step when no model could ever fulfil the constraints, or one
// makes no sense: a limit of zero.
void check(const Constraints& constraints);

}  // namespace litezoo::ranker
