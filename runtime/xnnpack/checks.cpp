#include "runtime/xnnpack/checks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace litezoo::runtime::xnn {
namespace {

constexpr int kMaxRank = 6;

bool is_scale(float scale) noexcept {
  return scale > 0.0F && std::isnormal(scale);
}

const char* check_bias(const WeightCheck& weights, TensorType type) noexcept {
  if (weights.bias == nullptr) return nullptr;
  if (!weights.bias->constant) return "its bias is computed";
  if (weights.bias->type != type) return "its bias has an unusual type";
  if (weights.bias->size() != weights.channels) return "its bias has another length";
  return nullptr;
}

const char* check_scales(const WeightCheck& weights, Precision precision) noexcept {
  const Quantization& quantization = weights.filter->quantization();
  const std::vector<float>& scales = quantization.scale;
  if (scales.size() > 1) {
    if (!weights.per_channel || precision != Precision::qs8) {
      return "it has a scale for each channel";
    }
    if (scales.size() != weights.channels ||
        quantization.quantized_dimension != static_cast<std::int32_t>(weights.dimension)) {
      return "its scales belong to another dimension";
    }
  }
  if (precision == Precision::qs8 &&
      std::ranges::any_of(quantization.zero_point, [](std::int64_t zero) { return zero != 0; })) {
    return "its weights have a zero point";
  }
  for (const float scale : scales) {
    const float ratio = scale * weights.input->scale() / weights.output->scale();
    // A single channel whose weights are all but zero is raised to the least (least_filter_scale).
    const bool small_enough = scales.size() > 1 ? ratio < kMostRatio : is_convolution_scale(ratio);
    if (!is_scale(scale) || !is_scale(scale * weights.input->scale()) || !small_enough) {
      return "its scales are too far apart";
    }
  }
  return nullptr;
}

const char* check_hybrid(const WeightCheck& weights) noexcept {
  if (!kHasDynamicQuantization) return "it quantises while running";
  const Quantization& quantization = weights.filter->quantization();
  const std::vector<float>& scales = quantization.scale;
  if (!weights.filter->constant) return "its weights are computed";
  if (quantization.blockwise || scales.empty()) return "its weights have an unusual scale";
  if (scales.size() > 1 &&
      (scales.size() != weights.channels ||
       quantization.quantized_dimension != static_cast<std::int32_t>(weights.dimension))) {
    return "its scales belong to another dimension";
  }
  if (!std::ranges::all_of(scales, is_scale) ||
      std::ranges::any_of(quantization.zero_point, [](std::int64_t zero) { return zero != 0; })) {
    return "its weights have an unusual scale";
  }
  return check_bias(weights, TensorType::FLOAT32);
}

}  // namespace

bool is_hybrid(const WeightCheck& weights) noexcept {
  return weights.input->type == TensorType::FLOAT32 && weights.filter->type == TensorType::INT8;
}

Precision precision(const RuntimeTensor& tensor) noexcept {
  if (tensor.rank() > kMaxRank || tensor.size() == 0) {
    return Precision::other;
  }
  if (tensor.type == TensorType::FLOAT32) return Precision::f32;
  if (tensor.type != TensorType::INT8 && tensor.type != TensorType::UINT8) return Precision::other;
  const Quantization& quantization = tensor.quantization();
  if (quantization.scale.size() != 1 || quantization.blockwise || !is_scale(tensor.scale())) {
    return Precision::other;
  }
  const std::int64_t zero = quantization.zero_point.empty() ? 0 : quantization.zero_point.front();
  const bool is_signed = tensor.type == TensorType::INT8;
  if (zero < (is_signed ? -128 : 0) || zero > (is_signed ? 127 : 255)) return Precision::other;
  return is_signed ? Precision::qs8 : Precision::qu8;
}

Precision common_precision(std::initializer_list<const RuntimeTensor*> tensors) noexcept {
  const Precision first = precision(**tensors.begin());
  for (const RuntimeTensor* tensor : tensors) {
    if (precision(*tensor) != first) return Precision::other;
  }
  return first;
}

bool same_representation(const RuntimeTensor& a, const RuntimeTensor& b) noexcept {
  const Precision common = common_precision({&a, &b});
  if (common == Precision::f32) return true;
  return is_8bit(common) && a.scale() == b.scale() && a.zero_point() == b.zero_point();
}

std::optional<Range> clamp_of(ActivationFunction activation) noexcept {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  switch (activation) {
    case ActivationFunction::NONE:
      return Range{-kInfinity, kInfinity};
    case ActivationFunction::RELU:
      return Range{0.0F, kInfinity};
    case ActivationFunction::RELU_N1_TO_1:
      return Range{-1.0F, 1.0F};
    case ActivationFunction::RELU6:
      return Range{0.0F, 6.0F};
    default:
      return std::nullopt;
  }
}

float least_filter_scale(const RuntimeTensor& input, const RuntimeTensor& output) noexcept {
  // A little above the bound: rounding must not bring the ratio below it again.
  return kLeastRatio * 1.0001F * output.scale() / input.scale();
}

const char* check_weights(const WeightCheck& weights) noexcept {
  const Precision common = common_precision({weights.input, weights.output});
  const RuntimeTensor& filter = *weights.filter;
  if (common == Precision::other) return "input and output are not of one type XNNPACK knows";
  if (!filter.constant) return "its weights are computed";
  if (filter.size() == 0) return "its weights are empty";
  if (common == Precision::f32) {
    if (is_hybrid(weights)) return weights.hybrid ? check_hybrid(weights) : "it is hybrid";
    if (filter.type != TensorType::FLOAT32) return "its weights have another type than its input";
    return check_bias(weights, TensorType::FLOAT32);
  }
  if (filter.type != weights.input->type || filter.quantization().scale.empty()) {
    return "its weights have another type than its input";
  }
  if (common == Precision::qu8 && precision(filter) != Precision::qu8) {
    return "its weights have an unusual scale";
  }
  if (const char* reason = check_bias(weights, TensorType::INT32)) return reason;
  return check_scales(weights, common);
}

bool wastes_columns(const FloatProduct& product) noexcept {
#if LITEZOO_HAS_xnn_define_unary && defined(__x86_64__)
  struct Least {
    std::int64_t panels, depth;
  };
  constexpr Least kWorth[] = {{1, 1}, {3, 24}, {5, 64}};
  constexpr std::int64_t kPanel = 16, kLeastRows = 64;
  if (product.rows < kLeastRows || !__builtin_cpu_supports("avx512f")) return false;
  const std::int64_t panels = (product.columns + kPanel - 1) / kPanel;
  return std::ranges::any_of(kWorth, [&](const Least& least) {
    return panels == least.panels && product.depth >= least.depth;
  });
#else
  static_cast<void>(product);
  return false;
#endif
}

std::optional<std::vector<std::int64_t>> constant_integers(const RuntimeTensor& tensor) {
  if (!tensor.constant) return std::nullopt;
  if (tensor.type == TensorType::INT32) {
    const auto* values = tensor.values<std::int32_t>();
    return std::vector<std::int64_t>(values, values + tensor.size());
  }
  if (tensor.type == TensorType::INT64) {
    const auto* values = tensor.values<std::int64_t>();
    return std::vector<std::int64_t>(values, values + tensor.size());
  }
  return std::nullopt;
}

}  // namespace litezoo::runtime::xnn
