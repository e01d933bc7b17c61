#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// A view of serialised strings: int32 count, count + 1 int32 offsets from the beginning,
// characters. The bytes must outlive it.
class StringTensor {
 public:
  // nullopt when counts or offsets point outside the bytes. No bytes at all are no strings.
  static std::optional<StringTensor> parse(std::span<const std::byte> bytes);

  std::size_t size() const noexcept { return strings_.size(); }
  std::string_view operator[](std::size_t i) const { return strings_[i]; }

 private:
  std::vector<std::string_view> strings_;
};

// The strings of a STRING tensor, as many as its shape says. Throws Error(corrupt) otherwise.
StringTensor read_strings(const Node& node, const RuntimeTensor& tensor);

// Serialises strings into a STRING output, while evaluating. They must not lie in that output.
void write_strings(const Node& node, std::size_t output_index,
                   std::span<const std::string_view> strings);

}  // namespace litezoo::runtime
