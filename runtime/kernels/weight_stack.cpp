#include "runtime/kernels/weight_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "runtime/kernels/dynamic_quantization.h"
#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kPanelsOfTask = 8;

void append_floats(const RuntimeTensor& weights, std::vector<float>& rows) {
  rows.insert(rows.end(), weights.values<float>(), weights.values<float>() + weights.size());
}

void append_bytes(const Node& node, const RuntimeTensor& weights, std::vector<std::int8_t>& rows) {
  const std::int8_t* from = weights.values<std::int8_t>();
  std::vector<std::int8_t> unpacked;
  if (weights.type == TensorType::INT4) {
    unpacked = unpack_int8(node, weights);
    from = unpacked.data();
  }
  rows.insert(rows.end(), from, from + weights.size());
}

}  // namespace

WeightStack::WeightStack(const Node& node, std::vector<std::size_t> inputs, std::size_t depth,
                         bool asymmetric)
    : inputs_(std::move(inputs)), depth_(depth), asymmetric_(asymmetric) {
  const TensorType type = node.input(inputs_.front()).type;
  for (const std::size_t i : inputs_) {
    const RuntimeTensor& weights = node.input(i);
    node.expect_type(weights,
                     {TensorType::FLOAT32, TensorType::INT8, TensorType::UINT8, TensorType::INT4});
    if (weights.rank() != 2 || static_cast<std::size_t>(weights.shape[1]) != depth) {
      node.corrupt(fmt::format("input {} is no matrix of {} columns", i, depth));
    }
    if (weights.type != type) node.unsupported("its weights are of several types");
    constant_ = constant_ && weights.constant;
    columns_ += static_cast<std::size_t>(weights.shape[0]);
  }
  hybrid_ = type != TensorType::FLOAT32;
  if (hybrid_) {
    for (const std::size_t i : inputs_) {
      const auto rows = static_cast<std::size_t>(node.input(i).shape[0]);
      const std::vector<float> scales = channel_scales(node, node.input(i), rows);
      scales_.insert(scales_.end(), scales.begin(), scales.end());
    }
  }
  if (constant_) read(node);
}

void WeightStack::refresh(const Node& node) {
  if (!constant_) read(node);
}

void WeightStack::read(const Node& node) {
  const MatrixLayout layout{columns_, depth_, depth_, 1};
  if (hybrid_) {
    std::vector<std::int8_t> rows;
    for (const std::size_t i : inputs_) append_bytes(node, node.input(i), rows);
    pack_into(bytes_, rows.data(), layout);
  } else {
    std::vector<float> rows;
    for (const std::size_t i : inputs_) append_floats(node.input(i), rows);
    pack_into(floats_, rows.data(), layout);
  }
}

void WeightStack::add(const ThreadPool& threads, const float* x, std::size_t rows, float* y) {
  if (empty() || rows == 0) return;
  if (hybrid_) return add_hybrid(threads, x, rows, y);
  threads.parallel_for(floats_.panel_count(), kPanelsOfTask,
                       [&](std::size_t begin, std::size_t end) {
                         multiply_add(RowBlock<const float>{x, rows, depth_}, floats_, {begin, end},
                                      RowBlock<float>{y + begin * kPanelColumns, rows, columns_});
                       });
}

void WeightStack::add_hybrid(const ThreadPool& threads, const float* x, std::size_t rows,
                             float* y) {
  const std::size_t stride = (depth_ + 1) / 2 * 2;
  quantized_.resize(rows * stride);
  row_scales_.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::span<const float> from(x + row * depth_, depth_);
    std::int16_t* to = quantized_.data() + row * stride;
    row_scales_[row] =
        (asymmetric_ ? quantize_asymmetric_builtin(from, to) : quantize_symmetric(from, to)).scale;
  }
  threads.parallel_for(bytes_.panel_count(), kPanelsOfTask,
                       [&](std::size_t begin, std::size_t end) {
                         for (std::size_t panel = begin; panel < end; panel += kPanelsOfTask) {
                           add_panels({panel, std::min(panel + kPanelsOfTask, end)}, rows, y);
                         }
                       });
}

void WeightStack::add_panels(PanelRange panels, std::size_t rows, float* y) const {
  const std::size_t stride = (depth_ + 1) / 2 * 2, first = panels.begin * kPanelColumns;
  const std::size_t width = std::min(panels.end * kPanelColumns, columns_) - first;
  for (std::size_t row = 0; row < rows; ++row) {
    std::array<std::int32_t, kPanelsOfTask * kPanelColumns> sums{};
    multiply_add(RowBlock<const std::int16_t>{quantized_.data() + row * stride, 1, stride}, bytes_,
                 panels, RowBlock<std::int32_t>{sums.data(), 1, width});
    float* out = y + row * columns_ + first;
    for (std::size_t i = 0; i < width; ++i) {
      out[i] += static_cast<float>(sums[i]) * (row_scales_[row] * scales_[first + i]);
    }
  }
}

}  // namespace litezoo::runtime
