#include "runtime/kernels/reduction.h"

#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

void append(std::vector<Reduction::Dimension>& dimensions, std::size_t extent, bool reduced) {
  if (!dimensions.empty() && dimensions.back().reduced == reduced) {
    dimensions.back().extent *= extent;
  } else {
    dimensions.push_back({extent, reduced, 0, 0});
  }
}

void set_strides(Reduction& reduction) {
  for (auto d = reduction.dimensions.rbegin(); d != reduction.dimensions.rend(); ++d) {
    d->in_stride = reduction.in_size;
    reduction.in_size *= d->extent;
    if (d->reduced) {
      reduction.per_output *= d->extent;
    } else {
      d->out_stride = reduction.out_size;
      reduction.out_size *= d->extent;
    }
  }
}

}  // namespace

std::optional<Reduction> prepare_reduction(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  node.expect_type(node.input(1), {TensorType::INT32});
  if (!node.value_known(1)) return std::nullopt;
  const Shape& shape = node.input(0).shape;
  std::vector<bool> reduced(shape.size(), false);
  for (const std::int64_t axis : integer_values(node, node.input(1))) {
    if (shape.empty() && (axis == 0 || axis == -1)) continue;
    reduced[checked_axis(node, axis, shape.size())] = true;
  }
  const bool keep = node.options_or_default<ReducerOptions>().keep_dims;
  Reduction reduction;
  Shape out;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (!reduced[i]) out.push_back(shape[i]);
    if (reduced[i] && keep) out.push_back(1);
    if (shape[i] != 1) {
      append(reduction.dimensions, static_cast<std::size_t>(shape[i]), reduced[i]);
    }
  }
  if (reduction.dimensions.empty()) append(reduction.dimensions, 1, false);
  set_strides(reduction);
  node.set_shape(0, std::move(out));
  return reduction;
}

}  // namespace litezoo::runtime
