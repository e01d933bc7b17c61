#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace litezoo::fetcher {

// CRC-32C (Castagnoli, as in iSCSI and Google's storage) of `bytes` after those that gave `before`;
// 0 for none. Uses the CPU's instruction where there is one.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0) noexcept;

}  // namespace litezoo::fetcher
