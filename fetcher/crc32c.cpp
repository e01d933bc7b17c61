#include "fetcher/crc32c.h"

#include <array>
#include <cstring>

namespace litezoo::fetcher {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected

// Row k holds what a byte contributes that k more bytes follow, so that eight are taken at a time.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t row = 1; row < tables.size(); ++row) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[row - 1][byte];
      tables[row][byte] = (crc >> 8U) ^ tables[0][crc & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

std::uint32_t by_tables(const unsigned char* data, std::size_t size, std::uint32_t crc) noexcept {
  for (; size >= 8; data += 8, size -= 8) {
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      const std::uint32_t mixed = i < 4 ? data[i] ^ ((crc >> (8 * i)) & 0xFFU) : data[i];
      next ^= kTables[7 - i][mixed];
    }
    crc = next;
  }
  for (; size > 0; ++data, --size) crc = (crc >> 8U) ^ kTables[0][(crc ^ *data) & 0xFFU];
  return crc;
}

#if defined(__x86_64__)
// The instruction gives its result three cycles after it began, and another may begin in each: so
// three stretches are taken side by side and joined. kLane bytes each.
constexpr std::size_t kLane = 1024;

// What kLane bytes of zeros make of each byte of a CRC.
using ShiftTables = std::array<std::array<std::uint32_t, 256>, 4>;

constexpr ShiftTables make_shift_tables() {
  ShiftTables tables{};
  for (std::size_t position = 0; position < tables.size(); ++position) {
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      // Of one bit each; the others are sums of them.
      if ((byte & (byte - 1)) != 0) {
        tables[position][byte] =
            tables[position][byte & (byte - 1)] ^ tables[position][byte & (~byte + 1)];
        continue;
      }
      std::uint32_t crc = byte << (8 * position);
      for (std::size_t i = 0; i < kLane; ++i) crc = (crc >> 8U) ^ kTables[0][crc & 0xFFU];
      tables[position][byte] = crc;
    }
  }
  return tables;
}

constexpr ShiftTables kShift = make_shift_tables();

std::uint32_t shifted(std::uint64_t crc) noexcept {
  return kShift[0][crc & 0xFFU] ^ kShift[1][(crc >> 8U) & 0xFFU] ^ kShift[2][(crc >> 16U) & 0xFFU] ^
         kShift[3][(crc >> 24U) & 0xFFU];
}

std::uint64_t word_at(const unsigned char* data) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, data, sizeof(word));
  return word;
}

__attribute__((target("sse4.2"))) std::uint32_t by_instruction(const unsigned char* data,
                                                               std::size_t size,
                                                               std::uint32_t crc) noexcept {
  std::uint64_t wide = crc;
  for (; size >= 3 * kLane; data += 3 * kLane, size -= 3 * kLane) {
    std::uint64_t second = 0;
    std::uint64_t third = 0;
    for (std::size_t i = 0; i < kLane; i += 8) {
      wide = __builtin_ia32_crc32di(wide, word_at(data + i));
      second = __builtin_ia32_crc32di(second, word_at(data + kLane + i));
      third = __builtin_ia32_crc32di(third, word_at(data + 2 * kLane + i));
    }
    wide = shifted(shifted(wide) ^ second) ^ third;
  }
  for (; size >= 8; data += 8, size -= 8) wide = __builtin_ia32_crc32di(wide, word_at(data));
  crc = static_cast<std::uint32_t>(wide);
  for (; size > 0; ++data, --size) crc = __builtin_ia32_crc32qi(crc, *data);
  return crc;
}
#endif

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) noexcept {
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
#if defined(__x86_64__)
  static const bool kHasInstruction = __builtin_cpu_supports("sse4.2") != 0;
  if (kHasInstruction) return ~by_instruction(data, bytes.size(), ~before);
#endif
  return ~by_tables(data, bytes.size(), ~before);
}

}  // namespace litezoo::fetcher
