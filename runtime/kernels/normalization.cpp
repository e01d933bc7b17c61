#include "runtime/kernels/normalization.h"

#include <algorithm>
#include <cmath>

#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/fixed_point.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

void check(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.output(0));
  node.set_shape(0, node.input(0).shape);
}

// Calls row(in, out, channels) for each slice along the last dimension.
template <typename T, typename Row>
Evaluate for_channels(const Node& node, const Row& row) {
  const Shape& shape = node.input(0).shape;
  const auto channels = shape.empty() ? std::size_t{1} : static_cast<std::size_t>(shape.back());
  return [row, channels](const Node& run) {
    const T* in = run.input(0).values<T>();
    T* out = run.output(0).mutable_values<T>();
    const std::size_t size = run.input(0).size();
    for (std::size_t at = 0; at < size; at += channels) row(in + at, out + at, channels);
  };
}

template <typename T>
Evaluate byte_l2(Node& node) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  expect_quantized(node, in);
  const auto range = quantized_type_range(node, in.type);
  const std::int32_t middle = range.min + 128;
  if (out.scale() != 1.0F / 128.0F || out.zero_point() != middle) {
    node.unsupported("the output's scale must be 1/128 with a zero point in the middle");
  }
  return for_channels<T>(
      node, [zero = in.zero_point(), middle, range](const T* x, T* y, std::size_t channels) {
        std::int64_t squares = 0;
        for (std::size_t c = 0; c < channels; ++c) {
          const std::int64_t value = x[c] - zero;
          squares += value * value;
        }
        const double factor =
            128.0 / std::sqrt(static_cast<double>(std::max<std::int64_t>(squares, 1)));
        for (std::size_t c = 0; c < channels; ++c) {
          const auto steps = static_cast<std::int32_t>(std::round((x[c] - zero) * factor));
          y[c] = static_cast<T>(std::clamp(steps + middle, range.min, range.max));
        }
      });
}

}  // namespace

Evaluate prepare_l2_normalization(Node& node) {
  check(node);
  const auto activation = node.options_or_default<ActivationOptions>().fused_activation_function;
  if (activation != ActivationFunction::NONE) node.unsupported("a fused activation");
  const RuntimeTensor& in = node.input(0);
  if (in.type != FLOAT32) {
    return for_element_type<INT8, UINT8>(
        node, in, [&]<typename T>(std::type_identity<T>) { return byte_l2<T>(node); });
  }
  return for_channels<float>(node, [](const float* x, float* y, std::size_t channels) {
    float squares = 0.0F;
    for (std::size_t c = 0; c < channels; ++c) squares += x[c] * x[c];
    const float norm = std::max(std::sqrt(squares), 1e-6F);
    for (std::size_t c = 0; c < channels; ++c) y[c] = x[c] / norm;
  });
}

Evaluate prepare_local_response_normalization(Node& node) {
  check(node);
  node.expect_type(node.input(0), {FLOAT32});
  const auto options = node.options<LocalResponseNormalizationOptions>();
  if (options.radius < 0) node.corrupt("the radius is negative");
  return for_channels<float>(node, [options](const float* x, float* y, std::size_t channels) {
    const auto radius = static_cast<std::size_t>(options.radius);
    const auto square = [x](std::size_t i) {
      return static_cast<double>(x[i]) * static_cast<double>(x[i]);
    };
    double squares = 0.0;  // over the window, which slides
    for (std::size_t i = 0; i < std::min(radius, channels); ++i) squares += square(i);
    for (std::size_t c = 0; c < channels; ++c) {
      if (c + radius < channels) squares += square(c + radius);
      if (c > radius) squares -= square(c - radius - 1);
      y[c] = x[c] *
             std::pow(options.bias + options.alpha * static_cast<float>(squares), -options.beta);
    }
  });
}

}  // namespace litezoo::runtime
