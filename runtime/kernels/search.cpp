#include "runtime/kernels/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <type_traits>
#include <unordered_map>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/string_tensor.h"

namespace litezoo::runtime {
namespace {

std::size_t size_of(std::int64_t n) {
  return static_cast<std::size_t>(n);
}

// Calls use.template operator()<T>() for the tensor's number type.
template <typename Use>
Evaluate with_number_type(const Node& node, const RuntimeTensor& tensor, Use use) {
  switch (tensor.type) {
    case TensorType::FLOAT32:
      return use.template operator()<float>();
    case TensorType::FLOAT64:
      return use.template operator()<double>();
    case TensorType::INT8:
      return use.template operator()<std::int8_t>();
    case TensorType::UINT8:
    case TensorType::BOOL:
      return use.template operator()<std::uint8_t>();
    case TensorType::INT16:
      return use.template operator()<std::int16_t>();
    case TensorType::INT32:
      return use.template operator()<std::int32_t>();
    case TensorType::UINT32:
      return use.template operator()<std::uint32_t>();
    case TensorType::INT64:
      return use.template operator()<std::int64_t>();
    default:
      node.unsupported(fmt::format("type {} of tensor '{}' is not supported here",
                                   tensor_type_name(tensor.type), tensor.definition->name));
  }
}

// A total order even with NaN: it counts as less than any number.
template <typename T>
bool greater(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a)) return false;
    if (std::isnan(b)) return true;
  }
  return a > b;
}

template <typename T, typename Index>
void topk_rows(const Node& n, std::size_t row, std::size_t k) {
  const T* values = n.input(0).values<T>();
  T* best = n.output(0).mutable_values<T>();
  Index* places = n.output(1).mutable_values<Index>();
  std::vector<std::size_t> order(row);
  const std::size_t rows = row == 0 ? 0 : n.input(0).size() / row;
  for (std::size_t r = 0; r < rows; ++r, values += row, best += k, places += k) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
                      [values](std::size_t a, std::size_t b) {
                        if (greater(values[a], values[b])) return true;
                        return !greater(values[b], values[a]) && a < b;
                      });
    for (std::size_t i = 0; i < k; ++i) {
      best[i] = values[order[i]];
      places[i] = static_cast<Index>(order[i]);
    }
  }
}

template <typename T>
std::size_t count_nonzero(const RuntimeTensor& tensor) {
  const T* values = tensor.values<T>();
  return size_of(std::count_if(values, values + tensor.size(), [](T v) { return v != T{0}; }));
}

template <typename T>
void write_places(const Node& n) {
  const RuntimeTensor& input = n.input(0);
  const T* values = input.values<T>();
  const std::size_t rank = input.shape.size();
  auto* to = n.output(0).mutable_values<std::int64_t>();
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (values[i] == T{0}) continue;
    std::size_t rest = i;
    for (std::size_t axis = rank; axis-- > 0;) {
      to[axis] = static_cast<std::int64_t>(rest % size_of(input.shape[axis]));
      rest /= size_of(input.shape[axis]);
    }
    to += rank;
  }
}

template <typename T, typename Index>
Evaluate unique_values(const Node& node) {
  const RuntimeTensor& input = node.input(0);
  const T* values = input.values<T>();
  std::unordered_map<T, std::size_t> seen;
  std::vector<T> found;
  std::vector<Index> places;
  places.reserve(input.size());
  for (std::size_t i = 0; i < input.size(); ++i) {
    const auto [entry, is_new] = seen.try_emplace(values[i], found.size());
    if (is_new) found.push_back(values[i]);
    places.push_back(static_cast<Index>(entry->second));
  }
  node.set_shape(0, {static_cast<std::int32_t>(found.size())});
  node.set_shape(1, input.shape);
  return [found = std::move(found), places = std::move(places)](const Node& n) {
    std::ranges::copy(found, n.output(0).mutable_values<T>());
    std::ranges::copy(places, n.output(1).mutable_values<Index>());
  };
}

template <typename T>
void write_buckets(const Node& n, const std::vector<float>& boundaries) {
  const T* values = n.input(0).values<T>();
  auto* to = n.output(0).mutable_values<std::int32_t>();
  using Common = std::common_type_t<T, float>;
  for (std::size_t i = 0; i < n.input(0).size(); ++i) {
    const auto above = std::upper_bound(
        boundaries.begin(), boundaries.end(), static_cast<Common>(values[i]),
        [](Common value, float boundary) { return value < static_cast<Common>(boundary); });
    to[i] = static_cast<std::int32_t>(above - boundaries.begin());
  }
}

}  // namespace

