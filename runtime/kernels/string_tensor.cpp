#include "runtime/kernels/string_tensor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/serialized_strings.h"

namespace litezoo::runtime {

StringTensor read_strings(const Node& node, const RuntimeTensor& tensor) {
  node.expect_type(tensor, {TensorType::STRING});
  auto strings = parse_strings({tensor.data, tensor.bytes});
  if (!strings || strings->size() != tensor.size()) {
    node.corrupt(fmt::format("the strings of tensor '{}' are malformed", tensor.definition->name));
  }
  return *std::move(strings);
}

void write_strings(const Node& node, std::size_t output_index,
                   std::span<const std::string_view> strings) {
  const auto bytes = serialize_strings(strings);
  if (!bytes) node.unsupported("its strings would take more than 2 GiB");
  std::ranges::copy(*bytes, node.allocate_string(output_index, bytes->size()));
}

}  // namespace litezoo::runtime
