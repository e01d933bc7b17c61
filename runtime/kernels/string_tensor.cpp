#include "runtime/kernels/string_tensor.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <limits>

namespace litezoo::runtime {
namespace {

std::int32_t load(std::span<const std::byte> bytes, std::size_t index) {
  std::int32_t value = 0;
  std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
  return value;
}

}  // namespace

std::optional<StringTensor> StringTensor::parse(std::span<const std::byte> bytes) {
  StringTensor result;
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
  result.strings_.reserve(strings);
  for (std::size_t i = 0; i < strings; ++i) {
    const std::int64_t from = load(bytes, i + 1);
    const std::int64_t to = load(bytes, i + 2);
    if (from < begin || to < from || to > static_cast<std::int64_t>(bytes.size())) {
      return std::nullopt;
    }
    result.strings_.emplace_back(text + from, static_cast<std::size_t>(to - from));
    begin = from;
  }
  return result;
}

StringTensor read_strings(const Node& node, const RuntimeTensor& tensor) {
  node.expect_type(tensor, {TensorType::STRING});
  auto strings = StringTensor::parse({tensor.data, tensor.bytes});
  if (!strings || strings->size() != tensor.size()) {
    node.corrupt(fmt::format("the strings of tensor '{}' are malformed", tensor.definition->name));
  }
  return *std::move(strings);
}

void write_strings(const Node& node, std::size_t output_index,
                   std::span<const std::string_view> strings) {
  std::size_t bytes = (strings.size() + 2) * sizeof(std::int32_t);
  std::vector<std::int32_t> head = {static_cast<std::int32_t>(strings.size())};
  head.reserve(strings.size() + 2);
  for (const std::string_view text : strings) {
    head.push_back(static_cast<std::int32_t>(bytes));
    bytes += text.size();
    if (bytes > std::numeric_limits<std::int32_t>::max()) {
      node.unsupported("its strings would take more than 2 GiB");
    }
  }
  head.push_back(static_cast<std::int32_t>(bytes));
  std::byte* to = node.allocate_string(output_index, bytes);
  std::memcpy(to, head.data(), head.size() * sizeof(std::int32_t));
  to += head.size() * sizeof(std::int32_t);
  for (const std::string_view text : strings) {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    to += text.size();
  }
}

}  // namespace litezoo::runtime
