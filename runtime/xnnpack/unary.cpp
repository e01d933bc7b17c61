#include <xnnpack.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

// Functions of one element. Releases with xnn_define_unary do every one of them for 8-bit types too
// (by a table); before, each has a function and types of its own.

namespace litezoo::runtime::xnn {
namespace {

constexpr std::array kFloatOnly = {Precision::f32};
constexpr std::array kAll = {Precision::f32, Precision::qs8, Precision::qu8};

using Define = xnn_status (*)(xnn_subgraph_t, const Node&, std::uint32_t input,
                              std::uint32_t output);

struct Unary {
  BuiltinOperator code;
  std::span<const Precision> precisions;
  Define define;
};

#if LITEZOO_HAS_xnn_define_unary

template <xnn_unary_operator kType>
xnn_status plain(xnn_subgraph_t subgraph, const Node&, std::uint32_t input, std::uint32_t output) {
  return xnn_define_unary(subgraph, kType, nullptr, input, output, 0);
}

template <ActivationFunction kActivation>
xnn_status clamp(xnn_subgraph_t subgraph, const Node&, std::uint32_t input, std::uint32_t output) {
  const Range range = *clamp_of(kActivation);
  xnn_unary_params params{};
  params.clamp = {range.min, range.max};
  return xnn_define_unary(subgraph, xnn_unary_clamp, &params, input, output, 0);
}

xnn_status elu(xnn_subgraph_t subgraph, const Node&, std::uint32_t input, std::uint32_t output) {
  xnn_unary_params params{};
  params.elu.alpha = 1.0F;
  return xnn_define_unary(subgraph, xnn_unary_elu, &params, input, output, 0);
}

xnn_status leaky_relu(xnn_subgraph_t subgraph, const Node& node, std::uint32_t input,
                      std::uint32_t output) {
  xnn_unary_params params{};
  params.leaky_relu.negative_slope = node.options<LeakyReluOptions>().alpha;
  return xnn_define_unary(subgraph, xnn_unary_leaky_relu, &params, input, output, 0);
}

// Of floats ours is faster: this release looks numbers up in a table.
constexpr std::array k8Bit = {Precision::qs8, Precision::qu8};

constexpr auto kUnaries = std::to_array<Unary>({
    {BuiltinOperator::ABS, kAll, plain<xnn_unary_abs>},
    {BuiltinOperator::CEIL, kFloatOnly, plain<xnn_unary_ceiling>},
    {BuiltinOperator::ELU, k8Bit, elu},
    {BuiltinOperator::EXP, kAll, plain<xnn_unary_exp>},
    {BuiltinOperator::FLOOR, kFloatOnly, plain<xnn_unary_floor>},
    {BuiltinOperator::GELU, kFloatOnly, plain<xnn_unary_gelu>},
    {BuiltinOperator::HARD_SWISH, kAll, plain<xnn_unary_hardswish>},
    {BuiltinOperator::LEAKY_RELU, kAll, leaky_relu},
    {BuiltinOperator::LOG, kFloatOnly, plain<xnn_unary_log>},
    {BuiltinOperator::LOGISTIC, kAll, plain<xnn_unary_sigmoid>},
    {BuiltinOperator::NEG, kFloatOnly, plain<xnn_unary_negate>},
    {BuiltinOperator::RELU, kFloatOnly, clamp<ActivationFunction::RELU>},
    {BuiltinOperator::RELU6, kFloatOnly, clamp<ActivationFunction::RELU6>},
    {BuiltinOperator::RELU_N1_TO_1, kFloatOnly, clamp<ActivationFunction::RELU_N1_TO_1>},
    {BuiltinOperator::ROUND, kFloatOnly, plain<xnn_unary_bankers_rounding>},
    {BuiltinOperator::RSQRT, kFloatOnly, plain<xnn_unary_reciprocal_square_root>},
    {BuiltinOperator::SQRT, kFloatOnly, plain<xnn_unary_square_root>},
    {BuiltinOperator::SQUARE, kFloatOnly, plain<xnn_unary_square>},
    {BuiltinOperator::TANH, kAll, plain<xnn_unary_tanh>},
});

#else

constexpr std::array kFloatAndSigned = {Precision::f32, Precision::qs8};

template <auto kFunction>
xnn_status plain(xnn_subgraph_t subgraph, const Node&, std::uint32_t input, std::uint32_t output) {
  return kFunction(subgraph, input, output, 0);
}

template <ActivationFunction kActivation>
xnn_status clamp(xnn_subgraph_t subgraph, const Node&, std::uint32_t input, std::uint32_t output) {
  const Range range = *clamp_of(kActivation);
  return xnn_define_clamp(subgraph, range.min, range.max, input, output, 0);
}

xnn_status elu(xnn_subgraph_t subgraph, const Node&, std::uint32_t input, std::uint32_t output) {
  return xnn_define_elu(subgraph, 1.0F, input, output, 0);
}

xnn_status leaky_relu(xnn_subgraph_t subgraph, const Node& node, std::uint32_t input,
                      std::uint32_t output) {
  return xnn_define_leaky_relu(subgraph, node.options<LeakyReluOptions>().alpha, input, output, 0);
}

constexpr auto kUnaries = std::to_array<Unary>({
  {BuiltinOperator::ABS, kFloatOnly, plain<xnn_define_abs>},
      {BuiltinOperator::CEIL, kFloatOnly, plain<xnn_define_ceiling>},
      {BuiltinOperator::ELU, kFloatAndSigned, elu},
      {BuiltinOperator::FLOOR, kFloatOnly, plain<xnn_define_floor>},
      {BuiltinOperator::HARD_SWISH, kFloatOnly, plain<xnn_define_hardswish>},
      {BuiltinOperator::LEAKY_RELU, kFloatOnly, leaky_relu},
      {BuiltinOperator::LOGISTIC, kAll, plain<xnn_define_sigmoid>},
      {BuiltinOperator::NEG, kFloatOnly, plain<xnn_define_negate>},
      {BuiltinOperator::RELU, kFloatOnly, clamp<ActivationFunction::RELU>},
      {BuiltinOperator::RELU6, kFloatOnly, clamp<ActivationFunction::RELU6>},
      {BuiltinOperator::RELU_N1_TO_1, kFloatOnly, clamp<ActivationFunction::RELU_N1_TO_1>},
      {BuiltinOperator::ROUND, kFloatOnly, plain<xnn_define_bankers_rounding>},
      {BuiltinOperator::SQRT, kFloatOnly, plain<xnn_define_square_root>},
      {BuiltinOperator::SQUARE, kFloatOnly, plain<xnn_define_square>},
#if LITEZOO_HAS_xnn_define_tanh
      {BuiltinOperator::TANH, kAll, plain<xnn_define_tanh>},
#endif
});

#endif

// Tables of 8-bit functions before xnn_define_unary are for one output scale and zero point only.
bool has_known_output(BuiltinOperator code, const RuntimeTensor& output, Precision precision) {
  if (code == BuiltinOperator::LOGISTIC) {
    return output.scale() == 0x1.0p-8F &&
           output.zero_point() == (precision == Precision::qs8 ? -128 : 0);
  }
  if (code == BuiltinOperator::TANH) {
    return output.scale() == 0x1.0p-7F &&
           output.zero_point() == (precision == Precision::qs8 ? 0 : 128);
  }
  return true;
}

}  // namespace

Reason supports_unary(const Node& node) {
  if (node.input_count() != 1 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  const BuiltinOperator code = node.op().code;
  const Precision precision = common_precision({&input, &output});
  if (input.shape != output.shape) return "its shapes do not fit together";
  const auto* row = std::ranges::find(kUnaries, code, &Unary::code);
  if (row == kUnaries.end() ||
      std::ranges::find(row->precisions, precision) == row->precisions.end()) {
    return "XNNPACK does not do it for this type";
  }
  if (code == BuiltinOperator::LEAKY_RELU &&
      !(std::abs(node.options<LeakyReluOptions>().alpha) < 0x1.0p+7F)) {
    return "its slope is out of range";
  }
  if (code == BuiltinOperator::GELU && node.options_or_default<GeluOptions>().approximate) {
    return "it is approximate";
  }
  if (precision == Precision::f32) return nullptr;
  if (!has_known_output(code, output, precision)) return "its output has an unusual scale";
  return within(input.scale() / output.scale(), 0x1.0p-8F, 0x1.0p+7F)
             ? nullptr
             : "its scales are too far apart";
}

void define_unary(const Node& node, Definition& definition) {
  const std::uint32_t input = definition.value(node.input(0));
  const std::uint32_t output = definition.value(node.output(0));
  const auto* row = std::ranges::find(kUnaries, node.op().code, &Unary::code);
  check(row->define(definition.subgraph(), node, input, output), "define a unary operator");
}

}  // namespace litezoo::runtime::xnn
