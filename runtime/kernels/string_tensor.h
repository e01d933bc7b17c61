#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Views of a STRING tensor's content, which must outlive them.
using StringTensor = std::vector<std::string_view>;

// The strings of a STRING tensor, as many as its shape says. Throws Error(corrupt) otherwise.
StringTensor read_strings(const Node& node, const RuntimeTensor& tensor);

// Serialises strings into a STRING output, while evaluating. Throws Error(unsupported) past 2 GiB.
void write_strings(const Node& node, std::size_t output_index,
                   std::span<const std::string_view> strings);

}  // namespace litezoo::runtime
