#include "runtime/kernels/linear_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

template <typename Sum, typename Bias>
void begin_with(const std::byte* bias, std::size_t first, std::size_t count, Sum* sums) {
  if (bias == nullptr) {
    std::fill_n(sums, count, Sum{0});
    return;
  }
  const Bias* from = reinterpret_cast<const Bias*>(bias) + first;
  std::copy(from, from + count, sums);
}

// x * factor, halves upwards.
std::int32_t multiply_once(std::int64_t x, QuantizedMultiplier factor) {
  __extension__ using Wide = __int128;
  const int shift = std::clamp(31 - factor.shift, 1, 62);
  const Wide rounded = Wide{x} * factor.multiplier + (Wide{1} << (shift - 1));
  return static_cast<std::int32_t>(std::clamp<Wide>(rounded >> shift,
                                                    std::numeric_limits<std::int32_t>::min(),
                                                    std::numeric_limits<std::int32_t>::max()));
}

}  // namespace

LinearKind linear_kind(const Node& node, const LinearTensors& tensors) {
  const TensorType input = tensors.input->type, weights = tensors.weights->type;
  if (tensors.output->type != input) node.unsupported("its input and output differ in type");
  const auto fits = [&](std::initializer_list<TensorType> bias_types) {
    if (tensors.bias != nullptr) node.expect_type(*tensors.bias, bias_types);
    return true;
  };
  using enum TensorType;
  if (input == FLOAT32 && weights == FLOAT32 && fits({FLOAT32})) return LinearKind::float32;
  // Old converters called symmetric 8-bit weights of hybrid operators UINT8.
  if (input == FLOAT32 && (is_small_integer(weights) || weights == UINT8) && fits({FLOAT32})) {
    return LinearKind::hybrid;
  }
  if (input == INT8 && is_small_integer(weights) && fits({INT32})) return LinearKind::int8;
  if (input == UINT8 && weights == UINT8 && fits({INT32})) return LinearKind::uint8;
  const bool fits_words = is_small_integer(weights) || weights == INT16;
  if (input == INT16 && fits_words && fits({INT32, INT64})) return LinearKind::int16;
  node.unsupported(fmt::format("{} activations with {} weights are not supported",
                               tensor_type_name(input), tensor_type_name(weights)));
}

LinearOutput::LinearOutput(const Node& node, const LinearTensors& tensors)
    : kind_(linear_kind(node, tensors)) {
  if (tensors.bias != nullptr && tensors.bias->size() != tensors.channels) {
    node.corrupt(fmt::format("its bias has {} elements for {} channels", tensors.bias->size(),
                             tensors.channels));
  }
  if (kind_ == LinearKind::float32 || kind_ == LinearKind::hybrid) {
    range_ = float_activation_range(node, tensors.activation);
  } else {
    quantized_range_ = quantized_activation_range(node, tensors.activation, *tensors.output);
    zero_point_ = tensors.output->zero_point();
    expect_quantized(node, *tensors.input);
  }
  if (kind_ != LinearKind::float32) prepare_scales(node, tensors);
  if (kind_ == LinearKind::int16) {
    if (tensors.input->zero_point() != 0 || tensors.output->zero_point() != 0) {
      node.corrupt("its 16-bit tensors have a zero point");
    }
    wide_bias_ = tensors.bias != nullptr ? tensors.bias->type == TensorType::INT64
                                         : tensors.quantized_bias_type != TensorType::INT32;
    const bool layer = tensors.single_precision_scales;
    cuts_factors_ = wide_bias_ && !(layer && is_small_integer(tensors.weights->type));
  }
}

void LinearOutput::prepare_scales(const Node& node, const LinearTensors& tensors) {
  scales_ = channel_scales(node, *tensors.weights, tensors.channels);
  if (kind_ == LinearKind::hybrid) return;
  const float input = tensors.input->scale(), output = tensors.output->scale();
  if (kind_ == LinearKind::int16) {
    const bool single =
        tensors.single_precision_scales && tensors.weights->quantization().scale.size() == 1;
    for (const float scale : scales_) {
      const double product = single ? static_cast<double>(input * scale)
                                    : static_cast<double>(input) * static_cast<double>(scale);
      multipliers_.push_back(quantize_multiplier(product / static_cast<double>(output)));
    }
    return;
  }
  for (float& scale : scales_) scale = input * scale / output;
}

LinearOutput::Requantization LinearOutput::requantization() const noexcept {
  const auto zero_point = static_cast<float>(zero_point_);
  return {scales_, static_cast<float>(quantized_range_.min) - zero_point,
          static_cast<float>(quantized_range_.max) - zero_point, zero_point_};
}

void LinearOutput::begin(const std::byte* bias, std::size_t first, std::size_t count,
                         float* sums) const {
  begin_with<float, float>(bias, first, count, sums);
}

void LinearOutput::begin(const std::byte* bias, std::size_t first, std::size_t count,
                         std::int32_t* sums) const {
  // A hybrid layer's bias is added after scaling.
  begin_with<std::int32_t, std::int32_t>(kind_ == LinearKind::hybrid ? nullptr : bias, first, count,
                                         sums);
}

void LinearOutput::begin(const std::byte* bias, std::size_t first, std::size_t count,
                         std::int64_t* sums) const {
  if (wide_bias_) {
    begin_with<std::int64_t, std::int64_t>(bias, first, count, sums);
  } else {
    begin_with<std::int64_t, std::int32_t>(bias, first, count, sums);
  }
}

void LinearOutput::finish(const Row& row, const float* sums) const {
  auto* out = reinterpret_cast<float*>(row.output);
  const auto [low, high] = range_;
  for (std::size_t i = 0; i < row.count; ++i) {
    // In this order a NaN stays one.
    const float raised = sums[i] < low ? low : sums[i];
    out[i] = raised > high ? high : raised;
  }
}

void LinearOutput::finish(const Row& row, const std::int32_t* sums) const {
  const float* scales = scales_.data() + row.first;
  if (kind_ == LinearKind::hybrid) {
    auto* out = reinterpret_cast<float*>(row.output);
    const auto* bias = reinterpret_cast<const float*>(row.bias);
    for (std::size_t i = 0; i < row.count; ++i) {
      const float scaled = static_cast<float>(sums[i]) * row.input_scale * scales[i];
      out[i] = std::clamp(scaled + (bias ? bias[row.first + i] : 0.0F), range_.min, range_.max);
    }
    return;
  }
  // XNNPACK's arithmetic: float scale, rounded to nearest even by the addition of 1.5 * 2^23.
  constexpr float kMagic = 12582912.0F;
  const Requantization how = requantization();
  const auto zero_point = static_cast<float>(how.zero_point);
  for (std::size_t i = 0; i < row.count; ++i) {
    const float scaled = static_cast<float>(sums[i]) * scales[i];
    const float clamped = std::min(std::max(how.low, scaled), how.high);
    const float rounded = (clamped + kMagic) - kMagic;
    row.output[i] = static_cast<std::byte>(static_cast<std::int32_t>(rounded + zero_point));
  }
}

void LinearOutput::finish(const Row& row, const std::int64_t* sums) const {
  auto* out = reinterpret_cast<std::int16_t*>(row.output);
  for (std::size_t i = 0; i < row.count; ++i) {
    const QuantizedMultiplier& factor = multipliers_[row.first + i];
    const std::int32_t scaled =
        cuts_factors_ ? multiply(sums[i], factor) : multiply_once(sums[i], factor);
    out[i] =
        static_cast<std::int16_t>(std::clamp(scaled, quantized_range_.min, quantized_range_.max));
  }
}

}  // namespace litezoo::runtime
