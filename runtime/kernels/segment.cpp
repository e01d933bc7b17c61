#include "runtime/kernels/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/integer.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

struct Sum {
  template <typename T>
  static constexpr T initial = T{0};
  template <typename T>
  T operator()(T a, T b) const {
    return wrapping_add(a, b);
  }
};
struct Product {
  template <typename T>
  static constexpr T initial = T{1};
  template <typename T>
  T operator()(T a, T b) const {
    return wrapping_multiply(a, b);
  }
};
struct Largest {
  template <typename T>
  static constexpr T initial = std::numeric_limits<T>::lowest();
  template <typename T>
  T operator()(T a, T b) const {
    return std::max(a, b);
  }
};
struct Smallest {
  template <typename T>
  static constexpr T initial = std::numeric_limits<T>::max();
  template <typename T>
  T operator()(T a, T b) const {
    return std::min(a, b);
  }
};

// Each slice of input 0 meets the output's slice that its number names.
template <typename T, typename Combine>
void combine_slices(const Node& node) {
  const RuntimeTensor& numbers = node.input(1);
  const RuntimeTensor& out = node.output(0);
  const std::size_t count = numbers.size();
  const std::size_t length = count == 0 ? 0 : node.input(0).size() / count;
  const std::int32_t segments = out.shape.front();
  const auto* number = numbers.values<std::int32_t>();
  const T* in = node.input(0).values<T>();
  T* result = out.mutable_values<T>();
  std::fill(result, result + out.size(), Combine::template initial<T>);
  for (std::size_t slice = 0; slice < count; ++slice, in += length) {
    if (number[slice] < 0) continue;
    if (number[slice] >= segments) {
      node.corrupt(fmt::format("segment {} of {} does not exist", number[slice], segments));
    }
    T* target = result + static_cast<std::size_t>(number[slice]) * length;
    for (std::size_t i = 0; i < length; ++i) target[i] = Combine{}(target[i], in[i]);
  }
}

template <typename Combine>
Evaluate slices_loop(Node& node) {
  expect_same_type(node, node.input(0), node.output(0));
  return for_element_type<FLOAT32, INT32>(
      node, node.input(0),
      [&]<typename T>(std::type_identity<T>) -> Evaluate { return combine_slices<T, Combine>; });
}

// The output's shape: `segments` slices of what the numbers' dimensions leave of the input's.
Shape segment_shape(const Node& node, std::int32_t segments) {
  const Shape &data = node.input(0).shape, &numbers = node.input(1).shape;
  node.expect_type(node.input(1), {INT32});
  if (numbers.empty() || numbers.size() > data.size() ||
      !std::equal(numbers.begin(), numbers.end(), data.begin())) {
    node.corrupt("the segment numbers do not fit the data");
  }
  if (segments < 0) node.corrupt("the number of segments is negative");
  Shape shape{segments};
  shape.insert(shape.end(), data.begin() + static_cast<std::ptrdiff_t>(numbers.size()), data.end());
  return shape;
}

template <typename Combine>
Evaluate unsorted(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  if (!node.value_known(2)) return kDeferred;
  const auto segments = checked_dimension(node, integer_value(node, node.input(2)));
  node.set_shape(0, segment_shape(node, segments));
  return slices_loop<Combine>(node);
}

}  // namespace

Evaluate prepare_segment_sum(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  node.expect_type(node.input(1), {INT32});
  if (node.input(1).rank() != 1) node.corrupt("the segment numbers are not a vector");
  if (!node.value_known(1)) return kDeferred;
  const RuntimeTensor& numbers = node.input(1);
  const auto* first = numbers.values<std::int32_t>();
  const auto* last = first + numbers.size();
  if (!std::is_sorted(first, last) || (first != last && *first < 0)) {
    node.corrupt("the segment numbers do not ascend from 0");
  }
  const std::int64_t segments = first == last ? 0 : std::int64_t{last[-1]} + 1;
  node.set_shape(0, segment_shape(node, checked_dimension(node, segments)));
  return slices_loop<Sum>(node);
}

Evaluate prepare_unsorted_segment_sum(Node& node) {
  return unsorted<Sum>(node);
}

Evaluate prepare_unsorted_segment_prod(Node& node) {
  return unsorted<Product>(node);
}

Evaluate prepare_unsorted_segment_max(Node& node) {
  return unsorted<Largest>(node);
}

Evaluate prepare_unsorted_segment_min(Node& node) {
  return unsorted<Smallest>(node);
}

}  // namespace litezoo::runtime
