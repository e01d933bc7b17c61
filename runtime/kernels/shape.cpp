#include "runtime/kernels/shape.h"

#include <algorithm>
#include <cstring>

#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

// Trait::view: the planner usually gave the output the input's memory.
void copy_unless_shared(const Node& node) {
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  if (input.data == output.data || input.bytes == 0) return;
  std::byte* target =
      input.type == TensorType::STRING ? node.allocate_string(0, input.bytes) : output.data;
  std::memcpy(target, input.data, input.bytes);
}

// Replaces the one -1 by what is left of `count`; corrupt when the products differ.
void fit_shape(const Node& node, Shape& shape, std::size_t count) {
  std::size_t known = 1;
  std::int32_t* stretch = nullptr;
  for (std::int32_t& dimension : shape) {
    if (dimension == -1 && stretch == nullptr) {
      stretch = &dimension;
    } else if (dimension < 0) {
      node.corrupt("the new shape has a negative dimension");
    } else if (__builtin_mul_overflow(known, static_cast<std::size_t>(dimension), &known)) {
      node.corrupt("the new shape overflows");
    }
  }
  if (stretch != nullptr) {
    *stretch = known == 0 ? 0 : checked_dimension(node, static_cast<std::int64_t>(count / known));
    known *= static_cast<std::size_t>(*stretch);
  }
  if (known != count) node.corrupt("the new shape has another number of elements");
}

template <typename T>
void write_integers(const RuntimeTensor& output, const std::vector<std::int64_t>& values) {
  std::ranges::transform(values, output.mutable_values<T>(),
                         [](std::int64_t v) { return static_cast<T>(v); });
}

Evaluate give_integers(const Node& node, const std::vector<std::int64_t>& values) {
  node.expect_type(node.output(0), {TensorType::INT32, TensorType::INT64});
  if (node.output(0).type == TensorType::INT32) {
    return [values](const Node& n) { write_integers<std::int32_t>(n.output(0), values); };
  }
  return [values](const Node& n) { write_integers<std::int64_t>(n.output(0), values); };
}

}  // namespace

Evaluate prepare_reshape(Node& node) {
  node.expect_inputs(1, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  Shape shape;
  if (node.has_input(1) && node.input(1).type == TensorType::INT32 && node.input(1).rank() == 1) {
    if (!node.value_known(1)) return kDeferred;
    for (const std::int64_t value : integer_values(node, node.input(1))) {
      shape.push_back(static_cast<std::int32_t>(value));
    }
  } else {
    shape = node.options<ReshapeOptions>().new_shape;
    // Old converters wrote a scalar as {0}.
    if (shape.size() == 1 && shape[0] == 0 && input.size() == 1) shape.clear();
  }
  fit_shape(node, shape, input.size());
  node.set_shape(0, std::move(shape));
  return copy_unless_shared;
}

Evaluate prepare_squeeze(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  std::vector<bool> dropped(input.shape.size(), false);
  const auto& dims = node.options_or_default<SqueezeOptions>().squeeze_dims;
  for (const std::int32_t dim : dims) {
    const std::size_t axis = checked_axis(node, dim, input.shape.size());
    if (input.shape[axis] != 1) node.corrupt("it squeezes a dimension that is not 1");
    dropped[axis] = true;
  }
  Shape shape;
  for (std::size_t i = 0; i < input.shape.size(); ++i) {
    if (dims.empty() ? input.shape[i] != 1 : !dropped[i]) shape.push_back(input.shape[i]);
  }
  node.set_shape(0, std::move(shape));
  return copy_unless_shared;
}

Evaluate prepare_expand_dims(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  if (!node.value_known(1)) return kDeferred;
  Shape shape = input.shape;
  const std::size_t axis = checked_axis(node, integer_value(node, node.input(1)), shape.size() + 1);
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  node.set_shape(0, std::move(shape));
  return copy_unless_shared;
}

Evaluate prepare_shape(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const Shape& shape = node.input(0).shape;
  node.set_shape(0, {node.input(0).rank()});
  return give_integers(node, {shape.begin(), shape.end()});
}

Evaluate prepare_rank(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.set_shape(0, {});
  return give_integers(node, {node.input(0).rank()});
}

Evaluate prepare_broadcast_args(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.input(1));
  expect_same_type(node, node.input(0), node.output(0));
  node.expect_type(node.output(0), {TensorType::INT32, TensorType::INT64});
  const std::size_t rank = std::max(node.input(0).size(), node.input(1).size());
  node.set_shape(0, {checked_dimension(node, static_cast<std::int64_t>(rank))});
  return [wide = node.output(0).type == TensorType::INT64](const Node& n) {
    const Shape a = shape_from(n, integer_values(n, n.input(0)));
    const Shape b = shape_from(n, integer_values(n, n.input(1)));
    const Shape shape = broadcast_shape(n, a, b);
    const std::vector<std::int64_t> values(shape.begin(), shape.end());
    if (values.size() != n.output(0).size()) n.corrupt("its inputs changed their lengths");
    if (wide) {
      write_integers<std::int64_t>(n.output(0), values);
    } else {
      write_integers<std::int32_t>(n.output(0), values);
    }
  };
}

}  // namespace litezoo::runtime
