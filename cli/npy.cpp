#include "cli/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/checked.h"
#include "base/error.h"
#include "base/file.h"
#include "base/graph.h"
#include "base/serialized_strings.h"
#include "base/text.h"

namespace litezoo::cli {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

struct Descriptor {
  TensorType type;
  std::string_view code;  // without the byte order
};

constexpr auto kDescriptors = std::to_array<Descriptor>({
    {TensorType::FLOAT32, "f4"},
    {TensorType::FLOAT16, "f2"},
    {TensorType::FLOAT64, "f8"},
    {TensorType::INT8, "i1"},
    {TensorType::INT16, "i2"},
    {TensorType::INT32, "i4"},
    {TensorType::INT64, "i8"},
    {TensorType::UINT8, "u1"},
    {TensorType::UINT16, "u2"},
    {TensorType::UINT32, "u4"},
    {TensorType::UINT64, "u8"},
    {TensorType::BOOL, "b1"},
    {TensorType::COMPLEX64, "c8"},
    {TensorType::COMPLEX128, "c16"},
});

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view why) {
  throw Error(ErrorKind::corrupt, fmt::format("'{}' is not a usable .npy file: {}; write it with "
                                              "numpy.save",
                                              path.string(), why));
}

// The text after "'key':" in the header's dictionary.
std::string_view value_of(std::string_view header, std::string_view key,
                          const std::filesystem::path& path) {
  const std::size_t at = header.find(fmt::format("'{}'", key));
  if (at == std::string_view::npos) refuse(path, fmt::format("its header has no '{}'", key));
  const std::size_t colon = header.find(':', at);
  if (colon == std::string_view::npos) refuse(path, "its header is malformed");
  std::string_view rest = header.substr(colon + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return rest;
}

// How the file keeps one element.
struct Element {
  TensorType type = TensorType::FLOAT32;
  std::size_t size = 0;  // bytes
  bool unicode = false;  // a string of four bytes a character, else of one
};

// "S12" or "U12": strings of at most so many characters, filled up with zeros.
std::optional<Element> text_element(std::string_view code) {
  if (code.size() < 2 || (code.front() != 'S' && code.front() != 'U')) return std::nullopt;
  const bool unicode = code.front() == 'U';
  std::uint32_t length = 0;
  const char* const last = code.data() + code.size();
  const auto [end, error] = std::from_chars(code.data() + 1, last, length);
  if (error != std::errc() || end != last) return std::nullopt;
  return Element{TensorType::STRING, std::size_t{length} * (unicode ? 4 : 1), unicode};
}

Element read_element(std::string_view header, const std::filesystem::path& path) {
  const std::string_view text = value_of(header, "descr", path);
  const std::size_t end = text.size() < 2 ? std::string_view::npos : text.find('\'', 1);
  if (end == std::string_view::npos || end < 3 || text.front() != '\'') {
    refuse(path, "its element type is malformed");
  }
  const char order = text[1];
  const std::string_view code = text.substr(2, end - 2);
  const bool native = order == '<' || order == '|' || order == '=';
  if (const auto element = text_element(code); element && native) return *element;
  const auto* row = std::ranges::find(kDescriptors, code, &Descriptor::code);
  if (row == kDescriptors.end() || !native) {
    throw Error(ErrorKind::usage,
                fmt::format("'{}' holds elements of type '{}', which no tensor has; save it as "
                            "little-endian numbers, booleans or strings (numpy's astype)",
                            path.string(), escape_for_terminal(text.substr(1, end - 1))));
  }
  return {row->type, static_cast<std::size_t>(tensor_type_bits(row->type)) / 8, false};
}

std::vector<std::int32_t> read_shape(std::string_view header, const std::filesystem::path& path) {
  std::string_view text = value_of(header, "shape", path);
  const std::size_t end = text.find(')');
  if (text.empty() || text.front() != '(' || end == std::string_view::npos) {
    refuse(path, "its shape is malformed");
  }
  text = text.substr(1, end - 1);
  std::vector<std::int32_t> shape;
  while (!text.empty()) {
    if (text.front() == ' ' || text.front() == ',') {
      text.remove_prefix(1);
      continue;
    }
    std::int32_t dimension = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), dimension);
    if (error != std::errc() || dimension < 0 || shape.size() == 32) {
      refuse(path, "its shape is malformed");
    }
    shape.push_back(dimension);
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
  return shape;
}

