#include "runtime/kernels/slice.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/kernels/copy_elements.h"
#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

// What is taken of one axis of the input.
struct Cut {
  std::int64_t begin = 0, stride = 1, count = 0;
};

// A dimension of the result: a cut axis of the input or, without one, a new axis of size 1.
struct ResultAxis {
  bool is_new = false;
  bool dropped = false;  // by shrink_axis_mask
  Cut cut;
};

Evaluate cut_out(Node& node, const std::vector<Cut>& cuts, Shape shape) {
  const RuntimeTensor& input = node.input(0);
  const std::size_t element = copied_bytes(node, input);
  const auto from = byte_strides(input.shape, element);
  std::vector<CopyAxis> axes(cuts.size());
  std::ptrdiff_t offset = 0;
  auto stride = static_cast<std::ptrdiff_t>(element);
  bool empty = false;
  for (std::size_t i = cuts.size(); i-- > 0;) {
    const auto& [begin, step, count] = cuts[i];
    axes[i] = {static_cast<std::size_t>(count), from[i] * (count > 1 ? step : 0), stride};
    stride *= count;
    offset += from[i] * begin;
    empty = empty || count == 0;
  }
  if (empty) offset = 0;
  node.set_shape(0, std::move(shape));
  return copy_elements(node, 0, StridedCopy(element, std::move(axes)), offset);
}

class StridedSlice {
 public:
  StridedSlice(const Node& node, const StridedSliceOptions& options)
      : node_(node),
        options_(options),
        begin_(integer_values(node, node.input(1), 32)),
        end_(integer_values(node, node.input(2), 32)),
        strides_(integer_values(node, node.input(3), 32)) {
    if (end_.size() != begin_.size() || strides_.size() != begin_.size()) {
      node.corrupt("begin, end and strides have different lengths");
    }
  }

  std::vector<ResultAxis> axes() const {
    const Shape& shape = node_.input(0).shape;
    const auto specified = static_cast<unsigned>(begin_.size());
    const auto in_use = static_cast<unsigned>((std::uint64_t{1} << specified) - 1);
    const auto ellipsis = static_cast<unsigned>(options_.ellipsis_mask) & in_use;
    const auto added = static_cast<unsigned>(options_.new_axis_mask) & in_use & ~ellipsis;
    if (std::popcount(ellipsis) > 1) node_.corrupt("it has more than one ellipsis");
    const auto consumed = static_cast<std::size_t>(static_cast<int>(specified) -
                                                   std::popcount(ellipsis) - std::popcount(added));
    if (consumed > shape.size()) {
      node_.corrupt(
          fmt::format("it slices {} axes of a tensor of rank {}", consumed, shape.size()));
    }
    const std::size_t whole = shape.size() - consumed;  // axes the ellipsis stands for
    std::vector<ResultAxis> axes;
    std::size_t axis = 0;
    const auto take_whole = [&] {
      for (std::size_t i = 0; i < whole; ++i) axes.push_back({.cut = {0, 1, shape[axis++]}});
    };
    for (unsigned i = 0; i < specified; ++i) {
      if ((ellipsis >> i & 1U) != 0) {
        take_whole();
      } else if ((added >> i & 1U) != 0) {
        axes.push_back({.is_new = true, .cut = {}});
      } else {
        axes.push_back(one(i, shape[axis++]));
      }
    }
    if (ellipsis == 0) take_whole();
    return axes;
  }

 private:
  ResultAxis one(unsigned i, std::int64_t size) const {
    const std::int64_t stride = strides_[i];
    if (stride == 0) node_.corrupt("a stride is 0");
    const std::int64_t low = stride > 0 ? 0 : -1;
    const std::int64_t high = stride > 0 ? size : size - 1;
    const auto placed = [&](std::int64_t at) {
      return std::clamp(at < 0 ? at + size : at, low, std::max(low, high));
    };
    const auto masked = [i](std::int32_t mask) {
      return (static_cast<unsigned>(mask) >> i & 1U) != 0;
    };
    const bool whole_begin = masked(options_.begin_mask);
    if (masked(options_.shrink_axis_mask)) {
      const std::int64_t at = whole_begin ? 0 : begin_[i] + (begin_[i] < 0 ? size : 0);
      if (at < 0 || at >= size) {
        node_.corrupt(fmt::format("index {} lies outside an axis of size {}", begin_[i], size));
      }
      return {.dropped = true, .cut = {at, 1, 1}};
    }
    const std::int64_t begin = whole_begin ? (stride > 0 ? 0 : size - 1) : placed(begin_[i]);
    // Clamped first: the sum of two numbers from a file may overflow.
    const std::int64_t raw_end = std::clamp<std::int64_t>(end_[i], -(1LL << 40), 1LL << 40);
    std::int64_t end = placed(options_.offset ? begin + raw_end : raw_end);
    if (masked(options_.end_mask)) end = stride > 0 ? size : -1;
    const std::int64_t span = stride > 0 ? end - begin : begin - end;
    if (span <= 0) return {.cut = {0, 1, 0}};
    // A step past the axis's end is as good as one to its end, and cannot overflow.
    const std::int64_t step = std::clamp(stride, -size, size);
    const std::int64_t magnitude = step > 0 ? step : -step;
    return {.cut = {begin, step, (span + magnitude - 1) / magnitude}};
  }

