#include "runtime/kernel_memory.h"

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "base/error.h"
#include "runtime/kernels/conv.h"
#include "runtime/kernels/fully_connected.h"
#include "runtime/kernels/stablehlo.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kTooMuch = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kPanel = 16;  // weights are packed in panels of so many columns

std::size_t times(std::size_t a, std::size_t b) noexcept {
  return checked_multiply(a, b).value_or(kTooMuch);
}

std::size_t plus(std::size_t a, std::size_t b) noexcept {
  return checked_add(a, b).value_or(kTooMuch);
}

std::size_t extent(const RuntimeTensor& tensor, std::size_t axis) noexcept {
  return axis < tensor.shape.size() ? static_cast<std::size_t>(tensor.shape[axis]) : 1;
}

// Of an element once packed: small integers become 8 or 16 bits.
std::size_t packed_element(const RuntimeTensor& weights) noexcept {
  if (weights.type == TensorType::FLOAT32) return sizeof(float);
  return weights.type == TensorType::UINT8 ? 2 : 1;
}

// `columns` is what a panel is filled up along.
std::size_t packed(const RuntimeTensor& weights, std::size_t columns) noexcept {
  const std::size_t filled = plus(columns, kPanel - 1) / kPanel * kPanel;
  const std::size_t count = weights.size() / std::max<std::size_t>(columns, 1);
  return times(times(count, filled), packed_element(weights));
}

// The weights of all but the first input, which are matrices or vectors.
std::size_t matrices(const Node& node) noexcept {
  std::size_t bytes = 0;
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    if (!node.has_input(i) || node.input(i).definition->is_variable) continue;
    bytes = plus(bytes, packed(node.input(i), extent(node.input(i), 0)));
  }
  return bytes;
}

// A filter packed along its outputs, and a tap of some 40 bytes for each of its places.
std::size_t filter(const RuntimeTensor& weights, std::size_t first_place, std::size_t places,
                   std::size_t outputs) noexcept {
  std::size_t taps = 1;
  for (std::size_t i = 0; i < places; ++i) taps = times(taps, extent(weights, first_place + i));
  return plus(packed(weights, extent(weights, outputs)), times(taps, 40));
}

std::size_t filter_2d(const RuntimeTensor& weights) noexcept {
  return filter(weights, 1, 2, 0);
}

std::size_t product(const Node& node) noexcept {
  if (!node.has_input(1)) return 0;
  const RuntimeTensor& b = node.input(1);
  const auto* options = std::get_if<BatchMatMulOptions>(&node.op().options);
  const std::size_t from_last = options != nullptr && options->adj_y ? 2 : 1;
  return b.shape.size() < 2 ? 0 : packed(b, extent(b, b.shape.size() - from_last));
}

// Rows that are no floats are read as 16-bit numbers, and floats are quantised to them.
std::size_t widened_rows(const Node& node) noexcept {
  if (!node.has_input(0) || !node.has_input(1)) return 0;
  if (node.input(1).type == TensorType::FLOAT32) return 0;
  return times(node.input(0).size(), sizeof(std::int16_t));
}

// Three numbers for each row and each column of the output.
std::size_t resize_tables(const Node& node) noexcept {
  if (node.input_count() < 2 || !node.has_input(1) || !node.value_known(1)) return 0;
  const RuntimeTensor& size = node.input(1);
  if (size.type != TensorType::INT32 || size.size() != 2) return 0;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int32_t length = std::max(size.values<std::int32_t>()[i], 0);
    bytes = plus(bytes, times(static_cast<std::size_t>(length), 3 * sizeof(std::size_t)));
  }
  return bytes;
}

// Roots of unity, and for each thread an image of complex numbers and several of its rows.
std::size_t fourier_work(const Node& node) noexcept {
  if (node.input_count() < 2 || !node.has_input(1) || !node.value_known(1)) return 0;
  const RuntimeTensor& lengths = node.input(1);
  if (lengths.type != TensorType::INT32 || lengths.size() != 2) return 0;
  const auto height = static_cast<std::size_t>(std::max(lengths.values<std::int32_t>()[0], 0));
  const auto width = static_cast<std::size_t>(std::max(lengths.values<std::int32_t>()[1], 0));
  const std::size_t edges =
      plus(times(height, 2 * sizeof(double)), times(width, 10 * sizeof(double)));
  const std::size_t image = times(times(height, width), sizeof(double));
  return plus(times(plus(image, edges), node.threads().size()), times(width, 5 * sizeof(double)));
}

