#include "runtime/kernels/fully_connected.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "runtime/kernels/blockwise.h"
#include "runtime/kernels/byte_layer.h"
#include "runtime/kernels/product.h"
#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kInput = 0, kWeights = 1, kBias = 2;

struct Sizes {
  std::size_t rows = 0, depth = 0, columns = 0;
};

const std::byte* bias_data(const Node& node) {
  return node.has_input(kBias) ? node.input(kBias).data : nullptr;
}

ByteLayerPlan byte_plan(const Sizes& sizes) noexcept {
  return {.columns = sizes.columns,
          .segments = 1,
          .depth = sizes.depth,
          .column_stride = sizes.depth,
          .segment_stride = sizes.depth,
          .copied = 0};
}

// A zero point of INT8 weights, which converters do not write: only the loops of 16 bits know it.
bool is_shifted(const RuntimeTensor& weights) noexcept {
  return weights.type == TensorType::INT8 && weights.zero_point() != 0;
}

// LiteRT leaves hybrid layers to XNNPACK, but for weights of few bits whose rows end inside a byte.
QuantizeRow row_quantization(const Node& node) {
  const RuntimeTensor& weights = node.input(kWeights);
  const auto bits = static_cast<std::int64_t>(tensor_type_bits(weights.type));
  if (bits * weights.shape[1] % 8 == 0) return quantize_asymmetric;
  const auto options = node.options_or_default<FullyConnectedOptions>();
  return options.asymmetric_quantize_inputs ? quantize_asymmetric_builtin : quantize_symmetric;
}

void pack_dense(PackedMatrix<float>& packed, const Node& /*node*/, const RuntimeTensor& weights,
                const MatrixLayout& layout) {
  pack_into(packed, weights.values<float>(), layout);
}

void pack_dense(PackedMatrix<std::int16_t>& packed, const Node& node, const RuntimeTensor& weights,
                const MatrixLayout& layout) {
  pack_into(packed, unpack_int16(node, weights).data(), layout);
}

void pack_dense(PackedMatrix<std::int8_t>& packed, const Node& node, const RuntimeTensor& weights,
                const MatrixLayout& layout) {
  if (weights.type == TensorType::INT8 || weights.type == TensorType::UINT8) {
    pack_into(packed, weights.values<std::int8_t>(), layout);
  } else {
    pack_into(packed, unpack_int8(node, weights).data(), layout);
  }
}

// W: packed weights. FLOAT32 rows are used as they lie, others through IntegerRows.
template <typename W>
class FullyConnected {
 public:
  FullyConnected(const Node& node, const Sizes& sizes, LinearOutput output)
      : sizes_(sizes), output_(std::move(output)), quantize_(row_quantization(node)) {
    if (node.input(kWeights).constant) pack_weights(node);
  }

  void run_on(const Node& node) {
    if (!node.input(kWeights).constant) pack_weights(node);
    const RuntimeTensor& input = node.input(kInput);
    std::byte* y = node.output(0).data;
    if constexpr (std::is_same_v<W, float>) {
      run(node.threads(),
          Product<float, float>{.a = {input.values<float>(), sizes_.rows, sizes_.depth},
                                .b = &packed_,
                                .output = &output_,
                                .bias = bias_data(node),
                                .y = y,
                                .row_scales = nullptr});
    } else {
      read_rows(node.threads(), input, sizes_.rows, rows_, quantize_);
      run(node.threads(), Product<std::int16_t, W>{.a = rows_.block(),
                                                   .b = &packed_,
                                                   .output = &output_,
                                                   .bias = bias_data(node),
                                                   .y = y,
                                                   .row_scales = rows_.scales.data()});
    }
  }

 private:
  void pack_weights(const Node& node) {
    const RuntimeTensor& weights = node.input(kWeights);
    const MatrixLayout layout{sizes_.columns, sizes_.depth, sizes_.depth, 1};
    pack_dense(packed_, node, weights, layout);
  }

  Sizes sizes_;
  LinearOutput output_;
  QuantizeRow quantize_;
  PackedMatrix<W> packed_;
  IntegerRows rows_;
};

Evaluate multiply_bytes(const Node& node, const Sizes& sizes, const LinearTensors& tensors,
                        const LinearOutput& output) {
  auto layer = std::make_shared<ByteLayer>(node, tensors, byte_plan(sizes), output);
  return [layer, sizes](const Node& running) {
    const std::byte* x = running.input(kInput).data;
    layer->run(running.threads(), sizes.rows, running.output(0).data,
               [&](std::size_t first, std::size_t count, ByteRows& rows) {
                 for (std::size_t i = 0; i < count; ++i) {
                   rows.segments[i] = x + (first + i) * sizes.depth;
                 }
               });
  };
}

