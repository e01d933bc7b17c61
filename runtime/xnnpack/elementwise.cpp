#include <xnnpack.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

namespace litezoo::runtime::xnn {
namespace {

constexpr std::array kFloatOnly = {Precision::f32};
constexpr std::array kAll = {Precision::f32, Precision::qs8, Precision::qu8};

struct Binary {
  BuiltinOperator code;
  std::span<const Precision> precisions;
  bool clamps;  // has a fused activation
  xnn_status (*define)(xnn_subgraph_t, Range, std::uint32_t a, std::uint32_t b, std::uint32_t out);
};

#if LITEZOO_HAS_xnn_define_binary

template <xnn_binary_operator kType>
xnn_status binary(xnn_subgraph_t subgraph, Range range, std::uint32_t a, std::uint32_t b,
                  std::uint32_t out) {
  const xnn_binary_params params{static_cast<double>(range.min), static_cast<double>(range.max)};
  const bool bounded = std::isfinite(range.min) || std::isfinite(range.max);
  return xnn_define_binary(subgraph, kType, bounded ? &params : nullptr, a, b, out, 0);
}

constexpr auto kBinaries = std::to_array<Binary>({
    {BuiltinOperator::ADD, kAll, true, binary<xnn_binary_add>},
    {BuiltinOperator::MUL, kAll, true, binary<xnn_binary_multiply>},
    {BuiltinOperator::SUB, kAll, true, binary<xnn_binary_subtract>},
    {BuiltinOperator::DIV, kFloatOnly, true, binary<xnn_binary_divide>},
    {BuiltinOperator::MAXIMUM, kFloatOnly, false, binary<xnn_binary_maximum>},
    {BuiltinOperator::MINIMUM, kFloatOnly, false, binary<xnn_binary_minimum>},
    {BuiltinOperator::SQUARED_DIFFERENCE, kFloatOnly, false, binary<xnn_binary_squared_difference>},
});

#else

template <auto kFunction>
xnn_status clamped(xnn_subgraph_t subgraph, Range range, std::uint32_t a, std::uint32_t b,
                   std::uint32_t out) {
  return kFunction(subgraph, range.min, range.max, a, b, out, 0);
}

template <auto kFunction>
xnn_status plain(xnn_subgraph_t subgraph, Range, std::uint32_t a, std::uint32_t b,
                 std::uint32_t out) {
  return kFunction(subgraph, a, b, out, 0);
}

constexpr auto kBinaries = std::to_array<Binary>({
    {BuiltinOperator::ADD, kAll, true, clamped<xnn_define_add2>},
    {BuiltinOperator::MUL, kAll, true, clamped<xnn_define_multiply2>},
    {BuiltinOperator::SUB, kAll, true, clamped<xnn_define_subtract>},
    {BuiltinOperator::DIV, kFloatOnly, true, clamped<xnn_define_divide>},
    {BuiltinOperator::MAXIMUM, kFloatOnly, false, plain<xnn_define_maximum2>},
    {BuiltinOperator::MINIMUM, kFloatOnly, false, plain<xnn_define_minimum2>},
    {BuiltinOperator::SQUARED_DIFFERENCE, kFloatOnly, false, plain<xnn_define_squared_difference>},
});

#endif

constexpr Range kUnbounded{-std::numeric_limits<float>::infinity(),
                           std::numeric_limits<float>::infinity()};

const Binary& binary_of(const Node& node) {
  return *std::ranges::find(kBinaries, node.op().code, &Binary::code);
}

ActivationFunction activation_of(const Node& node) {
  if (const auto* add = std::get_if<AddOptions>(&node.op().options)) {
    return add->fused_activation_function;
  }
  return node.options_or_default<ActivationOptions>().fused_activation_function;
}

Reason check_8bit_scales(const Node& node) {
  const float a = node.input(0).scale();
  const float b = node.input(1).scale();
  const float out = node.output(0).scale();
  if (node.op().code == BuiltinOperator::MUL) {
    return within(a * b / out, 0x1.0p-16F, 0x1.0p+8F) ? nullptr : "its scales are too far apart";
  }
  const bool near =
      within(a / out, 0x1.0p-10F, 0x1.0p+8F) && within(b / out, 0x1.0p-10F, 0x1.0p+8F);
  return near ? nullptr : "its scales are too far apart";
}

bool broadcasts_to(const Shape& input, const Shape& output) noexcept {
  if (input.size() > output.size()) return false;
  const std::size_t extra = output.size() - input.size();
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (input[i] != output[i + extra] && input[i] != 1) return false;
  }
  return true;
}

// Elements that both inputs walk through alike, or one of them not at all.
std::size_t row_length(const Shape& a, const Shape& b) noexcept {
  const auto extent = [](const Shape& shape, std::size_t from_last) {
    return from_last < shape.size() ? shape[shape.size() - 1 - from_last] : 1;
  };
  std::size_t length = 1;
  int kind = 0;  // 1: alike, 2: a stands still, 3: b does
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::int32_t left = extent(a, i), right = extent(b, i);
    if (left == 1 && right == 1) continue;
    const int own = left == right ? 1 : left == 1 ? 2 : 3;
    if (kind != 0 && own != kind) break;
    kind = own;
    length *= static_cast<std::size_t>(std::max(left, right));
  }
  return length;
}

