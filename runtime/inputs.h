#pragma once

#include <cstdint>
#include <span>

#include "runtime/session.h"

namespace litezoo::runtime {

// Fills inputs with pseudo-random values that depend on the seed and on each input's position only:
// floats in [-1, 1), 8- and 16-bit integers over their whole range, 32- and 64-bit integers in
// [0, 8) because they are usually indices, booleans. STRING inputs stay empty.
void fill_random(std::span<const TensorView> inputs, std::uint32_t seed);

// One input of the same rule.
void fill_random(const TensorView& input, std::size_t position, std::uint32_t seed);

}  // namespace litezoo::runtime
