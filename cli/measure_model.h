#pragma once

#include <filesystem>
#include <string>

#include "base/nouns.h"
#include "runtime/memory.h"

namespace litezoo::cli {

struct Context;

// What to measure and how.
struct MeasureRequest {
  std::filesystem::path path;
  std::string sha256;
  MeasurementSettings settings;
  std::vector<std::string> inputs;  // K=FILE.npy
  Nanoseconds timeout{};            // when the process is killed
  Bytes memory_limit = runtime::kDefaultMemoryLimit;
  // The machine at its best, as earlier measurements saw it: Device::anchor; zero = not known.
  Nanoseconds best_anchor{}, best_stream{};
};

// Measures a model file in a fresh process of this same program, so that its memory and its
// crashes are its own. Throws what the child threw (unsupported, corrupt), Error(internal) when it
// crashed, Error(unsupported) when it needs more memory than was free, Error(io) when it was killed
// for its time or by the system: that tells nothing about the model.
Measurement measure_in_child(const Context& context, const MeasureRequest& request);

// The child's part: reads the request, measures and prints the Measurement as JSON.
void measure_as_child(const Context& context, const std::string& request);

}  // namespace litezoo::cli
