#include "runtime/kernels/fully_connected.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "runtime/kernels/blockwise.h"
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
      : sizes_(sizes), output_(std::move(output)) {
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
      read_rows(node.threads(), input, sizes_.rows, rows_);
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
  PackedMatrix<W> packed_;
  IntegerRows rows_;
};

// INT16 by INT16, rare enough for plain sums.
Evaluate multiply_words(const Sizes& sizes, LinearOutput linear) {
  return [sizes, output = std::move(linear)](const Node& node) {
    const auto* rows = node.input(kInput).values<std::int16_t>();
    const auto* weights = node.input(kWeights).values<std::int16_t>();
    std::byte* y = node.output(0).data;
    const std::byte* bias = bias_data(node);
    const std::size_t grain = std::max<std::size_t>(1, 65536 / (sizes.depth * sizes.columns + 1));
    node.threads().parallel_for(sizes.rows, grain, [&](std::size_t begin, std::size_t end) {
      std::vector<std::int64_t> sums(sizes.columns);
      for (std::size_t row = begin; row < end; ++row) {
        output.begin(bias, 0, sizes.columns, sums.data());
        const std::int16_t* a = rows + row * sizes.depth;
        for (std::size_t n = 0; n < sizes.columns; ++n) {
          const std::int16_t* b = weights + n * sizes.depth;
          for (std::size_t k = 0; k < sizes.depth; ++k) sums[n] += std::int64_t{a[k]} * b[k];
        }
        output.finish({.bias = bias,
                       .first = 0,
                       .count = sizes.columns,
                       .input_scale = 1.0F,
                       .output = y + row * sizes.columns * sizeof(std::int16_t)},
                      sums.data());
      }
    });
  };
}

template <typename W>
Evaluate make(const Node& node, const Sizes& sizes, LinearOutput output) {
  auto layer = std::make_shared<FullyConnected<W>>(node, sizes, std::move(output));
  return [layer](const Node& running) { layer->run_on(running); };
}

Sizes set_output_shape(const Node& node, const FullyConnectedOptions& options) {
  const RuntimeTensor& input = node.input(kInput);
  const RuntimeTensor& weights = node.input(kWeights);
  if (weights.rank() != 2) node.corrupt("its weights are no matrix");
  Sizes sizes{0, static_cast<std::size_t>(weights.shape[1]),
              static_cast<std::size_t>(weights.shape[0])};
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
  LinearOutput output(node, {.input = &node.input(kInput),
                             .weights = &weights,
                             .bias = node.has_input(kBias) ? &node.input(kBias) : nullptr,
                             .output = &node.output(0),
                             .channels = sizes.columns,
                             .activation = options.fused_activation_function,
                             .quantized_bias_type = bias_type,
                             .single_precision_scales = true});
  const bool shifted = weights.type == TensorType::INT8 && weights.zero_point() != 0;
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
