#include "base/serialized_strings.h"

#include <cstdint>
#include <cstring>
#include <limits>

namespace litezoo {
namespace {

std::int32_t load(std::span<const std::byte> bytes, std::size_t index) {
  std::int32_t value = 0;
  std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
  return value;
}

}  // namespace

std::optional<std::vector<std::string_view>> parse_strings(std::span<const std::byte> bytes) {
  std::vector<std::string_view> result;
  if (bytes.empty()) return result;
  if (bytes.size() < sizeof(std::int32_t)) return std::nullopt;
  const std::int32_t count = load(bytes, 0);
  const std::size_t words = bytes.size() / sizeof(std::int32_t);
  if (count < 0 || words < 2 || static_cast<std::size_t>(count) > words - 2) {
    return std::nullopt;
  }
  const auto strings = static_cast<std::size_t>(count);
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  auto begin = static_cast<std::int64_t>((strings + 2) * sizeof(std::int32_t));
  result.reserve(strings);
  for (std::size_t i = 0; i < strings; ++i) {
    const std::int64_t from = load(bytes, i + 1);
    const std::int64_t to = load(bytes, i + 2);
    if (from < begin || to < from || to > static_cast<std::int64_t>(bytes.size())) {
      return std::nullopt;
    }
    result.emplace_back(text + from, static_cast<std::size_t>(to - from));
    begin = from;
  }
  return result;
}

std::optional<std::vector<std::byte>> serialize_strings(std::span<const std::string_view> strings) {
  constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();
  std::size_t bytes = (strings.size() + 2) * sizeof(std::int32_t);
  std::vector<std::int32_t> head;
  head.reserve(strings.size() + 2);
  head.push_back(static_cast<std::int32_t>(strings.size()));
  for (const std::string_view text : strings) {
    if (text.size() > kMost || bytes > kMost - text.size()) return std::nullopt;
    head.push_back(static_cast<std::int32_t>(bytes));
    bytes += text.size();
  }
  if (bytes > kMost) return std::nullopt;
  head.push_back(static_cast<std::int32_t>(bytes));
  std::vector<std::byte> result;
  result.reserve(bytes);
  const auto append = [&result](std::span<const std::byte> part) {
    result.insert(result.end(), part.begin(), part.end());
  };
  append(std::as_bytes(std::span(head)));
  for (const std::string_view text : strings) append(std::as_bytes(std::span(text)));
  return result;
}

}  // namespace litezoo
