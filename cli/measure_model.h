#pragma once

#include <filesystem>
#include <string>

#include "base/nouns.h"

namespace litezoo::cli {

struct Context;

// Measures a model file in a fresh process of this same program, so that its memory and its
// crashes are its own. Throws what the child threw (unsupported, corrupt), Error(internal) when it
// crashed, Error(unsupported) when it ran out of memory or time.
Measurement measure_in_child(const Context& context, const std::filesystem::path& path,
                             const std::string& sha256, const MeasurementSettings& settings);

// The child's part: reads, measures and prints the Measurement as JSON.
void measure_as_child(const Context& context, const std::string& path, const std::string& sha256,
                      const std::string& settings);

}  // namespace litezoo::cli
