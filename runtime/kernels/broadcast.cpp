#include "runtime/kernels/broadcast.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace litezoo::runtime {
namespace {

std::int32_t dimension_from_end(const Shape& shape, std::size_t i) {
  return i < shape.size() ? shape[shape.size() - 1 - i] : 1;
}

}  // namespace

Broadcast::Broadcast(const Node& node, std::span<const Shape* const> inputs) {
  std::size_t rank = 0;
  for (const Shape* shape : inputs) rank = std::max(rank, shape->size());
  shape_.assign(rank, 1);
  std::array<std::size_t, kMaxInputs> walked{1, 1, 1};  // elements of the dimensions done so far
  for (std::size_t i = 0; i < rank; ++i) {
    std::int32_t& extent = shape_[rank - 1 - i];
    for (const Shape* shape : inputs) {
      const std::int32_t own = dimension_from_end(*shape, i);
      if (own == 1 || own == extent) continue;
      if (extent != 1) {
        node.corrupt(fmt::format("shapes [{}] and [{}] cannot be broadcast",
                                 fmt::join(*inputs[0], ","), fmt::join(*inputs[1], ",")));
      }
      extent = own;
    }
    Dimension dimension{static_cast<std::size_t>(extent), {}};
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const auto own = static_cast<std::size_t>(dimension_from_end(*inputs[k], i));
      dimension.stride[k] = own == 1 ? 0 : walked[k];
      walked[k] *= own;
    }
    size_ *= dimension.extent;
    if (extent != 1) add_dimension(node, dimension);
  }
}

// Dimensions come innermost first.
void Broadcast::add_dimension(const Node& node, const Dimension& dimension) {
  if (inner_ == 1 && outer_count_ == 0) {
    inner_ = dimension.extent;
    for (std::size_t k = 0; k < kMaxInputs; ++k) inner_steps_[k] = dimension.stride[k] != 0;
    return;
  }
  bool merges = true;
  for (std::size_t k = 0; k < kMaxInputs; ++k) {
    const std::size_t last_stride = outer_count_ > 0  ? outer_[outer_count_ - 1].stride[k]
                                    : inner_steps_[k] ? 1
                                                      : 0;
    const std::size_t last_extent = outer_count_ > 0 ? outer_[outer_count_ - 1].extent : inner_;
    merges = merges && dimension.stride[k] == last_stride * last_extent;
  }
  if (merges) {
    (outer_count_ > 0 ? outer_[outer_count_ - 1].extent : inner_) *= dimension.extent;
    return;
  }
  if (outer_count_ == kMaxRank) node.unsupported("more than 9 dimensions to broadcast");
  outer_[outer_count_++] = dimension;
}

}  // namespace litezoo::runtime
