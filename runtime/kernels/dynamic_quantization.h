#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace litezoo::runtime {

// A real value is (q - zero_point) * scale.
struct RowQuantization {
  float scale = 1.0F;
  std::int32_t zero_point = 0;
};

// The 8-bit quantisations of activations that hybrid operators do at run time, each as the runtime
// that made it known does it, to the last bit. `out` gets q - zero_point, so that a product with
// symmetric weights needs no correction; |out| <= 255. A NaN counts as 0.

// XNNPACK's qd8 (dynamic-range CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV, BATCH_MATMUL).
RowQuantization quantize_asymmetric(std::span<const float> row, std::int16_t* out) noexcept;
// The built-in kernels' asymmetric_quantize_inputs (and hybrid DEPTHWISE_CONV_2D).
RowQuantization quantize_asymmetric_builtin(std::span<const float> row, std::int16_t* out) noexcept;
// The built-in kernels' default: zero point 0, range [-127, 127].
RowQuantization quantize_symmetric(std::span<const float> row, std::int16_t* out) noexcept;

// One of these.
using QuantizeRow = RowQuantization (*)(std::span<const float> row, std::int16_t* out) noexcept;

}  // namespace litezoo::runtime
