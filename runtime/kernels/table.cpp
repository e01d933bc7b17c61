#include <algorithm>
#include <array>

#include "runtime/kernels/activation.h"
#include "runtime/kernels/arg_reduce.h"
#include "runtime/kernels/arithmetic.h"
#include "runtime/kernels/arrange.h"
#include "runtime/kernels/audio_features.h"
#include "runtime/kernels/batch_matmul.h"
#include "runtime/kernels/binary.h"
#include "runtime/kernels/cast.h"
#include "runtime/kernels/compare.h"
#include "runtime/kernels/control.h"
#include "runtime/kernels/conv.h"
#include "runtime/kernels/dequantize.h"
#include "runtime/kernels/detection.h"
#include "runtime/kernels/embedding.h"
#include "runtime/kernels/fill.h"
#include "runtime/kernels/fully_connected.h"
#include "runtime/kernels/gather.h"
#include "runtime/kernels/hashtable.h"
#include "runtime/kernels/join.h"
#include "runtime/kernels/kernel.h"
#include "runtime/kernels/lsh_projection.h"
#include "runtime/kernels/lstm.h"
#include "runtime/kernels/matrix.h"
#include "runtime/kernels/mediapipe_ops.h"
#include "runtime/kernels/normalization.h"
#include "runtime/kernels/pad.h"
#include "runtime/kernels/pool.h"
#include "runtime/kernels/quantize.h"
#include "runtime/kernels/random.h"
#include "runtime/kernels/reduce.h"
#include "runtime/kernels/reduce_window.h"
#include "runtime/kernels/resize.h"
#include "runtime/kernels/rnn.h"
#include "runtime/kernels/search.h"
#include "runtime/kernels/segment.h"
#include "runtime/kernels/select.h"
#include "runtime/kernels/shape.h"
#include "runtime/kernels/signal.h"
#include "runtime/kernels/skip_gram.h"
#include "runtime/kernels/slice.h"
#include "runtime/kernels/softmax.h"
#include "runtime/kernels/space.h"
#include "runtime/kernels/sparse.h"
#include "runtime/kernels/stablehlo.h"
#include "runtime/kernels/suppression.h"
#include "runtime/kernels/svdf.h"
#include "runtime/kernels/unary.h"
#include "runtime/kernels/variable.h"
#include "runtime/kernels/widened.h"

