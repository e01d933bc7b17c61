#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace litezoo {

// The content of a STRING tensor as TensorFlow Lite keeps it: int32 count, count + 1 int32 offsets
// from the beginning, characters (tensorflow/lite/string_util.h).

// Views of the strings; the bytes must outlive them. nullopt when counts or offsets point outside
// the bytes. No bytes at all are no strings.
std::optional<std::vector<std::string_view>> parse_strings(std::span<const std::byte> bytes);

// nullopt when they would take more than 2 GiB, which the offsets cannot tell.
std::optional<std::vector<std::byte>> serialize_strings(std::span<const std::string_view> strings);

}  // namespace litezoo
