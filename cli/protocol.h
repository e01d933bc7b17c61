#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "runtime/memory.h"

namespace CLI {
class App;
}

namespace litezoo::cli {

// A named way to measure.
struct Mode {
  std::string_view name;
  std::string_view summary;
  MeasurementSettings settings;
  Nanoseconds cooldown{};  // between two processes
};

// "rapid", "quick", "rigorous", "sustained".
std::span<const Mode> modes();

// How a command measures, as its options say.
struct Protocol {
  MeasurementSettings settings;
  Nanoseconds cooldown{};
  Nanoseconds timeout{};            // of one process, loading included
  std::vector<std::string> inputs;  // K=FILE.npy
  Bytes memory_limit = runtime::kDefaultMemoryLimit;
};

struct ProtocolOptions {
  std::string mode = "quick";
  std::string pace, sustained, min_time, max_time, timeout, memory_limit;
  std::string cores = "auto";
  std::vector<std::string> inputs, resizes;
  std::uint32_t threads = 1, runs = 0, seed = 1;
};

// --mode, --threads, --cores, --paced, --sustained, --runs, --min-time, --max-time, --timeout,
// --seed, --input, --resize, --memory-limit. `options` must outlive the command.
void add_protocol_options(CLI::App& command, ProtocolOptions& options);

// Throws Error(usage) for a mode, size or duration that makes no sense, Error(not_found or io) for
// an input file that cannot be read.
Protocol protocol_of(const ProtocolOptions& options);

// --memory-limit, what a model's tensors may take together; its text and what it means (the default
// when it is empty). Throws Error(usage) when it is no size.
void add_memory_limit_option(CLI::App& command, std::string& text);
Bytes memory_limit_of(const std::string& text);

// How long a process that measures so may take, loading included, when the user does not say.
Nanoseconds timeout_of(const MeasurementSettings& settings);

}  // namespace litezoo::cli
