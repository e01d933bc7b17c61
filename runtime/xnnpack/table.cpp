#include <algorithm>
#include <array>

#include "runtime/xnnpack/families.h"

namespace litezoo::runtime::xnn {
namespace {

// Sorted by code. A new operator: its functions in the file of its family, a row here, a test in
// tests/runtime/xnnpack_test.cpp.
constexpr auto kLowerings = std::to_array<Lowering>({
  {BuiltinOperator::ADD, supports_binary, define_binary},
      {BuiltinOperator::AVERAGE_POOL_2D, supports_average_pool_2d, define_average_pool_2d},
#if LITEZOO_HAS_xnn_define_concatenate2
      {BuiltinOperator::CONCATENATION, supports_concatenation, define_concatenation},
#endif
      {BuiltinOperator::CONV_2D, supports_conv_2d, define_conv_2d, infer_conv_2d},
      {BuiltinOperator::DEPTHWISE_CONV_2D, supports_depthwise_conv_2d, define_depthwise_conv_2d,
       infer_depthwise_conv_2d},
      {BuiltinOperator::DEPTH_TO_SPACE, supports_depth_to_space, define_depth_to_space},
      {BuiltinOperator::DEQUANTIZE, supports_dequantize, define_convert},
      {BuiltinOperator::FLOOR, supports_unary, define_unary},
      {BuiltinOperator::FULLY_CONNECTED, supports_fully_connected, define_fully_connected,
       infer_fully_connected},
      {BuiltinOperator::LOGISTIC, supports_unary, define_unary},
      {BuiltinOperator::MAX_POOL_2D, supports_max_pool_2d, define_max_pool_2d},
      {BuiltinOperator::MUL, supports_binary, define_binary},
      {BuiltinOperator::RELU, supports_unary, define_unary},
      {BuiltinOperator::RELU_N1_TO_1, supports_unary, define_unary},
      {BuiltinOperator::RELU6, supports_unary, define_unary},
      {BuiltinOperator::RESHAPE, supports_reshape, define_reshape},
      {BuiltinOperator::RESIZE_BILINEAR, supports_resize_bilinear, define_resize_bilinear},
// Debian 12's release computes it with vectors of four whatever the CPU has: ours is twice as fast.
#if LITEZOO_HAS_xnn_define_unary
      {BuiltinOperator::SOFTMAX, supports_softmax, define_softmax},
#endif
#if LITEZOO_HAS_xnn_define_space_to_depth_2d
      {BuiltinOperator::SPACE_TO_DEPTH, supports_space_to_depth, define_space_to_depth},
#endif
#if LITEZOO_HAS_xnn_define_tanh
      {BuiltinOperator::TANH, supports_unary, define_unary},
#endif
      {BuiltinOperator::PAD, supports_pad, define_pad},
#if LITEZOO_HAS_xnn_define_static_transpose
      {BuiltinOperator::TRANSPOSE, supports_transpose, define_transpose},
#endif
      {BuiltinOperator::MEAN, supports_reduce, define_reduce},
      {BuiltinOperator::SUB, supports_binary, define_binary},
      {BuiltinOperator::DIV, supports_binary, define_binary},
      {BuiltinOperator::SQUEEZE, supports_reshape, define_reshape},
#if LITEZOO_HAS_xnn_define_static_slice
      {BuiltinOperator::STRIDED_SLICE, supports_slice, define_slice},
#endif
#if LITEZOO_HAS_xnn_define_unary
      {BuiltinOperator::EXP, supports_unary, define_unary},
#endif
#if LITEZOO_HAS_xnn_define_static_slice
      {BuiltinOperator::SPLIT, supports_split, define_split},
#endif
      {BuiltinOperator::PRELU, supports_prelu, define_prelu},
      {BuiltinOperator::MAXIMUM, supports_binary, define_binary},
      {BuiltinOperator::MINIMUM, supports_binary, define_binary},
      {BuiltinOperator::NEG, supports_unary, define_unary},
#if LITEZOO_HAS_xnn_define_static_slice
      {BuiltinOperator::SLICE, supports_slice, define_slice},
#endif
      {BuiltinOperator::TRANSPOSE_CONV, supports_transpose_conv, define_transpose_conv,
       infer_transpose_conv},
      {BuiltinOperator::EXPAND_DIMS, supports_reshape, define_reshape},
#if LITEZOO_HAS_xnn_define_unary
      {BuiltinOperator::LOG, supports_unary, define_unary},
#endif
#if LITEZOO_HAS_xnn_define_static_reduce
      {BuiltinOperator::SUM, supports_reduce, define_reduce},
#endif
      {BuiltinOperator::SQRT, supports_unary, define_unary},
#if LITEZOO_HAS_xnn_define_unary
      {BuiltinOperator::RSQRT, supports_unary, define_unary},
#endif
      {BuiltinOperator::SQUARE, supports_unary, define_unary},
      {BuiltinOperator::LEAKY_RELU, supports_unary, define_unary},
      {BuiltinOperator::SQUARED_DIFFERENCE, supports_binary, define_binary},
      {BuiltinOperator::ABS, supports_unary, define_unary},
#if LITEZOO_HAS_xnn_define_static_slice
      {BuiltinOperator::SPLIT_V, supports_split, define_split},
#endif
      {BuiltinOperator::CEIL, supports_unary, define_unary},
      {BuiltinOperator::ELU, supports_unary, define_unary},
      {BuiltinOperator::QUANTIZE, supports_quantize, define_convert},
      {BuiltinOperator::ROUND, supports_unary, define_unary},
      {BuiltinOperator::HARD_SWISH, supports_unary, define_unary},
#if LITEZOO_HAS_xnn_define_batch_matrix_multiply
      {BuiltinOperator::BATCH_MATMUL, supports_batch_matmul, define_batch_matmul},
#endif
#if LITEZOO_HAS_xnn_define_unary
      {BuiltinOperator::GELU, supports_unary, define_unary},
#endif
});
static_assert(std::ranges::is_sorted(kLowerings, {}, &Lowering::code));

// Sorted by name.
constexpr auto kCustomLowerings = std::to_array<CustomLowering>({
    {"Convolution2DTransposeBias", supports_transpose_conv_bias, define_transpose_conv_bias,
     infer_transpose_conv_bias},
    {"MaxPoolingWithArgmax2D", supports_argmax_pool_2d, define_argmax_pool_2d},
});
static_assert(std::ranges::is_sorted(kCustomLowerings, {}, &CustomLowering::name));

}  // namespace

std::optional<Lowering> find_lowering(const Operator& op) noexcept {
  if (op.code == BuiltinOperator::CUSTOM) {
    const auto* row = std::ranges::lower_bound(kCustomLowerings, std::string_view(op.custom_code),
                                               {}, &CustomLowering::name);
    if (row == kCustomLowerings.end() || row->name != op.custom_code) return std::nullopt;
    return Lowering{op.code, row->supports, row->define, row->infer};
  }
  const auto* row = std::ranges::lower_bound(kLowerings, op.code, {}, &Lowering::code);
  if (row == kLowerings.end() || row->code != op.code) return std::nullopt;
  return *row;
}

std::span<const Lowering> lowerings() noexcept {
  return kLowerings;
}
std::span<const CustomLowering> custom_lowerings() noexcept {
  return kCustomLowerings;
}

}  // namespace litezoo::runtime::xnn
