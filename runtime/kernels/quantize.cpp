#include "runtime/kernels/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "runtime/kernels/channels.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/integer.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

// One real value to the integer grid of a tensor or channel. Ties go away from zero for INT16, as
// TensorFlow Lite rounds, and to even for 8 bits, as XNNPACK does (which compiles to vectors).
template <typename T>
struct ToGrid {
  float scale;
  std::int32_t zero_point;

  T operator()(float real) const {
    constexpr auto low = static_cast<float>(std::numeric_limits<T>::min());
    constexpr auto high = static_cast<float>(std::numeric_limits<T>::max());
    const auto offset = static_cast<float>(zero_point);
    const float steps = std::min(std::max(real / scale, low - offset), high - offset);
    if constexpr (sizeof(T) == 1) {
      // Adding 1.5 * 2^23 leaves the rounded integer in the low bits of the sum.
      constexpr float magic = 12582912.0F;
      const auto bits = std::bit_cast<std::int32_t>(steps + magic);
      return static_cast<T>(bits - std::bit_cast<std::int32_t>(magic) + zero_point);
    } else {
      return std::isnan(steps) ? T{0} : static_cast<T>(std::round(steps) + offset);
    }
  }
};

template <typename T>
Evaluate quantize_channels(Node& node) {
  const RuntimeTensor& out = node.output(0);
  node.set_shape(0, node.input(0).shape);
  const ChannelView view = channel_view(node, out);
  std::vector<ToGrid<T>> grids;
  for (std::size_t c = 0; c < view.channels; ++c) {
    const float scale = out.quantization().scale[c];
    if (scale == 0.0F) node.corrupt("a channel of the output has the scale 0");
    grids.push_back({scale, static_cast<std::int32_t>(out.quantization().zero_point[c])});
  }
  return [view, grids = std::move(grids)](const Node& run) {
    const float* in = run.input(0).values<float>();
    T* result = run.output(0).mutable_values<T>();
    for (std::size_t row = 0; row < view.outer * view.channels; ++row) {
      const ToGrid<T> grid = grids[row % view.channels];
      for (std::size_t i = 0; i < view.inner; ++i) *result++ = grid(*in++);
    }
  };
}

template <typename T>
Evaluate quantize_floats(Node& node) {
  if (node.output(0).quantization().scale.size() > 1) return quantize_channels<T>(node);
  expect_quantized(node, node.output(0));
  node.set_shape(0, node.input(0).shape);
  return map_elements<float, T>(ToGrid<T>{node.output(0).scale(), node.output(0).zero_point()});
}

template <typename In, typename Out>
Evaluate requantize_loop(Node& node) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const auto factor =
      quantize_multiplier(static_cast<double>(in.scale()) / static_cast<double>(out.scale()));
  const auto loop = [=, zero_in = in.zero_point(), zero_out = out.zero_point()](In raw) {
    const std::int32_t steps = wrapping_subtract<std::int32_t>(raw, zero_in);
    constexpr std::int64_t low = std::numeric_limits<Out>::min();
    constexpr std::int64_t high = std::numeric_limits<Out>::max();
    return static_cast<Out>(
        std::clamp<std::int64_t>(std::int64_t{multiply(steps, factor)} + zero_out, low, high));
  };
  if constexpr (sizeof(In) == 1 && sizeof(Out) == 1) {
    std::array<Out, 256> table{};
    for (std::int32_t raw = 0; raw < 256; ++raw) {
      table[static_cast<std::size_t>(raw)] = loop(static_cast<In>(raw));
    }
    // Between INT8 and UINT8 of one scale: an addition modulo 256, which compiles to vectors.
    const auto first = static_cast<std::uint8_t>(table[0]);
    const auto moved = [first](std::uint8_t raw) { return static_cast<Out>(raw + first); };
    bool only_moves = true;
    for (std::uint32_t raw = 0; raw < 256; ++raw) {
      only_moves = only_moves && table[raw] == moved(static_cast<std::uint8_t>(raw));
    }
    if (only_moves) return map_elements<std::uint8_t, Out>(moved);
    return map_elements<std::uint8_t, Out>([table](std::uint8_t raw) { return table[raw]; });
  }
  return map_elements<In, Out>(loop);
}

void expect_scale(const Node& node, const RuntimeTensor& tensor) {
  if (tensor.type != INT32) return expect_quantized(node, tensor);
  const std::int64_t zero_point = tensor.zero_point();
  if (!std::isfinite(tensor.scale()) || tensor.scale() <= 0.0F || zero_point != 0) {
    node.corrupt(fmt::format("tensor '{}' has no usable scale", tensor.definition->name));
  }
}

Evaluate requantize(Node& node) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  expect_scale(node, in);
  expect_scale(node, out);
  node.set_shape(0, in.shape);
  return for_element_type<INT8, UINT8, INT16, INT32>(
      node, in, [&]<typename In>(std::type_identity<In>) {
        return for_element_type<INT8, UINT8, INT16, INT32>(
            node, out,
            [&]<typename Out>(std::type_identity<Out>) { return requantize_loop<In, Out>(node); });
      });
}

}  // namespace

Evaluate prepare_quantize(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  if (node.input(0).type != FLOAT32) return requantize(node);
  return for_element_type<INT8, UINT8, INT16>(
      node, node.output(0),
      [&]<typename T>(std::type_identity<T>) { return quantize_floats<T>(node); });
}

Evaluate prepare_fake_quant(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const auto options = node.options<FakeQuantOptions>();
  node.expect_type(node.input(0), {FLOAT32});
  node.expect_type(node.output(0), {FLOAT32});
  if (options.num_bits < 2 || options.num_bits > 16 || !(options.min < options.max)) {
    node.corrupt("its range or its number of bits makes no sense");
  }
  node.set_shape(0, node.input(0).shape);
  // The range moves so that 0 is a point of the grid.
  const float least = options.narrow_range ? 1.0F : 0.0F;
  const auto most = static_cast<float>((1 << options.num_bits) - 1);
  const float scale = (options.max - options.min) / (most - least);
  const float zero = std::round(std::clamp(least - options.min / scale, least, most));
  const float low = (least - zero) * scale;
  const float high = (most - zero) * scale;
  const float inverse = 1.0F / scale;
  return map_elements<float, float>([=](float x) {
    const float above = std::min(std::max(x, low), high) - low;
    return std::round(above * inverse) * scale + low;
  });
}

}  // namespace litezoo::runtime
