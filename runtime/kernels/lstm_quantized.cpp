#include "runtime/kernels/lstm_quantized.h"

#include <cmath>

namespace litezoo::runtime {

void expect_quantized_cell(const Node& node, const LstmTensors& tensors) {
  node.expect_type(node.input(tensors.input), {TensorType::INT8});
  node.expect_type(node.input(tensors.output_state), {TensorType::INT8});
  node.expect_type(node.input(tensors.cell_state), {TensorType::INT16});
  node.expect_type(node.output(0), {TensorType::INT8});
}

float cell_scale(const Node& node, const RuntimeTensor& tensor) {
  const float scale = tensor.scale();
  if (!std::isfinite(scale) || scale <= 0.0F || tensor.quantization().scale.size() != 1) {
    node.corrupt("a tensor of its cell has no usable scale");
  }
  return scale;
}

}  // namespace litezoo::runtime
