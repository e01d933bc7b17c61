#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

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

}  // namespace litezoo::runtime
