#include <xnnpack.h>

#include <algorithm>
#include <array>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

// Operators that only move elements: TRANSPOSE, SLICE, STRIDED_SLICE, SPLIT, CONCATENATION. None of
// them is in Debian 12's release.

namespace litezoo::runtime::xnn {
namespace {

[[maybe_unused]] bool all_alike(const Node& node, std::size_t first_input) {
  for (std::size_t i = first_input; i < node.input_count(); ++i) {
    for (std::size_t o = 0; o < node.output_count(); ++o) {
      if (!same_representation(node.input(i), node.output(o))) return false;
    }
  }
  return true;
}

[[maybe_unused]] constexpr Reason kNotAlike = "input and output differ in type or scale";
[[maybe_unused]] constexpr Reason kNoFit = "its shapes do not fit together";

}  // namespace

#if LITEZOO_HAS_xnn_define_static_transpose
namespace {

std::optional<std::vector<std::size_t>> permutation_of(const Node& node) {
  const auto values = constant_integers(node.input(1));
  const std::int64_t rank = node.input(0).rank();
  if (!values || static_cast<std::int64_t>(values->size()) != rank) return std::nullopt;
  std::vector<std::size_t> permutation;
  for (const std::int64_t value : *values) {
    if (value < -rank || value >= rank) return std::nullopt;
    permutation.push_back(static_cast<std::size_t>(value < 0 ? value + rank : value));
  }
  std::vector<std::size_t> sorted = permutation;
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != i) return std::nullopt;
  }
  return permutation;
}

}  // namespace

Reason supports_transpose(const Node& node) {
  if (node.input_count() != 2 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  if (!same_representation(input, output)) return kNotAlike;
  const auto permutation = permutation_of(node);
  if (!permutation || permutation->empty() || output.rank() != input.rank()) {
    return "its permutation is computed or none";
  }
  for (std::size_t i = 0; i < permutation->size(); ++i) {
    if (output.shape[i] != input.shape[(*permutation)[i]]) return kNoFit;
  }
  return nullptr;
}

void define_transpose(const Node& node, Definition& definition) {
  const std::vector<std::size_t> permutation = *permutation_of(node);
  const std::uint32_t input = definition.value(node.input(0));
  check(xnn_define_static_transpose(definition.subgraph(), permutation.size(), permutation.data(),
                                    input, definition.value(node.output(0)), 0),
        "define a transpose");
}
#endif

#if LITEZOO_HAS_xnn_define_static_slice
namespace {

// A box of the input, with all its dimensions.
struct Box {
  std::vector<std::size_t> begin, size;
};

bool lies_within(const Box& box, const Shape& shape) noexcept {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const auto extent = static_cast<std::size_t>(shape[i]);
    if (box.size[i] == 0 || box.size[i] > extent || box.begin[i] > extent - box.size[i]) {
      return false;
    }
  }
  return true;
}

std::size_t elements(const Box& box) noexcept {
  std::size_t count = 1;
  for (const std::size_t size : box.size) count *= size;
  return count;
}

void define_box(Definition& definition, const RuntimeTensor& input, const RuntimeTensor& output,
                const Box& box) {
  const std::vector<std::size_t> shape = dimensions(output.shape);
  const std::uint32_t source = definition.value(input);
  const std::uint32_t target = definition.value(output);
  const bool same_shape = shape == box.size;
  const std::uint32_t slice = same_shape ? target : definition.temporary(output, box.size);
  check(xnn_define_static_slice(definition.subgraph(), box.size.size(), box.begin.data(),
                                box.size.data(), source, slice, 0),
        "define a slice");
  if (!same_shape) definition.reshape(slice, target, shape);
}

std::optional<Box> slice_box(const Node& node) {
  const auto begin = constant_integers(node.input(1));
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  if (!begin || begin->size() != input.shape.size() || output.rank() != input.rank()) {
    return std::nullopt;
  }
  Box box;
  for (std::size_t i = 0; i < begin->size(); ++i) {
    if ((*begin)[i] < 0) return std::nullopt;
    box.begin.push_back(static_cast<std::size_t>((*begin)[i]));
    box.size.push_back(static_cast<std::size_t>(output.shape[i]));
  }
  return box;
}

bool has_bit(std::int32_t mask, std::size_t bit) noexcept {
  return ((static_cast<std::uint32_t>(mask) >> bit) & 1U) != 0;
}

std::optional<Box> strided_box(const Node& node) {
  const auto options = node.options_or_default<StridedSliceOptions>();
  const auto begin = constant_integers(node.input(1));
  const auto end = constant_integers(node.input(2));
  const auto strides = constant_integers(node.input(3));
  const Shape& shape = node.input(0).shape;
  if (!begin || !end || !strides || options.ellipsis_mask != 0 || options.new_axis_mask != 0 ||
      options.offset || begin->size() > shape.size() || end->size() != begin->size() ||
      strides->size() != begin->size() ||
      std::ranges::any_of(*strides, [](std::int64_t stride) { return stride != 1; })) {
    return std::nullopt;
  }
  Box box;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t extent = shape[i];
    const auto place = [&](std::int64_t value) {
      return std::clamp<std::int64_t>(value < 0 ? value + extent : value, 0, extent);
    };
    std::int64_t from = 0;
    std::int64_t to = extent;
    if (i < begin->size()) {
      if (!has_bit(options.begin_mask, i)) from = place((*begin)[i]);
      if (!has_bit(options.end_mask, i)) to = place((*end)[i]);
      if (has_bit(options.shrink_axis_mask, i)) {
        from = place((*begin)[i]);
        to = from + 1;
      }
    }
    if (to <= from) return std::nullopt;
    box.begin.push_back(static_cast<std::size_t>(from));
    box.size.push_back(static_cast<std::size_t>(to - from));
  }
  return box;
}