// Sums of integers are wider than what they go to. All elements count while the axes are unknown.
std::size_t wide_sums(const Node& node) noexcept {
  if (!node.has_input(0) || !node.has_input(1)) return 0;
  const RuntimeTensor& input = node.input(0);
  if (input.type == TensorType::FLOAT32) return 0;
  std::size_t sums = input.size();
  const RuntimeTensor& axes = node.input(1);
  if (node.value_known(1) && axes.type == TensorType::INT32) {
    Shape kept = input.shape;
    const auto rank = static_cast<std::int64_t>(kept.size());
    for (std::size_t i = 0; i < axes.size(); ++i) {
      const std::int64_t axis = axes.values<std::int32_t>()[i];
      const std::int64_t counted = axis < 0 ? axis + rank : axis;
      if (counted >= 0 && counted < rank) kept[static_cast<std::size_t>(counted)] = 1;
    }
    sums = element_count(kept);
  }
  return times(sums, sizeof(std::int64_t));
}

// Views of the strings that a kernel reads, and the places it moves.
std::size_t string_lists(const Node& node) noexcept {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    if (!node.has_input(i) || node.input(i).type != TensorType::STRING) continue;
    bytes =
        plus(bytes, times(node.input(i).size(), sizeof(std::string_view) + sizeof(std::int32_t)));
  }
  return bytes;
}

std::size_t of_input(const Node& node, std::size_t input,
                     std::size_t (*bytes)(const RuntimeTensor&)) noexcept {
  return node.has_input(input) ? bytes(node.input(input)) : 0;
}

std::size_t own_bytes(const Node& node) {
  switch (node.op().code) {
    case BuiltinOperator::FULLY_CONNECTED:
      if (fully_connected_has_byte_products(node)) {
        return fully_connected_byte_products_bytes(node);
      }
      return plus(matrices(node), widened_rows(node));
    case BuiltinOperator::LSTM:
    case BuiltinOperator::RNN:
    case BuiltinOperator::SVDF:
    case BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM:
    case BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_RNN:
    case BuiltinOperator::BIDIRECTIONAL_SEQUENCE_LSTM:
    case BuiltinOperator::BIDIRECTIONAL_SEQUENCE_RNN:
      return matrices(node);
    case BuiltinOperator::BATCH_MATMUL:
      return plus(product(node), widened_rows(node));
    case BuiltinOperator::GATHER:
    case BuiltinOperator::GATHER_ND:
      return of_input(node, 1, [](const RuntimeTensor& indices) {
        return times(indices.size(), sizeof(std::size_t));
      });
    case BuiltinOperator::CONV_2D:
      if (conv_2d_has_byte_products(node)) return conv_2d_byte_products_bytes(node);
      return plus(of_input(node, 1, filter_2d), conv_2d_lines_bytes(node));
    case BuiltinOperator::TRANSPOSE_CONV:
      return of_input(node, 1, filter_2d);
    case BuiltinOperator::CONV_3D:
      return plus(of_input(node, 1, [](const RuntimeTensor& w) { return filter(w, 0, 3, 4); }),
                  conv_3d_lines_bytes(node));
    case BuiltinOperator::CONV_3D_TRANSPOSE:
      return of_input(node, 1, [](const RuntimeTensor& w) { return filter(w, 0, 3, 3); });
    case BuiltinOperator::DEPTHWISE_CONV_2D:
      return depthwise_conv_2d_bytes(node);
    case BuiltinOperator::SUM:
    case BuiltinOperator::MEAN:
    case BuiltinOperator::REDUCE_PROD:
      return wide_sums(node);
    case BuiltinOperator::RFFT2D:
      return node.has_input(0) && node.input(0).size() > 0 ? fourier_work(node) : 0;
    case BuiltinOperator::TOPK_V2:
      return of_input(node, 0, [](const RuntimeTensor& input) {
        return input.size() == 0 || input.shape.empty()
                   ? std::size_t{0}
                   : times(extent(input, input.shape.size() - 1), sizeof(std::size_t));
      });
    case BuiltinOperator::UNIQUE:
      return of_input(node, 0, [](const RuntimeTensor& input) { return times(input.size(), 64); });
    case BuiltinOperator::HASHTABLE_IMPORT:
      return of_input(node, 1, [](const RuntimeTensor& keys) { return times(keys.size(), 128); });
    case BuiltinOperator::STABLEHLO_REDUCE_WINDOW:
      return stablehlo_reduce_window_bytes(node);
    case BuiltinOperator::RESIZE_BILINEAR:
    case BuiltinOperator::RESIZE_NEAREST_NEIGHBOR:
      return resize_tables(node);
    default:
      return 0;
  }
}

}  // namespace

std::size_t kernel_bytes(const Node& node) noexcept {
  try {
    return plus(own_bytes(node), string_lists(node));
  } catch (const Error&) {
    return 0;  // the node makes no sense, which its kernel will say
  }
}

}  // namespace litezoo::runtime
