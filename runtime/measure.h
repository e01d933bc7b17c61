#pragma once

#include "base/graph.h"
#include "base/nouns.h"

namespace litezoo::runtime {

// What the process that measures knows before it loads the model.
struct MeasureStart {
  std::string sha256;
  Nanoseconds load{};     // reading and checking the file, done by the caller
  Bytes baseline_memory;  // peak_memory() before that
};

// Measures a model in this process, which should be a fresh one that does nothing else:
// initialises, warms up until flat (or settings.max_warmup_time), then runs blocks between two
// timings of the anchor. A block that was disturbed is voided with its cause and more are run,
// until there are min_runs undisturbed runs over min_time, or settings.limit is decided, or
// max_time is over. No sample is dropped. Inputs are random from settings.seed.
// Throws what Session throws.
Measurement measure(const Graph& graph, const MeasurementSettings& settings,
                    const MeasureStart& start);

// The largest resident memory this process has had since exec (VmHWM of proc(5)).
Bytes peak_memory();

}  // namespace litezoo::runtime