Evaluate prepare_topk(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(2);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  node.expect_type(node.output(1), {TensorType::INT32, TensorType::INT16});
  if (input.rank() < 1) node.corrupt("its input is a scalar");
  if (!node.value_known(1)) return kDeferred;
  const std::int64_t k = integer_value(node, node.input(1));
  const std::size_t row = size_of(input.shape.back());
  if (k < 0 || size_of(k) > row) {
    node.corrupt(fmt::format("it asks for the {} largest of {}", k, row));
  }
  const bool narrow = node.output(1).type == TensorType::INT16;
  if (narrow && row > 32768) node.corrupt("its indices do not fit 16 bits");
  Shape shape = input.shape;
  shape.back() = static_cast<std::int32_t>(k);
  node.set_shape(0, shape);
  node.set_shape(1, shape);
  if (node.output(0).size() == 0) return [](const Node&) {};
  return with_number_type(node, input, [row, k, narrow]<typename T>() -> Evaluate {
    return [row, k, narrow](const Node& n) {
      if (narrow) {
        topk_rows<T, std::int16_t>(n, row, size_of(k));
      } else {
        topk_rows<T, std::int32_t>(n, row, size_of(k));
      }
    };
  });
}

Evaluate prepare_where(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.expect_type(node.output(0), {TensorType::INT64});
  const RuntimeTensor& input = node.input(0);
  element_bytes(node, input);
  if (!node.value_known(0)) return kDeferred;
  return with_number_type(node, input, [&]<typename T>() -> Evaluate {
    const std::size_t count = count_nonzero<T>(input);
    node.set_shape(0, {checked_dimension(node, static_cast<std::int64_t>(count)), input.rank()});
    return write_places<T>;
  });
}

Evaluate prepare_unique(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(2);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  node.expect_type(node.output(1), {TensorType::INT32, TensorType::INT64});
  if (input.rank() != 1) node.unsupported("its input does not have rank 1");
  if (!node.value_known(0)) return kDeferred;
  const bool wide = node.output(1).type == TensorType::INT64;
  return with_number_type(node, input, [&]<typename T>() -> Evaluate {
    return wide ? unique_values<T, std::int64_t>(node) : unique_values<T, std::int32_t>(node);
  });
}

Evaluate prepare_bucketize(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.expect_type(node.output(0), {TensorType::INT32});
  const auto& boundaries = node.options<BucketizeOptions>().boundaries;
  if (!std::ranges::is_sorted(boundaries)) node.corrupt("its boundaries are not sorted");
  node.expect_type(node.input(0), {TensorType::FLOAT32, TensorType::FLOAT64, TensorType::INT32,
                                   TensorType::INT64});
  node.set_shape(0, node.input(0).shape);
  return with_number_type(node, node.input(0), [&boundaries]<typename T>() -> Evaluate {
    return [boundaries](const Node& n) { write_buckets<T>(n, boundaries); };
  });
}

Evaluate prepare_hashtable_lookup(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(2);
  const RuntimeTensor& lookup = node.input(0);
  const RuntimeTensor& keys = node.input(1);
  const RuntimeTensor& values = node.input(2);
  node.expect_type(lookup, {TensorType::INT32});
  node.expect_type(keys, {TensorType::INT32});
  node.expect_type(node.output(1), {TensorType::UINT8});
  expect_same_type(node, values, node.output(0));
  const bool strings = values.type == TensorType::STRING;
  if (lookup.rank() != 1 || keys.rank() != 1 || values.rank() < 1 ||
      keys.shape[0] != values.shape[0] || (strings && values.rank() != 1)) {
    node.corrupt("keys, values and what it looks up do not fit");
  }
  Shape shape = values.shape;
  shape[0] = lookup.shape[0];
  node.set_shape(0, shape);
  node.set_shape(1, {lookup.shape[0]});
  const std::size_t slice =
      strings ? 0 : element_bytes(node, values) * count_between(values.shape, 1, shape.size());
  return [strings, slice](const Node& n) {
    const auto* wanted = n.input(0).values<std::int32_t>();
    const auto* first = n.input(1).values<std::int32_t>();
    const auto* last = first + n.input(1).size();
    auto* hits = n.output(1).mutable_values<std::uint8_t>();
    const StringTensor texts = strings ? read_strings(n, n.input(2)) : StringTensor{};
    std::vector<std::string_view> found(strings ? n.input(0).size() : 0);
    for (std::size_t i = 0; i < n.input(0).size(); ++i) {
      const auto* key = std::lower_bound(first, last, wanted[i]);
      hits[i] = key != last && *key == wanted[i] ? 1 : 0;
      const auto row = static_cast<std::size_t>(key - first);
      if (strings) {
        if (hits[i] != 0) found[i] = texts[row];
      } else if (slice > 0) {
        std::byte* to = n.output(0).data + i * slice;
        if (hits[i] != 0) {
          std::memcpy(to, n.input(2).data + row * slice, slice);
        } else {
          std::memset(to, 0, slice);
        }
      }
    }
    if (strings) write_strings(n, 0, found);
  };
}

}  // namespace litezoo::runtime
