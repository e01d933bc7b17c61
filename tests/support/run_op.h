#pragma once

#include <utility>
#include <vector>

#include "tests/support/run_graph.h"

namespace litezoo::test {

// One tensor at the border of a graph of a single operator.
struct OpInput {
  std::vector<std::int32_t> shape;
  Values values;
  Quantization quantization = {};
  TensorType type = values.type;
};

struct OpOutput {
  TensorType type = TensorType::FLOAT32;
  Quantization quantization = {};
};

// Runs a single operator with our own kernels; all inputs are computed tensors.
inline RunResult run_op(BuiltinOperator code, const std::vector<OpInput>& inputs,
                        const OpOutput& output = {}, OperatorOptions options = {}) {
  GraphBuilder b;
  std::vector<std::int32_t> tensors;
  std::vector<Values> values;
  for (const OpInput& input : inputs) {
    tensors.push_back(b.input(input.type, input.shape, input.quantization));
    values.push_back(input.values);
  }
  const int y = b.output(output.type, {}, output.quantization);
  b.op(code, tensors, {y}, std::move(options));
  return run_graph(b.graph(), values);
}

}  // namespace litezoo::test