// XNNPACK calls its kernel for each row; ours makes many short ones one.
bool has_short_rows(const Node& node) noexcept {
  constexpr std::size_t kShort = 32, kMany = 64;
  const std::size_t length = row_length(node.input(0).shape, node.input(1).shape);
  return length < kShort && node.output(0).size() >= length * kMany;
}

constexpr const char* kShortRows = "our kernel is faster with short rows";

// Releases with xnn_define_binary clamp by going over the output a second time.
bool clamps_apart(Range range) noexcept {
#if LITEZOO_HAS_xnn_define_binary
  return std::isfinite(range.min) || std::isfinite(range.max);
#else
  static_cast<void>(range);
  return false;
#endif
}

bool contains(std::span<const Precision> precisions, Precision precision) noexcept {
  return std::ranges::find(precisions, precision) != precisions.end();
}

}  // namespace

Reason supports_binary(const Node& node) {
  if (node.input_count() != 2 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& a = node.input(0);
  const RuntimeTensor& b = node.input(1);
  const RuntimeTensor& output = node.output(0);
  const Precision precision = common_precision({&a, &b, &output});
  const Binary& row = binary_of(node);
  if (!contains(row.precisions, precision)) return "XNNPACK does not do it for this type";
  if (!broadcasts_to(a.shape, output.shape) || !broadcasts_to(b.shape, output.shape)) {
    return "its shapes do not fit together";
  }
  if (row.clamps && !clamp_of(activation_of(node))) return "its activation is not a clamp";
  if (precision == Precision::f32 && has_short_rows(node)) return kShortRows;
  if (precision == Precision::f32 && row.clamps && clamps_apart(*clamp_of(activation_of(node)))) {
    return "our kernel clamps what it writes";
  }
  return is_8bit(precision) ? check_8bit_scales(node) : nullptr;
}

void define_binary(const Node& node, Definition& definition) {
  const Binary& row = binary_of(node);
  const Range range = row.clamps ? *clamp_of(activation_of(node)) : kUnbounded;
  const std::uint32_t a = definition.value(node.input(0));
  const std::uint32_t b = definition.value(node.input(1));
  check(row.define(definition.subgraph(), range, a, b, definition.value(node.output(0))),
        "define a binary operator");
}

Reason supports_prelu(const Node& node) {
  if (node.input_count() != 2 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& slope = node.input(1);
  if (common_precision({&input, &slope, &node.output(0)}) != Precision::f32) {
    return "XNNPACK does not do it for this type";
  }
  if (!slope.constant) return "its slope is computed";
  if (input.rank() < 1 || input.shape != node.output(0).shape || slope.rank() < 1 ||
      slope.shape.back() != input.shape.back() ||
      slope.size() != static_cast<std::size_t>(slope.shape.back())) {
    return "it has not one slope a channel";
  }
#if LITEZOO_HAS_xnn_define_binary
  if (has_short_rows(node)) return kShortRows;
#endif
  return nullptr;
}

void define_prelu(const Node& node, Definition& definition) {
  const std::uint32_t input = definition.value(node.input(0));
  const std::uint32_t output = definition.value(node.output(0));
#if LITEZOO_HAS_xnn_define_binary
  const std::uint32_t slope = definition.value(node.input(1));
  check(binary<xnn_binary_prelu>(definition.subgraph(), kUnbounded, input, slope, output),
        "define a PReLU");
#else
  const std::uint32_t slope = definition.value(node.input(1), Definition::Use::packed);
  check(xnn_define_prelu(definition.subgraph(), input, slope, output, 0), "define a PReLU");
#endif
}

Reason supports_softmax(const Node& node) {
  if (node.input_count() != 1 || node.output_count() != 1) return "it has not the usual inputs";
  if (common_precision({&node.input(0), &node.output(0)}) != Precision::f32) {
    return "XNNPACK does not do it for this type";
  }
  if (node.input(0).rank() < 1 || node.input(0).shape != node.output(0).shape) {
    return "its shapes do not fit together";
  }
  return node.options_or_default<SoftmaxOptions>().beta == 1.0F ? nullptr : "its beta is not 1";
}

void define_softmax(const Node& node, Definition& definition) {
  check(xnn_define_softmax(definition.subgraph(), definition.value(node.input(0)),
                           definition.value(node.output(0)), 0),
        "define a softmax");
}

}  // namespace litezoo::runtime::xnn
