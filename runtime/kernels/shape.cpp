#include "runtime/kernels/shape.h"

#include <cstring>

namespace litezoo::runtime {
namespace {

// Trait::view: the planner usually gave the output the input's memory.
void copy_unless_shared(const Node& node) {
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  if (input.data != output.data && input.bytes > 0) {
    std::memcpy(output.data, input.data, input.bytes);
  }
}

}  // namespace

Evaluate prepare_reshape(Node& node) {
  node.expect_inputs(1, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  Shape shape;
  if (node.has_input(1) && node.input(1).type == TensorType::INT32 && node.input(1).rank() == 1) {
    if (!node.value_known(1)) return kDeferred;
    const auto* values = node.input(1).values<std::int32_t>();
    shape.assign(values, values + node.input(1).size());
  } else {
    shape = node.options<ReshapeOptions>().new_shape;
    // Old converters wrote a scalar as {0}.
    if (shape.size() == 1 && shape[0] == 0 && input.size() == 1) shape.clear();
  }
  std::size_t known = 1;
  std::int32_t* stretch = nullptr;
  for (std::int32_t& dimension : shape) {
    if (dimension == -1 && stretch == nullptr) {
      stretch = &dimension;
    } else if (dimension < 0) {
      node.corrupt("the new shape has a negative dimension");
    } else if (__builtin_mul_overflow(known, static_cast<std::size_t>(dimension), &known)) {
      node.corrupt("the new shape overflows");
    }
  }
  if (stretch != nullptr) {
    *stretch = known == 0 ? 0 : static_cast<std::int32_t>(input.size() / known);
    known *= static_cast<std::size_t>(*stretch);
  }
  if (known != input.size()) node.corrupt("the new shape has another number of elements");
  node.set_shape(0, std::move(shape));
  return copy_unless_shared;
}

}  // namespace litezoo::runtime
