#include "tests/support/graph_builder.h"

namespace litezoo::test {

int GraphBuilder::tensor(TensorType type, std::vector<std::int32_t> shape,
                         Quantization quantization) {
  Tensor tensor;
  tensor.name = "t" + std::to_string(current().tensors.size());
  tensor.type = type;
  tensor.has_rank = true;
  tensor.shape = std::move(shape);
  for (std::int32_t& dimension : tensor.shape) {
    if (dimension < 0 && tensor.shape_signature.empty()) tensor.shape_signature = tensor.shape;
  }
  tensor.quantization = std::move(quantization);
  current().tensors.push_back(std::move(tensor));
  return static_cast<int>(current().tensors.size()) - 1;
}

int GraphBuilder::input(TensorType type, std::vector<std::int32_t> shape,
                        Quantization quantization) {
  const int index = tensor(type, std::move(shape), std::move(quantization));
  current().inputs.push_back(index);
  return index;
}

int GraphBuilder::output(TensorType type, std::vector<std::int32_t> shape,
                         Quantization quantization) {
  const int index = tensor(type, std::move(shape), std::move(quantization));
  current().outputs.push_back(index);
  return index;
}

int GraphBuilder::variable(TensorType type, std::vector<std::int32_t> shape,
                           Quantization quantization) {
  const int index = tensor(type, std::move(shape), std::move(quantization));
  tensor_at(index).is_variable = true;
  return index;
}

int GraphBuilder::constant_bytes(TensorType type, std::vector<std::int32_t> shape,
                                 std::span<const std::byte> bytes, Quantization quantization) {
  const int index = tensor(type, std::move(shape), std::move(quantization));
  tensor_at(index).data = keep(bytes);
  tensor_at(index).buffer = static_cast<std::uint32_t>(data_.size());
  return index;
}

GraphBuilder& GraphBuilder::op(BuiltinOperator code, std::vector<std::int32_t> inputs,
                               std::vector<std::int32_t> outputs, OperatorOptions options) {
  Operator op;
  op.code = code;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  op.options = std::move(options);
  current().operators.push_back(std::move(op));
  return *this;
}

GraphBuilder& GraphBuilder::custom(std::string name, std::vector<std::int32_t> inputs,
                                   std::vector<std::int32_t> outputs,
                                   std::vector<std::uint8_t> custom_options) {
  op(BuiltinOperator::CUSTOM, std::move(inputs), std::move(outputs));
  last_op().custom_code = std::move(name);
  last_op().custom_options = keep(std::as_bytes(std::span(custom_options)));
  return *this;
}

GraphBuilder& GraphBuilder::outputs(std::vector<std::int32_t> tensors) {
  current().outputs = std::move(tensors);
  return *this;
}

GraphBuilder& GraphBuilder::inputs(std::vector<std::int32_t> tensors) {
  current().inputs = std::move(tensors);
  return *this;
}

int GraphBuilder::subgraph() {
  graph_.subgraphs.emplace_back();
  return static_cast<int>(graph_.subgraphs.size()) - 1;
}

std::span<const std::byte> GraphBuilder::keep(std::span<const std::byte> bytes) {
  return data_.emplace_back(bytes.begin(), bytes.end());
}

}  // namespace litezoo::test
