#include "runtime/kernels/copy_elements.h"

#include <numeric>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/string_tensor.h"

namespace litezoo::runtime {
namespace {

using Place = std::uint32_t;

const std::byte* bytes_of(const std::vector<Place>& places) {
  return reinterpret_cast<const std::byte*>(places.data());
}

}  // namespace

std::size_t copied_bytes(const Node& node, const RuntimeTensor& tensor) {
  return tensor.type == TensorType::STRING ? sizeof(Place) : element_bytes(node, tensor);
}

Evaluate copy_elements(const Node& node, std::size_t input, StridedCopy copy,
                       std::ptrdiff_t offset) {
  if (node.input(input).type != TensorType::STRING) {
    return [copy = std::move(copy), input, offset](const Node& n) {
      copy.run(n.input(input).data + offset, n.output(0).data, n.threads());
    };
  }
  return [copy = std::move(copy), input, offset](const Node& n) {
    const StringTensor strings = read_strings(n, n.input(input));
    std::vector<Place> from(strings.size());
    std::iota(from.begin(), from.end(), Place{0});
    std::vector<Place> to(n.output(0).size());
    copy.run(bytes_of(from) + offset, reinterpret_cast<std::byte*>(to.data()), n.threads());
    std::vector<std::string_view> moved;
    moved.reserve(to.size());
    for (const Place place : to) moved.push_back(strings[place]);
    write_strings(n, 0, moved);
  };
}

}  // namespace litezoo::runtime
