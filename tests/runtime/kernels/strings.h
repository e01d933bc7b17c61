#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

// Strings as the format serialises them: count, offsets, characters.

namespace litezoo::test {

inline std::vector<std::int8_t> serialised(const std::vector<std::string>& strings) {
  std::vector<std::int32_t> head = {static_cast<std::int32_t>(strings.size())};
  std::string text;
  for (const std::string& s : strings) {
    head.push_back(static_cast<std::int32_t>((strings.size() + 2) * 4 + text.size()));
    text += s;
  }
  head.push_back(static_cast<std::int32_t>((strings.size() + 2) * 4 + text.size()));
  std::vector<std::int8_t> bytes(head.size() * 4);
  std::memcpy(bytes.data(), head.data(), bytes.size());
  bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

template <typename Bytes>
std::vector<std::byte> as_byte_vector(const Bytes& bytes) {
  std::vector<std::byte> result(bytes.size());
  if (!result.empty()) std::memcpy(result.data(), bytes.data(), result.size());
  return result;
}

}  // namespace litezoo::test
