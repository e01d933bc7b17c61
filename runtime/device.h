#pragma once

#include <string>

#include "base/nouns.h"

namespace litezoo::runtime {

// This machine, from /proc and /sys. What cannot be read stays empty.
Device this_device();

// How the engine is built: "XNNPACK 0.0~git20220216.ae108ef-2 (2022)" where the package's version
// was known when Litezoo was configured, else the release recognised by its functions.
std::string engine_version();

// Which int8 multiply instructions the engine's kernels can use on this CPU: its speed with
// quantised models depends on them.
std::string int8_kernels(const Device& device);

// How the engine keeps the weights that it packed.
std::string weights_sharing();

}  // namespace litezoo::runtime
