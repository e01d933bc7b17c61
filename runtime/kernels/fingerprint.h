#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace litezoo::runtime {

// FarmHash's Fingerprint64, which never changes from version to version: what LSH_PROJECTION was
// trained with.
std::uint64_t fingerprint64(std::span<const std::byte> bytes) noexcept;

}  // namespace litezoo::runtime
