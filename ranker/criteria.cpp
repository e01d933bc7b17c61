#include "ranker/criteria.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/latency.h"
#include "base/text.h"
#include "ranker/release.h"

namespace litezoo::ranker {
namespace {

const Judgement kHolds{};

bool always(const Constraints&) {
  return true;
}

// "3.1 times the limit"; small excesses in percent.
std::string excess_text(double excess) {
  if (excess < 2) return fmt::format("{:.3g} % too much", 100 * (excess - 1));
  return fmt::format("{:.{}f} times the limit", excess, excess < 10 ? 2 : excess < 100 ? 1 : 0);
}

double ratio(double value, double limit) {
  return value / std::max(limit, 1.0);
}

Judgement over_limit(std::string_view what, Bytes value, Bytes limit, std::string_view option) {
  if (value <= limit) return kHolds;
  const double excess = ratio(static_cast<double>(value.count), static_cast<double>(limit.count));
  return {.outcome = Outcome::fails,
          .reason = fmt::format("{}{} is over the limit of {}: {}", what, to_text(value),
                                to_text(limit), excess_text(excess)),
          .excess = excess,
          .needed = fmt::format("{} {}", option, option_text(value))};
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
  return {.outcome = Outcome::fails,
          .reason = fmt::format("its domain is {}", domains.front()),
          .needed = fmt::format("--domain {}", domains.front())};
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
  const auto& license = candidate.model.license;
  for (const std::string& one : constraints.licenses) {
    const std::string wanted = to_lower(one);
    if (wanted == to_lower(license) || wanted == candidate.license_class) return kHolds;
  }
  if (license.empty()) return {Outcome::unknown, "its licence is not known"};
  return {.outcome = Outcome::fails,
          .reason = fmt::format("its licence is {}", license),
          .needed = fmt::format("--license {}", license)};
}

// "en" is spoken by a model for "en-GB".
bool speaks(const Model& model, std::string_view language) {
  return std::ranges::any_of(model.languages, [&](const std::string& own) {
    const std::string have = to_lower(own);
    const std::string want = to_lower(language);
    return have == want || have.starts_with(want + "-");
  });
}

Judgement judge_language(const Candidate& candidate, const Constraints& constraints) {
  const Model& model = candidate.model;
  if (model.languages.empty()) return {Outcome::unknown, "its languages are not known"};
  for (const auto& language : constraints.languages) {
    if (speaks(model, language)) continue;
    return {.outcome = Outcome::fails,
            .reason =
                fmt::format("it is for {}, not for {}", fmt::join(model.languages, ", "), language),
            .needed = fmt::format("--language {}", model.languages.front())};
  }
  return kHolds;
}

// What nobody knows before the inspection is judged again after it.
Judgement judge_precision(const Candidate& candidate, const Constraints& constraints) {
  const auto& precision =
      candidate.inspection ? candidate.inspection->precision : candidate.artifact.precision;
  if (precision == constraints.precision) return kHolds;
  if (precision.empty() && !candidate.inspection) return kHolds;
  if (precision.empty()) return {Outcome::unknown, "its precision is not known"};
  return {.outcome = Outcome::fails,
          .reason = fmt::format("its precision is {}", precision),
          .needed = fmt::format("--precision {}", precision)};
}

Judgement judge_size(const Candidate& candidate, const Constraints& constraints) {
  const auto size = size_of(candidate);
  if (!size || !constraints.max_size) return kHolds;
  return over_limit("", *size, *constraints.max_size, "--max-size");
}

Judgement judge_accuracy(const Candidate& candidate, const Constraints& constraints) {
  for (const AccuracyConstraint& wanted : constraints.accuracy) {
    const std::string name =
        wanted.data.empty() ? wanted.metric : fmt::format("{}@{}", wanted.metric, wanted.data);
    const auto value = claimed_accuracy(candidate, wanted);
    if (!value) {
      return {Outcome::unknown,
              fmt::format("nobody tells its {}", name.empty() ? "accuracy" : name)};
    }
    if (wanted.at_least ? *value >= wanted.value : *value <= wanted.value) continue;
    const auto [less, more] = std::minmax(*value, wanted.value);
    return {
        .outcome = Outcome::fails,
        .reason = fmt::format("{} is {:g} (claimed), the limit {:g}", name, *value, wanted.value),
        .excess = less > 0 ? std::optional(more / less) : std::nullopt,
        .needed =
            fmt::format("--accuracy '{}{}{:g}'", name, wanted.at_least ? ">=" : "<=", *value)};
  }
  return kHolds;
}

Judgement judge_available(const Candidate& candidate, const Constraints&) {
  switch (candidate.availability) {
    case Availability::nowhere:
      return {Outcome::fails, candidate.unavailable_because};
    case Availability::forbidden:
      return {Outcome::unknown, candidate.unavailable_because};
    case Availability::here:
    case Availability::fetchable:
      break;
  }
  return kHolds;
}

Judgement judge_input_size(const Candidate& candidate, const Constraints& constraints) {
  return over_limit("its inputs take ", candidate.inspection->input_bytes,
                    *constraints.max_input_size, "--max-input-size");
}

Judgement judge_static_memory(const Candidate& candidate, const Constraints& constraints) {
  return over_limit("weights and activations take ", static_memory_of(*candidate.inspection),
                    *constraints.max_static_memory, "--max-static-memory");
}

Judgement judge_runnable(const Candidate& candidate, const Constraints&) {
  if (!candidate.file->cannot_run) return kHolds;
  return {Outcome::fails, *candidate.file->cannot_run};
}

Judgement judge_operators(const Candidate& candidate, const Constraints&) {
  const auto& outside = candidate.file->not_in_xnnpack;
  if (outside.empty()) return kHolds;
  const std::string more =
      outside.size() > 1 ? fmt::format(" and {} more", outside.size() - 1) : "";
  return {Outcome::fails, fmt::format("not in XNNPACK: {}{}", outside.front(), more)};
}

Judgement judge_target(const Candidate& candidate, const std::string& target) {
  if (const auto release = release_wanted(target)) {
    return judge_release(candidate.inspection->min_runtime_version, *release);
  }
  const auto& fits = candidate.file->targets;
  const auto found = std::ranges::find(fits, target, &TargetFit::target);
  if (found == fits.end() || found->fit == Fit::unknown) {
    return {Outcome::unknown, fmt::format("whether it runs on {} is not known", target)};
  }
  if (found->fit == Fit::yes) return kHolds;
  return {Outcome::fails, fmt::format("{} on {}: {}", found->fit == Fit::no ? "not" : "only partly",
                                      target, found->reason)};
}

Judgement judge_runs_on(const Candidate& candidate, const Constraints& constraints) {
  for (const auto& target : constraints.runs_on) {
    auto judgement = judge_target(candidate, target);
    if (judgement.outcome != Outcome::holds) return judgement;
  }
  return kHolds;
}

Judgement judge_memory(const Candidate& candidate, const Constraints& constraints) {
  return over_limit("peak memory ", memory_of(*candidate.measurement), *constraints.max_memory,
                    "--max-memory");
}

Judgement judge_init(const Candidate& candidate, const Constraints& constraints) {
  const Nanoseconds init = candidate.measurement->init;
  if (init <= *constraints.max_init) return kHolds;
  const double excess =
      ratio(static_cast<double>(init.count()), static_cast<double>(constraints.max_init->count()));
  return {.outcome = Outcome::fails,
          .reason = fmt::format("initialising takes {}, the limit {}: {}", to_text(init),
                                to_text(*constraints.max_init), excess_text(excess)),
          .excess = excess,
          .needed = fmt::format("--max-init {}", option_text(init))};
}

std::string latency_text(const Candidate& candidate, const Constraints& constraints,
                         const LatencyDecision& decision) {
  return fmt::format("p{:g} is {}, the limit {} ({} of {} runs over it)",
                     constraints.percentile * 100,
                     to_text(quantile(candidate.measurement->samples, constraints.percentile)),
                     to_text(*constraints.max_latency), decision.over, decision.runs);
}

Judgement too_slow(const Candidate& candidate, const Constraints& constraints,
                   const std::string& numbers) {
  auto clean = undisturbed(*candidate.measurement);
  if (clean.empty()) clean = candidate.measurement->samples;  // hopeless even so
  const auto value = quantile(clean, constraints.percentile);
  const auto bound = quantile_upper_bound(clean, constraints.percentile, 0.95);
  const double excess = ratio(static_cast<double>(value.count()),
                              static_cast<double>(constraints.max_latency->count()));
  const Nanoseconds enough = bound.value_or(*std::ranges::max_element(clean));
  return {
      .outcome = Outcome::fails,
      .reason = fmt::format("{}: {}", numbers, excess_text(excess)),
      .excess = excess,
      .needed = fmt::format("{} {}", constraints.percentile == 0.9 ? "--max-p90" : "--max-latency",
                            option_text(enough))};
}

Judgement judge_latency(const Candidate& candidate, const Constraints& constraints) {
  if (candidate.measurement->samples.empty()) return {Outcome::unknown, "no run was measured"};
  const auto decision = decide_latency(*candidate.measurement, *constraints.max_latency,
                                       constraints.percentile, constraints.risk);
  const std::string numbers = latency_text(candidate, constraints, decision);
  switch (decision.verdict) {
    case LatencyVerdict::pass:
      return kHolds;
    case LatencyVerdict::fail:
      return too_slow(candidate, constraints, numbers);
    case LatencyVerdict::undecided:
      return {Outcome::unknown, "UNDECIDED, too close to call: " + numbers};
    case LatencyVerdict::unstable:
      return {Outcome::unknown, "UNSTABLE, the machine was too disturbed to tell: " + numbers};
  }
  return kHolds;
}

constexpr auto kCriteria = std::to_array<Criterion>({
    {"task", "--task", Needs::metadata, [](const Constraints& c) { return !c.task.empty(); },
     judge_task},
    {"domain", "--domain", Needs::metadata, [](const Constraints& c) { return !c.domain.empty(); },
     judge_domain},
    {"format", "", Needs::metadata, always, judge_format},
    {"licence", "--license", Needs::metadata,
     [](const Constraints& c) { return !c.licenses.empty(); }, judge_license},
    {"language", "--language", Needs::metadata,
     [](const Constraints& c) { return !c.languages.empty(); }, judge_language},
    {"precision", "--precision", Needs::metadata,
     [](const Constraints& c) { return !c.precision.empty(); }, judge_precision},
    {"size", "--max-size", Needs::metadata, always, judge_size},
    {"accuracy", "--accuracy", Needs::metadata,
     [](const Constraints& c) { return !c.accuracy.empty(); }, judge_accuracy},
    {"available", "", Needs::metadata, always, judge_available},
    {"input size", "--max-input-size", Needs::inspection,
     [](const Constraints& c) { return c.max_input_size.has_value(); }, judge_input_size},
    {"static memory", "--max-static-memory", Needs::inspection,
     [](const Constraints& c) { return c.max_static_memory.has_value(); }, judge_static_memory},
    {"runs here", "", Needs::file, always, judge_runnable},
    {"ops", "--ops", Needs::file, [](const Constraints& c) { return c.xnnpack_only; },
     judge_operators},
    {"runs on", "--runs-on", Needs::file, [](const Constraints& c) { return !c.runs_on.empty(); },
     judge_runs_on},
    {"init time", "--max-init", Needs::measurement,
     [](const Constraints& c) { return c.max_init.has_value(); }, judge_init},
    {"memory", "--max-memory", Needs::measurement,
     [](const Constraints& c) { return c.max_memory.has_value(); }, judge_memory},
    {"latency", "--max-latency", Needs::measurement,
     [](const Constraints& c) { return c.max_latency.has_value(); }, judge_latency},
});
static_assert(std::ranges::is_sorted(kCriteria, {}, &Criterion::needs));

void require_positive(bool wrong, std::string_view option) {
  if (!wrong) return;
  throw Error(ErrorKind::usage,
              fmt::format("{} of zero can never hold; give a limit above zero", option));
}

}  // namespace

std::span<const Criterion> criteria() noexcept {
  return kCriteria;
}

bool has(const Candidate& candidate, Needs needs) noexcept {
  switch (needs) {
    case Needs::metadata:
      return true;
    case Needs::inspection:
      return candidate.inspection.has_value();
    case Needs::file:
      return candidate.inspection.has_value() && candidate.file.has_value();
    case Needs::measurement:
      return candidate.measurement.has_value();
  }
  return false;
}

std::optional<Bytes> size_of(const Candidate& candidate) {
  if (candidate.inspection) return candidate.inspection->size;
  return candidate.artifact.size;
}

Bytes memory_of(const Measurement& measurement) {
  return {measurement.peak_memory.count -
          std::min(measurement.peak_memory.count, measurement.baseline_memory.count)};
}

Bytes static_memory_of(const Inspection& inspection) {
  const std::uint64_t sum = inspection.weight_bytes.count + inspection.activation_bytes.count;
  // Both come from a file that may lie.
  return {sum < inspection.weight_bytes.count ? ~std::uint64_t{0} : sum};
}

void check(const Constraints& constraints) {
  for (const auto& language : constraints.languages) {
    const auto primary = language.substr(0, language.find('-'));
    if (primary.size() == 2 || primary.size() == 3) continue;
    throw Error(
        ErrorKind::usage,
        fmt::format("'{}' is no language tag of BCP 47; write en, en-GB or zh-Hans", language));
  }
  const auto zero_bytes = [](const std::optional<Bytes>& b) { return b && b->count == 0; };
  const auto zero_time = [](const std::optional<Nanoseconds>& t) { return t && t->count() <= 0; };
  require_positive(zero_bytes(constraints.max_size), "--max-size");
  require_positive(zero_bytes(constraints.max_input_size), "--max-input-size");
  require_positive(zero_bytes(constraints.max_static_memory), "--max-static-memory");
  require_positive(zero_bytes(constraints.max_memory), "--max-memory");
  require_positive(zero_time(constraints.max_latency), "a latency limit");
  require_positive(zero_time(constraints.max_init), "--max-init");
  const auto& memory = constraints.max_memory;
  if (memory && constraints.max_input_size && *constraints.max_input_size > *memory &&
      constraints.max_static_memory && *constraints.max_static_memory > *memory) {
    throw Error(ErrorKind::usage,
                "--max-memory is below --max-static-memory and --max-input-size, which it "
                "contains; drop those or raise it");
  }
  for (const AccuracyConstraint& a : constraints.accuracy) {
    for (const AccuracyConstraint& b : constraints.accuracy) {
      const bool same = a.metric == b.metric && a.data == b.data;
      if (same && a.at_least && !b.at_least && a.value > b.value) {
        throw Error(ErrorKind::usage, fmt::format("'{}' and '{}' contradict each other; no model "
                                                  "can hold both",
                                                  a.text, b.text));
      }
    }
  }
}

}  // namespace litezoo::ranker
