#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace litezoo {

// A size in bytes.
struct Bytes {
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

using Nanoseconds = std::chrono::nanoseconds;

// "512 B", "4.0 kB", "3.9 MB", "1.2 GB": decimal multiples, as file sizes are published.
std::string to_text(Bytes size);

// "850 ns", "12.3 us", "4.21 ms", "1.50 s": three significant digits.
std::string to_text(Nanoseconds duration);

// A count with a decimal multiple: "3.5 M", "569 k", "1.2 G".
std::string count_to_text(std::uint64_t count);

// Reads "4MB", "3.9 MB", "512kB", "1GiB", "1048576" (bytes). Throws Error(usage) naming the text
// when it is not a size.
Bytes parse_bytes(std::string_view text);

// Reads "20ms", "1.5 s", "300us", "2m"; a bare number is refused because its unit would be a guess.
// Throws Error(usage) naming the text when it is not a duration.
Nanoseconds parse_duration(std::string_view text);

}  // namespace litezoo
