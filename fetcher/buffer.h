#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace litezoo::fetcher {

// Bytes on their way from the thread that gets them to others. They are written past the writer's
// caches where the processor can: to take the memory back from another core's cache, line by line,
// would cost more than all else that is done with them. Empty and without memory when moved from.
class Buffer {
 public:
  static constexpr std::size_t kCapacity = std::size_t{128} << 10;

  // Appends what there is room for; gives how much that is.
  std::size_t append(std::span<const std::byte> bytes);
  void clear() noexcept { size_ = 0; }
  bool has_memory() const noexcept { return memory_ != nullptr; }
  bool empty() const noexcept { return size_ == 0; }
  bool full() const noexcept { return size_ == kCapacity; }
  std::span<const std::byte> bytes() const noexcept { return {memory_.get(), size_}; }

  Buffer() = default;
  Buffer(Buffer&& other) noexcept;
  Buffer& operator=(Buffer&& other) noexcept;
  ~Buffer() = default;

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_ = 0;
};

}  // namespace litezoo::fetcher
