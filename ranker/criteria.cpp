#include "ranker/criteria.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/latency.h"

namespace litezoo::ranker {
namespace {

const Judgement kHolds{};

bool always(const Constraints&) {
  return true;
}

Judgement judge_task(const Candidate& candidate, const Constraints& constraints) {
  if (candidate.model.task == constraints.task) return kHolds;
  if (candidate.model.task.empty()) return {Outcome::unknown, "its task is not known"};
  return {Outcome::fails, fmt::format("its task is {}", candidate.model.task)};
}

Judgement judge_domain(const Candidate& candidate, const Constraints& constraints) {
  const auto& domains = candidate.model.domains;
  if (std::ranges::find(domains, constraints.domain) != domains.end()) return kHolds;
  if (domains.empty()) return {Outcome::unknown, "its domain is not known"};
  return {Outcome::fails, fmt::format("its domain is {}", domains.front())};
}

Judgement judge_format(const Candidate& candidate, const Constraints&) {
  switch (candidate.artifact.format) {
    case ArtifactFormat::tflite:
      return kHolds;
    case ArtifactFormat::task_bundle:
      return {Outcome::fails, "it is a .task bundle of several models"};
    case ArtifactFormat::saved_model:
      return {Outcome::fails, "it is a SavedModel and needs conversion"};
    case ArtifactFormat::other:
      break;
  }
  return {Outcome::fails, "it is not a .tflite file"};
}

Judgement judge_license(const Candidate& candidate, const Constraints& constraints) {
  const auto& wanted = constraints.licenses;
  const auto& license = candidate.model.license;
  if (std::ranges::find(wanted, license) != wanted.end()) return kHolds;
  if (std::ranges::find(wanted, candidate.license_class) != wanted.end()) return kHolds;
  if (license.empty()) return {Outcome::unknown, "its licence is not known"};
  return {Outcome::fails, fmt::format("its licence is {}", license)};
}

Judgement judge_precision(const Candidate& candidate, const Constraints& constraints) {
  const auto& precision =
      candidate.inspection ? candidate.inspection->precision : candidate.artifact.precision;
  if (precision == constraints.precision) return kHolds;
  if (precision.empty()) return {Outcome::unknown, "its precision is not known"};
  return {Outcome::fails, fmt::format("its precision is {}", precision)};
}

// A size nobody knows is found out by fetching, so it is judged again after the inspection.
Judgement judge_size(const Candidate& candidate, const Constraints& constraints) {
  const auto size = size_of(candidate);
  if (!size || !constraints.max_size || *size <= *constraints.max_size) return kHolds;
  return {Outcome::fails, fmt::format("{} is over the limit of {}", to_text(*size),
                                      to_text(*constraints.max_size))};
}

Judgement judge_available(const Candidate& candidate, const Constraints&) {
  if (candidate.availability != Availability::nowhere) return kHolds;
  return {Outcome::fails, candidate.unavailable_because};
}

Judgement judge_runnable(const Candidate& candidate, const Constraints&) {
  if (!candidate.cannot_run) return kHolds;
  return {Outcome::fails, *candidate.cannot_run};
}

std::string latency_text(const Candidate& candidate, const Constraints& constraints,
                         const LatencyDecision& decision) {
  return fmt::format("p{:g} is {}, the limit {} ({} of {} runs over it)",
                     constraints.percentile * 100,
                     to_text(quantile(candidate.measurement->samples, constraints.percentile)),
                     to_text(*constraints.max_latency), decision.over, decision.runs);
}

Judgement judge_latency(const Candidate& candidate, const Constraints& constraints) {
  if (candidate.measurement->samples.empty()) return {Outcome::unknown, "no run was measured"};
  const auto decision =
      decide_latency(*candidate.measurement, *constraints.max_latency, constraints.percentile);
  const std::string numbers = latency_text(candidate, constraints, decision);
  switch (decision.verdict) {
    case LatencyVerdict::pass:
      return kHolds;
    case LatencyVerdict::fail:
      return {Outcome::fails, numbers};
    case LatencyVerdict::undecided:
      return {Outcome::unknown, "too close to call: " + numbers};
    case LatencyVerdict::unstable:
      return {Outcome::unknown, "the machine was too disturbed to tell: " + numbers};
  }
  return kHolds;
}

Judgement judge_memory(const Candidate& candidate, const Constraints& constraints) {
  const Bytes memory = memory_of(*candidate.measurement);
  if (memory <= *constraints.max_memory) return kHolds;
  return {Outcome::fails, fmt::format("peak memory {} is over the limit of {}", to_text(memory),
                                      to_text(*constraints.max_memory))};
}

constexpr auto kCriteria = std::to_array<Criterion>({
    {"task", Needs::metadata, [](const Constraints& c) { return !c.task.empty(); }, judge_task},
    {"domain", Needs::metadata, [](const Constraints& c) { return !c.domain.empty(); },
     judge_domain},
    {"format", Needs::metadata, always, judge_format},
    {"licence", Needs::metadata, [](const Constraints& c) { return !c.licenses.empty(); },
     judge_license},
    {"size", Needs::metadata, always, judge_size},
    {"available", Needs::metadata, always, judge_available},
    {"precision", Needs::inspection, [](const Constraints& c) { return !c.precision.empty(); },
     judge_precision},
    {"runs here", Needs::inspection, always, judge_runnable},
    {"memory", Needs::measurement, [](const Constraints& c) { return c.max_memory.has_value(); },
     judge_memory},
    {"latency", Needs::measurement, [](const Constraints& c) { return c.max_latency.has_value(); },
     judge_latency},
});
static_assert(std::ranges::is_sorted(kCriteria, {}, &Criterion::needs));

}  // namespace

std::span<const Criterion> criteria() noexcept {
  return kCriteria;
}

std::optional<Bytes> size_of(const Candidate& candidate) {
  if (candidate.inspection) return candidate.inspection->size;
  return candidate.artifact.size;
}

Bytes memory_of(const Measurement& measurement) {
  return {measurement.peak_memory.count -
          std::min(measurement.peak_memory.count, measurement.baseline_memory.count)};
}

}  // namespace litezoo::ranker
