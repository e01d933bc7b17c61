#pragma once

#include <cstdint>
#include <optional>

#include "runtime/kernels/kernel.h"

// Questions that every family asks of tensors that come from a file.

namespace litezoo::runtime::xnn {

enum class Precision : std::uint8_t { other, f32, qs8, qu8 };

// What XNNPACK would take the tensor for: f32, or 8-bit with one usable scale and zero point. Other
// types, more than 6 dimensions and tensors without elements are `other`.
Precision precision(const RuntimeTensor& tensor) noexcept;

inline bool is_8bit(Precision precision) noexcept {
  return precision == Precision::qs8 || precision == Precision::qu8;
}

// All of one precision that XNNPACK can take; Precision::other when they differ.
Precision common_precision(std::initializer_list<const RuntimeTensor*> tensors) noexcept;

// Both f32, or 8-bit with equal scale and zero point: elements can be moved without a thought.
bool same_representation(const RuntimeTensor& a, const RuntimeTensor& b) noexcept;

struct Range {
  float min, max;
};
// The clamp that a fused activation is; nullopt for those that are none (TANH, SIGN_BIT).
std::optional<Range> clamp_of(ActivationFunction activation) noexcept;

// Whether low <= ratio < high; false for a NaN.
inline bool within(float ratio, float low, float high) noexcept {
  return ratio >= low && ratio < high;
}

// Requantisation factors that XNNPACK's convolutions take.
inline constexpr float kLeastRatio = 0x1.0p-32F;
inline constexpr float kMostRatio = 256.0F;
inline bool is_convolution_scale(float ratio) noexcept {
  return within(ratio, kLeastRatio, kMostRatio);
}
// What a channel's scale has to be at least for that. Channels whose weights are all but zero have
// less; their sums round to nothing with either.
float least_filter_scale(const RuntimeTensor& input, const RuntimeTensor& output) noexcept;

// Whether a filter (FLOAT32, or 8-bit with one scale, or INT8 with a scale for each of the
// `channels` along `dimension`) and a bias of `channels` elements fit an input and an output of
// `precision`. `per_channel` says whether the operator takes a scale a channel.
struct WeightCheck {
  const RuntimeTensor *input, *filter, *bias /* may be null */, *output;
  std::size_t dimension, channels;
  bool per_channel;
  bool hybrid = false;  // the operator takes FLOAT32 activations with INT8 weights
};
const char* check_weights(const WeightCheck& weights) noexcept;

// A product of FLOAT32 matrices: rows x depth by depth x columns.
struct FloatProduct {
  std::int64_t rows, depth, columns;
};
// Debian 13's release multiplies floats in panels of 32 columns where AVX-512 has 16: for 16
// columns half of its work is for nothing, for 48 a quarter, for 80 a sixth. Our kernel has panels
// of 16, but it writes more slowly, which weighs more than that when there is little to add up.
bool wastes_columns(const FloatProduct& product) noexcept;

// Whether XNNPACK's kernels add up products of such bytes one by one where the CPU can do four at
// once and ours do: those for UINT8 of every release, those for INT8 of Debian 12's.
constexpr bool adds_bytes_slowly(TensorType type) noexcept {
#if LITEZOO_HAS_xnn_define_unary
  return type == TensorType::UINT8;
#else
  return type == TensorType::UINT8 || type == TensorType::INT8;
#endif
}

// What only releases with dynamic quantisation (qd8) do.
#if LITEZOO_HAS_xnn_define_dynamically_quantized_tensor_value
inline constexpr bool kHasDynamicQuantization = true;
#else
inline constexpr bool kHasDynamicQuantization = false;
#endif

// FLOAT32 input and output with INT8 weights: XNNPACK quantises the input while it runs.
bool is_hybrid(const WeightCheck& weights) noexcept;

// Constant INT32 or INT64 values of an input, e.g. axes or paddings; nullopt when it is not that.
std::optional<std::vector<std::int64_t>> constant_integers(const RuntimeTensor& tensor);

}  // namespace litezoo::runtime::xnn
