#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/value_range.h"
#include "runtime/session.h"

namespace litezoo::runtime {

// The content of one input, given by the user; of a STRING input as base/serialized_strings.h says.
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
// holds and does not count for booleans and complex numbers. STRING inputs get a few words of lower
// case letters each. Throws Error(unsupported) when these pass the session's memory limit.
void fill_random(Session& session, std::uint32_t seed,
                 std::span<const std::optional<ValueRange>> ranges = {});

// The same for views of anything; STRING ones are left as they are.
void fill_random(std::span<const TensorView> inputs, std::uint32_t seed,
                 std::span<const std::optional<ValueRange>> ranges = {});

}  // namespace litezoo::runtime
