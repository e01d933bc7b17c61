#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/tensor_type.h"

namespace litezoo {

// The builtin options of operators, one struct per table of the TensorFlow Lite schema, with its
// field names and defaults. Tables without fields (ExpOptions, ...) are not listed: such an
// operator holds std::monostate. Values come from a file: a consumer checks ranges before use.

enum class Padding : std::int8_t { SAME = 0, VALID = 1 };

enum class ActivationFunction : std::int8_t {
  NONE = 0,
  RELU = 1,
  RELU_N1_TO_1 = 2,
  RELU6 = 3,
  TANH = 4,
  SIGN_BIT = 5,
};

struct Conv2DOptions {
  Padding padding = Padding::SAME;
  std::int32_t stride_w = 0, stride_h = 0;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  std::int32_t dilation_w_factor = 1, dilation_h_factor = 1;
  TensorType quantized_bias_type = TensorType::FLOAT32;
};

struct Conv3DOptions {
  Padding padding = Padding::SAME;
  std::int32_t stride_d = 0, stride_w = 0, stride_h = 0;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  std::int32_t dilation_d_factor = 1, dilation_w_factor = 1, dilation_h_factor = 1;
};

struct DepthwiseConv2DOptions {
  Padding padding = Padding::SAME;
  std::int32_t stride_w = 0, stride_h = 0;
  std::int32_t depth_multiplier = 0;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  std::int32_t dilation_w_factor = 1, dilation_h_factor = 1;
};

struct TransposeConvOptions {
  Padding padding = Padding::SAME;
  std::int32_t stride_w = 0, stride_h = 0;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  TensorType quantized_bias_type = TensorType::FLOAT32;
};

struct Pool2DOptions {
  Padding padding = Padding::SAME;
  std::int32_t stride_w = 0, stride_h = 0;
  std::int32_t filter_width = 0, filter_height = 0;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
};

enum class FullyConnectedWeightsFormat : std::int8_t { DEFAULT = 0, SHUFFLED4x16INT8 = 1 };

struct FullyConnectedOptions {
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  FullyConnectedWeightsFormat weights_format = FullyConnectedWeightsFormat::DEFAULT;
  bool keep_num_dims = false;
  bool asymmetric_quantize_inputs = false;
  TensorType quantized_bias_type = TensorType::FLOAT32;
};

struct BatchMatMulOptions {
  bool adj_x = false, adj_y = false;
  bool asymmetric_quantize_inputs = false;
};

struct SvdfOptions {
  std::int32_t rank = 0;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  bool asymmetric_quantize_inputs = false;
};

struct RnnOptions {
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  bool asymmetric_quantize_inputs = false;
};

struct SequenceRnnOptions {
  bool time_major = false;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  bool asymmetric_quantize_inputs = false;
};

struct BidirectionalSequenceRnnOptions {
  bool time_major = false;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  bool merge_outputs = false;
  bool asymmetric_quantize_inputs = false;
};

enum class LstmKernelType : std::int8_t { FULL = 0, BASIC = 1 };

struct LstmOptions {
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  float cell_clip = 0, proj_clip = 0;
  LstmKernelType kernel_type = LstmKernelType::FULL;
  bool asymmetric_quantize_inputs = false;
};

struct UnidirectionalSequenceLstmOptions {
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  float cell_clip = 0, proj_clip = 0;
  bool time_major = false;
  bool asymmetric_quantize_inputs = false;
  bool diagonal_recurrent_tensors = false;
};

struct BidirectionalSequenceLstmOptions {
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  float cell_clip = 0, proj_clip = 0;
  bool merge_outputs = false;
  bool time_major = true;
  bool asymmetric_quantize_inputs = false;
};

// ADD and SUB. pot_scale_int16 selects power-of-two arithmetic for int16.
struct AddOptions {
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
  bool pot_scale_int16 = true;
};

// MUL, DIV, L2_NORMALIZATION: a fused activation only.
struct ActivationOptions {
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
};

struct ConcatenationOptions {
  std::int32_t axis = 0;
  ActivationFunction fused_activation_function = ActivationFunction::NONE;
};

struct SoftmaxOptions {
  float beta = 0;
};

struct LocalResponseNormalizationOptions {
  std::int32_t radius = 0;
  float bias = 0, alpha = 0, beta = 0;
};

struct ResizeBilinearOptions {
  bool align_corners = false, half_pixel_centers = false;
};

struct ResizeNearestNeighborOptions {
  bool align_corners = false, half_pixel_centers = false;
};

struct ReshapeOptions {
  std::vector<std::int32_t> new_shape;
};

// SPACE_TO_DEPTH and DEPTH_TO_SPACE.
struct BlockSizeOptions {
  std::int32_t block_size = 0;
};

struct GatherOptions {
  std::int32_t axis = 0, batch_dims = 0;
};

// MEAN, SUM, REDUCE_*.
struct ReducerOptions {
  bool keep_dims = false;
};

struct SqueezeOptions {
  std::vector<std::int32_t> squeeze_dims;
};

struct StridedSliceOptions {
  std::int32_t begin_mask = 0, end_mask = 0, ellipsis_mask = 0, new_axis_mask = 0,
               shrink_axis_mask = 0;
  bool offset = false;
};

// SPLIT and SPLIT_V.
struct SplitOptions {
  std::int32_t num_splits = 0;
};

struct CastOptions {
  TensorType in_data_type = TensorType::FLOAT32, out_data_type = TensorType::FLOAT32;
};

// ARG_MAX, ARG_MIN, SHAPE, UNIQUE: the type of the indices or sizes they give.
struct OutputTypeOptions {
  TensorType output_type = TensorType::FLOAT32;
};

struct FakeQuantOptions {
  float min = 0, max = 0;
  std::int32_t num_bits = 0;
  bool narrow_range = false;
};

// PACK and UNPACK: values_count for PACK, num for UNPACK.
struct PackOptions {
  std::int32_t count = 0, axis = 0;
};

struct OneHotOptions {
  std::int32_t axis = 0;
};

struct LeakyReluOptions {
  float alpha = 0;
};

enum class MirrorPadMode : std::int8_t { REFLECT = 0, SYMMETRIC = 1 };

struct MirrorPadOptions {
  MirrorPadMode mode = MirrorPadMode::REFLECT;
};

struct ReverseSequenceOptions {
  std::int32_t seq_dim = 0, batch_dim = 0;
};

struct IfOptions {
  std::int32_t then_subgraph_index = 0, else_subgraph_index = 0;
};

struct WhileOptions {
  std::int32_t cond_subgraph_index = 0, body_subgraph_index = 0;
};

struct CallOnceOptions {
  std::int32_t init_subgraph_index = 0;
};

// CALL.
struct CallOptions {
  std::int32_t subgraph = 0;
};

struct CumsumOptions {
  bool exclusive = false, reverse = false;
};

struct HashtableOptions {
  std::int32_t table_id = 0;
  TensorType key_dtype = TensorType::FLOAT32, value_dtype = TensorType::FLOAT32;
};

struct VarHandleOptions {
  std::string container, shared_name;
};

struct RandomOptions {
  std::int64_t seed = 0, seed2 = 0;
};

struct BucketizeOptions {
  std::vector<float> boundaries;
};

struct GeluOptions {
  bool approximate = false;
};

enum class EmbeddingCombiner : std::int8_t { SUM = 0, MEAN = 1, SQRTN = 2 };

struct EmbeddingLookupSparseOptions {
  EmbeddingCombiner combiner = EmbeddingCombiner::SUM;
};

enum class LshProjectionType : std::int8_t { UNKNOWN = 0, SPARSE = 1, DENSE = 2 };

struct LshProjectionOptions {
  LshProjectionType type = LshProjectionType::UNKNOWN;
};

struct SkipGramOptions {
  std::int32_t ngram_size = 0, max_skip_size = 0;
  bool include_all_ngrams = false;
};

struct SparseToDenseOptions {
  bool validate_indices = false;
};

struct StablehloCompositeOptions {
  std::string name;
  std::int32_t decomposition_subgraph_index = 0;
  std::span<const std::byte> composite_attributes;  // a FlexBuffer; a view into the file
  std::int32_t version = 0;
};

enum class ReduceWindowFunction : std::int32_t {
  UNSUPPORTED = 0,
  ADD,
  MUL,
  MINIMUM,
  MAXIMUM,
  ALL,
  ANY
};

struct ReduceWindowOptions {
  ReduceWindowFunction reduce_function = ReduceWindowFunction::UNSUPPORTED;
};

struct StablehloConcatenateOptions {
  std::int64_t dimension = 0;
};

struct StablehloBroadcastInDimOptions {
  std::vector<std::int64_t> broadcast_dimensions;
};

struct StablehloSliceOptions {
  std::vector<std::int64_t> start_indices, limit_indices, strides;
};

struct StablehloConvolutionOptions {
  std::vector<std::int64_t> window_strides, padding, lhs_dilation, rhs_dilation;
  std::vector<bool> window_reversal;
  std::int64_t input_batch_dimension = 0, input_feature_dimension = 0;
  std::vector<std::int64_t> input_spatial_dimensions;
  std::int64_t kernel_input_feature_dimension = 0, kernel_output_feature_dimension = 0;
  std::vector<std::int64_t> kernel_spatial_dimensions;
  std::int64_t output_batch_dimension = 0, output_feature_dimension = 0;
  std::vector<std::int64_t> output_spatial_dimensions;
  std::int64_t feature_group_count = 0, batch_group_count = 0;
};

struct StablehloReduceOptions {
  std::vector<std::int64_t> dimensions;
  std::int32_t body_subgraph_index = 0;
};

struct StablehloReduceWindowOptions {
  std::vector<std::int64_t> window_dimensions, window_strides, base_dilations, window_dilations,
      padding;
  std::int32_t body_subgraph_index = 0;
};

enum class StablehloComparisonDirection : std::int32_t { EQ = 0, NE, GE, GT, LE, LT };

struct StablehloCompareOptions {
  StablehloComparisonDirection comparison_direction = StablehloComparisonDirection::EQ;
};

struct StablehloDynamicSliceOptions {
  std::vector<std::int64_t> slice_sizes;
};

struct StablehloPadOptions {
  std::vector<std::int64_t> edge_padding_low, edge_padding_high, interior_padding;
};

struct StablehloIotaOptions {
  std::int64_t iota_dimension = 0;
};

struct StablehloDotGeneralOptions {
  std::vector<std::int64_t> lhs_batching_dimensions, rhs_batching_dimensions,
      lhs_contracting_dimensions, rhs_contracting_dimensions;
};

struct StablehloSortOptions {
  std::int64_t dimension = 0;
  bool is_stable = false;
  std::int32_t comparator_subgraph_index = 0;
};

struct StablehloWhileOptions {
  std::int32_t cond_subgraph_index = 0, body_subgraph_index = 0;
};

struct StablehloGatherOptions {
  std::vector<std::int64_t> offset_dims, collapsed_slice_dims, start_index_map;
  std::int64_t index_vector_dim = 0;
  std::vector<std::int64_t> slice_sizes;
  bool indices_are_sorted = false;
};

struct StablehloScatterOptions {
  bool indices_are_sorted = false;
  std::vector<std::int64_t> update_window_dims, inserted_window_dims, scatter_dims_to_operand_dims;
  std::int64_t index_vector_dim = 0;
  bool unique_indices = false;
  std::int32_t update_computation_subgraph_index = 0;
};

struct StablehloTransposeOptions {
  std::vector<std::int64_t> permutation;
};

enum class StablehloRngAlgorithm : std::int8_t { DEFAULT = 0, PHILOX = 1, THREEFRY = 2 };

struct StablehloRngBitGeneratorOptions {
  StablehloRngAlgorithm algorithm = StablehloRngAlgorithm::DEFAULT;
};

struct StablehloCaseOptions {
  std::vector<std::int32_t> branch_subgraph_indices;
};

using OperatorOptionsVariant = std::variant<
    std::monostate, Conv2DOptions, Conv3DOptions, DepthwiseConv2DOptions, TransposeConvOptions,
    Pool2DOptions, FullyConnectedOptions, BatchMatMulOptions, SvdfOptions, RnnOptions,
    SequenceRnnOptions, BidirectionalSequenceRnnOptions, LstmOptions,
    UnidirectionalSequenceLstmOptions, BidirectionalSequenceLstmOptions, AddOptions,
    ActivationOptions, ConcatenationOptions, SoftmaxOptions, LocalResponseNormalizationOptions,
    ResizeBilinearOptions, ResizeNearestNeighborOptions, ReshapeOptions, BlockSizeOptions,
    GatherOptions, ReducerOptions, SqueezeOptions, StridedSliceOptions, SplitOptions, CastOptions,
    OutputTypeOptions, FakeQuantOptions, PackOptions, OneHotOptions, LeakyReluOptions,
    MirrorPadOptions, ReverseSequenceOptions, IfOptions, WhileOptions, CallOnceOptions, CallOptions,
    CumsumOptions, HashtableOptions, VarHandleOptions, RandomOptions, BucketizeOptions, GeluOptions,
    EmbeddingLookupSparseOptions, LshProjectionOptions, SkipGramOptions, SparseToDenseOptions,
    StablehloCompositeOptions, StablehloConcatenateOptions, StablehloBroadcastInDimOptions,
    StablehloSliceOptions, StablehloConvolutionOptions, StablehloReduceOptions,
    StablehloReduceWindowOptions, StablehloCompareOptions, StablehloDynamicSliceOptions,
    StablehloPadOptions, StablehloIotaOptions, StablehloDotGeneralOptions, StablehloSortOptions,
    StablehloWhileOptions, StablehloGatherOptions, StablehloScatterOptions,
    StablehloTransposeOptions, StablehloRngBitGeneratorOptions, StablehloCaseOptions,
    ReduceWindowOptions>;

// A variant whose copies and destruction are compiled once, in operator_options.cpp: with some
// seventy alternatives they are the largest part of every file that copies a graph.
struct OperatorOptions : OperatorOptionsVariant {
  using OperatorOptionsVariant::OperatorOptionsVariant;
  OperatorOptions() noexcept;
  OperatorOptions(const OperatorOptions& other);
  OperatorOptions(OperatorOptions&& other) noexcept;
  OperatorOptions& operator=(const OperatorOptions& other);
  OperatorOptions& operator=(OperatorOptions&& other) noexcept;
  ~OperatorOptions();
};

}  // namespace litezoo
