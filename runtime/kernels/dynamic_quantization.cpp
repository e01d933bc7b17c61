#include "runtime/kernels/dynamic_quantization.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace litezoo::runtime {
namespace {

struct Range {
  float low = 0.0F, high = 0.0F;
};

// Of the values and 0, in lanes so that it vectorises; {0, 0} when it is not finite. Written so
// that a NaN falls through both comparisons.
Range range_of(std::span<const float> row) noexcept {
  constexpr std::size_t kLanes = 16;
  std::array<float, kLanes> low{}, high{};
  const std::size_t whole = row.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const float value = row[i + lane];
      low[lane] = value < low[lane] ? value : low[lane];
      high[lane] = value > high[lane] ? value : high[lane];
    }
  }
  for (std::size_t i = whole; i < row.size(); ++i) {
    low[0] = std::min(low[0], row[i]);
    high[0] = std::max(high[0], row[i]);
  }
  const Range range{*std::ranges::min_element(low), *std::ranges::max_element(high)};
  return std::isfinite(range.high - range.low) ? range : Range{};
}

// Adding 1.5 * 2^23 rounds to the nearest integer, ties to even, and vectorises where lrint does
// not.
constexpr float kRoundingMagic = 12582912.0F;

}  // namespace

RowQuantization quantize_asymmetric(std::span<const float> row, std::int16_t* out) noexcept {
  const auto [low, high] = range_of(row);
  const float scale = low == high ? 1.0F : 255.0F / (high - low);
  const float from_low = low * scale, from_high = high * scale;
  const float zero =
      (-128.0F + from_low) + (127.0F + from_high) > 0.0F ? -128.0F - from_low : 127.0F - from_high;
  const float zero_point = std::nearbyint(std::clamp(zero, -128.0F, 127.0F));
  const float least = -128.0F - zero_point, greatest = 127.0F - zero_point;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const float clamped = std::min(std::max(least, row[i] * scale), greatest);
    out[i] = static_cast<std::int16_t>((clamped + kRoundingMagic) - kRoundingMagic);
  }
  return {1.0F / scale, static_cast<std::int32_t>(zero_point)};
}

RowQuantization quantize_asymmetric_builtin(std::span<const float> row,
                                            std::int16_t* out) noexcept {
  const auto [low, high] = range_of(row);
  if (low == high) {
    std::fill_n(out, row.size(), std::int16_t{0});
    return {};
  }
  const double scale = (static_cast<double>(high) - static_cast<double>(low)) / 255.0;
  const double from_low = static_cast<double>(low) / scale;
  const double from_high = static_cast<double>(high) / scale;
  const double zero = 128.0 + std::abs(from_low) < 127.0 + std::abs(from_high) ? -128.0 - from_low
                                                                               : 127.0 - from_high;
  const auto zero_point = static_cast<std::int32_t>(std::round(std::clamp(zero, -128.0, 127.0)));
  const RowQuantization quantization{static_cast<float>(scale), zero_point};
  const float inverse = 1.0F / quantization.scale;
  const auto offset = static_cast<float>(zero_point);
  for (std::size_t i = 0; i < row.size(); ++i) {
    const float quantized = std::round(offset + row[i] * inverse);
    out[i] = static_cast<std::int16_t>(std::min(std::max(-128.0F, quantized), 127.0F) - offset);
  }
  return quantization;
}

RowQuantization quantize_symmetric(std::span<const float> row, std::int16_t* out) noexcept {
  const auto [low, high] = range_of(row);
  const float range = std::max(-low, high);
  if (range == 0.0F) {
    std::fill_n(out, row.size(), std::int16_t{0});
    return {};
  }
  const float inverse = 127.0F / range;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const float quantized = std::round(row[i] * inverse);
    out[i] = static_cast<std::int16_t>(std::min(std::max(-127.0F, quantized), 127.0F));
  }
  return {range / 127.0F, 0};
}

}  // namespace litezoo::runtime
