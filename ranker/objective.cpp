#include "ranker/objective.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.h"
#include "base/latency.h"
#include "base/text.h"

namespace litezoo::ranker {
namespace {

std::optional<double> number(std::uint64_t value) {
  return static_cast<double>(value);
}

std::optional<double> size_value(const Candidate& candidate, const Constraints&) {
  const auto size = size_of(candidate);
  return size ? number(size->count) : std::nullopt;
}

// The first accuracy constraint says which number is meant.
std::optional<double> accuracy_value(const Candidate& candidate, const Constraints& constraints) {
  if (constraints.accuracy.empty()) return std::nullopt;
  const AccuracyConstraint& wanted = constraints.accuracy.front();
  const auto value = claimed_accuracy(candidate, wanted);
  if (!value) return std::nullopt;
  return wanted.at_least ? *value : -*value;
}

std::optional<double> latency_value(const Candidate& candidate, double q) {
  const Measurement& measurement = *candidate.measurement;
  auto samples = undisturbed(measurement);
  if (samples.empty()) samples = measurement.samples;
  if (samples.empty()) return std::nullopt;
  return static_cast<double>(quantile(samples, q).count());
}

constexpr auto kObjectives = std::to_array<Objective>({
    {"accuracy", "the claimed number that --accuracy names", Needs::metadata, true, accuracy_value},
    {"init", "time to initialise", Needs::measurement, false,
     [](const Candidate& c, const Constraints&) {
       return std::optional(static_cast<double>(c.measurement->init.count()));
     }},
    {"input-size", "bytes of one run's inputs", Needs::inspection, false,
     [](const Candidate& c, const Constraints&) {
       return number(c.inspection->input_bytes.count);
     }},
    {"latency", "the percentile of the latency limit", Needs::measurement, false,
     [](const Candidate& c, const Constraints& constraints) {
       return latency_value(c, constraints.percentile);
     }},
    {"macs", "multiply-accumulates of one run", Needs::inspection, false,
     [](const Candidate& c, const Constraints&) { return number(c.inspection->macs); }},
    {"memory", "peak memory above the empty runtime's", Needs::measurement, false,
     [](const Candidate& c, const Constraints&) {
       return number(memory_of(*c.measurement).count);
     }},
    {"p50", "median latency", Needs::measurement, false,
     [](const Candidate& c, const Constraints&) { return latency_value(c, 0.5); }},
    {"p90", "90th percentile of the latency", Needs::measurement, false,
     [](const Candidate& c, const Constraints&) { return latency_value(c, 0.9); }},
    {"parameters", "stored weights", Needs::inspection, false,
     [](const Candidate& c, const Constraints&) { return number(c.inspection->parameters); }},
    {"size", "bytes of the file", Needs::metadata, false, size_value},
    {"static-memory", "weights and activations, told from the file", Needs::inspection, false,
     [](const Candidate& c, const Constraints&) {
       return number(static_memory_of(*c.inspection).count);
     }},
});
static_assert(std::ranges::is_sorted(kObjectives, {}, &Objective::name));

}  // namespace

std::span<const Objective> objectives() noexcept {
  return kObjectives;
}

std::vector<const Objective*> parse_objectives(const std::string& text) {
  std::vector<const Objective*> result;
  for (std::string name : split(text, ',')) {
    if (name.starts_with('-') || name.starts_with('+')) name.erase(0, 1);
    const auto* const found = std::ranges::find(kObjectives, name, &Objective::name);
    if (found == kObjectives.end()) {
      std::vector<std::string_view> names;
      names.reserve(kObjectives.size());
      for (const Objective& objective : kObjectives) names.push_back(objective.name);
      throw Error(ErrorKind::usage, fmt::format("there is no objective '{}'; choose from {}", name,
                                                fmt::join(names, ", ")));
    }
    result.push_back(found);
  }
  return result;
}

double cost_of(const Objective& objective, const Candidate& candidate,
               const Constraints& constraints) {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  if (!has(candidate, objective.needs)) return kUnknown;
  const auto value = objective.value(candidate, constraints);
  if (!value) return kUnknown;
  return objective.more_is_better ? -*value : *value;
}

}  // namespace litezoo::ranker
