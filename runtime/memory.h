#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "base/units.h"

namespace litezoo::runtime {

// Every tensor starts at a multiple of this, and as many bytes past its end can be read.
inline constexpr std::size_t kTensorAlignment = 64;

// `bytes` filled up to a multiple of kTensorAlignment. Requires that it does not overflow.
constexpr std::size_t aligned_size(std::size_t bytes) noexcept {
  return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
}

// Of a session that is not told another one.
inline constexpr Bytes kDefaultMemoryLimit{std::uint64_t{4} << 30U};

// In place of a number of bytes that overflows.
inline constexpr std::size_t kUncountable = std::numeric_limits<std::size_t>::max() / 2;

// What the tensors of one session may take together.
class MemoryBudget {
 public:
  explicit MemoryBudget(Bytes limit) noexcept : limit_(limit.count) {}
  // Throws Error(unsupported) saying what `what` would need when the limit would be passed.
  void reserve(std::size_t bytes, const std::string& what);
  void release(std::size_t bytes) noexcept { used_ -= bytes; }
  // Throws as reserve(), but takes nothing.
  void check(std::size_t bytes, const std::string& what) const;
  std::uint64_t limit() const noexcept { return limit_; }

 private:
  std::uint64_t limit_;
  std::uint64_t used_ = 0;
};

// A part of a budget that is taken until this dies; the budget must outlive it.
class MemoryCharge {
 public:
  MemoryCharge() = default;
  // Throws as MemoryBudget::reserve().
  MemoryCharge(MemoryBudget& budget, std::size_t bytes, const std::string& what);
  std::size_t bytes() const noexcept { return taken_ ? taken_->bytes : 0; }

 private:
  struct Taken {
    MemoryBudget* budget;
    std::size_t bytes;
  };
  struct Release {
    void operator()(Taken* taken) const noexcept;
  };
  std::unique_ptr<Taken, Release> taken_;
};

// Memory for tensors: aligned, with slack, charged to a budget that must outlive it.
class TensorMemory {
 public:
  TensorMemory() = default;
  // Zeroed. Throws Error(unsupported) past the budget or when the system has no more memory.
  TensorMemory(MemoryBudget& budget, std::size_t bytes, const std::string& what);

  std::byte* data() const noexcept { return data_.get(); }
  std::size_t capacity() const noexcept { return charge_.bytes(); }

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept;
  };
  MemoryCharge charge_;
  std::unique_ptr<std::byte, Free> data_;
};

}  // namespace litezoo::runtime
