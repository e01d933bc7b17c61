#include "runtime/kernels/stablehlo.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/strided_copy.h"

namespace litezoo::runtime {
namespace {

using Longs = std::vector<std::int64_t>;

std::int64_t index_at(const RuntimeTensor& indices, std::size_t at) {
  return indices.type == TensorType::INT64 ? indices.values<std::int64_t>()[at]
                                           : std::int64_t{indices.values<std::int32_t>()[at]};
}

// Axes of `rank`, each at most once.
std::vector<std::size_t> checked_axes(const Node& node, const Longs& axes, std::size_t rank) {
  std::vector<std::size_t> result;
  for (const std::int64_t axis : axes) {
    if (axis < 0) node.corrupt("an axis is negative");
    result.push_back(checked_axis(node, axis, rank));
    if (std::ranges::count(result, result.back()) > 1) node.corrupt("it names an axis twice");
  }
  return result;
}

bool contains(const std::vector<std::size_t>& axes, std::size_t axis) {
  return std::ranges::find(axes, axis) != axes.end();
}

// A tensor whose axis `vector` holds coordinates: the other axes count the vectors.
struct IndexVectors {
  IndexVectors(const Node& node, const RuntimeTensor& indices, std::int64_t vector_axis,
               const Longs& map, std::size_t operand_rank)
      : axes(checked_axes(node, map, operand_rank)) {
    node.expect_type(indices, {TensorType::INT32, TensorType::INT64});
    Shape shape = indices.shape;
    if (vector_axis == indices.rank()) shape.push_back(1);
    if (vector_axis < 0) node.corrupt("an axis is negative");
    const std::size_t axis = checked_axis(node, vector_axis, shape.size());
    if (static_cast<std::size_t>(shape[axis]) != axes.size()) {
      node.corrupt("its index vectors have another length than its map");
    }
    inner = count_between(shape, axis + 1, shape.size());
    batch = shape;
    batch.erase(batch.begin() + static_cast<std::ptrdiff_t>(axis));
    count = element_count(batch);
  }

  // Coordinate `i` of vector `row`.
  std::int64_t coordinate(const RuntimeTensor& indices, std::size_t row, std::size_t i) const {
    return index_at(indices, (row / inner * axes.size() + i) * inner + row % inner);
  }

  std::vector<std::size_t> axes;  // of the operand, by coordinate
  Shape batch;                    // the shape without the vectors' axis
  std::size_t inner = 1, count = 0;
};

// Steps through all indices of a shape, the last axis first; keeps an offset along.
class Odometer {
 public:
  Odometer(Shape shape, std::vector<std::ptrdiff_t> strides)
      : shape_(std::move(shape)), strides_(std::move(strides)), index_(shape_.size(), 0) {}
  std::ptrdiff_t offset() const noexcept { return offset_; }
  const std::vector<std::int32_t>& index() const noexcept { return index_; }
  void next() noexcept {
    for (std::size_t axis = shape_.size(); axis-- > 0;) {
      offset_ += strides_[axis];
      if (++index_[axis] < shape_[axis]) return;
      offset_ -= strides_[axis] * shape_[axis];
      index_[axis] = 0;
    }
  }

 private:
  Shape shape_;
  std::vector<std::ptrdiff_t> strides_;
  std::vector<std::int32_t> index_;
  std::ptrdiff_t offset_ = 0;
};

// One element as the body of a reduction sees it.
RuntimeTensor scalar_of(const RuntimeTensor& like, std::byte* data, std::size_t bytes) {
  RuntimeTensor scalar;
  scalar.definition = like.definition;
  scalar.type = like.type;
  scalar.data = data;
  scalar.bytes = bytes;
  return scalar;
}

// Runs a body of two scalars: accumulator = body(accumulator, value).
class Combiner {
 public:
  Combiner(const Node& node, std::int32_t subgraph, const RuntimeTensor& like, std::size_t element)
      : node_(node),
        body_(node.subgraph(subgraph)),
        accumulator_(scalar_of(like, nullptr, element)),
        value_(accumulator_) {
    if (body_.input_count() != 2 || body_.output_count() != 1) {
      node.corrupt("its body does not make one value of two");
    }
  }

