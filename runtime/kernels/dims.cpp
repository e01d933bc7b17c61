#include "runtime/kernels/dims.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace litezoo::runtime {
namespace {

template <typename T>
std::vector<std::int64_t> widened(const RuntimeTensor& tensor) {
  const T* values = tensor.values<T>();
  return {values, values + tensor.size()};
}

}  // namespace

std::size_t element_bytes(const Node& node, const RuntimeTensor& tensor) {
  const int bits = tensor_type_bits(tensor.type);
  if (bits < 8) {
    node.unsupported(fmt::format("type {} of tensor '{}' is not supported here",
                                 tensor_type_name(tensor.type), tensor.definition->name));
  }
  return static_cast<std::size_t>(bits) / 8;
}

std::size_t checked_axis(const Node& node, std::int64_t axis, std::size_t rank) {
  const auto signed_rank = static_cast<std::int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) {
    node.corrupt(fmt::format("axis {} does not exist in a tensor of rank {}", axis, rank));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + signed_rank : axis);
}

std::vector<std::int64_t> integer_values(const Node& node, const RuntimeTensor& tensor,
                                         std::size_t most) {
  if (tensor.size() > most) {
    node.corrupt(fmt::format("tensor '{}' holds {} values where at most {} make sense",
                             tensor.definition->name, tensor.size(), most));
  }
  node.expect_type(tensor,
                   {TensorType::INT8, TensorType::INT16, TensorType::INT32, TensorType::INT64});
  if (tensor.size() == 0) return {};
  switch (tensor.type) {
    case TensorType::INT8:
      return widened<std::int8_t>(tensor);
    case TensorType::INT16:
      return widened<std::int16_t>(tensor);
    case TensorType::INT32:
      return widened<std::int32_t>(tensor);
    default:
      return widened<std::int64_t>(tensor);
  }
}

std::int64_t integer_value(const Node& node, const RuntimeTensor& tensor) {
  const auto values = integer_values(node, tensor, 1);
  if (values.empty()) {
    node.corrupt(fmt::format("tensor '{}' is empty, one value is needed", tensor.definition->name));
  }
  return values.front();
}

Shape shape_from(const Node& node, std::span<const std::int64_t> values) {
  Shape shape(values.size());
  std::ranges::transform(values, shape.begin(),
                         [&node](std::int64_t v) { return checked_dimension(node, v); });
  return shape;
}

std::int32_t checked_dimension(const Node& node, std::int64_t value) {
  if (value < 0 || value > std::numeric_limits<std::int32_t>::max()) {
    node.corrupt(fmt::format("{} cannot be a dimension", value));
  }
  return static_cast<std::int32_t>(value);
}

std::size_t count_between(const Shape& shape, std::size_t begin, std::size_t end) {
  return element_count(std::span(shape).subspan(begin, end - begin));
}

void expect_same_type(const Node& node, const RuntimeTensor& a, const RuntimeTensor& b) {
  if (a.type != b.type) {
    node.corrupt(fmt::format("tensors '{}' and '{}' have types {} and {}, they must be equal",
                             a.definition->name, b.definition->name, tensor_type_name(a.type),
                             tensor_type_name(b.type)));
  }
}

Shape broadcast_shape(const Node& node, std::span<const std::int32_t> a,
                      std::span<const std::int32_t> b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Shape shape(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int32_t left = i + a.size() < rank ? 1 : a[i + a.size() - rank];
    const std::int32_t right = i + b.size() < rank ? 1 : b[i + b.size() - rank];
    if (left != right && left != 1 && right != 1) {
      node.corrupt(fmt::format("sizes {} and {} do not broadcast", left, right));
    }
    shape[i] = left == 1 ? right : left;
  }
  return shape;
}

}  // namespace litezoo::runtime