namespace litezoo::runtime {
namespace {

// Sorted by code. A new operator: its prepare function in the file of its family, a row here, a
// test in tests/runtime/kernels/<family>_test.cpp.
constexpr auto kKernels = std::to_array<Kernel>({
    {BuiltinOperator::ADD, prepare_add, Trait::in_place},
    {BuiltinOperator::AVERAGE_POOL_2D, prepare_average_pool},
    {BuiltinOperator::CONCATENATION, widened<prepare_concatenation>},
    {BuiltinOperator::CONV_2D, prepare_conv_2d},
    {BuiltinOperator::DEPTHWISE_CONV_2D, prepare_depthwise_conv_2d},
    {BuiltinOperator::DEPTH_TO_SPACE, prepare_depth_to_space},
    {BuiltinOperator::DEQUANTIZE, prepare_dequantize},
    {BuiltinOperator::EMBEDDING_LOOKUP, prepare_embedding_lookup},
    {BuiltinOperator::FLOOR, prepare_floor, Trait::in_place},
    {BuiltinOperator::FULLY_CONNECTED, prepare_fully_connected},
    {BuiltinOperator::HASHTABLE_LOOKUP, prepare_hashtable_lookup},
    {BuiltinOperator::L2_NORMALIZATION, prepare_l2_normalization, Trait::in_place},
    {BuiltinOperator::L2_POOL_2D, prepare_l2_pool},
    {BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION, prepare_local_response_normalization},
    {BuiltinOperator::LOGISTIC, prepare_logistic, Trait::in_place},
    {BuiltinOperator::LSH_PROJECTION, prepare_lsh_projection},
    {BuiltinOperator::LSTM, prepare_lstm, Trait::stateful},
    {BuiltinOperator::MAX_POOL_2D, prepare_max_pool},
    {BuiltinOperator::MUL, prepare_mul, Trait::in_place},
    {BuiltinOperator::RELU, prepare_relu, Trait::in_place},
    {BuiltinOperator::RELU_N1_TO_1, prepare_relu_n1_to_1, Trait::in_place},
    {BuiltinOperator::RELU6, prepare_relu6, Trait::in_place},
    {BuiltinOperator::RESHAPE, prepare_reshape, Trait::view},
    {BuiltinOperator::RESIZE_BILINEAR, prepare_resize_bilinear},
    {BuiltinOperator::RNN, prepare_rnn, Trait::stateful},
    {BuiltinOperator::SOFTMAX, prepare_softmax, Trait::in_place},
    {BuiltinOperator::SPACE_TO_DEPTH, prepare_space_to_depth},
    {BuiltinOperator::SVDF, prepare_svdf, Trait::stateful},
    {BuiltinOperator::TANH, prepare_tanh, Trait::in_place},
    {BuiltinOperator::SKIP_GRAM, prepare_skip_gram},
    {BuiltinOperator::CALL, prepare_call, Trait::stateful},
    {BuiltinOperator::EMBEDDING_LOOKUP_SPARSE, prepare_embedding_lookup_sparse},
    {BuiltinOperator::PAD, widened<prepare_pad>},
    {BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_RNN, prepare_unidirectional_sequence_rnn,
     Trait::stateful},
    {BuiltinOperator::GATHER, prepare_gather},
    {BuiltinOperator::BATCH_TO_SPACE_ND, prepare_batch_to_space},
    {BuiltinOperator::SPACE_TO_BATCH_ND, prepare_space_to_batch},
    {BuiltinOperator::TRANSPOSE, widened<prepare_transpose>},
    {BuiltinOperator::MEAN, prepare_mean},
    {BuiltinOperator::SUB, prepare_sub, Trait::in_place},
    {BuiltinOperator::DIV, prepare_div, Trait::in_place},
    {BuiltinOperator::SQUEEZE, prepare_squeeze, Trait::view},
    {BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, prepare_unidirectional_sequence_lstm,
     Trait::stateful},
    {BuiltinOperator::STRIDED_SLICE, widened<prepare_strided_slice>},
    {BuiltinOperator::BIDIRECTIONAL_SEQUENCE_RNN, prepare_bidirectional_sequence_rnn,
     Trait::stateful},
    {BuiltinOperator::EXP, prepare_exp, Trait::in_place},
    {BuiltinOperator::TOPK_V2, prepare_topk},
    {BuiltinOperator::SPLIT, prepare_split},
    {BuiltinOperator::LOG_SOFTMAX, prepare_log_softmax, Trait::in_place},
    {BuiltinOperator::BIDIRECTIONAL_SEQUENCE_LSTM, prepare_bidirectional_sequence_lstm,
     Trait::stateful},
    {BuiltinOperator::CAST, widened<prepare_cast>, Trait::in_place},
    {BuiltinOperator::PRELU, prepare_prelu, Trait::in_place},
    {BuiltinOperator::MAXIMUM, prepare_maximum, Trait::in_place},
    {BuiltinOperator::ARG_MAX, prepare_arg_max},
    {BuiltinOperator::MINIMUM, prepare_minimum, Trait::in_place},
    {BuiltinOperator::LESS, prepare_less},
    {BuiltinOperator::NEG, prepare_neg, Trait::in_place},
    {BuiltinOperator::PADV2, widened<prepare_pad>},
    {BuiltinOperator::GREATER, prepare_greater},
    {BuiltinOperator::GREATER_EQUAL, prepare_greater_equal},
    {BuiltinOperator::LESS_EQUAL, prepare_less_equal},
    {BuiltinOperator::SELECT, prepare_select},
    {BuiltinOperator::SLICE, widened<prepare_slice>},
    {BuiltinOperator::SIN, prepare_sin, Trait::in_place},
    {BuiltinOperator::TRANSPOSE_CONV, prepare_transpose_conv},
    {BuiltinOperator::SPARSE_TO_DENSE, prepare_sparse_to_dense},
    {BuiltinOperator::TILE, prepare_tile},
    {BuiltinOperator::EXPAND_DIMS, prepare_expand_dims, Trait::view},
    {BuiltinOperator::EQUAL, prepare_equal},
    {BuiltinOperator::NOT_EQUAL, prepare_not_equal},
    {BuiltinOperator::LOG, prepare_log, Trait::in_place},
    {BuiltinOperator::SUM, prepare_sum},
    {BuiltinOperator::SQRT, prepare_sqrt, Trait::in_place},
    {BuiltinOperator::RSQRT, prepare_rsqrt, Trait::in_place},
    {BuiltinOperator::SHAPE, prepare_shape},
    {BuiltinOperator::POW, prepare_pow, Trait::in_place},
    {BuiltinOperator::ARG_MIN, prepare_arg_min},
    {BuiltinOperator::FAKE_QUANT, prepare_fake_quant, Trait::in_place},
    {BuiltinOperator::REDUCE_PROD, prepare_reduce_prod},
    {BuiltinOperator::REDUCE_MAX, prepare_reduce_max},
    {BuiltinOperator::PACK, prepare_pack},
    {BuiltinOperator::LOGICAL_OR, prepare_logical_or, Trait::in_place},
    {BuiltinOperator::ONE_HOT, prepare_one_hot},
    {BuiltinOperator::LOGICAL_AND, prepare_logical_and, Trait::in_place},
    {BuiltinOperator::LOGICAL_NOT, prepare_logical_not, Trait::in_place},
    {BuiltinOperator::UNPACK, prepare_unpack},
    {BuiltinOperator::REDUCE_MIN, prepare_reduce_min},
    {BuiltinOperator::FLOOR_DIV, prepare_floor_div, Trait::in_place},
    {BuiltinOperator::REDUCE_ANY, prepare_reduce_any},
    {BuiltinOperator::SQUARE, prepare_square, Trait::in_place},
    {BuiltinOperator::ZEROS_LIKE, prepare_zeros_like, Trait::in_place},
    {BuiltinOperator::FILL, prepare_fill},
    {BuiltinOperator::FLOOR_MOD, prepare_floor_mod, Trait::in_place},
    {BuiltinOperator::RANGE, prepare_range},
    {BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, prepare_resize_nearest_neighbor},
    {BuiltinOperator::LEAKY_RELU, prepare_leaky_relu, Trait::in_place},
    {BuiltinOperator::SQUARED_DIFFERENCE, prepare_squared_difference, Trait::in_place},
    {BuiltinOperator::MIRROR_PAD, prepare_mirror_pad},
    {BuiltinOperator::ABS, prepare_abs, Trait::in_place},
    {BuiltinOperator::SPLIT_V, prepare_split_v},
    {BuiltinOperator::UNIQUE, prepare_unique},
    {BuiltinOperator::CEIL, prepare_ceil, Trait::in_place},
    {BuiltinOperator::REVERSE_V2, prepare_reverse},
    {BuiltinOperator::ADD_N, prepare_add_n},
    {BuiltinOperator::GATHER_ND, prepare_gather_nd},
    {BuiltinOperator::COS, prepare_cos, Trait::in_place},
    {BuiltinOperator::WHERE, prepare_where},
    {BuiltinOperator::RANK, prepare_rank},
    {BuiltinOperator::ELU, prepare_elu, Trait::in_place},
    {BuiltinOperator::REVERSE_SEQUENCE, prepare_reverse_sequence},
    {BuiltinOperator::MATRIX_DIAG, prepare_matrix_diag},
    {BuiltinOperator::QUANTIZE, widened<prepare_quantize>, Trait::in_place},
    {BuiltinOperator::MATRIX_SET_DIAG, prepare_matrix_set_diag},
    {BuiltinOperator::ROUND, prepare_round, Trait::in_place},
    {BuiltinOperator::HARD_SWISH, prepare_hard_swish, Trait::in_place},
    {BuiltinOperator::IF, prepare_if, Trait::stateful},
    {BuiltinOperator::WHILE, prepare_while, Trait::stateful},
    {BuiltinOperator::NON_MAX_SUPPRESSION_V4, prepare_non_max_suppression},
    {BuiltinOperator::NON_MAX_SUPPRESSION_V5, prepare_non_max_suppression},
    {BuiltinOperator::SCATTER_ND, prepare_scatter_nd},
    {BuiltinOperator::SELECT_V2, prepare_select_v2},
    {BuiltinOperator::DENSIFY, prepare_densify, Trait::view},
    {BuiltinOperator::SEGMENT_SUM, prepare_segment_sum},
    {BuiltinOperator::BATCH_MATMUL, prepare_batch_matmul},
    {BuiltinOperator::CUMSUM, prepare_cumsum},
    {BuiltinOperator::CALL_ONCE, prepare_call_once, Trait::stateful},
    {BuiltinOperator::BROADCAST_TO, widened<prepare_broadcast_to>},
    {BuiltinOperator::RFFT2D, prepare_rfft2d},
    {BuiltinOperator::CONV_3D, prepare_conv_3d},
    {BuiltinOperator::IMAG, prepare_imag},
    {BuiltinOperator::REAL, prepare_real},
    {BuiltinOperator::COMPLEX_ABS, prepare_complex_abs},
    {BuiltinOperator::HASHTABLE, prepare_hashtable, Trait::stateful},
    {BuiltinOperator::HASHTABLE_FIND, prepare_hashtable_find, Trait::stateful},
    {BuiltinOperator::HASHTABLE_IMPORT, prepare_hashtable_import, Trait::stateful},
    {BuiltinOperator::HASHTABLE_SIZE, prepare_hashtable_size, Trait::stateful},
    {BuiltinOperator::REDUCE_ALL, prepare_reduce_all},
    {BuiltinOperator::CONV_3D_TRANSPOSE, prepare_conv_3d_transpose},
    {BuiltinOperator::VAR_HANDLE, prepare_var_handle, Trait::stateful},
    {BuiltinOperator::READ_VARIABLE, prepare_read_variable, Trait::stateful},
    {BuiltinOperator::ASSIGN_VARIABLE, prepare_assign_variable, Trait::stateful},
    {BuiltinOperator::BROADCAST_ARGS, prepare_broadcast_args},
    {BuiltinOperator::RANDOM_STANDARD_NORMAL, prepare_random_standard_normal, Trait::stateful},
    {BuiltinOperator::BUCKETIZE, prepare_bucketize},
    {BuiltinOperator::RANDOM_UNIFORM, prepare_random_uniform, Trait::stateful},
    {BuiltinOperator::MULTINOMIAL, prepare_multinomial, Trait::stateful},
    {BuiltinOperator::GELU, prepare_gelu, Trait::in_place},
    {BuiltinOperator::DYNAMIC_UPDATE_SLICE, widened<prepare_dynamic_update_slice>, Trait::in_place},
    {BuiltinOperator::RELU_0_TO_1, prepare_relu_0_to_1, Trait::in_place},
    {BuiltinOperator::UNSORTED_SEGMENT_PROD, prepare_unsorted_segment_prod},
    {BuiltinOperator::UNSORTED_SEGMENT_MAX, prepare_unsorted_segment_max},
    {BuiltinOperator::UNSORTED_SEGMENT_SUM, prepare_unsorted_segment_sum},
    {BuiltinOperator::ATAN2, prepare_atan2, Trait::in_place},
    {BuiltinOperator::UNSORTED_SEGMENT_MIN, prepare_unsorted_segment_min},
    {BuiltinOperator::SIGN, prepare_sign, Trait::in_place},
    {BuiltinOperator::BITCAST, prepare_bitcast, Trait::view},
    {BuiltinOperator::BITWISE_XOR, prepare_bitwise_xor, Trait::in_place},
    {BuiltinOperator::RIGHT_SHIFT, prepare_right_shift, Trait::in_place},
    {BuiltinOperator::STABLEHLO_ADD, prepare_stablehlo_add, Trait::in_place},
    {BuiltinOperator::STABLEHLO_MULTIPLY, prepare_stablehlo_multiply, Trait::in_place},
    {BuiltinOperator::STABLEHLO_MAXIMUM, prepare_stablehlo_maximum, Trait::in_place},
    {BuiltinOperator::STABLEHLO_AND, prepare_stablehlo_and, Trait::in_place},
    {BuiltinOperator::STABLEHLO_MINIMUM, prepare_stablehlo_minimum, Trait::in_place},
    {BuiltinOperator::STABLEHLO_SCATTER, prepare_stablehlo_scatter, Trait::stateful},
    {BuiltinOperator::STABLEHLO_PAD, prepare_stablehlo_pad},
    {BuiltinOperator::STABLEHLO_REDUCE_WINDOW, prepare_stablehlo_reduce_window, Trait::stateful},
    {BuiltinOperator::STABLEHLO_WHILE, prepare_while, Trait::stateful},
    {BuiltinOperator::STABLEHLO_GATHER, prepare_stablehlo_gather},
    {BuiltinOperator::DILATE, prepare_dilate},
    {BuiltinOperator::STABLEHLO_RNG_BIT_GENERATOR, prepare_stablehlo_rng_bit_generator},
    {BuiltinOperator::REDUCE_WINDOW, prepare_reduce_window},
    {BuiltinOperator::STABLEHLO_COMPOSITE, prepare_stablehlo_composite, Trait::stateful},
    {BuiltinOperator::STABLEHLO_SHIFT_LEFT, prepare_shift_left, Trait::in_place},
    {BuiltinOperator::STABLEHLO_CASE, prepare_stablehlo_case, Trait::stateful},
});
static_assert(std::ranges::is_sorted(kKernels, {}, &Kernel::code));

// Sorted by name.
constexpr auto kCustomKernels = std::to_array<CustomKernel>({
    {"AudioSpectrogram", prepare_audio_spectrogram},
    {"Convolution2DTransposeBias", prepare_transpose_conv_bias},
    {"Landmarks2TransformMatrix", prepare_landmarks_to_matrix},
    {"MaxPoolingWithArgmax2D", prepare_max_pool_argmax},
    {"MaxUnpooling2D", prepare_max_unpooling},
    {"Mfcc", prepare_mfcc},
    {"TFLite_Detection_PostProcess", prepare_detection_postprocess},
    {"TransformLandmarks", prepare_transform_landmarks},
    {"TransformTensorBilinear", prepare_transform_tensor},
});
static_assert(std::ranges::is_sorted(kCustomKernels, {}, &CustomKernel::name));

}  // namespace

const Kernel* find_kernel(BuiltinOperator code) noexcept {
  const auto* row = std::ranges::lower_bound(kKernels, code, {}, &Kernel::code);
  return row != kKernels.end() && row->code == code ? row : nullptr;
}

const CustomKernel* find_custom_kernel(std::string_view name) noexcept {
  const auto* row = std::ranges::lower_bound(kCustomKernels, name, {}, &CustomKernel::name);
  return row != kCustomKernels.end() && row->name == name ? row : nullptr;
}

std::span<const Kernel> kernels() noexcept {
  return kKernels;
}
std::span<const CustomKernel> custom_kernels() noexcept {
  return kCustomKernels;
}

}  // namespace litezoo::runtime