  void operator()(std::byte* accumulator, std::byte* value) {
    accumulator_.data = accumulator;
    value_.data = value;
    const RuntimeTensor* inputs[] = {&accumulator_, &value_};
    body_.run(inputs);
    const RuntimeTensor& result = body_.output(0);
    if (result.type != accumulator_.type || result.bytes != accumulator_.bytes) {
      node_.corrupt("its body gives another type or shape than it takes");
    }
    std::memcpy(accumulator, result.data, result.bytes);
  }

 private:
  const Node& node_;
  SubgraphRunner& body_;
  RuntimeTensor accumulator_, value_;
};

struct ReducedAxis {
  std::int64_t size = 0, window = 1, stride = 1, base = 1, dilation = 1, low = 0, output = 0;
};

std::vector<ReducedAxis> read_windows(const Node& node, const StablehloReduceWindowOptions& options,
                                      const Shape& shape) {
  const std::size_t rank = shape.size();
  const auto value = [&](const Longs& list, std::size_t i, std::int64_t otherwise) {
    return list.empty() ? otherwise : list[i];
  };
  for (const auto* list :
       {&options.window_strides, &options.base_dilations, &options.window_dilations}) {
    if (!list->empty() && list->size() != rank) node.corrupt("a list has not one entry an axis");
  }
  if (options.window_dimensions.size() != rank ||
      (!options.padding.empty() && options.padding.size() != 2 * rank)) {
    node.corrupt("its window or its padding does not fit its input");
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  std::vector<ReducedAxis> axes;
  for (std::size_t i = 0; i < rank; ++i) {
    ReducedAxis axis{shape[i],
                     options.window_dimensions[i],
                     value(options.window_strides, i, 1),
                     value(options.base_dilations, i, 1),
                     value(options.window_dilations, i, 1),
                     value(options.padding, 2 * i, 0),
                     0};
    const std::int64_t high = value(options.padding, 2 * i + 1, 0);
    for (const std::int64_t n : {axis.window, axis.stride, axis.base, axis.dilation}) {
      if (n < 1 || n > kMost) node.corrupt("its window makes no sense");
    }
    if (std::max(axis.low, high) > kMost || std::min(axis.low, high) < -kMost) {
      node.corrupt("its padding is out of range");
    }
    const std::int64_t spread = axis.size > 0 ? (axis.size - 1) * axis.base + 1 : 0;
    const std::int64_t padded = axis.low + spread + high;
    const std::int64_t reach = (axis.window - 1) * axis.dilation + 1;
    axis.output = padded < reach ? 0 : (padded - reach) / axis.stride + 1;
    axes.push_back(axis);
  }
  return axes;
}

// Where element `at` of the window at output position `out` lies in the input.
std::optional<std::int64_t> source_of(const ReducedAxis& axis, std::int64_t out, std::int64_t at) {
  const std::int64_t position = out * axis.stride + at * axis.dilation - axis.low;
  if (position < 0 || position % axis.base != 0) return std::nullopt;
  const std::int64_t source = position / axis.base;
  return source < axis.size ? std::optional(source) : std::nullopt;
}

}  // namespace

Evaluate prepare_stablehlo_gather(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const auto& options = node.options<StablehloGatherOptions>();
  const RuntimeTensor& operand = node.input(0);
  expect_same_type(node, operand, node.output(0));
  const std::size_t element = element_bytes(node, operand);
  const std::size_t rank = operand.shape.size();
  const IndexVectors vectors(node, node.input(1), options.index_vector_dim, options.start_index_map,
                             rank);
  const auto collapsed = checked_axes(node, options.collapsed_slice_dims, rank);
  const std::size_t out_rank = vectors.batch.size() + options.offset_dims.size();
  const auto offset_axes = checked_axes(node, options.offset_dims, out_rank);
  if (options.slice_sizes.size() != rank || collapsed.size() + offset_axes.size() != rank ||
      !std::ranges::is_sorted(offset_axes)) {
    node.corrupt("its slice does not fit its operand and its output");
  }
  std::vector<std::int64_t> room(rank);
  Shape shape;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t size = options.slice_sizes[i];
    if (size < 0 || size > operand.shape[i] || (contains(collapsed, i) && size != 1)) {
      node.corrupt("a slice size does not fit its axis");
    }
    room[i] = operand.shape[i] - size;
  }
  std::size_t next_batch = 0;
  std::size_t next_slice = 0;
  std::vector<std::size_t> kept;  // operand axes that the output has, in order
  for (std::size_t i = 0; i < rank; ++i) {
    if (!contains(collapsed, i)) kept.push_back(i);
  }
  for (std::size_t i = 0; i < out_rank; ++i) {
    shape.push_back(contains(offset_axes, i)
                        ? static_cast<std::int32_t>(options.slice_sizes[kept[next_slice++]])
                        : vectors.batch[next_batch++]);
  }
  node.set_shape(0, shape);
  const auto from = byte_strides(operand.shape, element);
  const auto to = byte_strides(shape, element);
  std::vector<CopyAxis> axes;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    axes.push_back({static_cast<std::size_t>(options.slice_sizes[kept[i]]), from[kept[i]],
                    to[offset_axes[i]]});
  }
  std::vector<std::ptrdiff_t> batch_strides;
  for (std::size_t i = 0; i < out_rank; ++i) {
    if (!contains(offset_axes, i)) batch_strides.push_back(to[i]);
  }
  return [copy = StridedCopy(element, std::move(axes)), vectors, room, from,
          batch_strides](const Node& n) {
    if (n.output(0).size() == 0) return;
    Odometer target(vectors.batch, batch_strides);
    for (std::size_t row = 0; row < vectors.count; ++row, target.next()) {
      std::ptrdiff_t source = 0;
      for (std::size_t i = 0; i < vectors.axes.size(); ++i) {
        const std::size_t axis = vectors.axes[i];
        source += from[axis] *
                  std::clamp<std::int64_t>(vectors.coordinate(n.input(1), row, i), 0, room[axis]);
      }
      copy.run(n.input(0).data + source, n.output(0).data + target.offset(), n.threads());
    }
  };
}

