#include "runtime/kernels/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "runtime/kernels/dims.h"
#include "runtime/kernels/string_tensor.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kThreadBytes = std::size_t{32} << 10U;

std::size_t size_of(std::int32_t dimension) {
  return static_cast<std::size_t>(dimension);
}

// Reads element `at` of an index tensor of any integer type.
using ReadIndex = std::int64_t (*)(const RuntimeTensor&, std::size_t at);

ReadIndex index_reader(const Node& node, const RuntimeTensor& indices) {
  node.expect_type(indices, {TensorType::INT8, TensorType::UINT8, TensorType::INT16,
                             TensorType::INT32, TensorType::INT64});
  switch (indices.type) {
    case TensorType::INT8:
      return [](const RuntimeTensor& t, std::size_t at) -> std::int64_t {
        return t.values<std::int8_t>()[at];
      };
    case TensorType::UINT8:
      return [](const RuntimeTensor& t, std::size_t at) -> std::int64_t {
        return t.values<std::uint8_t>()[at];
      };
    case TensorType::INT16:
      return [](const RuntimeTensor& t, std::size_t at) -> std::int64_t {
        return t.values<std::int16_t>()[at];
      };
    case TensorType::INT32:
      return [](const RuntimeTensor& t, std::size_t at) -> std::int64_t {
        return t.values<std::int32_t>()[at];
      };
    default:
      return [](const RuntimeTensor& t, std::size_t at) { return t.values<std::int64_t>()[at]; };
  }
}

// Where each output slice begins in the input, in slices.
std::vector<std::size_t> checked_indices(const Node& node, const RuntimeTensor& indices,
                                         ReadIndex read, std::size_t limit) {
  std::vector<std::size_t> result(indices.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t index = read(indices, i);
    if (index < 0 || static_cast<std::uint64_t>(index) >= limit) {
      node.corrupt(fmt::format("index {} lies outside an axis of size {}", index, limit));
    }
    result[i] = static_cast<std::size_t>(index);
  }
  return result;
}

struct GatherPlan {
  std::size_t batches = 1, outer = 1, along = 1, inner = 1;
  std::size_t picks = 1;  // indices a batch
};

// Calls pick(source slice, target slice) for each slice of `inner` elements.
template <typename Pick>
void for_each_slice(const GatherPlan& plan, const std::vector<std::size_t>& indices, Pick pick) {
  std::size_t to = 0;
  for (std::size_t b = 0; b < plan.batches; ++b) {
    for (std::size_t o = 0; o < plan.outer; ++o) {
      for (std::size_t i = 0; i < plan.picks; ++i) {
        pick((b * plan.outer + o) * plan.along + indices[b * plan.picks + i], to++);
      }
    }
  }
}

Evaluate gather_bytes(const GatherPlan& plan, ReadIndex read, std::size_t slice) {
  return [plan, read, slice](const Node& n) {
    const auto indices = checked_indices(n, n.input(1), read, plan.along);
    const std::byte* from = n.input(0).data;
    std::byte* to = n.output(0).data;
    if (plan.batches == 1 && plan.outer == 1 && slice > 0) {
      const std::size_t grain = std::max<std::size_t>(kThreadBytes / slice, 1);
      n.threads().parallel_for(plan.picks, grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
          std::memcpy(to + i * slice, from + indices[i] * slice, slice);
        }
      });
      return;
    }
    if (slice == 0) return;
    for_each_slice(plan, indices, [=](std::size_t source, std::size_t target) {
      std::memcpy(to + target * slice, from + source * slice, slice);
    });
  };
}

