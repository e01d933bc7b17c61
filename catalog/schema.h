#pragma once

#include <cstdint>
#include <span>

namespace litezoo::catalog {

// "LZOO": PRAGMA application_id of every catalog file.
inline constexpr std::int32_t kApplicationId = 0x4C5A4F4F;

// SQL that brings a catalog from schema version [index] to [index + 1]; PRAGMA user_version is the
// number of scripts that ran. Released scripts never change: append.
std::span<const char* const> migrations() noexcept;

}  // namespace litezoo::catalog
