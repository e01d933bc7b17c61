#include "runtime/kernels/lstm_tensors.h"

#include <fmt/format.h>

namespace litezoo::runtime {
namespace {

std::size_t extent(const RuntimeTensor& tensor, int axis) {
  return static_cast<std::size_t>(tensor.shape[static_cast<std::size_t>(axis)]);
}

void expect_matrix(const Node& node, std::size_t i, std::size_t rows, std::size_t columns) {
  const RuntimeTensor& tensor = node.input(i);
  if (tensor.rank() != 2 || extent(tensor, 0) != rows || extent(tensor, 1) != columns) {
    node.corrupt(fmt::format("input {} is no matrix of {} x {}", i, rows, columns));
  }
}

// Batch and time from the input's shape.
void read_sequence(const Node& node, const RuntimeTensor& input, bool time_major,
                   LstmSizes& sizes) {
  if (input.rank() == 2) {
    sizes.batch = extent(input, 0);
  } else if (input.rank() == 3) {
    sizes.steps = extent(input, time_major ? 0 : 1);
    sizes.batch = extent(input, time_major ? 1 : 0);
    sizes.time_major = time_major;
  } else {
    node.corrupt("its input has neither 2 nor 3 dimensions");
  }
  sizes.input = extent(input, input.rank() - 1);
}

}  // namespace

void expect_vector(const Node& node, std::size_t i, TensorType type, std::size_t count) {
  const RuntimeTensor& tensor = node.input(i);
  node.expect_type(tensor, {type});
  if (tensor.size() != count) {
    node.corrupt(fmt::format("input {} has {} elements, {} are needed", i, tensor.size(), count));
  }
}

LstmSizes lstm_sizes(const Node& node, const LstmTensors& tensors, bool time_major) {
  LstmSizes sizes;
  read_sequence(node, node.input(tensors.input), time_major, sizes);
  sizes.has_input_gate = node.has_input(tensors.input_weights[kInputGate]);
  sizes.has_peephole = node.has_input(tensors.cell_weights[kOutputGate]);
  sizes.has_projection = node.has_input(tensors.projection_weights);
  sizes.has_layer_norm = tensors.layer_norms && node.has_input((*tensors.layer_norms)[kForgetGate]);
  const RuntimeTensor& recurrent = node.input(tensors.recurrent_weights[kOutputGate]);
  if (recurrent.rank() != 1 && recurrent.rank() != 2) {
    node.corrupt("its recurrent weights are neither matrices nor diagonals");
  }
  sizes.diagonal = recurrent.rank() == 1;
  sizes.cells = extent(recurrent, 0);
  sizes.outputs = extent(recurrent, recurrent.rank() - 1);
  if (sizes.cells == 0 || sizes.outputs == 0) node.corrupt("it has no cells");
  if (tensors.auxiliary_input && node.has_input(*tensors.auxiliary_input) &&
      node.has_input(tensors.auxiliary_weights[kForgetGate])) {
    const RuntimeTensor& auxiliary = node.input(*tensors.auxiliary_input);
    sizes.auxiliary = auxiliary.shape.empty() ? 0 : extent(auxiliary, auxiliary.rank() - 1);
    if (auxiliary.size() != sizes.batch * sizes.steps * sizes.auxiliary) {
      node.corrupt("its auxiliary input has another number of steps");
    }
  }
  for (std::size_t gate = sizes.first_gate(); gate < kLstmGates; ++gate) {
    expect_matrix(node, tensors.input_weights[gate], sizes.cells, sizes.input);
    if (sizes.diagonal) {
      expect_vector(node, tensors.recurrent_weights[gate], TensorType::FLOAT32, sizes.cells);
    } else {
      expect_matrix(node, tensors.recurrent_weights[gate], sizes.cells, sizes.outputs);
    }
  }
  if (sizes.has_projection) {
    expect_matrix(node, tensors.projection_weights, sizes.outputs, sizes.cells);
  } else if (sizes.cells != sizes.outputs) {
    node.corrupt("it has other numbers of cells and outputs but no projection");
  }
  const RuntimeTensor& output_state = node.variable_input(tensors.output_state);
  const RuntimeTensor& cell_state = node.variable_input(tensors.cell_state);
  if (output_state.size() != sizes.batch * sizes.outputs ||
      cell_state.size() != sizes.batch * sizes.cells) {
    node.corrupt("its state has another size than its batch and cells ask for");
  }
  return sizes;
}

}  // namespace litezoo::runtime