Evaluate prepare_stablehlo_scatter(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  const auto& options = node.options<StablehloScatterOptions>();
  const RuntimeTensor& operand = node.input(0);
  const RuntimeTensor& updates = node.input(2);
  expect_same_type(node, operand, updates);
  expect_same_type(node, operand, node.output(0));
  const std::size_t element = element_bytes(node, operand);
  const std::size_t rank = operand.shape.size();
  const IndexVectors vectors(node, node.input(1), options.index_vector_dim,
                             options.scatter_dims_to_operand_dims, rank);
  const auto inserted = checked_axes(node, options.inserted_window_dims, rank);
  const auto window_axes = checked_axes(node, options.update_window_dims, updates.shape.size());
  if (inserted.size() + window_axes.size() != rank || !std::ranges::is_sorted(window_axes) ||
      vectors.batch.size() + window_axes.size() != updates.shape.size()) {
    node.corrupt("its updates do not fit its operand and its indices");
  }
  node.set_shape(0, operand.shape);
  // For each axis of the updates: the operand's axis, or the axis of the index vectors' batch.
  const auto strides = byte_strides(operand.shape, element);
  std::vector<std::ptrdiff_t> operand_strides;
  std::vector<std::ptrdiff_t> row_strides;
  std::vector<std::int64_t> window(rank, 1);
  const auto batch_strides = byte_strides(vectors.batch, 1);
  std::size_t next_operand = 0;
  std::size_t next_batch = 0;
  for (std::size_t i = 0; i < updates.shape.size(); ++i) {
    if (!contains(window_axes, i)) {
      if (updates.shape[i] != vectors.batch[next_batch]) node.corrupt("its updates do not fit");
      operand_strides.push_back(0);
      row_strides.push_back(batch_strides[next_batch++]);
      continue;
    }
    while (contains(inserted, next_operand)) ++next_operand;
    if (updates.shape[i] > operand.shape[next_operand]) node.corrupt("an update is too large");
    window[next_operand] = updates.shape[i];
    row_strides.push_back(0);
    operand_strides.push_back(strides[next_operand++]);
  }
  for (const std::size_t axis : inserted) {
    if (operand.shape[axis] < 1) node.corrupt("an axis that it indexes is empty");
  }
  return
      [=, body = options.update_computation_subgraph_index, count = updates.size()](const Node& n) {
        const RuntimeTensor& output = n.output(0);
        if (output.bytes > 0) std::memcpy(output.data, n.input(0).data, output.bytes);
        // Byte offset in the operand by index vector; none where the update would stick out.
        std::vector<std::optional<std::ptrdiff_t>> starts(vectors.count, 0);
        for (std::size_t row = 0; row < vectors.count; ++row) {
          for (std::size_t i = 0; i < vectors.axes.size(); ++i) {
            const std::size_t axis = vectors.axes[i];
            const std::int64_t at = vectors.coordinate(n.input(1), row, i);
            const bool inside = at >= 0 && at <= output.shape[axis] - window[axis];
            if (!inside) starts[row] = std::nullopt;
            if (starts[row]) *starts[row] += strides[axis] * at;
          }
        }
        Combiner combine(n, body, output, element);
        Odometer in_operand(n.input(2).shape, operand_strides);
        Odometer in_rows(n.input(2).shape, row_strides);
        for (std::size_t i = 0; i < count; ++i, in_operand.next(), in_rows.next()) {
          const auto& start = starts[static_cast<std::size_t>(in_rows.offset())];
          if (!start) continue;
          combine(output.data + *start + in_operand.offset(), n.input(2).data + i * element);
        }
      };
}