// INT16 by INT16, rare enough for plain sums.
Evaluate multiply_words(const Sizes& sizes, LinearOutput linear) {
  return [sizes, output = std::move(linear)](const Node& node) {
    const auto* rows = node.input(kInput).values<std::int16_t>();
    const auto* weights = node.input(kWeights).values<std::int16_t>();
    std::byte* y = node.output(0).data;
    const std::byte* bias = bias_data(node);
    const std::size_t grain = std::max<std::size_t>(1, 65536 / (sizes.depth * sizes.columns + 1));
    node.threads().parallel_for(sizes.rows, grain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin * sizes.columns; i < end * sizes.columns; ++i) {
        const std::size_t n = i % sizes.columns;
        const std::int16_t* a = rows + i / sizes.columns * sizes.depth;
        const std::int16_t* b = weights + n * sizes.depth;
        std::int64_t sum = 0;
        output.begin(bias, n, 1, &sum);
        for (std::size_t k = 0; k < sizes.depth; ++k) sum += std::int64_t{a[k]} * b[k];
        output.finish({.bias = bias,
                       .first = n,
                       .count = 1,
                       .input_scale = 1.0F,
                       .output = y + i * sizeof(std::int16_t)},
                      &sum);
      }
    });
  };
}

template <typename W>
Evaluate make(const Node& node, const Sizes& sizes, LinearOutput output) {
  auto layer = std::make_shared<FullyConnected<W>>(node, sizes, std::move(output));
  return [layer](const Node& running) { layer->run_on(running); };
}

LinearTensors tensors_of(const Node& node) {
  return {.input = &node.input(kInput),
          .weights = &node.input(kWeights),
          .bias = node.has_input(kBias) ? &node.input(kBias) : nullptr,
          .output = &node.output(0),
          .channels = static_cast<std::size_t>(node.input(kWeights).shape[0]),
          .activation = ActivationFunction::NONE,
          .quantized_bias_type = TensorType::FLOAT32,
          .single_precision_scales = true};
}

// Without the rows, which the input has.
Sizes sizes_of(const RuntimeTensor& weights) noexcept {
  return {0, static_cast<std::size_t>(weights.shape[1]),
          static_cast<std::size_t>(weights.shape[0])};
}

Sizes set_output_shape(const Node& node, const FullyConnectedOptions& options) {
  const RuntimeTensor& input = node.input(kInput);
  const RuntimeTensor& weights = node.input(kWeights);
  if (weights.rank() != 2) node.corrupt("its weights are no matrix");
  Sizes sizes = sizes_of(weights);
  if (sizes.depth == 0 || input.size() % sizes.depth != 0) {
    node.corrupt(fmt::format("its {} inputs do not make rows of {}", input.size(), sizes.depth));
  }
  sizes.rows = input.size() / sizes.depth;
  if (options.keep_num_dims) {
    if (input.shape.empty() || input.shape.back() != weights.shape[1]) {
      node.corrupt("its input's last dimension is not that of its weights");
    }
    Shape shape = input.shape;
    shape.back() = weights.shape[0];
    node.set_shape(0, std::move(shape));
  } else {
    node.set_shape(0, {static_cast<std::int32_t>(sizes.rows), weights.shape[0]});
  }
  return sizes;
}

}  // namespace

bool fully_connected_has_byte_products(const Node& node) {
  if (!node.has_input(kInput) || !node.has_input(kWeights) || node.output_count() != 1 ||
      node.input(kWeights).rank() != 2) {
    return false;
  }
  return !is_shifted(node.input(kWeights)) &&
         suits_byte_layer(tensors_of(node), byte_plan(sizes_of(node.input(kWeights))));
}

std::size_t fully_connected_byte_products_bytes(const Node& node) {
  return byte_layer_bytes(byte_plan(sizes_of(node.input(kWeights))), node.threads().size());
}

Evaluate prepare_fully_connected(Node& node) {
  node.expect_inputs(2, 3);
  const auto options = node.options_or_default<FullyConnectedOptions>();
  if (options.weights_format != FullyConnectedWeightsFormat::DEFAULT) {
    node.unsupported("shuffled weights are not supported; convert the model again");
  }
  node.expect_outputs(1);
  const Sizes sizes = set_output_shape(node, options);
  const RuntimeTensor& weights = node.input(kWeights);
  if (weights.quantization().blockwise) {
    return prepare_blockwise(node, {.rows = sizes.rows,
                                    .depth = sizes.depth,
                                    .columns = sizes.columns,
                                    .activation = options.fused_activation_function});
  }
  // Without a bias LiteRT sums in 32 bits, products of two 16-bit numbers in 64, whatever the
  // options say.
  const TensorType bias_type =
      weights.type == TensorType::INT16 ? TensorType::INT64 : TensorType::INT32;
  LinearTensors tensors = tensors_of(node);
  tensors.activation = options.fused_activation_function;
  tensors.quantized_bias_type = bias_type;
  LinearOutput output(node, tensors);
  const bool shifted = is_shifted(weights);
  if (!shifted && suits_byte_layer(tensors, byte_plan(sizes))) {
    return multiply_bytes(node, sizes, tensors, output);
  }
  switch (output.kind()) {
    case LinearKind::float32:
      return make<float>(node, sizes, std::move(output));
    case LinearKind::int8:
      if (shifted) return make<std::int16_t>(node, sizes, std::move(output));
      return make<std::int8_t>(node, sizes, std::move(output));
    case LinearKind::uint8:
      return make<std::int16_t>(node, sizes, std::move(output));
    case LinearKind::int16:
      if (weights.type == TensorType::INT16) return multiply_words(sizes, std::move(output));
      return make<std::int8_t>(node, sizes, std::move(output));
    case LinearKind::hybrid:
      return make<std::int8_t>(node, sizes, std::move(output));
  }
  node.unsupported("its types are not supported");
}

}  // namespace litezoo::runtime