// Sub-byte elements whose slices do not end at a byte.
Evaluate gather_bits(const GatherPlan& plan, ReadIndex read, unsigned bits) {
  return [plan, read, bits](const Node& n) {
    const auto indices = checked_indices(n, n.input(1), read, plan.along);
    const auto* from = n.input(0).values<std::uint8_t>();
    auto* to = n.output(0).mutable_values<std::uint8_t>();
    std::fill_n(to, n.output(0).bytes, std::uint8_t{0});
    const unsigned mask = (1U << bits) - 1;
    for_each_slice(plan, indices, [&](std::size_t source, std::size_t target) {
      for (std::size_t i = 0; i < plan.inner; ++i) {
        const std::size_t read_bit = (source * plan.inner + i) * bits;
        const std::size_t write_bit = (target * plan.inner + i) * bits;
        const unsigned value = (unsigned{from[read_bit / 8]} >> (read_bit % 8)) & mask;
        to[write_bit / 8] = static_cast<std::uint8_t>(to[write_bit / 8] | value << (write_bit % 8));
      }
    });
  };
}

Evaluate gather_strings(const GatherPlan& plan, ReadIndex read) {
  return [plan, read](const Node& n) {
    const auto indices = checked_indices(n, n.input(1), read, plan.along);
    const StringTensor strings = read_strings(n, n.input(0));
    std::vector<std::string_view> picked(n.output(0).size());
    for_each_slice(plan, indices, [&](std::size_t source, std::size_t target) {
      for (std::size_t i = 0; i < plan.inner; ++i) {
        picked[target * plan.inner + i] = strings[source * plan.inner + i];
      }
    });
    write_strings(n, 0, picked);
  };
}

// An indices tensor whose last axis holds the leading coordinates of a slice of `shape`.
struct Coordinates {
  Coordinates(const Node& node, const RuntimeTensor& indices, const Shape& shape)
      : read(index_reader(node, indices)) {
    if (indices.shape.empty()) node.corrupt("its indices are a scalar");
    depth = size_of(indices.shape.back());
    if (depth > shape.size()) {
      node.corrupt(
          fmt::format("it names {} coordinates of a tensor of rank {}", depth, shape.size()));
    }
    slices = count_between(indices.shape, 0, indices.shape.size() - 1);
    slice = count_between(shape, depth, shape.size());
    places = count_between(shape, 0, depth);
    pitch.assign(depth, 1);
    for (std::size_t i = depth; i-- > 1;) pitch[i - 1] = pitch[i] * shape[i];
  }

  // The number of the slice that row `row` names. As in LiteRT only the whole must be in range.
  std::size_t place(const Node& node, const RuntimeTensor& indices, std::size_t row) const {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < depth; ++i) {
      const auto step = checked_multiply(read(indices, row * depth + i), pitch[i]);
      const auto total = step ? checked_add(sum, *step) : std::nullopt;
      if (!total) node.corrupt("an index is far out of range");
      sum = *total;
    }
    if (sum < 0 || static_cast<std::uint64_t>(sum) >= places) {
      node.corrupt(fmt::format("the indices of row {} lie outside the tensor", row));
    }
    return static_cast<std::size_t>(sum);
  }

  ReadIndex read;
  std::size_t depth = 0;   // coordinates a slice
  std::size_t slices = 0;  // rows of indices
  std::size_t slice = 0;   // elements of a slice
  std::size_t places = 0;  // slices in the tensor
  std::vector<std::int64_t> pitch;
};

template <typename T>
void add_slice(const std::byte* from, std::byte* to, std::size_t count) {
  const T* update = reinterpret_cast<const T*>(from);
  T* sum = reinterpret_cast<T*>(to);
  for (std::size_t i = 0; i < count; ++i) {
    if constexpr (std::is_floating_point_v<T>) {
      sum[i] += update[i];
    } else {
      using Unsigned = std::make_unsigned_t<T>;  // wraps around without undefined behaviour
      sum[i] = static_cast<T>(
          static_cast<Unsigned>(static_cast<Unsigned>(sum[i]) + static_cast<Unsigned>(update[i])));
    }
  }
}

void or_slice(const std::byte* from, std::byte* to, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] |= from[i];
}

using AddSlice = void (*)(const std::byte*, std::byte*, std::size_t);

