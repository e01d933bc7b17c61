#include "runtime/kernels/space.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/strided_copy.h"

namespace litezoo::runtime {
namespace {

std::size_t size_of(std::int64_t n) {
  return static_cast<std::size_t>(n);
}

std::int32_t block_size(const Node& node) {
  const std::int32_t block = node.options<BlockSizeOptions>().block_size;
  if (block < 1) node.corrupt("its block size is less than 1");
  if (node.input(0).rank() != 4) node.unsupported("its input does not have rank 4");
  return block;
}

// Moves [n, h, b, w, b, c] in the deep order (h, w, b, b, c) to the wide order or back.
Evaluate move_blocks(Node& node, const Shape& deep, std::int32_t block, std::int32_t channels,
                     bool to_depth) {
  const std::size_t element = element_bytes(node, node.input(0));
  const std::int64_t b = block;
  const std::int64_t c = std::int64_t{channels} * static_cast<std::int64_t>(element);
  const std::int64_t h = deep[1];
  const std::int64_t w = deep[2];
  const std::int64_t row = w * b * c;  // of the wide tensor, in bytes
  // {count, wide stride, deep stride}
  const std::array<std::array<std::int64_t, 3>, 5> axes = {{
      {deep[0] * h, b * row, w * b * b * c},
      {w, b * c, b * b * c},
      {b, row, b * c},
      {b, c, c},
      {c, 1, 1},
  }};
  std::vector<CopyAxis> copy;
  copy.reserve(axes.size());
  for (const auto& [count, wide, narrow] : axes) {
    copy.push_back(to_depth ? CopyAxis{size_of(count), wide, narrow}
                            : CopyAxis{size_of(count), narrow, wide});
  }
  if (!to_depth) std::swap(copy[1], copy[2]);  // write rows of the wide tensor from left to right
  // The last axis counts bytes; they merge into elements of at least one channel.
  return [copy = StridedCopy(1, std::move(copy))](const Node& n) {
    copy.run(n.input(0).data, n.output(0).data, n.threads());
  };
}

// What SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND share: the spatial axes as block x rest.
struct BlockAxis {
  std::int64_t block = 1, low = 0, high = 0;  // paddings or crops
};

std::vector<BlockAxis> read_blocks(const Node& node) {
  const auto blocks = integer_values(node, node.input(1), 8);
  const auto edges = integer_values(node, node.input(2), 16);
  const std::size_t rank = node.input(0).shape.size();
  if (blocks.empty() || rank < blocks.size() + 1 || edges.size() != 2 * blocks.size()) {
    node.corrupt("its block shape does not fit its input");
  }
  std::vector<BlockAxis> result;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i] < 1) node.corrupt("a block size is less than 1");
    result.push_back({checked_dimension(node, blocks[i]), checked_dimension(node, edges[2 * i]),
                      checked_dimension(node, edges[2 * i + 1])});
  }
  return result;
}

// Copies between the batched tensor and the wide one, block offset by block offset.
class BatchCopy {
 public:
  BatchCopy(std::vector<BlockAxis> blocks, Shape wide, Shape batched, std::size_t element)
      : blocks_(std::move(blocks)), wide_(std::move(wide)), batched_(std::move(batched)) {
    const std::size_t m = blocks_.size();
    wide_strides_ = byte_strides(wide_, element);
    batched_strides_ = byte_strides(batched_, element);
    inner_ = element * count_between(wide_, m + 1, wide_.size());
    for (const BlockAxis& axis : blocks_) offsets_ *= size_of(axis.block);
  }

  // Calls copy(wide offset, batched offset, axes as {count, wide, batched}) once an offset.
  template <typename Copy>
  void for_each_offset(Copy copy) const {
    for (std::size_t k = 0; k < offsets_; ++k) {
      std::size_t rest = k;
      std::int64_t wide_at = 0;
      std::int64_t batched_at = static_cast<std::int64_t>(k) * wide_[0] * batched_strides_[0];
      std::vector<CopyAxis> axes = {{size_of(wide_[0]), wide_strides_[0], batched_strides_[0]}};
      bool empty = false;
      for (std::size_t i = blocks_.size(); i-- > 0;) {
        const auto& [block, low, high] = blocks_[i];
        const auto offset = static_cast<std::int64_t>(rest % size_of(block));
        rest /= size_of(block);
        // Element j of the batched axis is element j * block + offset - low of the wide one.
        const std::int64_t first = low > offset ? (low - offset + block - 1) / block : 0;
        const std::int64_t space = wide_[i + 1] + low - offset;
        const std::int64_t behind =
            std::min<std::int64_t>(batched_[i + 1], space <= 0 ? 0 : (space + block - 1) / block);
        const std::int64_t count = std::max<std::int64_t>(behind - first, 0);
        empty = empty || count == 0;
        wide_at += (first * block + offset - low) * wide_strides_[i + 1];
        batched_at += first * batched_strides_[i + 1];
        axes.insert(axes.begin() + 1,
                    {size_of(count), block * wide_strides_[i + 1], batched_strides_[i + 1]});
      }
      axes.push_back({inner_, 1, 1});
      if (!empty) copy(wide_at, batched_at, std::move(axes));
    }
  }

