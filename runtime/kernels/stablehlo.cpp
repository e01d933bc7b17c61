#include "runtime/kernels/stablehlo.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/odometer.h"
#include "runtime/kernels/scalar_body.h"
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

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// Where an update begins in the operand, by axis, and whether all of it lies inside.
struct ScatterStart {
  std::vector<std::ptrdiff_t> at;
  bool whole = true;
};

std::vector<ScatterStart> scatter_starts(const Node& node, const IndexVectors& vectors,
                                         const Longs& window) {
  constexpr std::int64_t kFar = std::int64_t{1} << 32U;  // outside of any axis
  const RuntimeTensor &operand = node.input(0), &indices = node.input(1);
  std::vector<ScatterStart> starts(vectors.count, {std::vector<std::ptrdiff_t>(window.size())});
  for (std::size_t row = 0; row < vectors.count; ++row) {
    for (std::size_t i = 0; i < vectors.axes.size(); ++i) {
      const std::size_t axis = vectors.axes[i];
      const std::int64_t at = std::clamp(vectors.coordinate(indices, row, i), -kFar, kFar);
      starts[row].at[axis] = at;
      starts[row].whole = starts[row].whole && at >= 0 && at <= operand.shape[axis] - window[axis];
    }
  }
  return starts;
}

// Whether one element of an update lies inside of the operand.
bool is_inside(const Shape& operand, const ScatterStart& start,
               const std::vector<std::size_t>& update_axis, const Shape& index) {
  for (std::size_t axis = 0; axis < operand.size(); ++axis) {
    const std::ptrdiff_t within = update_axis[axis] == kNone ? 0 : index[update_axis[axis]];
    const std::ptrdiff_t at = start.at[axis] + within;
    if (at < 0 || at >= operand[axis]) return false;
  }
  return true;
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
  std::vector<std::size_t> update_axis(rank, kNone);  // by operand axis
  for (std::size_t i = 0, next = 0; i < rank; ++i) {
    if (!contains(inserted, i)) update_axis[i] = window_axes[next++];
  }
  return
      [=, body = options.update_computation_subgraph_index, count = updates.size()](const Node& n) {
        const RuntimeTensor& output = n.output(0);
        if (output.bytes > 0) std::memcpy(output.data, n.input(0).data, output.bytes);
        const auto starts = scatter_starts(n, vectors, window);
        const Combine combine = make_combine(n, body, output);
        Odometer in_operand(n.input(2).shape, operand_strides);
        Odometer in_rows(n.input(2).shape, row_strides);
        for (std::size_t i = 0; i < count; ++i, in_operand.next(), in_rows.next()) {
          const ScatterStart& start = starts[static_cast<std::size_t>(in_rows.offset())];
          if (!start.whole && !is_inside(output.shape, start, update_axis, in_operand.index()))
            continue;
          std::ptrdiff_t offset = in_operand.offset();
          for (std::size_t axis = 0; axis < rank; ++axis) offset += strides[axis] * start.at[axis];
          combine(output.data + offset, n.input(2).data + i * element);
        }
      };
}

}  // namespace litezoo::runtime
