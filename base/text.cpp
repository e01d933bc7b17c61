#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace litezoo {
namespace {

// Length of the valid UTF-8 sequence at the front of `text`, 0 when there is none (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  std::size_t length = 0;
  std::uint32_t value = 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) {
    length = 2;
    value = lead & 0x1FU;
  } else if (lead >= 0xE0 && lead < 0xF0) {
    length = 3;
    value = lead & 0x0FU;
  } else if (lead >= 0xF0 && lead < 0xF5) {
    length = 4;
    value = lead & 0x07U;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value < 0xE000;
  // U+0080..U+009F are control characters, U+202A..E and U+2066..9 reorder what follows.
  const bool control =
      value < 0xA0 || (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
  return overlong || surrogate || control || value > 0x10FFFF ? 0 : length;
}

bool share_a_word(std::string_view a, std::string_view b) {
  for (const auto& word : split(a, '-')) {
    if (word.size() < 4) continue;
    for (const auto& other : split(b, '-')) {
      if (word == other) return true;
    }
  }
  return false;
}

}  // namespace

std::string escape_for_terminal(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto front = static_cast<std::uint8_t>(text.front());
    const std::size_t length = front < 0x20 || front == 0x7F ? 0 : utf8_length(text);
    if (length == 0) {
      result += fmt::format("\\x{:02x}", front);
      text.remove_prefix(1);
    } else {
      result += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return result;
}

// Optimal string alignment distance: https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::vector<std::string> near_names(std::string_view wanted, std::span<const std::string> names,
                                    std::size_t most) {
  const std::string key = to_lower(wanted);
  std::vector<std::pair<std::size_t, std::string>> scored;
  for (const auto& name : names) {
    const std::string candidate = to_lower(name);
    const std::size_t distance = edit_distance(key, candidate);
    const bool contained = key.size() >= 3 && (candidate.find(key) != std::string::npos ||
                                               key.find(candidate) != std::string::npos);
    const bool near = 3 * distance <= std::max(key.size(), std::size_t{3});
    if (near || contained || share_a_word(key, candidate)) {
      scored.emplace_back(contained ? distance / 2 : distance, name);
    }
  }
  std::ranges::stable_sort(scored, {}, &std::pair<std::size_t, std::string>::first);
  std::vector<std::string> result;
  for (const auto& [distance, name] : scored) {
    if (result.size() == most) break;
    result.push_back(name);
  }
  return result;
}

std::string join_names(std::span<const std::string> names) {
  std::string result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) result += i + 1 == names.size() ? " and " : ", ";
    result += names[i];
  }
  return result;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace litezoo
