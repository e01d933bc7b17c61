#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/graph.h"
#include "base/nouns.h"
#include "base/value_range.h"
#include "runtime/anchor.h"
#include "runtime/inputs.h"
#include "runtime/memory.h"
#include "runtime/process_memory.h"

namespace litezoo::runtime {

// With a limit, measuring may take this many times settings.max_time while there are fewer than
// twice the runs that the quickest PASS takes: a slow model needs as many as a fast one.
inline constexpr int kLimitPatience = 6;

// What the process that measures knows before it loads the model.
struct MeasureStart {
  std::string sha256;
  Nanoseconds load{};                    // reading and checking the file, done by the caller
  std::span<const std::byte> file;       // its mapping
  ProcessMemory baseline;                // before that
  AnchorTime best;                       // the machine at its best, known from earlier; zero = no
  std::span<const InputBytes> inputs{};  // the others are random
  std::span<const std::optional<ValueRange>> ranges{};  // of those, by input
  InputShapes shapes{};                                 // that replace the file's
  Bytes memory_limit = kDefaultMemoryLimit;             // as SessionOptions has it
};

// Measures a model in this process, which should be a fresh one that does nothing else: pins it to
// a class of cores, initialises, warms up until flat (or settings.max_warmup_time), then runs
// blocks between two timings of the anchor. A block that was disturbed is voided with its cause
// and more are run, until there are min_runs undisturbed runs over min_time, or settings.limit is
// decided, or max_time is over (see kLimitPatience). No sample is dropped. Inputs that are not
// given are random from settings.seed. `anchor` must have been made before start.baseline was
// noted. Throws what Session throws, Error(usage) for an unknown class of cores or an input that
// does not fit.
Measurement measure(const Graph& graph, const MeasurementSettings& settings,
                    const MeasureStart& start, Anchor& anchor);

// How Litezoo was built: "gcc 12.2, Release". The anchor's timings depend on it.
std::string build_description();

}  // namespace litezoo::runtime
