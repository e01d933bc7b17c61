#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace litezoo::catalog {

// Times in few bytes: the difference to the one before, zigzag, as a base-128 number; about two
// bytes a sample of a steady run. Lossless.
std::string pack_samples(const std::vector<Nanoseconds>& samples);

// Throws Error(corrupt) if `bytes` are not what pack_samples makes.
std::vector<Nanoseconds> unpack_samples(std::string_view bytes);

}  // namespace litezoo::catalog