  const Node& node_;
  const StridedSliceOptions& options_;
  std::vector<std::int64_t> begin_, end_, strides_;
};

}  // namespace

Evaluate prepare_slice(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  if (!node.value_known(1) || !node.value_known(2)) return kDeferred;
  const auto begin = integer_values(node, node.input(1));
  const auto size = integer_values(node, node.input(2));
  if (begin.size() != input.shape.size() || size.size() != begin.size()) {
    node.corrupt("it needs one begin and one size for each axis");
  }
  std::vector<Cut> cuts;
  Shape shape;
  for (std::size_t i = 0; i < begin.size(); ++i) {
    const std::int64_t whole = input.shape[i];
    if (begin[i] < 0 || begin[i] > whole || size[i] < -1 || size[i] > whole - begin[i]) {
      // LiteRT takes -1 as "to the end" only.
      if (!(size[i] == -1 && begin[i] >= 0 && begin[i] <= whole)) {
        node.corrupt(fmt::format("begin {} and size {} lie outside an axis of size {}", begin[i],
                                 size[i], whole));
      }
    }
    cuts.push_back({begin[i], 1, size[i] == -1 ? whole - begin[i] : size[i]});
    shape.push_back(static_cast<std::int32_t>(cuts.back().count));
  }
  return cut_out(node, cuts, std::move(shape));
}

Evaluate prepare_strided_slice(Node& node) {
  node.expect_inputs(4, 4);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.output(0));
  for (std::size_t i = 1; i < 4; ++i) {
    if (!node.value_known(i)) return kDeferred;
  }
  const auto options = node.options_or_default<StridedSliceOptions>();
  std::vector<Cut> cuts;
  Shape shape;
  for (const ResultAxis& axis : StridedSlice(node, options).axes()) {
    if (!axis.is_new) cuts.push_back(axis.cut);
    if (axis.is_new) {
      shape.push_back(1);
    } else if (!axis.dropped) {
      shape.push_back(static_cast<std::int32_t>(axis.cut.count));
    }
  }
  return cut_out(node, cuts, std::move(shape));
}

Evaluate prepare_dynamic_update_slice(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  const RuntimeTensor& operand = node.input(0);
  const RuntimeTensor& update = node.input(1);
  expect_same_type(node, operand, update);
  expect_same_type(node, operand, node.output(0));
  const std::size_t element = element_bytes(node, operand);
  const std::size_t rank = operand.shape.size();
  if (update.shape.size() != rank || node.input(2).size() != rank) {
    node.corrupt("operand, update and start indices have different ranks");
  }
  const auto from = byte_strides(update.shape, element);
  const auto to = byte_strides(operand.shape, element);
  std::vector<CopyAxis> axes(rank);
  std::vector<std::int64_t> room(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    room[i] = std::int64_t{operand.shape[i]} - update.shape[i];
    if (room[i] < 0) node.corrupt("the update is larger than the operand");
    axes[i] = {static_cast<std::size_t>(update.shape[i]), from[i], to[i]};
  }
  node.set_shape(0, operand.shape);
  return [copy = StridedCopy(element, std::move(axes)), room, to](const Node& n) {
    const RuntimeTensor& output = n.output(0);
    // Read before anything is written: the output may lie over an input.
    const auto start = integer_values(n, n.input(2));
    std::ptrdiff_t offset = 0;
    for (std::size_t i = 0; i < room.size(); ++i) {
      offset += to[i] * std::clamp<std::int64_t>(start[i], 0, room[i]);
    }
    if (n.input(1).data == output.data && n.input(1).bytes == output.bytes) return;
    if (n.input(0).data != output.data && output.bytes > 0) {
      std::memcpy(output.data, n.input(0).data, output.bytes);
    }
    if (n.input(1).size() > 0) copy.run(n.input(1).data, output.data + offset, n.threads());
  };
}

}  // namespace litezoo::runtime
