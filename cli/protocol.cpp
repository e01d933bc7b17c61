#include "cli/protocol.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "cli/input_shapes.h"
#include "cli/named_input.h"
#include "runtime/measure.h"

namespace litezoo::cli {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Loading, packing and one slow last run come on top of the settings' own limits.
constexpr Nanoseconds kAllowance = minutes(2);

MeasurementSettings mode_settings(std::string name, std::uint32_t runs, Nanoseconds least,
                                  Nanoseconds most, double risk) {
  MeasurementSettings settings;
  settings.mode = std::move(name);
  settings.min_runs = runs;
  settings.min_time = least;
  settings.max_time = most;
  settings.risk = risk;
  return settings;
}

MeasurementSettings rigorous_settings() {
  // Three processes of a third each: 1,024 runs and 60 s together, as MLPerf Mobile asks.
  auto settings = mode_settings("rigorous", 342, seconds(20), minutes(2), 0.01);
  settings.launches = 3;
  return settings;
}

// Rejects durations that would never end or never begin.
Nanoseconds bounded(const std::string& text, std::string_view option) {
  const Nanoseconds time = parse_duration(text);
  if (time.count() <= 0 || time > std::chrono::hours(24)) {
    throw Error(ErrorKind::usage,
                fmt::format("{} {} makes no sense; give more than nothing and at most a day",
                            option, text));
  }
  return time;
}

// One digest over what the user gave, so that measurements on other inputs are told apart.
std::string digest_of_inputs(const std::vector<std::string>& inputs) {
  if (inputs.empty()) return {};
  std::string identity;
  for (const std::string& text : inputs) {
    const auto [key, file] = parse_named_input(text, "--input");
    const MappedFile content(file);
    identity += fmt::format("{}={}\n", key, sha256_of(content.bytes()));
  }
  return sha256_of(as_bytes(identity));
}

}  // namespace

std::span<const Mode> modes() {
  static const auto kModes = std::to_array<Mode>({
      {"rapid", "29 runs, one process, 5 % risk: a first idea",
       mode_settings("rapid", 29, Nanoseconds{}, seconds(3), 0.05)},
      {"quick", "50 runs and 1 s, 1 % risk",
       mode_settings("quick", 50, seconds(1), seconds(10), 0.01)},
      {"rigorous", "1,024 runs and 60 s over three processes with pauses", rigorous_settings(),
       seconds(20)},
      {"sustained", "10 minutes without a pause: what is left when the device is hot",
       mode_settings("sustained", 1, minutes(10), minutes(10), 0.01)},
  });
  return kModes;
}

void add_protocol_options(CLI::App& command, ProtocolOptions& options) {
  std::vector<std::string> names;
  std::string help = "How to measure:";
  for (const Mode& mode : modes()) {
    names.emplace_back(mode.name);
    help += fmt::format(" {} ({});", mode.name, mode.summary);
  }
  help.pop_back();
  command.add_option("--mode", options.mode, help)->check(CLI::IsMember(names));
  command.add_option("--threads", options.threads, "Threads")->check(CLI::Range(1, 1024));
  command.add_option("--cores", options.cores,
                     "Class of cores to run on: auto (the fastest), big, middle, little, all");
  command.add_option("--paced", options.pace,
                     "One run every so often, as an app calls it, instead of back to back: 33ms");
  command.add_option("--sustained", options.sustained, "Mode sustained for that long: 10m");
  command.add_option("--runs", options.runs, "Fewest undisturbed runs of a process (50)")
      ->check(CLI::Range(1, 10'000'000));
  command.add_option("--min-time", options.min_time, "Least time of undisturbed runs (1s)");
  command.add_option("--max-time", options.max_time, "Most time after the warm-up (10s)");
  command.add_option("--timeout", options.timeout,
                     "When a model's process is killed, loading included");
  add_memory_limit_option(command, options.memory_limit);
  command.add_option("--seed", options.seed, "Of the random inputs")->capture_default_str();
  command
      .add_option("--input", options.inputs,
                  "INPUT=FILE.npy instead of random values; INPUT is a position or a name "
                  "(repeatable)")
      ->allow_extra_args(false);
  add_resize_option(command, options.resizes);
}

void add_memory_limit_option(CLI::App& command, std::string& text) {
  command.add_option("--memory-limit", text,
                     "What a model's tensors may take together; one that wants more is refused "
                     "(4 GiB)");
}

Bytes memory_limit_of(const std::string& text) {
  return text.empty() ? runtime::kDefaultMemoryLimit : parse_bytes(text);
}

Nanoseconds timeout_of(const MeasurementSettings& settings) {
  // Settings may come from a file; a day is the most that an option may ask for.
  const Nanoseconds most = std::chrono::hours(24);
  return runtime::kLimitPatience * std::min<Nanoseconds>(settings.max_time, most) +
         std::min<Nanoseconds>(settings.max_warmup_time, most) + kAllowance;
}

Protocol protocol_of(const ProtocolOptions& options) {
  const std::string& name = options.sustained.empty() ? options.mode : "sustained";
  const auto mode = std::ranges::find(modes(), name, &Mode::name);
  Protocol protocol{.settings = mode->settings, .cooldown = mode->cooldown};
  MeasurementSettings& settings = protocol.settings;
  protocol.memory_limit = memory_limit_of(options.memory_limit);
  settings.threads = options.threads;
  settings.cores = options.cores;
  settings.seed = options.seed;
  if (!options.pace.empty()) settings.pace = bounded(options.pace, "--paced");
  if (!options.sustained.empty()) {
    settings.min_time = settings.max_time = bounded(options.sustained, "--sustained");
  }
  if (options.runs > 0) settings.min_runs = options.runs;
  if (!options.min_time.empty()) settings.min_time = parse_duration(options.min_time);
  if (!options.max_time.empty()) settings.max_time = bounded(options.max_time, "--max-time");
  if (options.min_time.empty()) settings.min_time = std::min(settings.min_time, settings.max_time);
  if (settings.min_time > settings.max_time) {
    throw Error(ErrorKind::usage,
                fmt::format("the least time of undisturbed runs ({}) is above the most time ({}); "
                            "change --min-time or --max-time",
                            to_text(settings.min_time), to_text(settings.max_time)));
  }
  protocol.timeout =
      options.timeout.empty() ? timeout_of(settings) : bounded(options.timeout, "--timeout");
  protocol.inputs = options.inputs;
  settings.inputs = digest_of_inputs(options.inputs);
  settings.shapes = options.resizes;
  return protocol;
}

}  // namespace litezoo::cli
