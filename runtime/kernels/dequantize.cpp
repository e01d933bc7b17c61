#include "runtime/kernels/dequantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "runtime/kernels/blockwise.h"
#include "runtime/kernels/channels.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/sub_byte.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

// Readers give element i as an integer.
template <typename T>
struct Whole {
  float operator()(const std::byte* data, std::size_t i, std::int32_t zero_point) const {
    const T raw = reinterpret_cast<const T*>(data)[i];
    if constexpr (sizeof(T) == 4) {
      return static_cast<float>(static_cast<double>(raw) - zero_point);
    } else {
      return static_cast<float>(raw - zero_point);
    }
  }
};

struct Packed {
  SubByteLayout layout;
  float operator()(const std::byte* data, std::size_t i, std::int32_t zero_point) const {
    return static_cast<float>(layout(reinterpret_cast<const std::uint8_t*>(data), i) - zero_point);
  }
};

template <typename Out, typename Reader>
Evaluate dequantize_tensor(Node& node, const Reader& read) {
  const RuntimeTensor& in = node.input(0);
  const float scale = in.scale();
  if (in.quantization().scale.empty() || !std::isfinite(scale)) {
    node.corrupt(fmt::format("tensor '{}' has no usable scale", in.definition->name));
  }
  return [read, scale, zero_point = in.zero_point()](const Node& run) {
    const std::byte* data = run.input(0).data;
    Out* out = run.output(0).mutable_values<Out>();
    run.threads().parallel_for(run.output(0).size(), kElementsPerThread,
                               [=](std::size_t begin, std::size_t end) {
                                 for (std::size_t i = begin; i < end; ++i)
                                   out[i] = Out(scale * read(data, i, zero_point));
                               });
  };
}

template <typename Out, typename Reader>
Evaluate dequantize_channels(Node& node, const Reader& read) {
  const ChannelView view = channel_view(node, node.input(0));
  return [read, view](const Node& run) {
    const Quantization& quantization = run.input(0).quantization();
    const std::byte* data = run.input(0).data;
    Out* out = run.output(0).mutable_values<Out>();
    std::size_t i = 0;
    for (std::size_t row = 0; row < view.outer * view.channels; ++row) {
      const std::size_t c = row % view.channels;
      const float scale = quantization.scale[c];
      const auto zero_point = static_cast<std::int32_t>(quantization.zero_point[c]);
      for (const std::size_t end = i + view.inner; i < end; ++i) {
        out[i] = Out(scale * read(data, i, zero_point));
      }
    }
  };
}

template <typename Out, typename Reader>
Evaluate dequantize_blocks(const Node& node, const Reader& read) {
  return [read, scales = block_scales(node, node.input(0))](const Node& run) {
    const std::byte* data = run.input(0).data;
    Out* out = run.output(0).mutable_values<Out>();
    run.threads().parallel_for(scales.values.size(),
                               std::max<std::size_t>(kElementsPerThread / scales.block, 1),
                               [&](std::size_t begin, std::size_t end) {
                                 for (std::size_t k = begin; k < end; ++k) {
                                   const std::size_t first = k * scales.block;
                                   for (std::size_t i = first; i < first + scales.block; ++i) {
                                     out[i] = Out(scales.values[k] * read(data, i, 0));
                                   }
                                 }
                               });
  };
}

template <typename Out, typename Reader>
Evaluate dequantize_with(Node& node, const Reader& read) {
  const Quantization& quantization = node.input(0).quantization();
  if (quantization.has_unknown_details) {
    node.unsupported("the input's quantisation is neither per tensor, channel nor block");
  }
  if (quantization.blockwise) return dequantize_blocks<Out>(node, read);
  return quantization.scale.size() > 1 ? dequantize_channels<Out>(node, read)
                                       : dequantize_tensor<Out>(node, read);
}

// To floats or, as few converters write it, to half floats.
template <typename Out>
Evaluate dequantize_to(Node& node) {
  const RuntimeTensor& in = node.input(0);
  if (in.type == FLOAT16 || in.type == BFLOAT16) {
    return for_element_type<FLOAT16, BFLOAT16>(node, in, [&]<typename T>(std::type_identity<T>) {
      return map_elements<T, Out>([](T x) { return Out(static_cast<float>(x)); });
    });
  }
  if (in.type == INT4 || in.type == UINT4 || in.type == INT2) {
    return dequantize_with<Out>(node, Packed{sub_byte_layout(in.type)});
  }
  return for_element_type<INT8, UINT8, INT16, INT32>(
      node, in,
      [&]<typename T>(std::type_identity<T>) { return dequantize_with<Out>(node, Whole<T>{}); });
}

}  // namespace

Evaluate prepare_dequantize(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.set_shape(0, node.input(0).shape);
  return for_element_type<FLOAT32, FLOAT16>(
      node, node.output(0),
      [&]<typename Out>(std::type_identity<Out>) { return dequantize_to<Out>(node); });
}

}  // namespace litezoo::runtime