AddSlice slice_adder(const Node& node, const RuntimeTensor& updates) {
  switch (updates.type) {
    case TensorType::FLOAT32:
      return add_slice<float>;
    case TensorType::INT32:
    case TensorType::UINT32:
      return add_slice<std::int32_t>;
    case TensorType::INT64:
      return add_slice<std::int64_t>;
    case TensorType::INT8:
    case TensorType::UINT8:
      return add_slice<std::int8_t>;
    case TensorType::INT16:
      return add_slice<std::int16_t>;
    case TensorType::BOOL:
      return or_slice;
    default:
      node.unsupported("it cannot add up this type");
  }
}

}  // namespace

Evaluate prepare_gather(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& indices = node.input(1);
  expect_same_type(node, input, node.output(0));
  const auto options = node.options_or_default<GatherOptions>();
  const std::size_t axis = checked_axis(node, options.axis, input.shape.size());
  const std::int64_t batch_dims =
      options.batch_dims + (options.batch_dims < 0 ? std::int64_t{indices.rank()} : 0);
  if (batch_dims < 0 || batch_dims > indices.rank() ||
      batch_dims > static_cast<std::int64_t>(axis)) {
    node.corrupt(fmt::format("{} batch axes make no sense", options.batch_dims));
  }
  const auto batch = static_cast<std::size_t>(batch_dims);
  Shape shape(input.shape.begin(), input.shape.begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), indices.shape.begin() + batch_dims, indices.shape.end());
  shape.insert(shape.end(), input.shape.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
               input.shape.end());
  if (!std::equal(indices.shape.begin(), indices.shape.begin() + batch_dims, input.shape.begin())) {
    node.corrupt("the batch axes of input and indices differ");
  }
  node.set_shape(0, std::move(shape));
  const GatherPlan plan{count_between(input.shape, 0, batch),
                        count_between(input.shape, batch, axis), size_of(input.shape[axis]),
                        count_between(input.shape, axis + 1, input.shape.size()),
                        count_between(indices.shape, batch, indices.shape.size())};
  const ReadIndex read = index_reader(node, indices);
  if (input.type == TensorType::STRING) return gather_strings(plan, read);
  const auto bits = static_cast<std::size_t>(tensor_type_bits(input.type));
  if (bits == 0) node.unsupported("it cannot gather this type");
  if (plan.inner * bits % 8 == 0) return gather_bytes(plan, read, plan.inner * bits / 8);
  return gather_bits(plan, read, static_cast<unsigned>(bits));
}

Evaluate prepare_gather_nd(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& indices = node.input(1);
  expect_same_type(node, input, node.output(0));
  const Coordinates at(node, indices, input.shape);
  Shape shape(indices.shape.begin(), indices.shape.end() - 1);
  shape.insert(shape.end(), input.shape.begin() + static_cast<std::ptrdiff_t>(at.depth),
               input.shape.end());
  node.set_shape(0, std::move(shape));
  if (input.type == TensorType::STRING) {
    return [at](const Node& n) {
      const StringTensor strings = read_strings(n, n.input(0));
      std::vector<std::string_view> picked;
      for (std::size_t row = 0; row < at.slices; ++row) {
        const std::size_t place = at.place(n, n.input(1), row) * at.slice;
        for (std::size_t i = 0; i < at.slice; ++i) picked.push_back(strings[place + i]);
      }
      write_strings(n, 0, picked);
    };
  }
  const std::size_t bytes = at.slice * element_bytes(node, input);
  return [at, bytes](const Node& n) {
    for (std::size_t row = 0; row < at.slices; ++row) {
      const std::size_t place = at.place(n, n.input(1), row);
      if (bytes == 0) continue;
      std::memcpy(n.output(0).data + row * bytes, n.input(0).data + place * bytes, bytes);
    }
  };
}

