#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "runtime/thread_pool.h"

namespace litezoo::runtime {

// One axis of a copy: how many, and how far apart, in bytes, the elements lie in source and target.
// A stride of 0 repeats, a negative one goes backwards.
struct CopyAxis {
  std::size_t count = 1;
  std::ptrdiff_t from = 0, to = 0;
};

// The plan of an N-dimensional strided copy, simplified once and run often: axes that are one run
// of memory in both are merged, the rest is moved in contiguous pieces or, when source and target
// run along different axes, in blocks that fit the cache.
class StridedCopy {
 public:
  // Axes from the outermost to the innermost; `element` bytes lie at each point.
  StridedCopy(std::size_t element, std::vector<CopyAxis> axes);

  // The caller answers for every address that the axes reach. Source and target do not overlap.
  void run(const std::byte* from, std::byte* to, const ThreadPool& threads) const;

 private:
  void simplify(std::vector<CopyAxis>& axes);
  void run_rows(const std::byte* from, std::byte* to, std::size_t begin, std::size_t end) const;
  void copy_block(const std::byte* from, std::byte* to, std::size_t rows) const;

  std::size_t element_;          // bytes moved at a time
  std::vector<CopyAxis> outer_;  // walked one by one
  CopyAxis rows_, columns_;      // the two innermost loops
  std::size_t outer_count_ = 1;
  bool transposed_ = false;  // the source runs along rows_, the target along columns_
  bool empty_ = false;
};

// Row-major byte strides of a shape.
std::vector<std::ptrdiff_t> byte_strides(std::span<const std::int32_t> shape, std::size_t element);

}  // namespace litezoo::runtime
