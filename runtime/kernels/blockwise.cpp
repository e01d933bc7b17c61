#include "runtime/kernels/blockwise.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "base/float16.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/product.h"
#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

class BlockwiseFullyConnected {
 public:
  BlockwiseFullyConnected(const Node& node, const BlockwiseLayer& layer)
      : layer_(layer), range_(float_activation_range(node, layer.activation)) {
    const BlockScales scales = block_scales(node, node.input(1));
    block_ = scales.block;
    turn(scales);
    const std::vector<std::int8_t> weights = unpack_int8(node, node.input(1));
    for (std::size_t at = 0; at < layer.depth; at += block_) {
      packed_.push_back(
          pack(weights.data() + at, MatrixLayout{layer.columns, block_, layer.depth, 1}));
    }
  }

  void run(const Node& node) {
    quantize(node);
    const auto* bias = node.has_input(2) ? node.input(2).values<float>() : nullptr;
    auto* y = node.output(0).mutable_values<float>();
    const std::size_t panels = packed_.front().panel_count();
    node.threads().parallel_for(panels, 4, [&](std::size_t begin, std::size_t end) {
      for (std::size_t panel = begin; panel < end; panel += kMostPanels) {
        run_panels({panel, std::min(panel + kMostPanels, end)}, bias, y);
      }
    });
  }

 private:
  static constexpr std::size_t kMostPanels = 4, kMostColumns = kMostPanels * kPanelColumns;

  void run_panels(PanelRange panels, const float* bias, float* y) const {
    const std::size_t first = panels.begin * kPanelColumns;
    const std::size_t width = std::min(panels.end * kPanelColumns, layer_.columns) - first;
    for (std::size_t row = 0; row < layer_.rows; ++row) {
      std::array<float, kMostColumns> totals{};
      add_blocks(row, panels, std::span(totals).first(width));
      float* out = y + row * layer_.columns + first;
      for (std::size_t i = 0; i < width; ++i) {
        const float real = totals[i] * row_scales_[row] + (bias ? bias[first + i] : 0.0F);
        out[i] = std::clamp(real, range_.min, range_.max);
      }
    }
  }

  // To one row of scales a block.
  void turn(const BlockScales& scales) {
    const std::size_t blocks = layer_.depth / block_;
    scales_.resize(scales.values.size());
    for (std::size_t n = 0; n < layer_.columns; ++n) {
      for (std::size_t block = 0; block < blocks; ++block) {
        const float scale = scales.values[n * blocks + block];
        // XNNPACK packs half-float scales as bfloat16.
        scales_[block * layer_.columns + n] = scales.halves ? float{BFloat16(scale)} : scale;
      }
    }
  }

  void quantize(const Node& node) {
    const RuntimeTensor& input = node.input(0);
    IntegerRows rows;
    read_rows(node.threads(), input, layer_.rows, rows);
    row_scales_ = std::move(rows.scales);
    // Each block is a matrix of its own, whose depth is filled up to an even number.
    row_stride_ = layer_.depth / block_ * even_block();
    values_.assign(layer_.rows * row_stride_, 0);
    for (std::size_t row = 0; row < layer_.rows; ++row) {
      for (std::size_t at = 0; at < layer_.depth; at += block_) {
        std::copy_n(rows.values.data() + row * rows.stride + at, block_,
                    values_.data() + row * row_stride_ + at / block_ * even_block());
      }
    }
  }

  std::size_t even_block() const { return (block_ + 1) / 2 * 2; }

  void add_blocks(std::size_t row, PanelRange range, std::span<float> totals) const {
    for (std::size_t block = 0; block < packed_.size(); ++block) {
      std::array<std::int32_t, kMostColumns> sums{};
      const std::int16_t* a = values_.data() + row * row_stride_ + block * even_block();
      multiply_add(RowBlock<const std::int16_t>{a, 1, row_stride_}, packed_[block], range,
                   RowBlock<std::int32_t>{sums.data(), 1, totals.size()});
      const float* scales = scales_.data() + block * layer_.columns + range.begin * kPanelColumns;
      for (std::size_t i = 0; i < totals.size(); ++i) {
        totals[i] += static_cast<float>(sums[i]) * scales[i];
      }
    }
  }

  BlockwiseLayer layer_;
  ActivationRange<float> range_;
  std::size_t block_ = 1;
  std::vector<float> scales_;
  std::vector<PackedMatrix<std::int8_t>> packed_;  // one a block
  std::vector<std::int16_t> values_;
  std::size_t row_stride_ = 0;
  std::vector<float> row_scales_;
};

}  // namespace

BlockScales block_scales(const Node& node, const RuntimeTensor& tensor) {
  const auto& quantization = *tensor.quantization().blockwise;
  const std::size_t depth =
      tensor.shape.empty() ? 1 : static_cast<std::size_t>(tensor.shape.back());
  if (quantization.block_size <= 0 ||
      depth % static_cast<std::size_t>(quantization.block_size) != 0) {
    node.corrupt(
        fmt::format("blocks of {} do not divide rows of {}", quantization.block_size, depth));
  }
  BlockScales result{static_cast<std::size_t>(quantization.block_size), {}, false};
  const RuntimeTensor& scales = node.constant(quantization.scales);
  node.expect_type(scales, {TensorType::FLOAT32, TensorType::FLOAT16});
  const std::size_t blocks = tensor.size() / result.block;
  if (scales.size() != blocks) {
    node.corrupt(fmt::format("it has {} scales for {} blocks", scales.size(), blocks));
  }
  result.halves = scales.type == TensorType::FLOAT16;
  for (std::size_t i = 0; i < blocks; ++i) {
    result.values.push_back(result.halves
                                ? float{Half::from_bits(scales.values<std::uint16_t>()[i])}
                                : scales.values<float>()[i]);
  }
  return result;
}

Evaluate prepare_blockwise(const Node& node, const BlockwiseLayer& layer) {
  node.expect_type(node.input(0), {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  if (!node.input(1).constant) node.unsupported("blockwise weights that are computed");
  if (node.has_input(2)) {
    node.expect_type(node.input(2), {TensorType::FLOAT32});
    if (node.input(2).size() != layer.columns) node.corrupt("its bias has another size");
  }
  auto layer_state = std::make_shared<BlockwiseFullyConnected>(node, layer);
  return [layer_state](const Node& running) { layer_state->run(running); };
}

}  // namespace litezoo::runtime
