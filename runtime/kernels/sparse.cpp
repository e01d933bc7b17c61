#include "runtime/kernels/sparse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/error.h"

namespace litezoo::runtime {
namespace {

// Walks the levels of the traversal order down to the elements. A level stands for a dimension of
// the tensor, or (from rank on) for the inside of a block along one.
class Unfolding {
 public:
  Unfolding(const RuntimeTensor& tensor, std::span<std::byte> dense)
      : tensor_(tensor),
        data_(tensor.definition->data),
        sparsity_(*tensor.definition->sparsity),
        rank_(tensor.shape.size()),
        element_(static_cast<std::size_t>(tensor_type_bits(tensor.type)) / 8),
        block_(rank_, 1),
        position_(sparsity_.traversal_order.size(), 0),
        index_(rank_),
        dense_(dense) {
    check();
  }

  void run() {
    // Nothing in it: its other sizes may still be huge.
    if (!dense_.empty()) descend(0, 0);
  }

 private:
  void check() {
    if (element_ == 0 || dense_.size() != tensor_.size() * element_) {
      throw Error(ErrorKind::unsupported,
                  fmt::format("constant '{}' has sparse elements smaller than a byte",
                              tensor_.definition->name));
    }
    const std::size_t levels = sparsity_.traversal_order.size();
    if (levels != sparsity_.dimensions.size() || levels != rank_ + sparsity_.block_map.size()) {
      corrupt("its sparsity has another number of levels than its shape and blocks");
    }
    std::vector<bool> seen(levels);
    for (const std::int32_t dimension : sparsity_.traversal_order) {
      if (dimension < 0 || static_cast<std::size_t>(dimension) >= levels ||
          seen[static_cast<std::size_t>(dimension)]) {
        corrupt("its traversal order is no permutation");
      }
      seen[static_cast<std::size_t>(dimension)] = true;
    }
    read_blocks();
    for (std::size_t level = 0; level < levels; ++level) check_level(level);
  }

  void read_blocks() {
    for (std::size_t level = 0; level < sparsity_.traversal_order.size(); ++level) {
      const auto dimension = static_cast<std::size_t>(sparsity_.traversal_order[level]);
      if (dimension < rank_) continue;
      const std::int32_t along = sparsity_.block_map[dimension - rank_];
      if (along < 0 || static_cast<std::size_t>(along) >= rank_) {
        corrupt("a sparse block lies along no dimension");
      }
      const SparseDimension& inside = sparsity_.dimensions[level];
      const std::int32_t size = tensor_.shape[static_cast<std::size_t>(along)];
      if (inside.compressed || inside.dense_size <= 0 || size % inside.dense_size != 0) {
        corrupt("its sparse blocks do not tile its shape");
      }
      block_[static_cast<std::size_t>(along)] = inside.dense_size;
    }
  }

  void check_level(std::size_t level) const {
    const SparseDimension& at = sparsity_.dimensions[level];
    const auto dimension = static_cast<std::size_t>(sparsity_.traversal_order[level]);
    if (!at.compressed) {
      if (dimension < rank_ && at.dense_size != tensor_.shape[dimension] / block_[dimension]) {
        corrupt("a dense level of its sparsity has another size than its shape");
      }
      return;
    }
    // Rising segments do not overlap: the walk cannot be longer than the file.
    if (at.segments.empty() || at.segments.front() < 0 || !std::ranges::is_sorted(at.segments) ||
        static_cast<std::size_t>(at.segments.back()) > at.indices.size()) {
      corrupt("the segments of its sparsity are out of order");
    }
  }

  void descend(std::size_t level, std::size_t parent) {
    if (level == position_.size()) {
      place_element();
      return;
    }
    const SparseDimension& at = sparsity_.dimensions[level];
    if (!at.compressed) {
      const auto size = static_cast<std::size_t>(at.dense_size);
      for (std::size_t i = 0; i < size; ++i) {
        position_[level] = static_cast<std::int32_t>(i);
        descend(level + 1, parent * size + i);
      }
      return;
    }
    if (parent + 1 >= at.segments.size()) corrupt("its sparsity lacks a segment");
    const auto begin = static_cast<std::size_t>(at.segments[parent]);
    const auto end = static_cast<std::size_t>(at.segments[parent + 1]);
    for (std::size_t i = begin; i < end; ++i) {
      position_[level] = at.indices[i];
      descend(level + 1, i);
    }
  }

  void place_element() {
    std::ranges::fill(index_, 0);
    for (std::size_t level = 0; level < position_.size(); ++level) {
      const auto dimension = static_cast<std::size_t>(sparsity_.traversal_order[level]);
      if (dimension < rank_) {
        index_[dimension] += std::int64_t{position_[level]} * block_[dimension];
      } else {
        index_[static_cast<std::size_t>(sparsity_.block_map[dimension - rank_])] +=
            position_[level];
      }
    }
    std::size_t at = 0;
    for (std::size_t i = 0; i < rank_; ++i) {
      if (index_[i] < 0 || index_[i] >= tensor_.shape[i]) {
        corrupt("an index of its sparsity lies outside its shape");
      }
      at = at * static_cast<std::size_t>(tensor_.shape[i]) + static_cast<std::size_t>(index_[i]);
    }
    if ((taken_ + 1) * element_ > data_.size()) corrupt("its sparse data ends early");
    std::memcpy(dense_.data() + at * element_, data_.data() + taken_ * element_, element_);
    ++taken_;
  }

  [[noreturn]] void corrupt(const std::string& why) const {
    throw Error(ErrorKind::corrupt,
                fmt::format("constant '{}': {}", tensor_.definition->name, why));
  }

  const RuntimeTensor& tensor_;
  std::span<const std::byte> data_;
  const Sparsity& sparsity_;
  std::size_t rank_, element_;
  std::vector<std::int32_t> block_;     // block size along each dimension
  std::vector<std::int32_t> position_;  // by level
  std::vector<std::int64_t> index_;     // of the element, by dimension
  std::span<std::byte> dense_;
  std::size_t taken_ = 0;
};

}  // namespace

void unfold(const RuntimeTensor& tensor, std::span<std::byte> dense) {
  Unfolding(tensor, dense).run();
}

Evaluate prepare_densify(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  node.expect_type(input, {TensorType::FLOAT32, TensorType::FLOAT16, TensorType::INT8});
  if (!input.constant) node.corrupt("its input is not constant");
  if (node.output(0).type != input.type) node.corrupt("its input and output differ in type");
  node.set_shape(0, input.shape);
  return [](const Node& running) {
    const RuntimeTensor& from = running.input(0);
    std::byte* to = running.output(0).data;
    if (to != from.data && from.bytes > 0) std::memcpy(to, from.data, from.bytes);
  };
}

}  // namespace litezoo::runtime
