#include "runtime/kernels/fill.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "runtime/kernels/copy_elements.h"
#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

template <typename T>
std::int64_t range_length(const Node& node, T start, T limit, T delta) {
  if (delta == T{0} || delta != delta || start != start || limit != limit) {
    node.corrupt("its step makes no sense");
  }
  if ((start < limit) != (delta > T{0}) && start != limit) {
    node.corrupt("its step leads away from its limit");
  }
  double length = 0;
  if constexpr (std::is_integral_v<T>) {
    // In 128 bits: the distance of two int64 may not fit one.
    __extension__ using Wide = __int128;
    const Wide distance = start < limit ? Wide{limit} - start : Wide{start} - limit;
    const Wide step = delta > 0 ? Wide{delta} : -Wide{delta};
    const Wide steps = (distance + step - 1) / step;
    length = static_cast<double>(steps);
  } else {
    length = static_cast<double>(std::ceil(std::abs((limit - start) / delta)));
  }
  if (!(length <= static_cast<double>(std::numeric_limits<std::int32_t>::max()))) {
    node.corrupt("it would have more elements than a dimension can hold");
  }
  return static_cast<std::int64_t>(length);
}

template <typename T>
Evaluate range_of(Node& node) {
  for (std::size_t i = 0; i < 3; ++i) {
    expect_same_type(node, node.input(i), node.output(0));
    if (node.input(i).size() != 1) node.corrupt("start, limit and delta must be one value each");
  }
  const T start = *node.input(0).values<T>();
  const T delta = *node.input(2).values<T>();
  const std::int64_t length = range_length<T>(node, start, *node.input(1).values<T>(), delta);
  node.set_shape(0, {static_cast<std::int32_t>(length)});
  return [start, delta, length](const Node& n) {
    T* values = n.output(0).mutable_values<T>();
    T value = start;
    for (std::int64_t i = 0; i < length; ++i) {
      values[i] = value;
      if (i + 1 < length) value = static_cast<T>(value + delta);
    }
  };
}

}  // namespace

Evaluate prepare_fill(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& value = node.input(1);
  expect_same_type(node, value, node.output(0));
  const std::size_t element = copied_bytes(node, value);
  if (value.size() != 1) node.corrupt("it needs one value to fill with");
  if (!node.value_known(0)) return kDeferred;
  const Shape shape = shape_from(node, integer_values(node, node.input(0)));
  node.set_shape(0, shape);
  return copy_elements(
      node, 1,
      StridedCopy(element, {{element_count(shape), 0, static_cast<std::ptrdiff_t>(element)}}));
}

Evaluate prepare_range(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  for (std::size_t i = 0; i < 3; ++i) {
    if (!node.value_known(i)) return kDeferred;
  }
  node.expect_type(node.output(0), {TensorType::INT32, TensorType::INT64, TensorType::FLOAT32});
  switch (node.output(0).type) {
    case TensorType::INT32:
      return range_of<std::int32_t>(node);
    case TensorType::INT64:
      return range_of<std::int64_t>(node);
    default:
      return range_of<float>(node);
  }
}

}  // namespace litezoo::runtime