Evaluate prepare_scatter_nd(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  const RuntimeTensor& indices = node.input(0);
  const RuntimeTensor& updates = node.input(1);
  expect_same_type(node, updates, node.output(0));
  if (!node.value_known(2)) return kDeferred;
  const Shape shape = shape_from(node, integer_values(node, node.input(2)));
  node.set_shape(0, shape);
  const Coordinates at(node, indices, shape);
  Shape expected(indices.shape.begin(), indices.shape.end() - 1);
  expected.insert(expected.end(), shape.begin() + static_cast<std::ptrdiff_t>(at.depth),
                  shape.end());
  if (updates.shape != expected) node.corrupt("its updates do not have the shape they should");
  const std::size_t bytes = at.slice * element_bytes(node, updates);
  return [at, bytes, add = slice_adder(node, updates)](const Node& n) {
    const RuntimeTensor& output = n.output(0);
    if (output.bytes > 0) std::memset(output.data, 0, output.bytes);
    for (std::size_t row = 0; row < at.slices; ++row) {
      const std::size_t place = at.place(n, n.input(0), row);
      add(n.input(1).data + row * bytes, output.data + place * bytes, at.slice);
    }
  };
}

Evaluate prepare_sparse_to_dense(Node& node) {
  node.expect_inputs(4, 4);
  node.expect_outputs(1);
  const RuntimeTensor& values = node.input(2);
  expect_same_type(node, values, node.output(0));
  expect_same_type(node, node.input(3), node.output(0));
  const std::size_t element = element_bytes(node, values);
  if (!node.value_known(1)) return kDeferred;
  const Shape shape = shape_from(node, integer_values(node, node.input(1)));
  // Indices are [n, rank]; a vector or a scalar stands for [n, 1] or [1, 1].
  RuntimeTensor indices = node.input(0);
  if (indices.rank() > 2) node.corrupt("its indices have a rank above 2");
  if (indices.rank() == 0) indices.shape = {1};
  if (indices.rank() == 1) indices.shape.push_back(1);
  const Coordinates at(node, indices, shape);
  if (at.depth != shape.size()) node.corrupt("it needs one index for each axis");
  const bool one_value = values.rank() == 0;
  if ((!one_value && values.size() != at.slices) || node.input(3).size() != 1) {
    node.corrupt("it needs one value for each place, and one default");
  }
  node.set_shape(0, shape);
  return [at, element, one_value](const Node& n) {
    std::byte* to = n.output(0).data;
    for (std::size_t i = 0; i < n.output(0).size(); ++i) {
      std::memcpy(to + i * element, n.input(3).data, element);
    }
    for (std::size_t row = 0; row < at.slices; ++row) {
      const std::size_t from = one_value ? 0 : row;
      std::memcpy(to + at.place(n, n.input(0), row) * element, n.input(2).data + from * element,
                  element);
    }
  };
}

Evaluate prepare_one_hot(Node& node) {
  node.expect_inputs(4, 4);
  node.expect_outputs(1);
  const RuntimeTensor& indices = node.input(0);
  for (const std::size_t i : {2U, 3U}) {
    expect_same_type(node, node.input(i), node.output(0));
    if (node.input(i).size() != 1) node.corrupt("on and off must be one value each");
  }
  const std::size_t element = element_bytes(node, node.output(0));
  if (!node.value_known(1)) return kDeferred;
  const std::int32_t depth = checked_dimension(node, integer_value(node, node.input(1)));
  const std::int32_t wanted = node.options_or_default<OneHotOptions>().axis;
  const std::size_t axis = checked_axis(node, wanted, indices.shape.size() + 1);
  Shape shape = indices.shape;
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), depth);
  node.set_shape(0, shape);
  if (node.output(0).size() == 0) return [](const Node&) {};
  const std::size_t outer = count_between(indices.shape, 0, axis);
  const std::size_t inner = count_between(indices.shape, axis, indices.shape.size());
  const std::size_t hot = size_of(depth);
  return [=, read = index_reader(node, indices)](const Node& n) {
    std::byte* to = n.output(0).data;
    for (std::size_t o = 0; o < outer; ++o) {
      for (std::size_t d = 0; d < hot; ++d) {
        for (std::size_t i = 0; i < inner; ++i, to += element) {
          const std::int64_t index = read(n.input(0), o * inner + i);
          const bool on = index >= 0 && static_cast<std::uint64_t>(index) == d;
          std::memcpy(to, n.input(on ? 2 : 3).data, element);
        }
      }
    }
  };
}

}  // namespace litezoo::runtime
