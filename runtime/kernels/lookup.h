#pragma once

#include <algorithm>
#include <array>
#include <functional>

#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// A real function of one quantised tensor as a table, as TensorFlow Lite builds it: 256 entries for
// INT8 and UINT8, 512 steps with linear interpolation for INT16. Both tensors must have the same
// type and be quantised: Error naming the node otherwise. Sets the shape of output 0.
Evaluate quantized_lookup(Node& node, const std::function<float(float)>& function);

// The table behind INT16 lookups: entry i is the function at input_min + i * step, moved by half
// the error that interpolation makes in the middle of its step.
using StepTable = std::array<std::int16_t, 513>;
StepTable step_table(double input_min, double input_max, double output_scale,
                     const std::function<double(double)>& function);

inline std::int16_t interpolate(const StepTable& table, std::int16_t raw) noexcept {
  const int step = 256 + (raw >> 7);
  const auto* entry = table.data() + step;
  const auto slope = static_cast<std::int16_t>(entry[1] - entry[0]);
  return static_cast<std::int16_t>(entry[0] + ((slope * (raw & 0x7F) + 64) >> 7));
}

// True for the types whose elements are always scaled integers here.
inline bool is_quantized_type(TensorType type) noexcept {
  return type == TensorType::INT8 || type == TensorType::UINT8 || type == TensorType::INT16;
}

// output[i] = op(input[i]) on raw quantised values of one type, clamped to the type's range;
// op takes and gives std::int32_t. Throws as quantized_lookup does; sets the shape of output 0.
template <typename Op>
Evaluate map_quantized(Node& node, const Op& op) {
  const RuntimeTensor& in = node.input(0);
  node.expect_type(node.output(0), {in.type});
  expect_quantized(node, in);
  expect_quantized(node, node.output(0));
  node.set_shape(0, in.shape);
  const auto range = quantized_type_range(node, in.type);
  if (in.type == TensorType::INT16) {
    return map_elements<std::int16_t, std::int16_t>([op, range](std::int16_t raw) {
      return static_cast<std::int16_t>(
          std::clamp<std::int32_t>(op(std::int32_t{raw}), range.min, range.max));
    });
  }
  std::array<std::uint8_t, 256> table{};
  for (std::int32_t raw = range.min; raw <= range.max; ++raw) {
    table[static_cast<std::uint8_t>(raw)] =
        static_cast<std::uint8_t>(std::clamp<std::int32_t>(op(raw), range.min, range.max));
  }
  return map_elements<std::uint8_t, std::uint8_t>([table](std::uint8_t raw) { return table[raw]; });
}

}  // namespace litezoo::runtime