// The axis and the first element of each output along it.
std::optional<std::size_t> split_axis(const Node& node) {
  const bool sized = node.op().code == BuiltinOperator::SPLIT_V;
  const RuntimeTensor& axis = node.input(sized ? 2 : 0);
  const std::int64_t rank = node.input(sized ? 0 : 1).rank();
  const auto values = constant_integers(axis);
  if (!values || values->size() != 1 || values->front() < -rank || values->front() >= rank) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(values->front() < 0 ? values->front() + rank : values->front());
}

const RuntimeTensor& split_input(const Node& node) {
  return node.input(node.op().code == BuiltinOperator::SPLIT_V ? 0 : 1);
}

}  // namespace

Reason supports_slice(const Node& node) {
  const bool strided = node.op().code == BuiltinOperator::STRIDED_SLICE;
  if (node.input_count() != (strided ? 4 : 3) || node.output_count() != 1) {
    return "it has not the usual inputs";
  }
  const RuntimeTensor& input = node.input(0);
  if (!same_representation(input, node.output(0))) return kNotAlike;
  const auto box = strided ? strided_box(node) : slice_box(node);
  if (!box || input.rank() == 0) return "it is no plain box of its input";
  const bool fits = lies_within(*box, input.shape) && elements(*box) == node.output(0).size();
  return fits ? nullptr : kNoFit;
}

void define_slice(const Node& node, Definition& definition) {
  const bool strided = node.op().code == BuiltinOperator::STRIDED_SLICE;
  define_box(definition, node.input(0), node.output(0),
             strided ? *strided_box(node) : *slice_box(node));
}

Reason supports_split(const Node& node) {
  const bool sized = node.op().code == BuiltinOperator::SPLIT_V;
  if (node.input_count() != (sized ? 3 : 2) || node.output_count() == 0) {
    return "it has not the usual inputs";
  }
  const RuntimeTensor& input = split_input(node);
  const auto axis = split_axis(node);
  if (!axis) return "its axis is computed or out of range";
  std::int64_t sum = 0;
  for (std::size_t o = 0; o < node.output_count(); ++o) {
    const RuntimeTensor& output = node.output(o);
    if (!same_representation(input, output)) return kNotAlike;
    if (output.rank() != input.rank()) return kNoFit;
    for (std::size_t i = 0; i < input.shape.size(); ++i) {
      if (i != *axis && output.shape[i] != input.shape[i]) return kNoFit;
    }
    sum += output.shape[*axis];
  }
  return sum == input.shape[*axis] ? nullptr : kNoFit;
}

void define_split(const Node& node, Definition& definition) {
  const RuntimeTensor& input = split_input(node);
  const std::size_t axis = *split_axis(node);
  std::size_t begin = 0;
  for (std::size_t o = 0; o < node.output_count(); ++o) {
    const RuntimeTensor& output = node.output(o);
    Box box{std::vector<std::size_t>(input.shape.size()), dimensions(output.shape)};
    box.begin[axis] = begin;
    begin += box.size[axis];
    define_box(definition, input, output, box);
  }
}
#endif

#if LITEZOO_HAS_xnn_define_concatenate2
namespace {

constexpr std::size_t kMostConcatenated = 5;

std::optional<std::size_t> concatenation_axis(const Node& node) {
  const std::int64_t rank = node.output(0).rank();
  const std::int64_t axis = node.options<ConcatenationOptions>().axis;
  if (axis < -rank || axis >= rank) return std::nullopt;
  return static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
}

}  // namespace

Reason supports_concatenation(const Node& node) {
  const std::size_t count = node.input_count();
  if (count < 2 || count > kMostConcatenated || node.output_count() != 1) {
    return "it has too many or too few inputs";
  }
  if (node.options<ConcatenationOptions>().fused_activation_function != ActivationFunction::NONE) {
    return "it has an activation";
  }
  if (!all_alike(node, 0)) return kNotAlike;
  const auto axis = concatenation_axis(node);
  if (!axis) return "its axis is out of range";
  const RuntimeTensor& output = node.output(0);
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < count; ++k) {
    const Shape& shape = node.input(k).shape;
    if (shape.size() != output.shape.size()) return kNoFit;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (i != *axis && shape[i] != output.shape[i]) return kNoFit;
    }
    sum += shape[*axis];
  }
  return sum == output.shape[*axis] ? nullptr : kNoFit;
}

void define_concatenation(const Node& node, Definition& definition) {
  const auto axis = static_cast<std::int32_t>(*concatenation_axis(node));
  std::array<std::uint32_t, kMostConcatenated> in{};
  for (std::size_t k = 0; k < node.input_count(); ++k) in[k] = definition.value(node.input(k));
  const std::uint32_t out = definition.value(node.output(0));
  xnn_subgraph_t subgraph = definition.subgraph();
  const auto define = [&] {
    switch (node.input_count()) {
      case 2:
        return xnn_define_concatenate2(subgraph, axis, in[0], in[1], out, 0);
      case 3:
        return xnn_define_concatenate3(subgraph, axis, in[0], in[1], in[2], out, 0);
      case 4:
        return xnn_define_concatenate4(subgraph, axis, in[0], in[1], in[2], in[3], out, 0);
      default:
        return xnn_define_concatenate5(subgraph, axis, in[0], in[1], in[2], in[3], in[4], out, 0);
    }
  };
  check(define(), "define a concatenation");
}
#endif

}  // namespace litezoo::runtime::xnn
