#include "runtime/kernels/matrix.h"

#include <algorithm>
#include <cstring>

#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

struct Diagonals {
  std::size_t batches = 0, rows = 0, columns = 0, element = 0;
  std::size_t length() const noexcept { return std::min(rows, columns); }
};

// `from` holds the diagonals one after the other.
void write_diagonals(const Diagonals& d, const std::byte* from, std::byte* to) {
  for (std::size_t b = 0; b < d.batches; ++b) {
    for (std::size_t i = 0; i < d.length(); ++i) {
      std::memcpy(to + ((b * d.rows + i) * d.columns + i) * d.element,
                  from + (b * d.length() + i) * d.element, d.element);
    }
  }
}

}  // namespace

Evaluate prepare_matrix_diag(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  if (input.rank() < 1) node.corrupt("its input is a scalar");
  Shape shape = input.shape;
  shape.push_back(shape.back());
  node.set_shape(0, shape);
  const auto length = static_cast<std::size_t>(shape.back());
  const Diagonals diagonals{count_between(input.shape, 0, input.shape.size() - 1), length, length,
                            element_bytes(node, input)};
  return [diagonals](const Node& n) {
    const RuntimeTensor& output = n.output(0);
    if (output.bytes == 0) return;
    std::memset(output.data, 0, output.bytes);
    write_diagonals(diagonals, n.input(0).data, output.data);
  };
}

Evaluate prepare_matrix_set_diag(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  expect_same_type(node, node.input(1), node.output(0));
  if (input.rank() < 2) node.corrupt("its input is no matrix");
  const Shape& shape = input.shape;
  Shape diagonal(shape.begin(), shape.end() - 1);
  diagonal.back() = std::min(shape[shape.size() - 2], shape.back());
  if (node.input(1).shape != diagonal) node.corrupt("the diagonal does not fit the matrix");
  node.set_shape(0, shape);
  const Diagonals diagonals{count_between(shape, 0, shape.size() - 2),
                            static_cast<std::size_t>(shape[shape.size() - 2]),
                            static_cast<std::size_t>(shape.back()), element_bytes(node, input)};
  return [diagonals](const Node& n) {
    const RuntimeTensor& output = n.output(0);
    if (output.bytes == 0) return;
    std::memcpy(output.data, n.input(0).data, output.bytes);
    write_diagonals(diagonals, n.input(1).data, output.data);
  };
}

}  // namespace litezoo::runtime
