#include <xnnpack.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

namespace litezoo::runtime::xnn {
namespace {

constexpr std::array kFloatOnly = {Precision::f32};
constexpr std::array kAll = {Precision::f32, Precision::qs8, Precision::qu8};
constexpr std::array kFloatAndSigned = {Precision::f32, Precision::qs8};

struct Binary {
  BuiltinOperator code;
  std::span<const Precision> precisions;
  xnn_status (*clamped)(xnn_subgraph_t, float, float, std::uint32_t, std::uint32_t, std::uint32_t,
                        std::uint32_t);
  xnn_status (*plain)(xnn_subgraph_t, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t);
};

constexpr auto kBinaries = std::to_array<Binary>({
    {BuiltinOperator::ADD, kAll, xnn_define_add2, nullptr},
    {BuiltinOperator::MUL, kAll, xnn_define_multiply2, nullptr},
    {BuiltinOperator::SUB, kAll, xnn_define_subtract, nullptr},
    {BuiltinOperator::DIV, kFloatOnly, xnn_define_divide, nullptr},
    {BuiltinOperator::MAXIMUM, kFloatOnly, nullptr, xnn_define_maximum2},
    {BuiltinOperator::MINIMUM, kFloatOnly, nullptr, xnn_define_minimum2},
    {BuiltinOperator::SQUARED_DIFFERENCE, kFloatOnly, nullptr, xnn_define_squared_difference},
});

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

using UnaryFunction = xnn_status (*)(xnn_subgraph_t, std::uint32_t, std::uint32_t, std::uint32_t);

template <ActivationFunction kActivation>
xnn_status define_clamp(xnn_subgraph_t subgraph, std::uint32_t input, std::uint32_t output,
                        std::uint32_t flags) {
  const Range range = *clamp_of(kActivation);
  return xnn_define_clamp(subgraph, range.min, range.max, input, output, flags);
}

xnn_status define_elu(xnn_subgraph_t subgraph, std::uint32_t input, std::uint32_t output,
                      std::uint32_t flags) {
  return xnn_define_elu(subgraph, 1.0F, input, output, flags);
}

struct Unary {
  BuiltinOperator code;
  std::span<const Precision> precisions;
  UnaryFunction define;
};

constexpr auto kUnaries = std::to_array<Unary>({
  {BuiltinOperator::ABS, kFloatOnly, xnn_define_abs},
      {BuiltinOperator::CEIL, kFloatOnly, xnn_define_ceiling},
      {BuiltinOperator::ELU, kFloatAndSigned, define_elu},
      {BuiltinOperator::FLOOR, kFloatOnly, xnn_define_floor},
      {BuiltinOperator::HARD_SWISH, kFloatOnly, xnn_define_hardswish},
      {BuiltinOperator::LOGISTIC, kAll, xnn_define_sigmoid},
      {BuiltinOperator::NEG, kFloatOnly, xnn_define_negate},
      {BuiltinOperator::RELU, kFloatOnly, define_clamp<ActivationFunction::RELU>},
      {BuiltinOperator::RELU6, kFloatOnly, define_clamp<ActivationFunction::RELU6>},
      {BuiltinOperator::RELU_N1_TO_1, kFloatOnly, define_clamp<ActivationFunction::RELU_N1_TO_1>},
      {BuiltinOperator::ROUND, kFloatOnly, xnn_define_bankers_rounding},
      {BuiltinOperator::SQRT, kFloatOnly, xnn_define_square_root},
      {BuiltinOperator::SQUARE, kFloatOnly, xnn_define_square},
#if LITEZOO_HAS_xnn_define_tanh
      {BuiltinOperator::TANH, kAll, xnn_define_tanh},
#endif
#if LITEZOO_HAS_xnn_define_exp
      {BuiltinOperator::EXP, kFloatOnly, xnn_define_exp},
#endif
#if LITEZOO_HAS_xnn_define_log
      {BuiltinOperator::LOG, kFloatOnly, xnn_define_log},
#endif
#if LITEZOO_HAS_xnn_define_reciprocal_square_root
      {BuiltinOperator::RSQRT, kFloatOnly, xnn_define_reciprocal_square_root},
#endif
});

bool contains(std::span<const Precision> precisions, Precision precision) noexcept {
  return std::ranges::find(precisions, precision) != precisions.end();
}

// Its 8-bit tables are for one output scale and zero point only.
bool has_sigmoid_output(const RuntimeTensor& output, Precision precision) noexcept {
  return output.scale() == 0x1.0p-8F &&
         output.zero_point() == (precision == Precision::qs8 ? -128 : 0);
}

[[maybe_unused]] bool has_tanh_output(const RuntimeTensor& output, Precision precision) noexcept {
  return output.scale() == 0x1.0p-7F &&
         output.zero_point() == (precision == Precision::qs8 ? 0 : 128);
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
  if (row.clamped && !clamp_of(activation_of(node))) return "its activation is not a clamp";
  return is_8bit(precision) ? check_8bit_scales(node) : nullptr;
}

void define_binary(const Node& node, Definition& definition) {
  const Binary& row = binary_of(node);
  const std::uint32_t a = definition.value(node.input(0));
  const std::uint32_t b = definition.value(node.input(1));
  const std::uint32_t output = definition.value(node.output(0));
  if (row.plain) {
    check(row.plain(definition.subgraph(), a, b, output, 0), "define a binary operator");
    return;
  }
  const Range range = *clamp_of(activation_of(node));
  check(row.clamped(definition.subgraph(), range.min, range.max, a, b, output, 0),
        "define a binary operator");
}

Reason supports_unary(const Node& node) {
  if (node.input_count() != 1 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  const Precision precision = common_precision({&input, &output});
  if (input.shape != output.shape) return "its shapes do not fit together";
  if (node.op().code == BuiltinOperator::LEAKY_RELU) {
    if (precision != Precision::f32) return "XNNPACK does not do it for this type";
    return std::isfinite(node.options<LeakyReluOptions>().alpha) ? nullptr
                                                                 : "its slope is no number";
  }
  const auto* row = std::ranges::find(kUnaries, node.op().code, &Unary::code);
  if (row == kUnaries.end() || !contains(row->precisions, precision)) {
    return "XNNPACK does not do it for this type";
  }
  if (precision == Precision::f32) return nullptr;
  if (node.op().code == BuiltinOperator::LOGISTIC && !has_sigmoid_output(output, precision)) {
    return "its output has an unusual scale";
  }
  if (node.op().code == BuiltinOperator::TANH && !has_tanh_output(output, precision)) {
    return "its output has an unusual scale";
  }
  return within(input.scale() / output.scale(), 0x1.0p-8F, 0x1.0p+7F)
             ? nullptr
             : "its scales are too far apart";
}

void define_unary(const Node& node, Definition& definition) {
  const std::uint32_t input = definition.value(node.input(0));
  const std::uint32_t output = definition.value(node.output(0));
  if (node.op().code == BuiltinOperator::LEAKY_RELU) {
    check(xnn_define_leaky_relu(definition.subgraph(), node.options<LeakyReluOptions>().alpha,
                                input, output, 0),
          "define a leaky ReLU");
    return;
  }
  const auto* row = std::ranges::find(kUnaries, node.op().code, &Unary::code);
  check(row->define(definition.subgraph(), input, output, 0), "define a unary operator");
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
  return nullptr;
}

void define_prelu(const Node& node, Definition& definition) {
  check(xnn_define_prelu(definition.subgraph(), definition.value(node.input(0)),
                         definition.value(node.input(1), Definition::Use::packed),
                         definition.value(node.output(0)), 0),
        "define a PReLU");
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
