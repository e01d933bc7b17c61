#include "runtime/kernels/flex_options.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace litezoo::runtime {
namespace {

// The flexbuffers.h of FlatBuffers 2.0.8 reads misaligned values and its verifier accepts keys
// without an end, so this reads the format itself: https://flatbuffers.dev/flatbuffers_internals
enum FlexType : std::uint8_t {
  kInt = 1,
  kUint = 2,
  kFloat = 3,
  kString = 5,
  kIndirectInt = 6,
  kIndirectUint = 7,
  kIndirectFloat = 8,
  kMap = 9,
  kVectorInt = 11,
  kVectorUint = 12,
  kVectorFloat = 13,
  kBool = 26,
};

constexpr std::size_t kLargestOptions = std::size_t{1} << 20U;

// Thrown and caught in this file only.
struct Malformed {};

struct Element {
  std::size_t at = 0;           // where the value lies
  std::size_t width = 1;        // bytes it takes there
  std::uint8_t type = 0;        // FlexType
  std::size_t child_width = 1;  // bytes of what it points to
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Element root() const {
    if (bytes_.size() < 3) throw Malformed{};
    const std::size_t width = byte(bytes_.size() - 1);
    if (!std::has_single_bit(width) || width > 8 || width + 2 > bytes_.size()) throw Malformed{};
    return element(bytes_.size() - 2 - width, width, bytes_.size() - 2);
  }

  Element element(std::size_t at, std::size_t width, std::size_t type_at) const {
    const std::uint8_t packed = byte(type_at);
    return {at, width, static_cast<std::uint8_t>(packed >> 2U), std::size_t{1} << (packed & 3U)};
  }

  std::uint8_t byte(std::size_t at) const {
    if (at >= bytes_.size()) throw Malformed{};
    return std::to_integer<std::uint8_t>(bytes_[at]);
  }

  std::uint64_t unsigned_at(std::size_t at, std::size_t width) const { return load(at, width); }

  std::int64_t signed_at(std::size_t at, std::size_t width) const {
    const auto shift = static_cast<unsigned>(64 - 8 * width);
    return static_cast<std::int64_t>(load(at, width) << shift) >> shift;
  }

  double float_at(std::size_t at, std::size_t width) const {
    if (width == 4) {
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(load(at, 4))));
    }
    if (width == 8) return std::bit_cast<double>(load(at, 8));
    throw Malformed{};
  }

  // Offsets point backwards from where they lie.
  std::size_t target(std::size_t at, std::size_t width) const {
    const std::uint64_t back = load(at, width);
    if (back > at) throw Malformed{};
    return at - static_cast<std::size_t>(back);
  }

  // The length before a vector, a map or a string at `at`; its elements are within the bytes.
  std::size_t length_before(std::size_t at, std::size_t width, std::size_t element_width) const {
    if (at < width) throw Malformed{};
    const std::uint64_t count = load(at - width, width);
    if (count > (bytes_.size() - at) / element_width) throw Malformed{};
    return static_cast<std::size_t>(count);
  }

  std::string key_at(std::size_t at) const {
    std::string key;
    for (std::uint8_t c = byte(at); c != 0; c = byte(++at)) key.push_back(static_cast<char>(c));
    return key;
  }

  std::string text_at(std::size_t at, std::size_t width) const {
    const std::size_t count = length_before(at, width, 1);
    return {reinterpret_cast<const char*>(bytes_.data()) + at, count};
  }

 private:
  std::uint64_t load(std::size_t at, std::size_t width) const {
    if (width > bytes_.size() || at > bytes_.size() - width) throw Malformed{};
    std::uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + at, width);
    return value;
  }

  std::span<const std::byte> bytes_;
};

double number_at(const Reader& reader, std::uint8_t type, std::size_t at, std::size_t width) {
  if (type == kFloat) return reader.float_at(at, width);
  return type == kInt ? static_cast<double>(reader.signed_at(at, width))
                      : static_cast<double>(reader.unsigned_at(at, width));
}

using FlexValue = std::variant<std::int64_t, double, std::string, std::vector<double>>;