Evaluate prepare_stablehlo_reduce_window(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const auto& options = node.options<StablehloReduceWindowOptions>();
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.input(1));
  expect_same_type(node, input, node.output(0));
  if (node.input(1).size() != 1) node.corrupt("it needs one value to begin with");
  const std::size_t element = element_bytes(node, input);
  const auto axes = read_windows(node, options, input.shape);
  Shape shape;
  Shape window;
  for (const ReducedAxis& axis : axes) {
    shape.push_back(checked_dimension(node, axis.output));
    window.push_back(static_cast<std::int32_t>(axis.window));
  }
  node.set_shape(0, shape);
  std::uint64_t work = element_count(shape);
  for (const ReducedAxis& axis : axes) {
    if (__builtin_mul_overflow(work, static_cast<std::uint64_t>(axis.window), &work) ||
        work > node.max_loop_iterations() * 100) {
      node.unsupported("its windows have more elements than can be reduced in reasonable time");
    }
  }
  return [=, strides = byte_strides(input.shape, element),
          body = options.body_subgraph_index](const Node& n) {
    Combiner combine(n, body, n.input(0), element);
    const std::vector<std::ptrdiff_t> none(axes.size(), 0);
    Odometer out(shape, none);
    for (std::size_t i = 0; i < n.output(0).size(); ++i, out.next()) {
      std::byte* sum = n.output(0).data + i * element;
      std::memcpy(sum, n.input(1).data, element);
      Odometer at(window, none);
      for (std::size_t k = 0; k < element_count(window); ++k, at.next()) {
        std::optional<std::ptrdiff_t> offset = 0;
        for (std::size_t axis = 0; offset && axis < axes.size(); ++axis) {
          const auto source = source_of(axes[axis], out.index()[axis], at.index()[axis]);
          offset = source ? std::optional(*offset + strides[axis] * *source) : std::nullopt;
        }
        if (offset) combine(sum, n.input(0).data + *offset);
      }
    }
  };
}

}  // namespace litezoo::runtime
