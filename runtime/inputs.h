#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/value_range.h"
#include "runtime/session.h"

namespace litezoo::runtime {

// The content of one input, given by the user.
struct InputBytes {
  std::size_t index = 0;
  std::span<const std::byte> data;
};

// Copies them into the session. Throws Error(usage) for one that is not there or has another size.
void copy_inputs(Session& session, std::span<const InputBytes> inputs);

// Fills inputs with pseudo-random values that depend on the seed and on each input's position only:
// within the input's range where there is one (by position; more or fewer ranges than inputs do no
// harm), else floats in [-1, 1), 8- and 16-bit integers over their whole range, 32- and 64-bit
// integers in [0, 8) because they are usually indices, booleans. A range is cut to what the type
// holds and does not count for booleans and complex numbers. STRING inputs stay empty.
void fill_random(std::span<const TensorView> inputs, std::uint32_t seed,
                 std::span<const std::optional<ValueRange>> ranges = {});

}  // namespace litezoo::runtime