std::optional<FlexValue> read_value(const Reader& reader, const Element& element) {
  const auto [at, width, type, child_width] = element;
  switch (type) {
    case kInt:
      return reader.signed_at(at, width);
    case kUint:
    case kBool:
      return static_cast<std::int64_t>(reader.unsigned_at(at, width));
    case kFloat:
      return reader.float_at(at, width);
    default:
      break;
  }
  if (type != kString && (type < kIndirectInt || type > kVectorFloat)) return std::nullopt;
  const std::size_t to = reader.target(at, width);
  switch (type) {
    case kIndirectInt:
      return reader.signed_at(to, child_width);
    case kIndirectUint:
      return static_cast<std::int64_t>(reader.unsigned_at(to, child_width));
    case kIndirectFloat:
      return reader.float_at(to, child_width);
    case kString:
      return reader.text_at(to, child_width);
    case kVectorInt:
    case kVectorUint:
    case kVectorFloat: {
      const std::size_t count = reader.length_before(to, child_width, child_width);
      std::vector<double> values(count);
      for (std::size_t i = 0; i < count; ++i) {
        values[i] = number_at(reader, static_cast<std::uint8_t>(type - kVectorInt + kInt),
                              to + i * child_width, child_width);
      }
      return values;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::optional<FlexOptions> FlexOptions::parse(std::span<const std::byte> bytes) {
  FlexOptions options;
  if (bytes.empty()) return options;
  if (bytes.size() > kLargestOptions) return std::nullopt;
  try {
    const Reader reader(bytes);
    const Element root = reader.root();
    if (root.type != kMap) return std::nullopt;
    const std::size_t width = root.child_width;
    const std::size_t map = reader.target(root.at, root.width);
    const std::size_t count = reader.length_before(map, width, width + 1);
    if (map < 3 * width) return std::nullopt;
    const std::uint64_t key_width = reader.unsigned_at(map - 2 * width, width);
    if (!std::has_single_bit(key_width) || key_width > 8) return std::nullopt;
    const auto keys_width = static_cast<std::size_t>(key_width);
    const std::size_t keys = reader.target(map - 3 * width, width);
    if (reader.length_before(keys, keys_width, keys_width) != count) return std::nullopt;
    std::size_t total = 0;
    for (std::size_t i = 0; i < count; ++i) {
      std::string key = reader.key_at(reader.target(keys + i * keys_width, keys_width));
      auto value =
          read_value(reader, reader.element(map + i * width, width, map + count * width + i));
      // Keys and vectors that overlap could ask for far more than the bytes hold.
      total += key.size();
      if (value && std::holds_alternative<std::vector<double>>(*value)) {
        total += std::get<std::vector<double>>(*value).size();
      }
      if (total > kLargestOptions) return std::nullopt;
      if (value) options.values_.insert_or_assign(std::move(key), std::move(*value));
    }
  } catch (const Malformed&) {
    return std::nullopt;
  }
  return options;
}

std::int64_t FlexOptions::integer(std::string_view name, std::int64_t otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  if (const auto* value = std::get_if<std::int64_t>(&found->second)) return *value;
  if (const auto* value = std::get_if<double>(&found->second)) {
    return std::abs(*value) < 9e18 ? static_cast<std::int64_t>(*value) : otherwise;
  }
  return otherwise;
}

float FlexOptions::number(std::string_view name, float otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  if (const auto* value = std::get_if<std::int64_t>(&found->second)) {
    return static_cast<float>(*value);
  }
  if (const auto* value = std::get_if<double>(&found->second)) return static_cast<float>(*value);
  return otherwise;
}

bool FlexOptions::flag(std::string_view name, bool otherwise) const {
  return integer(name, otherwise ? 1 : 0) != 0;
}

std::string FlexOptions::text(std::string_view name) const {
  const auto found = values_.find(name);
  const auto* value = found == values_.end() ? nullptr : std::get_if<std::string>(&found->second);
  return value ? *value : std::string{};
}

std::vector<double> FlexOptions::numbers(std::string_view name) const {
  const auto found = values_.find(name);
  const auto* value =
      found == values_.end() ? nullptr : std::get_if<std::vector<double>>(&found->second);
  return value ? *value : std::vector<double>{};
}

}  // namespace litezoo::runtime
