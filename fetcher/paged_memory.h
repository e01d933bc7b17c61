#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace litezoo::fetcher {

// Memory that has an address before it has content: a page can be read once it was put, before that
// looking at it is a fault (SIGSEGV).
class PagedMemory {
 public:
  // `name` is for messages. Throws Error(io).
  PagedMemory(std::uint64_t size, const std::string& name);
  PagedMemory(const PagedMemory&) = delete;
  PagedMemory& operator=(const PagedMemory&) = delete;
  ~PagedMemory();

  const std::byte* data() const noexcept { return memory_; }
  std::uint64_t size() const noexcept { return size_; }
  std::uint64_t mapped() const noexcept { return mapped_; }  // the same in whole pages
  bool has(std::uint64_t at) const { return present_[static_cast<std::size_t>(at / page_size())]; }

  // Makes [from, from + bytes) readable; further bytes of the last page become zeros. `from` is a
  // page's begin.
  void put(std::uint64_t from, std::string_view bytes);
  // What was not put reads as zeros.
  void open_all() noexcept;

  static std::uint64_t page_size() noexcept;
  static std::uint64_t down(std::uint64_t at) noexcept { return at / page_size() * page_size(); }
  static std::uint64_t up(std::uint64_t at) noexcept { return down(at + page_size() - 1); }

 private:
  std::uint64_t size_ = 0, mapped_ = 0;
  std::byte* memory_ = nullptr;
  std::vector<bool> present_;  // by page
};

}  // namespace litezoo::fetcher
