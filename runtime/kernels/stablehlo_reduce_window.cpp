#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "base/checked.h"
#include "runtime/kernels/dims.h"
#include "runtime/kernels/odometer.h"
#include "runtime/kernels/reduce_window.h"
#include "runtime/kernels/scalar_body.h"
#include "runtime/kernels/stablehlo.h"
#include "runtime/kernels/strided_copy.h"

namespace litezoo::runtime {
namespace {

using Longs = std::vector<std::int64_t>;

struct ReducedAxis {
  std::int64_t size = 0, window = 1, stride = 1, base = 1, dilation = 1, low = 0, output = 0;
  std::int64_t padded = 0;  // its size with padding and dilation
};

std::vector<ReducedAxis> read_windows(const Node& node, const StablehloReduceWindowOptions& options,
                                      const Shape& shape) {
  const std::size_t rank = shape.size();
  const auto value = [&](const Longs& list, std::size_t i, std::int64_t otherwise) {
    return list.empty() ? otherwise : list[i];
  };
  for (const auto* list :
       {&options.window_strides, &options.base_dilations, &options.window_dilations}) {
    if (!list->empty() && list->size() != rank) node.corrupt("a list has not one entry an axis");
  }
  if (options.window_dimensions.size() != rank ||
      (!options.padding.empty() && options.padding.size() != 2 * rank)) {
    node.corrupt("its window or its padding does not fit its input");
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  std::vector<ReducedAxis> axes;
  for (std::size_t i = 0; i < rank; ++i) {
    ReducedAxis axis{shape[i],
                     options.window_dimensions[i],
                     value(options.window_strides, i, 1),
                     value(options.base_dilations, i, 1),
                     value(options.window_dilations, i, 1),
                     value(options.padding, 2 * i, 0),
                     0,
                     0};
    const std::int64_t high = value(options.padding, 2 * i + 1, 0);
    for (const std::int64_t n : {axis.window, axis.stride, axis.base, axis.dilation}) {
      if (n < 1 || n > kMost) node.corrupt("its window makes no sense");
    }
    if (std::max(axis.low, high) > kMost || std::min(axis.low, high) < -kMost) {
      node.corrupt("its padding is out of range");
    }
    const std::int64_t spread = axis.size > 0 ? (axis.size - 1) * axis.base + 1 : 0;
    axis.padded = axis.low + spread + high;
    const std::int64_t reach = (axis.window - 1) * axis.dilation + 1;
    axis.output = axis.padded < reach ? 0 : (axis.padded - reach) / axis.stride + 1;
    axes.push_back(axis);
  }
  return axes;
}

// Where element `at` of the window at output position `out` lies in the input.
std::optional<std::int64_t> source_of(const ReducedAxis& axis, std::int64_t out, std::int64_t at) {
  const std::int64_t position = out * axis.stride + at * axis.dilation - axis.low;
  if (position < 0 || position % axis.base != 0) return std::nullopt;
  const std::int64_t source = position / axis.base;
  return source < axis.size ? std::optional(source) : std::nullopt;
}

std::optional<ReduceWindowFunction> window_function(ScalarFunction function, TensorType type) {
  const bool flags = type == TensorType::BOOL;
  switch (function) {
    case ScalarFunction::add:
      return flags ? std::nullopt : std::optional(ReduceWindowFunction::ADD);
    case ScalarFunction::multiply:
      return flags ? std::nullopt : std::optional(ReduceWindowFunction::MUL);
    case ScalarFunction::least:
      return flags ? std::nullopt : std::optional(ReduceWindowFunction::MINIMUM);
    case ScalarFunction::greatest:
      return flags ? std::nullopt : std::optional(ReduceWindowFunction::MAXIMUM);
    case ScalarFunction::both:
      return flags ? std::optional(ReduceWindowFunction::ALL) : std::nullopt;
    case ScalarFunction::either:
      return flags ? std::optional(ReduceWindowFunction::ANY) : std::nullopt;
    case ScalarFunction::replace:
      return std::nullopt;
  }
  return std::nullopt;
}

// The function of a body that REDUCE_WINDOW has too, for a type that it takes.
std::optional<ReduceWindowFunction> known_function(const Node& node, std::int32_t subgraph) {
  using enum TensorType;
  constexpr TensorType kTypes[] = {BOOL,  FLOAT32, FLOAT64, INT8, UINT8,
                                   INT16, INT32,   UINT32,  INT64};
  const TensorType type = node.input(0).type;
  const Subgraph& body = node.subgraph(subgraph).definition();
  const auto function = scalar_function(body);
  if (!function || std::ranges::find(kTypes, type) == std::end(kTypes)) return std::nullopt;
  if (body.tensors.at(static_cast<std::size_t>(body.inputs[0])).type != type) return std::nullopt;
  return window_function(*function, type);
}

// The input with its padding and between its elements what a reduction begins with.
struct PaddedInput {
  Shape shape;
  std::size_t bytes = 0;
  std::vector<CopyAxis> axes;
  std::ptrdiff_t from = 0, to = 0;  // of the first element that is copied
};

// Nothing when that would take much more memory than the tensors.
std::optional<PaddedInput> padded_input(const RuntimeTensor& input,
                                        std::span<const ReducedAxis> axes, std::size_t element) {
  std::size_t outputs = 1;
  for (const ReducedAxis& axis : axes) {
    const auto product = checked_multiply(outputs, static_cast<std::size_t>(axis.output));
    if (!product) return std::nullopt;
    outputs = *product;
  }
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() / 64;
  if (outputs > kMost) return std::nullopt;
  const std::size_t most = 4 * (input.bytes + outputs * element) + 4096;
  PaddedInput padded;
  padded.bytes = element;
  for (const ReducedAxis& axis : axes) {
    const auto size = checked_multiply(padded.bytes, static_cast<std::size_t>(axis.padded));
    if (axis.padded < 1 || !size || *size > most) return std::nullopt;
    padded.bytes = *size;
    padded.shape.push_back(static_cast<std::int32_t>(axis.padded));
  }
  const auto from = byte_strides(input.shape, element);
  const auto to = byte_strides(padded.shape, element);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const ReducedAxis& axis = axes[i];
    const std::int64_t first = axis.low < 0 ? (-axis.low + axis.base - 1) / axis.base : 0;
    const std::int64_t end = (axis.padded - axis.low + axis.base - 1) / axis.base;
    const std::int64_t count = std::max<std::int64_t>(std::min(axis.size, end) - first, 0);
    padded.axes.push_back({static_cast<std::size_t>(count), from[i], to[i] * axis.base});
    padded.from += from[i] * first;
    padded.to += to[i] * (axis.low + first * axis.base);
  }
  return padded;
}

Evaluate reduce_natively(const PaddedInput& padded, std::size_t element,
                         const ReduceWindows& reduce) {
  return [=, copy = StridedCopy(element, padded.axes), room = std::vector<std::byte>(padded.bytes),
          bytes = padded.bytes, from = padded.from, to = padded.to](const Node& n) mutable {
    const std::byte* first = n.input(1).data;
    for (std::size_t at = 0; at < bytes; at += element) std::memcpy(&room[at], first, element);
    copy.run(n.input(0).data + from, room.data() + to, n.threads());
    reduce(n.threads(), room.data(), first, n.output(0).data);
  };
}

Evaluate reduce_by_body(const Node& node, const std::vector<ReducedAxis>& axes, std::int32_t body,
                        std::size_t element) {
  const Shape shape = node.output(0).shape;
  Shape window;
  for (const ReducedAxis& axis : axes) window.push_back(static_cast<std::int32_t>(axis.window));
  return [=, strides = byte_strides(node.input(0).shape, element)](const Node& n) {
    const Combine combine = make_combine(n, body, n.input(0));
    const std::vector<std::ptrdiff_t> none(axes.size(), 0);
    Odometer out(shape, none);
    for (std::size_t i = 0; i < n.output(0).size(); ++i, out.next()) {
      std::byte* sum = n.output(0).data + i * element;
      std::memcpy(sum, n.input(1).data, element);
      Odometer at(window, none);
      for (std::size_t k = 0; k < element_count(window); ++k, at.next()) {
        std::optional<std::ptrdiff_t> offset = 0;
        for (std::size_t axis = 0; offset && axis < axes.size(); ++axis) {
          const auto source = source_of(axes[axis], out.index()[axis], at.index()[axis]);
          offset = source ? std::optional(*offset + strides[axis] * *source) : std::nullopt;
        }
        combine(sum, offset ? n.input(0).data + *offset : n.input(1).data);
      }
    }
  };
}

}  // namespace

Evaluate prepare_stablehlo_reduce_window(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const auto& options = node.options<StablehloReduceWindowOptions>();
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.input(1));
  expect_same_type(node, input, node.output(0));
  if (node.input(1).size() != 1) node.corrupt("it needs one value to begin with");
  const std::size_t element = element_bytes(node, input);
  const auto axes = read_windows(node, options, input.shape);
  Shape shape;
  for (const ReducedAxis& axis : axes) shape.push_back(checked_dimension(node, axis.output));
  node.set_shape(0, shape);
  std::uint64_t work = element_count(shape);
  for (const ReducedAxis& axis : axes) {
    if (__builtin_mul_overflow(work, static_cast<std::uint64_t>(axis.window), &work) ||
        work > node.max_loop_iterations() * 100) {
      node.unsupported("its windows have more elements than can be reduced in reasonable time");
    }
  }
  if (const auto function = known_function(node, options.body_subgraph_index)) {
    if (const auto padded = padded_input(input, axes, element)) {
      std::vector<WindowStep> steps;
      steps.reserve(axes.size());
      for (const ReducedAxis& axis : axes)
        steps.push_back({axis.window, axis.stride, axis.dilation});
      return reduce_natively(*padded, element,
                             make_reduce_windows(node, padded->shape, steps, *function));
    }
  }
  return reduce_by_body(node, axes, options.body_subgraph_index, element);
}

std::size_t stablehlo_reduce_window_bytes(const Node& node) {
  const auto& options = node.options<StablehloReduceWindowOptions>();
  if (!known_function(node, options.body_subgraph_index)) return 0;
  const RuntimeTensor& input = node.input(0);
  const auto axes = read_windows(node, options, input.shape);
  const auto padded = padded_input(input, axes, element_bytes(node, input));
  return padded ? padded->bytes : 0;
}

}  // namespace litezoo::runtime