// Where the header's text lies: after magic, version and its length.
struct HeaderPlace {
  std::size_t begin, size;
};

HeaderPlace find_header(std::span<const std::byte> bytes, const std::filesystem::path& path) {
  if (bytes.size() < 12 || as_text(bytes.first(6)) != kMagic) refuse(path, "no NumPy signature");
  const int version = std::to_integer<int>(bytes[6]);
  if (version < 1 || version > 3) refuse(path, "unknown format version");
  const std::size_t width = version == 1 ? 2 : 4;
  std::size_t size = 0;
  for (std::size_t i = 0; i < width; ++i) {
    size |= std::to_integer<std::size_t>(bytes[8 + i]) << (8 * i);
  }
  const HeaderPlace place{8 + width, size};
  if (bytes.size() < place.begin || bytes.size() - place.begin < size) refuse(path, "truncated");
  return place;
}

std::vector<std::byte> unpacked(TensorType type, std::size_t count,
                                std::span<const std::byte> data) {
  const auto bits = static_cast<unsigned>(tensor_type_bits(type));
  std::vector<std::byte> result(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = i * bits;
    const unsigned raw = (std::to_integer<unsigned>(data[at / 8]) >> (at % 8)) & ((1U << bits) - 1);
    const bool negative = type != TensorType::UINT4 && (raw >> (bits - 1)) != 0;
    result[i] = static_cast<std::byte>(negative ? raw | (0xFFU << bits) : raw);
  }
  return result;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto byte = [&text](std::uint32_t value) { text += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6U);
  } else {
    if (code < 0x10000) {
      byte(0xE0 | code >> 12U);
    } else {
      byte(0xF0 | code >> 18U);
      byte(0x80 | (code >> 12U & 0x3F));
    }
    byte(0x80 | (code >> 6U & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

// One element without the zeros that fill it up, in UTF-8.
std::string text_of(const std::filesystem::path& path, const Element& element,
                    std::span<const std::byte> bytes) {
  if (!element.unicode) {
    const std::string_view text = as_text(bytes);
    return std::string(text.substr(0, text.find_last_not_of('\0') + 1));
  }
  std::vector<std::uint32_t> codes(bytes.size() / 4);
  if (!codes.empty()) std::memcpy(codes.data(), bytes.data(), codes.size() * 4);
  while (!codes.empty() && codes.back() == 0) codes.pop_back();
  std::string text;
  for (const std::uint32_t code : codes) {
    const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code > 0x10FFFF || is_surrogate) refuse(path, "a character of it is none of Unicode's");
    append_utf8(text, code);
  }
  return text;
}

// As a STRING tensor keeps them.
std::vector<std::byte> read_texts(const std::filesystem::path& path, const Element& element,
                                  std::size_t count, std::span<const std::byte> bytes) {
  // Elements of no bytes would let a small file ask for any number of them.
  if (element.size == 0 && count > bytes.size() + (std::size_t{1} << 20U)) {
    refuse(path, "it has too many empty strings");
  }
  std::vector<std::string> texts(count);
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = text_of(path, element, bytes.subspan(i * element.size, element.size));
  }
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  auto content = serialize_strings(views);
  if (!content) refuse(path, "its strings take more than 2 GiB");
  return *std::move(content);
}

void write_array(const std::filesystem::path& path, const std::string& descriptor,
                 std::span<const std::int32_t> shape, std::string_view elements) {
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descriptor,
                  fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  constexpr std::size_t kBefore = 10;  // magic, version, length
  header.resize((kBefore + header.size() + 1 + 63) / 64 * 64 - kBefore - 1, ' ');
  header += '\n';
  std::string content(kMagic);
  content += '\x01';
  content += '\x00';
  content += static_cast<char>(header.size() & 0xFFU);
  content += static_cast<char>(header.size() >> 8U);
  content += header;
  content += elements;
  write_file_atomically(path, content);
}

std::vector<std::string_view> texts_of(const std::filesystem::path& path,
                                       std::span<const std::byte> data) {
  auto texts = parse_strings(data);
  if (!texts) {
    throw Error(ErrorKind::corrupt,
                fmt::format("cannot write '{}': the strings are malformed", path.string()));
  }
  return *std::move(texts);
}

// Filled up with zeros to the longest, as NumPy keeps them.
void write_texts(const std::filesystem::path& path, std::span<const std::int32_t> shape,
                 const std::vector<std::string_view>& texts) {
  std::size_t longest = 1;
  for (const std::string_view text : texts) longest = std::max(longest, text.size());
  constexpr std::size_t kMost = std::size_t{1} << 30U;
  if (checked_multiply(longest, texts.size()).value_or(kMost + 1) > kMost) {
    throw Error(ErrorKind::unsupported,
                fmt::format("cannot write '{}': {} strings filled up to {} bytes are too many",
                            path.string(), texts.size(), longest));
  }
  std::string elements;
  for (const std::string_view text : texts) {
    elements += text;
    elements.resize(elements.size() + longest - text.size());
  }
  write_array(path, fmt::format("|S{}", longest), shape, elements);
}

}  // namespace

