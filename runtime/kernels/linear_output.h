#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// The combinations of element types a linear layer (convolution, fully connected) comes in.
enum class LinearKind : std::uint8_t {
  float32,  // everything FLOAT32
  int8,     // INT8 activations, INT8, INT4 or INT2 weights, INT32 bias
  uint8,    // UINT8 activations and weights, INT32 bias
  int16,    // INT16 activations, INT8, INT4 or INT2 weights, INT32 or INT64 bias
  hybrid,   // FLOAT32 activations and bias, INT8, INT4 or INT2 weights
};

struct LinearTensors {
  const RuntimeTensor* input = nullptr;
  const RuntimeTensor* weights = nullptr;
  const RuntimeTensor* bias = nullptr;  // may be absent
  const RuntimeTensor* output = nullptr;
  std::size_t channels = 0;  // of the output
  ActivationFunction activation = ActivationFunction::NONE;
  TensorType quantized_bias_type = TensorType::FLOAT32;  // FLOAT32 = not said
  // INT16 with one scale: multiplied in single precision, as FULLY_CONNECTED and BATCH_MATMUL do.
  bool single_precision_scales = false;
};

// Throws Error(unsupported) naming the node for other combinations.
LinearKind linear_kind(const Node& node, const LinearTensors& tensors);

// Where the sums of a linear layer begin (the bias) and how they become outputs (scale, zero point,
// fused activation).
class LinearOutput {
 public:
  LinearOutput() = default;
  // Throws Error(corrupt) naming the node for a bias of another size or scales that make no sense.
  LinearOutput(const Node& node, const LinearTensors& tensors);

  LinearKind kind() const noexcept { return kind_; }
  // The clamp of the kinds float32 and hybrid.
  ActivationRange<float> float_range() const noexcept { return range_; }

  // What finish() does to sums of the kinds int8 and uint8: a scale a channel, then a clamp less
  // the zero point, rounding, and the zero point.
  struct Requantization {
    std::span<const float> scales;
    float low, high;
    std::int32_t zero_point;
  };
  Requantization requantization() const noexcept;

  // One row of `count` channels from `first` on. `bias` is the bias tensor's data or null.
  void begin(const std::byte* bias, std::size_t first, std::size_t count, float* sums) const;
  void begin(const std::byte* bias, std::size_t first, std::size_t count, std::int32_t* sums) const;
  void begin(const std::byte* bias, std::size_t first, std::size_t count, std::int64_t* sums) const;

  struct Row {
    const std::byte* bias = nullptr;
    std::size_t first = 0, count = 0;
    float input_scale = 1.0F;     // hybrid: of this row's quantised input
    std::byte* output = nullptr;  // of channel `first`
  };
  void finish(const Row& row, const float* sums) const;
  void finish(const Row& row, const std::int32_t* sums) const;
  void finish(const Row& row, const std::int64_t* sums) const;

 private:
  void prepare_scales(const Node& node, const LinearTensors& tensors);

  LinearKind kind_ = LinearKind::float32;
  ActivationRange<float> range_{0, 0};
  std::vector<float> scales_;  // one a channel: of the output in 8 bits, of the weights in hybrid
  std::vector<QuantizedMultiplier> multipliers_;  // int16: one a channel
  bool wide_bias_ = false;                        // int16: an INT64 bias
  bool cuts_factors_ = false;                     // int16: to 16 bits, as LiteRT does for some
  std::int32_t zero_point_ = 0;
  ActivationRange<std::int32_t> quantized_range_{0, 0};
};

}  // namespace litezoo::runtime
