#include "cli/constraint_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/text.h"
#include "inspector/precision.h"
#include "ranker/release.h"

namespace litezoo::cli {
namespace {

// The options that are one text, in one table for the command line and for lock files.
struct TextOption {
  std::string_view name;
  std::string ConstraintOptions::*field;
  std::string_view help;
};
constexpr auto kTexts = std::to_array<TextOption>({
    {"--task", &ConstraintOptions::task, "Task: id, display name or synonym"},
    {"--domain", &ConstraintOptions::domain, "image, audio, text, video, ..."},
    {"--max-size", &ConstraintOptions::max_size, "Largest file: 4MB"},
    {"--max-input-size", &ConstraintOptions::max_input_size,
     "Largest input data of one run, all inputs together: 600kB"},
    {"--max-static-memory", &ConstraintOptions::max_static_memory,
     "Limit of weights and activations, told from the file without running it: 20MB"},
    {"--max-memory", &ConstraintOptions::max_memory,
     "Limit of peak memory above the empty runtime: 80MB"},
    {"--max-p90", &ConstraintOptions::max_p90, "Limit of the 90th percentile of the latency: 20ms"},
    {"--max-latency", &ConstraintOptions::max_latency, "Limit of --percentile: 20ms"},
    {"--max-init", &ConstraintOptions::max_init, "Limit of the time to initialise: 300ms"},
    {"--precision", &ConstraintOptions::precision, "float32, float16, int8, ..."},
    {"--ops", &ConstraintOptions::ops, "xnnpack-only: no operator outside XNNPACK"},
});

struct ListOption {
  std::string_view name;
  std::vector<std::string> ConstraintOptions::*field;
  std::string_view help;
};
constexpr auto kLists = std::to_array<ListOption>({
    {"--accuracy", &ConstraintOptions::accuracy,
     "METRIC@DATASET/SPLIT>=0.7 or <=; a bare number when only one group is claimed (repeatable)"},
    {"--license", &ConstraintOptions::licenses,
     "SPDX identifier or permissive, copyleft, non-commercial (repeatable: any of them)"},
    {"--language", &ConstraintOptions::languages, "BCP 47: en (repeatable: all of them)"},
    {"--runs-on", &ConstraintOptions::runs_on,
     "litert:2.14 (a TensorFlow Lite release), gpu, nnapi, edge-tpu (repeatable: all of them)"},
});

template <typename Value, typename Parse>
void set(std::optional<Value>& field, const std::string& text, Parse parse) {
  if (!text.empty()) field = parse(text);
}

constexpr auto kTargets = std::to_array<std::string_view>(
    {"gpu", "nnapi", "edge-tpu", "flex", "npu", "custom-operators"});

void check_target(const std::string& target) {
  if (ranker::release_wanted(target)) return;
  if (std::ranges::find(kTargets, target) != kTargets.end()) return;
  throw Error(ErrorKind::usage,
              fmt::format("--runs-on '{}' is not known; write litert:2.14, gpu, nnapi, edge-tpu or "
                          "npu",
                          target));
}

void check_precision(const std::string& precision) {
  std::vector<std::string> names(inspector::kPrecisionClasses.begin(),
                                 inspector::kPrecisionClasses.end());
  names.emplace_back("quantized");  // some publishers say no more
  if (precision.empty() || std::ranges::find(names, precision) != names.end()) return;
  const auto near = near_names(precision, names);
  throw Error(ErrorKind::usage, fmt::format("unknown precision '{}'; {} {}", precision,
                                            near.empty() ? "choose from" : "did you mean",
                                            join_names(near.empty() ? names : near)));
}

}  // namespace

void add_constraint_options(CLI::App& command, ConstraintOptions& options) {
  for (const TextOption& option : kTexts) {
    command.add_option(std::string(option.name), options.*option.field, std::string(option.help));
  }
  for (const ListOption& option : kLists) {
    command.add_option(std::string(option.name), options.*option.field, std::string(option.help))
        ->allow_extra_args(false);
  }
  command.add_option("--percentile", options.percentile, "Which percentile --max-latency means")
      ->check(CLI::Range(1.0, 99.9))
      ->capture_default_str();
  command.add_flag("--allow-unknown", options.allow_unknown,
                   "A fact nobody knows does not make a model fall");
  command.add_flag("--no-measure", options.no_measure, "Run nothing");
}

ranker::Constraints constraints_of(const ConstraintOptions& options) {
  if (!options.max_p90.empty() && !options.max_latency.empty()) {
    throw Error(ErrorKind::usage, "--max-p90 and --max-latency are the same limit; give one");
  }
  if (options.percentile != 90 && options.max_latency.empty()) {
    throw Error(ErrorKind::usage, fmt::format("--percentile {:g} says which one --max-latency "
                                              "means; give that limit too",
                                              options.percentile));
  }
  if (!options.ops.empty() && options.ops != "xnnpack-only") {
    throw Error(ErrorKind::usage,
                fmt::format("--ops '{}' is not known; write xnnpack-only", options.ops));
  }
  ranker::Constraints constraints{.task = options.task,
                                  .domain = options.domain,
                                  .percentile = options.percentile / 100,
                                  .licenses = options.licenses,
                                  .languages = options.languages,
                                  .precision = options.precision,
                                  .xnnpack_only = !options.ops.empty(),
                                  .runs_on = options.runs_on,
                                  .allow_unknown = options.allow_unknown,
                                  .measure = !options.no_measure};
  set(constraints.max_size, options.max_size, parse_bytes);
  set(constraints.max_input_size, options.max_input_size, parse_bytes);
  set(constraints.max_static_memory, options.max_static_memory, parse_bytes);
  set(constraints.max_memory, options.max_memory, parse_bytes);
  set(constraints.max_latency, options.max_p90, parse_duration);
  if (!options.max_p90.empty()) constraints.percentile = 0.9;
  set(constraints.max_latency, options.max_latency, parse_duration);
  set(constraints.max_init, options.max_init, parse_duration);
  for (const auto& text : options.accuracy) {
    constraints.accuracy.push_back(ranker::parse_accuracy(text));
  }
  for (const auto& target : options.runs_on) check_target(target);
  check_precision(options.precision);
  ranker::check(constraints);
  return constraints;
}

std::vector<std::string> words_of(const ConstraintOptions& options) {
  std::vector<std::string> words;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    words.emplace_back(name);
    words.push_back(value);
  };
  for (const TextOption& option : kTexts) add(option.name, options.*option.field);
  for (const ListOption& option : kLists) {
    for (const auto& value : options.*option.field) add(option.name, value);
  }
  if (options.percentile != 90) add("--percentile", fmt::format("{:g}", options.percentile));
  if (options.allow_unknown) words.emplace_back("--allow-unknown");
  return words;
}

}  // namespace litezoo::cli
