#include "runtime/kernels/arrange.h"

#include <fmt/format.h>

#include <cstring>

#include "runtime/kernels/copy_elements.h"
#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

std::size_t dimension(const Shape& shape, std::size_t axis) {
  return static_cast<std::size_t>(shape[axis]);
}

}  // namespace

Evaluate prepare_transpose(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  const std::size_t element = element_bytes(node, input);
  if (!node.value_known(1)) return kDeferred;
  const auto order = integer_values(node, node.input(1));
  const std::size_t rank = input.shape.size();
  if (order.size() != rank) {
    node.corrupt(fmt::format("it permutes {} axes of a tensor of rank {}", order.size(), rank));
  }
  std::vector<std::size_t> source(rank);
  std::vector<bool> seen(rank, false);
  Shape shape(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    source[i] = checked_axis(node, order[i], rank);
    if (seen[source[i]]) node.corrupt("it names an axis twice");
    seen[source[i]] = true;
    shape[i] = input.shape[source[i]];
  }
  const auto from = byte_strides(input.shape, element);
  const auto to = byte_strides(shape, element);
  std::vector<CopyAxis> axes(rank);
  for (std::size_t i = 0; i < rank; ++i) axes[i] = {dimension(shape, i), from[source[i]], to[i]};
  node.set_shape(0, std::move(shape));
  return copy_elements(node, 0, StridedCopy(element, std::move(axes)));
}

Evaluate prepare_broadcast_to(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  const std::size_t element = element_bytes(node, input);
  if (!node.value_known(1)) return kDeferred;
  Shape shape = shape_from(node, integer_values(node, node.input(1)));
  if (shape.size() < input.shape.size()) node.corrupt("it would lower the rank");
  const auto from = byte_strides(input.shape, element);
  const std::size_t added = shape.size() - input.shape.size();
  node.set_shape(0, shape);
  const auto to = byte_strides(shape, element);
  std::vector<CopyAxis> axes(shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    axes[i] = {dimension(shape, i), 0, to[i]};
    if (i < added) continue;
    const std::int32_t size = input.shape[i - added];
    if (size != shape[i] && size != 1) {
      node.corrupt(fmt::format("size {} does not broadcast to {}", size, shape[i]));
    }
    if (size != 1) axes[i].from = from[i - added];
  }
  return copy_elements(node, 0, StridedCopy(element, std::move(axes)));
}

Evaluate prepare_tile(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  const std::size_t element = copied_bytes(node, input);
  if (!node.value_known(1)) return kDeferred;
  const auto repeats = integer_values(node, node.input(1));
  const std::size_t rank = input.shape.size();
  if (repeats.size() != rank) node.corrupt("it needs one multiple for each axis");
  Shape shape(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int32_t repeat = checked_dimension(node, repeats[i]);
    shape[i] = checked_dimension(node, static_cast<std::int64_t>(input.shape[i]) * repeat);
  }
  node.set_shape(0, shape);
  const auto from = byte_strides(input.shape, element);
  const auto to = byte_strides(shape, element);
  std::vector<CopyAxis> axes;
  for (std::size_t i = 0; i < rank; ++i) {
    axes.push_back({static_cast<std::size_t>(repeats[i]), 0, to[i] * input.shape[i]});
    axes.push_back({dimension(input.shape, i), from[i], to[i]});
  }
  return copy_elements(node, 0, StridedCopy(element, std::move(axes)));
}

Evaluate prepare_reverse(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  const std::size_t element = element_bytes(node, input);
  if (!node.value_known(1)) return kDeferred;
  const std::size_t rank = input.shape.size();
  const auto strides = byte_strides(input.shape, element);
  std::vector<CopyAxis> axes(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    axes[i] = {dimension(input.shape, i), strides[i], strides[i]};
  }
  std::ptrdiff_t offset = 0;
  for (const std::int64_t axis : integer_values(node, node.input(1))) {
    CopyAxis& reversed = axes[checked_axis(node, axis, rank)];
    if (reversed.from < 0) node.corrupt("it names an axis twice");
    offset += reversed.from * (static_cast<std::ptrdiff_t>(reversed.count) - 1);
    reversed.from = -reversed.from;
  }
  node.set_shape(0, input.shape);
  return copy_elements(node, 0, StridedCopy(element, std::move(axes)), offset);
}

Evaluate prepare_reverse_sequence(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  const auto& options = node.options<ReverseSequenceOptions>();
  expect_same_type(node, input, node.output(0));
  const std::size_t rank = input.shape.size();
  const std::size_t sequence = checked_axis(node, options.seq_dim, rank);
  const std::size_t batch = checked_axis(node, options.batch_dim, rank);
  if (sequence == batch) node.corrupt("its sequence and batch axes are the same");
  if (node.input(1).size() != dimension(input.shape, batch)) {
    node.corrupt("it needs one length for each batch");
  }
  node.set_shape(0, input.shape);
  const std::size_t element = element_bytes(node, input);
  // The axes as outer, first, middle, second, inner, where first and second are the two named.
  const std::size_t first = std::min(sequence, batch);
  const std::size_t second = std::max(sequence, batch);
  const std::size_t outer = count_between(input.shape, 0, first);
  const std::size_t middle = count_between(input.shape, first + 1, second);
  const std::size_t inner = element * count_between(input.shape, second + 1, rank);
  const std::size_t first_count = dimension(input.shape, first);
  const std::size_t second_count = dimension(input.shape, second);
  return [=](const Node& n) {
    const auto lengths = integer_values(n, n.input(1), n.input(1).size());
    const auto steps = static_cast<std::int64_t>(sequence == first ? first_count : second_count);
    for (const std::int64_t length : lengths) {
      if (length < 0 || length > steps) {
        n.corrupt(fmt::format("length {} does not fit {} steps", length, steps));
      }
    }
    const auto mirrored = [&lengths](std::size_t at, std::size_t of) {
      const auto length = static_cast<std::size_t>(lengths[of]);
      return at < length ? length - 1 - at : at;
    };
    for (std::size_t o = 0; o < outer; ++o) {
      for (std::size_t a = 0; a < first_count; ++a) {
        for (std::size_t m = 0; m < middle; ++m) {
          for (std::size_t b = 0; b < second_count; ++b) {
            const std::size_t from_a = sequence == first ? mirrored(a, b) : a;
            const std::size_t from_b = sequence == first ? b : mirrored(b, a);
            const std::size_t to = ((o * first_count + a) * middle + m) * second_count + b;
            const std::size_t from =
                ((o * first_count + from_a) * middle + m) * second_count + from_b;
            std::memcpy(n.output(0).data + to * inner, n.input(0).data + from * inner, inner);
          }
        }
      }
    }
  };
}

}  // namespace litezoo::runtime
