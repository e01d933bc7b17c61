#include "fetcher/buffer.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace litezoo::fetcher {
namespace {

#if defined(__SSE2__)
void copy(std::byte* to, const std::byte* from, std::size_t size) noexcept {
  constexpr std::size_t kWord = sizeof(__m128i);
  const std::size_t lead =
      std::min(size, (kWord - reinterpret_cast<std::uintptr_t>(to) % kWord) % kWord);
  std::memcpy(to, from, lead);
  std::size_t at = lead;
  for (; size - at >= kWord; at += kWord) {
    const __m128i word = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + at), word);
  }
  std::memcpy(to + at, from + at, size - at);
  // Other threads must not see what follows before these.
  _mm_sfence();
}
#else
void copy(std::byte* to, const std::byte* from, std::size_t size) noexcept {
  std::memcpy(to, from, size);
}
#endif

}  // namespace

Buffer::Buffer(Buffer&& other) noexcept
    : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  memory_ = std::move(other.memory_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

std::size_t Buffer::append(std::span<const std::byte> bytes) {
  if (!memory_) memory_ = std::make_unique_for_overwrite<std::byte[]>(kCapacity);
  const std::size_t count = std::min(bytes.size(), kCapacity - size_);
  copy(memory_.get() + size_, bytes.data(), count);
  size_ += count;
  return count;
}

}  // namespace litezoo::fetcher
