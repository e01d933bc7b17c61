#include "fetcher/paged_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace litezoo::fetcher {

std::uint64_t PagedMemory::page_size() noexcept {
  static const auto kSize = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return kSize;
}

PagedMemory::PagedMemory(std::uint64_t size, const std::string& name)
    : size_(size), mapped_(up(std::max<std::uint64_t>(size, 1))) {
  present_.resize(mapped_ / page_size());
  void* address =
      ::mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (address == MAP_FAILED) throw system_error("cannot map '" + name + "'", errno);
  memory_ = static_cast<std::byte*>(address);
}

PagedMemory::~PagedMemory() {
  ::munmap(memory_, mapped_);
}

void PagedMemory::put(std::uint64_t from, std::string_view bytes) {
  const std::uint64_t length = up(bytes.size());
  // Too many separate pages, for example, are more than the system keeps.
  if (::mprotect(memory_ + from, length, PROT_READ | PROT_WRITE) != 0) {
    throw system_error("cannot keep a part of a remote file", errno);
  }
  std::memcpy(memory_ + from, bytes.data(), bytes.size());
  ::mprotect(memory_ + from, length, PROT_READ);
  const auto first = static_cast<std::ptrdiff_t>(from / page_size());
  const auto count = static_cast<std::ptrdiff_t>(length / page_size());
  std::fill_n(present_.begin() + first, count, true);
}

void PagedMemory::open_all() noexcept {
  ::mprotect(memory_, mapped_, PROT_READ);
}

}  // namespace litezoo::fetcher
