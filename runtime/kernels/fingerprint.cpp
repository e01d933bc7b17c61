#include "runtime/kernels/fingerprint.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

// The function as defined by https://github.com/google/farmhash (namespace farmhashna).

namespace litezoo::runtime {
namespace {

constexpr std::uint64_t kFirst = 0xC3A5C85C97CB3127U;
constexpr std::uint64_t kSecond = 0xB492B66FBE98F273U;
constexpr std::uint64_t kThird = 0x9AE16A3B2F90404FU;
constexpr std::size_t kBlock = 64;

using Pair = std::pair<std::uint64_t, std::uint64_t>;

// Little-endian words at byte offsets.
struct Words {
  std::span<const std::byte> bytes;
  std::uint64_t operator[](std::size_t at) const noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    return word;
  }
  std::uint64_t half(std::size_t at) const noexcept {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, sizeof(word));
    return word;
  }
  std::uint64_t byte(std::size_t at) const noexcept {
    return std::to_integer<std::uint64_t>(bytes[at]);
  }
  // The word that begins `back` bytes before the end.
  std::uint64_t last(std::size_t back) const noexcept { return (*this)[bytes.size() - back]; }
};

std::uint64_t fold(std::uint64_t value) noexcept {
  return value ^ (value >> 47U);
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b, std::uint64_t factor) noexcept {
  return fold((b ^ fold((a ^ b) * factor)) * factor) * factor;
}

std::uint64_t up_to_16(const Words& w) noexcept {
  const std::size_t size = w.bytes.size();
  const std::uint64_t factor = kThird + size * 2;
  if (size >= 8) {
    const std::uint64_t a = w[0] + kThird;
    const std::uint64_t b = w.last(8);
    return mix(std::rotr(b, 37) * factor + a, (std::rotr(a, 25) + b) * factor, factor);
  }
  if (size >= 4) return mix(size + (w.half(0) << 3U), w.half(size - 4), factor);
  if (size == 0) return kThird;
  const std::uint64_t y = w.byte(0) + (w.byte(size / 2) << 8U);
  const std::uint64_t z = size + (w.byte(size - 1) << 2U);
  return fold(y * kThird ^ z * kFirst) * kThird;
}

// What 17 to 32 bytes give; longer ones begin with it.
Pair both_ends(const Words& w, std::uint64_t a, std::uint64_t factor) noexcept {
  const std::uint64_t b = w[8];
  const std::uint64_t c = w.last(8) * factor;
  const std::uint64_t d = w.last(16) * kThird;
  return {std::rotr(a + b, 43) + std::rotr(c, 30) + d, a + std::rotr(b + kThird, 18) + c};
}

std::uint64_t up_to_32(const Words& w) noexcept {
  const std::uint64_t factor = kThird + w.bytes.size() * 2;
  const auto [u, v] = both_ends(w, w[0] * kSecond, factor);
  return mix(u, v, factor);
}

std::uint64_t up_to_64(const Words& w) noexcept {
  const std::uint64_t factor = kThird + w.bytes.size() * 2;
  const std::uint64_t a = w[0] * kThird;
  const auto [y, v] = both_ends(w, a, factor);
  const std::uint64_t z = mix(y, v, factor);
  const std::uint64_t e = w[16] * factor;
  const std::uint64_t f = w[24];
  const std::uint64_t g = (y + w.last(32)) * factor;
  const std::uint64_t h = (z + w.last(24)) * factor;
  return mix(std::rotr(e + f, 43) + std::rotr(g, 30) + h, e + std::rotr(f + a, 18) + g, factor);
}

// Stirs 32 bytes at `at` into a pair.
Pair stir(const Words& w, std::size_t at, std::uint64_t a, std::uint64_t b) noexcept {
  a += w[at];
  b = std::rotr(b + a + w[at + 24], 21);
  const std::uint64_t c = a;
  a += w[at + 8] + w[at + 16];
  return {a + w[at + 24], b + std::rotr(a, 44) + c};
}

struct State {
  std::uint64_t x, y, z;
  Pair v, w;

  // One block of 64 bytes; the last one weighs its parts otherwise.
  void take(const Words& words, std::size_t at, std::uint64_t factor, std::uint64_t weight) {
    x = std::rotr(x + y + v.first + words[at + 8], 37) * factor;
    y = std::rotr(y + v.second + words[at + 48], 42) * factor;
    x ^= w.second * weight;
    y += v.first * weight + words[at + 40];
    z = std::rotr(z + w.first, 33) * factor;
    v = stir(words, at, v.second * factor, x + w.first);
    w = stir(words, at + 32, z + w.second, y + words[at + 16]);
    std::swap(z, x);
  }
};

std::uint64_t long_one(const Words& words) noexcept {
  constexpr std::uint64_t seed = 81;
  State s{seed, seed * kSecond + 113, 0, {}, {}};
  s.z = fold(s.y * kThird + 113) * kThird;
  s.x = s.x * kThird + words[0];
  const std::size_t size = words.bytes.size();
  const std::size_t end = (size - 1) / kBlock * kBlock;
  for (std::size_t at = 0; at < end; at += kBlock) s.take(words, at, kSecond, 1);
  const std::uint64_t factor = kSecond + ((s.z & 0xFFU) << 1U);
  s.w.first += (size - 1) % kBlock;
  s.v.first += s.w.first;
  s.w.first += s.v.first;
  s.take(words, size - kBlock, factor, 9);
  return mix(mix(s.v.first, s.w.first, factor) + fold(s.y) * kFirst + s.z,
             mix(s.v.second, s.w.second, factor) + s.x, factor);
}

}  // namespace

std::uint64_t fingerprint64(std::span<const std::byte> bytes) noexcept {
  const Words words{bytes};
  if (bytes.size() <= 16) return up_to_16(words);
  if (bytes.size() <= 32) return up_to_32(words);
  return bytes.size() <= kBlock ? up_to_64(words) : long_one(words);
}

}  // namespace litezoo::runtime
