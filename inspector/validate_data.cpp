#include "inspector/validate_data.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/checked.h"

namespace litezoo::inspector {
namespace {

std::int32_t word_at(std::span<const std::byte> data, std::size_t index) {
  std::int32_t value = 0;
  std::memcpy(&value, data.data() + index * sizeof(value), sizeof(value));
  return value;
}

// A string tensor: count, then count + 1 offsets from the start of the data, then the characters.
std::optional<std::string> string_fault(const Tensor& tensor) {
  const std::size_t words = tensor.data.size() / sizeof(std::int32_t);
  if (words == 0) return "its string data is too short for a count";
  const std::int32_t count = word_at(tensor.data, 0);
  if (count < 0 || static_cast<std::size_t>(count) + 2 > words) {
    return fmt::format("its string data cannot hold {} strings", count);
  }
  if (static_cast<std::size_t>(count) < element_count(tensor.shape)) {
    return fmt::format("it holds {} strings, its shape asks for {}", count,
                       element_count(tensor.shape));
  }
  std::int32_t previous = word_at(tensor.data, 1);
  for (std::size_t i = 1; i <= static_cast<std::size_t>(count) + 1; ++i) {
    const std::int32_t offset = word_at(tensor.data, i);
    if (offset < previous || static_cast<std::size_t>(offset) > tensor.data.size()) {
      return fmt::format("string {} ends outside its data", i);
    }
    previous = offset;
  }
  if (word_at(tensor.data, 1) < 0) return "its first string starts before its data";
  return std::nullopt;
}

// Extent of each level of the traversal: blocked dimensions are shorter by their block's size.
std::optional<std::vector<std::int32_t>> level_extents(const Sparsity& sparsity,
                                                       std::span<const std::int32_t> shape) {
  const std::size_t rank = shape.size();
  const std::size_t levels = rank + sparsity.block_map.size();
  if (sparsity.traversal_order.size() != levels || sparsity.dimensions.size() != levels) {
    return std::nullopt;
  }
  std::vector<std::size_t> level_of(levels, levels);
  for (std::size_t level = 0; level < levels; ++level) {
    const std::int32_t d = sparsity.traversal_order[level];
    if (d < 0 || static_cast<std::size_t>(d) >= levels) return std::nullopt;
    if (level_of[static_cast<std::size_t>(d)] != levels) return std::nullopt;
    level_of[static_cast<std::size_t>(d)] = level;
  }
  std::vector<std::int32_t> extents(shape.begin(), shape.end());
  for (std::size_t b = 0; b < sparsity.block_map.size(); ++b) {
    const std::int32_t blocked = sparsity.block_map[b];
    const SparseDimension& block = sparsity.dimensions[level_of[rank + b]];
    if (blocked < 0 || static_cast<std::size_t>(blocked) >= rank) return std::nullopt;
    std::int32_t& extent = extents[static_cast<std::size_t>(blocked)];
    if (block.compressed || block.dense_size <= 0 || extent % block.dense_size != 0) {
      return std::nullopt;
    }
    extent /= block.dense_size;
    extents.push_back(block.dense_size);
  }
  std::vector<std::int32_t> result(levels);
  for (std::size_t d = 0; d < levels; ++d) result[level_of[d]] = extents[d];
  return result;
}

bool is_compressed_level_sound(const SparseDimension& dimension, std::size_t parents,
                               std::int32_t extent) {
  const auto& segments = dimension.segments;
  if (segments.size() != parents + 1 || segments.front() != 0) return false;
  if (!std::ranges::is_sorted(segments)) return false;
  if (static_cast<std::size_t>(segments.back()) != dimension.indices.size()) return false;
  return std::ranges::all_of(dimension.indices,
                             [extent](std::int32_t i) { return i >= 0 && i < extent; });
}

std::optional<std::string> sparsity_fault(const Tensor& tensor) {
  const Sparsity& sparsity = *tensor.sparsity;
  const auto extents = level_extents(sparsity, tensor.shape);
  if (!extents) return "its sparsity parameters do not fit its shape";
  std::size_t values = 1;
  for (std::size_t level = 0; level < extents->size(); ++level) {
    const SparseDimension& dimension = sparsity.dimensions[level];
    const std::int32_t extent = (*extents)[level];
    if (dimension.compressed) {
      if (!is_compressed_level_sound(dimension, values, extent)) {
        return fmt::format("level {} of its sparse indices is inconsistent", level);
      }
      values = dimension.indices.size();
    } else {
      if (dimension.dense_size != extent || extent < 0) {
        return fmt::format("level {} of its sparsity has size {}, its shape asks for {}", level,
                           dimension.dense_size, extent);
      }
      const auto product = checked_multiply(values, static_cast<std::size_t>(extent));
      if (!product) return "its sparsity parameters overflow";
      values = *product;
    }
  }
  const auto bits = static_cast<std::size_t>(tensor_type_bits(tensor.type));
  const auto needed = checked_multiply(values, bits);
  if (!needed || *needed / 8 > tensor.data.size()) {
    return fmt::format("its sparse data holds {} bytes for {} values", tensor.data.size(), values);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> dense_bytes(const Tensor& tensor) {
  std::size_t count = 1;
  bool empty = false;
  for (const std::int32_t dimension : tensor.shape) {
    if (dimension < -1) return std::nullopt;
    if (dimension == 0) empty = true;
    if (dimension <= 0) continue;
    const auto product = checked_multiply(count, static_cast<std::size_t>(dimension));
    if (!product) return std::nullopt;
    count = *product;
  }
  // A quarter of the address space, so that sums of a few sizes cannot overflow either.
  const auto bits =
      checked_multiply(count, static_cast<std::size_t>(std::max(8, tensor_type_bits(tensor.type))));
  if (!bits || *bits > std::numeric_limits<std::size_t>::max() / 4) return std::nullopt;
  if (empty || tensor_type_bits(tensor.type) == 0) return 0;
  return tensor_type_bytes(tensor.type, count);
}

std::optional<std::string> quantization_fault(const Tensor& tensor) {
  const Quantization& q = tensor.quantization;
  if (q.zero_point.size() != q.scale.size() && !q.scale.empty()) {
    return fmt::format("it has {} scales but {} zero points", q.scale.size(), q.zero_point.size());
  }
  if (q.scale.size() <= 1) return std::nullopt;
  const std::int32_t axis = q.quantized_dimension;
  if (axis < 0 || static_cast<std::size_t>(axis) >= tensor.shape.size()) {
    return fmt::format("it is quantised along dimension {} of {}", axis, tensor.shape.size());
  }
  const std::int32_t slices = tensor.shape[static_cast<std::size_t>(axis)];
  if (slices < 0 || static_cast<std::size_t>(slices) != q.scale.size()) {
    return fmt::format("it has {} scales for the {} slices of dimension {}", q.scale.size(), slices,
                       axis);
  }
  return std::nullopt;
}

std::optional<std::string> data_fault(const Tensor& tensor) {
  if (tensor.data.empty()) return std::nullopt;
  if (tensor.type == TensorType::STRING) return string_fault(tensor);
  if (tensor.sparsity) return sparsity_fault(tensor);
  const auto wanted = dense_bytes(tensor);
  if (!wanted || tensor.data.size() >= *wanted) return std::nullopt;
  return fmt::format("its data has {} bytes, its shape asks for {}", tensor.data.size(), *wanted);
}

}  // namespace litezoo::inspector
