#include <xnnpack.h>

#include <array>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

namespace litezoo::runtime::xnn {
namespace {

struct Margins {
  std::vector<std::size_t> before, after;
};

std::optional<Margins> margins_of(const Node& node) {
  const auto values = constant_integers(node.input(1));
  const auto rank = static_cast<std::size_t>(node.input(0).rank());
  if (!values || values->size() != rank * 2 || node.input(1).rank() != 2) return std::nullopt;
  Margins margins;
  for (std::size_t i = 0; i < rank; ++i) {
    for (std::size_t side = 0; side < 2; ++side) {
      const std::int64_t margin = (*values)[i * 2 + side];
      if (margin < 0 || margin > (1 << 30)) return std::nullopt;
      (side == 0 ? margins.before : margins.after).push_back(static_cast<std::size_t>(margin));
    }
  }
  return margins;
}

}  // namespace

// RESHAPE, SQUEEZE, EXPAND_DIMS: what the kernel found out about the shape is enough.
Reason supports_reshape(const Node& node) {
  if (node.output_count() != 1) return "it has not the usual outputs";
  const RuntimeTensor& input = node.input(0);
  if (!same_representation(input, node.output(0)))
    return "input and output differ in type or scale";
  return input.size() == node.output(0).size() ? nullptr : "its shapes do not fit together";
}

void define_reshape(const Node& node, Definition& definition) {
  const std::vector<std::size_t> shape = dimensions(node.output(0).shape);
  const std::uint32_t input = definition.value(node.input(0));
  definition.reshape(input, definition.value(node.output(0)), shape);
}

Reason supports_pad(const Node& node) {
  if (node.input_count() != 2 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  if (!same_representation(input, output)) return "input and output differ in type or scale";
  const auto margins = margins_of(node);
  if (!margins || input.rank() == 0 || output.rank() != input.rank()) {
    return "its paddings are not constant or out of range";
  }
  for (std::size_t i = 0; i < input.shape.size(); ++i) {
    if (static_cast<std::size_t>(output.shape[i]) !=
        static_cast<std::size_t>(input.shape[i]) + margins->before[i] + margins->after[i]) {
      return "its shapes do not fit together";
    }
  }
  return nullptr;
}

void define_pad(const Node& node, Definition& definition) {
  const Margins margins = *margins_of(node);
  check(xnn_define_static_constant_pad(definition.subgraph(), margins.before.data(),
                                       margins.after.data(), 0.0F, definition.value(node.input(0)),
                                       definition.value(node.output(0)), 0),
        "define a pad");
}

namespace {

#if LITEZOO_HAS_xnn_define_static_transpose
constexpr bool kMovesBytes = true;
#else
constexpr bool kMovesBytes = false;
#endif

// `small` has the pixels that `large` has spread out.
Reason check_blocks(const Node& node, const RuntimeTensor& small, const RuntimeTensor& large) {
  if (!same_representation(small, large)) return "input and output differ in type or scale";
  if (!kMovesBytes && precision(small) != Precision::f32) return "XNNPACK moves floats only";
  const std::int64_t block = node.options<BlockSizeOptions>().block_size;
  if (block < 2 || block > (1 << 14) || small.rank() != 4 || large.rank() != 4) {
    return "its block size is out of range";
  }
  const bool fits = large.shape[0] == small.shape[0] && large.shape[1] == small.shape[1] * block &&
                    large.shape[2] == small.shape[2] * block &&
                    large.shape[3] * block * block == small.shape[3];
  return fits ? nullptr : "its shapes do not fit together";
}

}  // namespace

Reason supports_depth_to_space(const Node& node) {
  if (node.input_count() != 1 || node.output_count() != 1) return "it has not the usual inputs";
  return check_blocks(node, node.input(0), node.output(0));
}

void define_depth_to_space(const Node& node, Definition& definition) {
  const auto block = static_cast<std::uint32_t>(node.options<BlockSizeOptions>().block_size);
  const std::uint32_t input = definition.value(node.input(0));
  const std::uint32_t output = definition.value(node.output(0));
#if LITEZOO_HAS_xnn_define_depth_to_space_2d
  check(xnn_define_depth_to_space_2d(definition.subgraph(), block, input, output, 0),
        "define a depth-to-space");
#else
  check(xnn_define_depth_to_space(definition.subgraph(), input, output, block, 0),
        "define a depth-to-space");
#endif
}

#if LITEZOO_HAS_xnn_define_space_to_depth_2d
Reason supports_space_to_depth(const Node& node) {
  if (node.input_count() != 1 || node.output_count() != 1) return "it has not the usual inputs";
  return check_blocks(node, node.output(0), node.input(0));
}

void define_space_to_depth(const Node& node, Definition& definition) {
  const auto block = static_cast<std::uint32_t>(node.options<BlockSizeOptions>().block_size);
  const std::uint32_t input = definition.value(node.input(0));
  check(xnn_define_space_to_depth_2d(definition.subgraph(), block, input,
                                     definition.value(node.output(0)), 0),
        "define a space-to-depth");
}
#endif

}  // namespace litezoo::runtime::xnn