 private:
  std::vector<BlockAxis> blocks_;
  Shape wide_, batched_;
  std::vector<std::ptrdiff_t> wide_strides_, batched_strides_;
  std::size_t inner_ = 0;
  std::size_t offsets_ = 1;
};

}  // namespace

Evaluate prepare_space_to_depth(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.output(0));
  const std::int32_t block = block_size(node);
  const Shape& wide = node.input(0).shape;
  if (wide[1] % block != 0 || wide[2] % block != 0) {
    node.corrupt("its block size does not divide height and width");
  }
  const std::int32_t depth = checked_dimension(
      node, std::int64_t{wide[3]} * std::min(block, 46340) * std::min(block, 46340));
  Shape deep = {wide[0], wide[1] / block, wide[2] / block, depth};
  node.set_shape(0, deep);
  return move_blocks(node, deep, block, wide[3], true);
}

Evaluate prepare_depth_to_space(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.output(0));
  const std::int32_t block = block_size(node);
  const Shape deep = node.input(0).shape;
  const std::int64_t square = std::int64_t{block} * block;
  if (deep[3] % square != 0) node.corrupt("its block size does not divide the depth");
  const auto channels = static_cast<std::int32_t>(deep[3] / square);
  node.set_shape(0, {deep[0], checked_dimension(node, std::int64_t{deep[1]} * block),
                     checked_dimension(node, std::int64_t{deep[2]} * block), channels});
  return move_blocks(node, deep, block, channels, false);
}

Evaluate prepare_space_to_batch(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  if (!node.value_known(1) || !node.value_known(2)) return kDeferred;
  const std::vector<BlockAxis> blocks = read_blocks(node);
  Shape batched = input.shape;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::int64_t padded = input.shape[i + 1] + blocks[i].low + blocks[i].high;
    if (padded % blocks[i].block != 0) node.corrupt("a block size does not divide a padded size");
    batched[i + 1] = checked_dimension(node, padded / blocks[i].block);
    batched[0] = checked_dimension(node, batched[0] * blocks[i].block);
  }
  node.set_shape(0, batched);
  const std::size_t element = element_bytes(node, input);
  const BatchCopy copies(blocks, input.shape, batched, element);
  const std::int32_t zero = node.output(0).zero_point();
  const bool quantised = element <= 2 && node.output(0).scale() > 0;
  return [copies, zero, quantised, element](const Node& n) {
    const RuntimeTensor& output = n.output(0);
    if (output.bytes == 0) return;
    if (!quantised || element == 1) {
      std::memset(output.data, quantised ? zero : 0, output.bytes);
    } else {
      std::fill_n(output.mutable_values<std::int16_t>(), output.size(),
                  static_cast<std::int16_t>(zero));
    }
    copies.for_each_offset([&](std::int64_t from, std::int64_t to, std::vector<CopyAxis> axes) {
      StridedCopy(1, std::move(axes)).run(n.input(0).data + from, output.data + to, n.threads());
    });
  };
}

Evaluate prepare_batch_to_space(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  if (!node.value_known(1) || !node.value_known(2)) return kDeferred;
  const std::vector<BlockAxis> blocks = read_blocks(node);
  Shape wide = input.shape;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::int64_t block = blocks[i].block;
    if (wide[0] % block != 0) node.corrupt("its block sizes do not divide the batch");
    wide[0] = static_cast<std::int32_t>(wide[0] / block);
    wide[i + 1] =
        checked_dimension(node, input.shape[i + 1] * block - blocks[i].low - blocks[i].high);
  }
  node.set_shape(0, wide);
  const BatchCopy copies(blocks, wide, input.shape, element_bytes(node, input));
  return [copies](const Node& n) {
    if (n.output(0).bytes == 0) return;
    copies.for_each_offset([&](std::int64_t to, std::int64_t from, std::vector<CopyAxis> axes) {
      for (CopyAxis& axis : axes) std::swap(axis.from, axis.to);
      StridedCopy(1, std::move(axes))
          .run(n.input(0).data + from, n.output(0).data + to, n.threads());
    });
  };
}

}  // namespace litezoo::runtime
