#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/units.h"

namespace litezoo::cli {

// A histogram of the samples from the fastest to the slowest in `width` bars of eight heights;
// empty when there are fewer than eight samples.
std::string sparkline(std::span<const Nanoseconds> samples, std::size_t width);

}  // namespace litezoo::cli