NpyArray read_npy(const std::filesystem::path& path) {
  const MappedFile file(path);
  const auto bytes = file.bytes();
  const HeaderPlace place = find_header(bytes, path);
  const std::string_view header = as_text(bytes.subspan(place.begin, place.size));
  const Element element = read_element(header, path);
  NpyArray array{.type = element.type, .shape = read_shape(header, path), .data = {}};
  if (value_of(header, "fortran_order", path).starts_with("True")) {
    refuse(path, "it is in Fortran order");
  }
  std::size_t count = 1;
  for (const std::int32_t dimension : array.shape) {
    const auto product = checked_multiply(count, static_cast<std::size_t>(dimension));
    if (!product) refuse(path, "its size overflows");
    count = *product;
  }
  const auto expected = checked_multiply(count, element.size);
  if (!expected) refuse(path, "its size overflows");
  const auto data = bytes.subspan(place.begin + place.size);
  if (data.size() < *expected) refuse(path, "truncated");
  const auto elements = data.first(*expected);
  if (array.type == TensorType::STRING) {
    array.data = read_texts(path, element, count, elements);
  } else {
    array.data.assign(elements.begin(), elements.end());
  }
  return array;
}

bool is_same_shape(std::span<const std::int32_t> one,
                   std::span<const std::int32_t> other) noexcept {
  const auto without_ones = [](std::span<const std::int32_t> shape) {
    while (!shape.empty() && shape.front() == 1) shape = shape.subspan(1);
    return shape;
  };
  return std::ranges::equal(without_ones(one), without_ones(other));
}

void write_npy(const std::filesystem::path& path, TensorType type,
               std::span<const std::int32_t> shape, std::span<const std::byte> data) {
  const int bits = tensor_type_bits(type);
  if (bits > 0 && bits < 8) {
    const auto wide = unpacked(type, element_count(shape), data);
    write_npy(path, type == TensorType::UINT4 ? TensorType::UINT8 : TensorType::INT8, shape, wide);
    return;
  }
  if (type == TensorType::STRING) {
    write_texts(path, shape, texts_of(path, data));
    return;
  }
  const auto* row = std::ranges::find(kDescriptors, type, &Descriptor::type);
  if (row == kDescriptors.end()) {
    throw Error(ErrorKind::unsupported, fmt::format("cannot write '{}': NumPy has no type for {}",
                                                    path.string(), tensor_type_name(type)));
  }
  write_array(path, fmt::format("{}{}", bits == 8 ? '|' : '<', row->code), shape, as_text(data));
}

}  // namespace litezoo::cli
