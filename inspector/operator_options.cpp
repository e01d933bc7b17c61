#include "inspector/operator_options.h"

#include <algorithm>
#include <array>

#include "inspector/copy.h"
#include "inspector/erased_reader.h"
#include "inspector/schema_generated.h"
#include "inspector/stablehlo_options.h"

namespace litezoo::inspector {
namespace {

using First = schema::BuiltinOptions;

ActivationFunction activation(std::int8_t value) {
  return static_cast<ActivationFunction>(value);
}

Padding padding(std::int8_t value) {
  return static_cast<Padding>(value);
}

TensorType type(std::int8_t value) {
  return static_cast<TensorType>(value);
}

// One reader a table of the format.

Conv2DOptions conv_2d(const schema::Conv2DOptions& t, Source&) {
  return {.padding = padding(t.padding()),
          .stride_w = t.stride_w(),
          .stride_h = t.stride_h(),
          .fused_activation_function = activation(t.fused_activation_function()),
          .dilation_w_factor = t.dilation_w_factor(),
          .dilation_h_factor = t.dilation_h_factor(),
          .quantized_bias_type = type(t.quantized_bias_type())};
}

Conv3DOptions conv_3d(const schema::Conv3DOptions& t, Source&) {
  return {.padding = padding(t.padding()),
          .stride_d = t.stride_d(),
          .stride_w = t.stride_w(),
          .stride_h = t.stride_h(),
          .fused_activation_function = activation(t.fused_activation_function()),
          .dilation_d_factor = t.dilation_d_factor(),
          .dilation_w_factor = t.dilation_w_factor(),
          .dilation_h_factor = t.dilation_h_factor()};
}

DepthwiseConv2DOptions depthwise_conv_2d(const schema::DepthwiseConv2DOptions& t, Source&) {
  return {.padding = padding(t.padding()),
          .stride_w = t.stride_w(),
          .stride_h = t.stride_h(),
          .depth_multiplier = t.depth_multiplier(),
          .fused_activation_function = activation(t.fused_activation_function()),
          .dilation_w_factor = t.dilation_w_factor(),
          .dilation_h_factor = t.dilation_h_factor()};
}

TransposeConvOptions transpose_conv(const schema::TransposeConvOptions& t, Source&) {
  return {.padding = padding(t.padding()),
          .stride_w = t.stride_w(),
          .stride_h = t.stride_h(),
          .fused_activation_function = activation(t.fused_activation_function()),
          .quantized_bias_type = type(t.quantized_bias_type())};
}

Pool2DOptions pool_2d(const schema::Pool2DOptions& t, Source&) {
  return {.padding = padding(t.padding()),
          .stride_w = t.stride_w(),
          .stride_h = t.stride_h(),
          .filter_width = t.filter_width(),
          .filter_height = t.filter_height(),
          .fused_activation_function = activation(t.fused_activation_function())};
}

FullyConnectedOptions fully_connected(const schema::FullyConnectedOptions& t, Source&) {
  return {.fused_activation_function = activation(t.fused_activation_function()),
          .weights_format = static_cast<FullyConnectedWeightsFormat>(t.weights_format()),
          .keep_num_dims = t.keep_num_dims(),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs(),
          .quantized_bias_type = type(t.quantized_bias_type())};
}

BatchMatMulOptions batch_matmul(const schema::BatchMatMulOptions& t, Source&) {
  return {.adj_x = t.adj_x(),
          .adj_y = t.adj_y(),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs()};
}

SvdfOptions svdf(const schema::SVDFOptions& t, Source&) {
  return {.rank = t.rank(),
          .fused_activation_function = activation(t.fused_activation_function()),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs()};
}

RnnOptions rnn(const schema::RNNOptions& t, Source&) {
  return {.fused_activation_function = activation(t.fused_activation_function()),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs()};
}

SequenceRnnOptions sequence_rnn(const schema::SequenceRNNOptions& t, Source&) {
  return {.time_major = t.time_major(),
          .fused_activation_function = activation(t.fused_activation_function()),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs()};
}

BidirectionalSequenceRnnOptions bidirectional_rnn(const schema::BidirectionalSequenceRNNOptions& t,
                                                  Source&) {
  return {.time_major = t.time_major(),
          .fused_activation_function = activation(t.fused_activation_function()),
          .merge_outputs = t.merge_outputs(),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs()};
}

LstmOptions lstm(const schema::LSTMOptions& t, Source&) {
  return {.fused_activation_function = activation(t.fused_activation_function()),
          .cell_clip = t.cell_clip(),
          .proj_clip = t.proj_clip(),
          .kernel_type = static_cast<LstmKernelType>(t.kernel_type()),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs()};
}

UnidirectionalSequenceLstmOptions unidirectional_lstm(
    const schema::UnidirectionalSequenceLSTMOptions& t, Source&) {
  return {.fused_activation_function = activation(t.fused_activation_function()),
          .cell_clip = t.cell_clip(),
          .proj_clip = t.proj_clip(),
          .time_major = t.time_major(),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs(),
          .diagonal_recurrent_tensors = t.diagonal_recurrent_tensors()};
}

BidirectionalSequenceLstmOptions bidirectional_lstm(
    const schema::BidirectionalSequenceLSTMOptions& t, Source&) {
  return {.fused_activation_function = activation(t.fused_activation_function()),
          .cell_clip = t.cell_clip(),
          .proj_clip = t.proj_clip(),
          .merge_outputs = t.merge_outputs(),
          .time_major = t.time_major(),
          .asymmetric_quantize_inputs = t.asymmetric_quantize_inputs()};
}

template <typename Table>
AddOptions add(const Table& t, Source&) {
  return {.fused_activation_function = activation(t.fused_activation_function()),
          .pot_scale_int16 = t.pot_scale_int16()};
}

template <typename Table>
ActivationOptions activation_only(const Table& t, Source&) {
  return {activation(t.fused_activation_function())};
}

ConcatenationOptions concatenation(const schema::ConcatenationOptions& t, Source&) {
  return {.axis = t.axis(), .fused_activation_function = activation(t.fused_activation_function())};
}

SoftmaxOptions softmax(const schema::SoftmaxOptions& t, Source&) {
  return {t.beta()};
}

LocalResponseNormalizationOptions local_response_normalization(
    const schema::LocalResponseNormalizationOptions& t, Source&) {
  return {.radius = t.radius(), .bias = t.bias(), .alpha = t.alpha(), .beta = t.beta()};
}

ResizeBilinearOptions resize_bilinear(const schema::ResizeBilinearOptions& t, Source&) {
  return {.align_corners = t.align_corners(), .half_pixel_centers = t.half_pixel_centers()};
}

ResizeNearestNeighborOptions resize_nearest(const schema::ResizeNearestNeighborOptions& t,
                                            Source&) {
  return {.align_corners = t.align_corners(), .half_pixel_centers = t.half_pixel_centers()};
}

ReshapeOptions reshape(const schema::ReshapeOptions& t, Source& source) {
  return {copy_vector<std::int32_t>(t.new_shape(), source)};
}

template <typename Table>
BlockSizeOptions block_size(const Table& t, Source&) {
  return {t.block_size()};
}

GatherOptions gather(const schema::GatherOptions& t, Source&) {
  return {.axis = t.axis(), .batch_dims = t.batch_dims()};
}

ReducerOptions reducer(const schema::ReducerOptions& t, Source&) {
  return {t.keep_dims()};
}

SqueezeOptions squeeze(const schema::SqueezeOptions& t, Source& source) {
  return {copy_vector<std::int32_t>(t.squeeze_dims(), source)};
}

StridedSliceOptions strided_slice(const schema::StridedSliceOptions& t, Source&) {
  return {.begin_mask = t.begin_mask(),
          .end_mask = t.end_mask(),
          .ellipsis_mask = t.ellipsis_mask(),
          .new_axis_mask = t.new_axis_mask(),
          .shrink_axis_mask = t.shrink_axis_mask(),
          .offset = t.offset()};
}

template <typename Table>
SplitOptions split_into(const Table& t, Source&) {
  return {t.num_splits()};
}

CastOptions cast(const schema::CastOptions& t, Source&) {
  return {.in_data_type = type(t.in_data_type()), .out_data_type = type(t.out_data_type())};
}

template <typename Table>
OutputTypeOptions output_type(const Table& t, Source&) {
  return {type(t.output_type())};
}

OutputTypeOptions shape(const schema::ShapeOptions& t, Source&) {
  return {type(t.out_type())};
}

OutputTypeOptions unique(const schema::UniqueOptions& t, Source&) {
  return {type(t.idx_out_type())};
}

FakeQuantOptions fake_quant(const schema::FakeQuantOptions& t, Source&) {
  return {
      .min = t.min(), .max = t.max(), .num_bits = t.num_bits(), .narrow_range = t.narrow_range()};
}

PackOptions pack(const schema::PackOptions& t, Source&) {
  return {.count = t.values_count(), .axis = t.axis()};
}

PackOptions unpack(const schema::UnpackOptions& t, Source&) {
  return {.count = t.num(), .axis = t.axis()};
}

OneHotOptions one_hot(const schema::OneHotOptions& t, Source&) {
  return {t.axis()};
}

LeakyReluOptions leaky_relu(const schema::LeakyReluOptions& t, Source&) {
  return {t.alpha()};
}

MirrorPadOptions mirror_pad(const schema::MirrorPadOptions& t, Source&) {
  return {static_cast<MirrorPadMode>(t.mode())};
}

ReverseSequenceOptions reverse_sequence(const schema::ReverseSequenceOptions& t, Source&) {
  return {.seq_dim = t.seq_dim(), .batch_dim = t.batch_dim()};
}

IfOptions if_(const schema::IfOptions& t, Source&) {
  return {.then_subgraph_index = t.then_subgraph_index(),
          .else_subgraph_index = t.else_subgraph_index()};
}

WhileOptions while_(const schema::WhileOptions& t, Source&) {
  return {.cond_subgraph_index = t.cond_subgraph_index(),
          .body_subgraph_index = t.body_subgraph_index()};
}

CallOnceOptions call_once(const schema::CallOnceOptions& t, Source&) {
  return {t.init_subgraph_index()};
}

CallOptions call(const schema::CallOptions& t, Source&) {
  return {static_cast<std::int32_t>(t.subgraph())};
}

CumsumOptions cumsum(const schema::CumsumOptions& t, Source&) {
  return {.exclusive = t.exclusive(), .reverse = t.reverse()};
}

HashtableOptions hashtable(const schema::HashtableOptions& t, Source&) {
  return {.table_id = t.table_id(),
          .key_dtype = type(t.key_dtype()),
          .value_dtype = type(t.value_dtype())};
}

VarHandleOptions var_handle(const schema::VarHandleOptions& t, Source& source) {
  return {.container = copy_string(t.container(), source),
          .shared_name = copy_string(t.shared_name(), source)};
}

RandomOptions random(const schema::RandomOptions& t, Source&) {
  return {.seed = t.seed(), .seed2 = t.seed2()};
}

BucketizeOptions bucketize(const schema::BucketizeOptions& t, Source& source) {
  return {copy_vector<float>(t.boundaries(), source)};
}

GeluOptions gelu(const schema::GeluOptions& t, Source&) {
  return {t.approximate()};
}

EmbeddingLookupSparseOptions embedding_lookup_sparse(const schema::EmbeddingLookupSparseOptions& t,
                                                     Source&) {
  return {static_cast<EmbeddingCombiner>(t.combiner())};
}

LshProjectionOptions lsh_projection(const schema::LSHProjectionOptions& t, Source&) {
  return {static_cast<LshProjectionType>(t.type())};
}

SkipGramOptions skip_gram(const schema::SkipGramOptions& t, Source&) {
  return {.ngram_size = t.ngram_size(),
          .max_skip_size = t.max_skip_size(),
          .include_all_ngrams = t.include_all_ngrams()};
}

SparseToDenseOptions sparse_to_dense(const schema::SparseToDenseOptions& t, Source&) {
  return {t.validate_indices()};
}

struct Row {
  BuiltinOperator code;
  First member;
  OperatorOptions (*read)(const void* table, Source& source);
};

using enum BuiltinOperator;

// Which options table an operator has, for those whose table has fields.
constexpr auto kRows = std::to_array<Row>({
    {ADD, First::AddOptions, Erased<add<schema::AddOptions>>::read},
    {AVERAGE_POOL_2D, First::Pool2DOptions, Erased<pool_2d>::read},
    {CONCATENATION, First::ConcatenationOptions, Erased<concatenation>::read},
    {CONV_2D, First::Conv2DOptions, Erased<conv_2d>::read},
    {DEPTHWISE_CONV_2D, First::DepthwiseConv2DOptions, Erased<depthwise_conv_2d>::read},
    {DEPTH_TO_SPACE, First::DepthToSpaceOptions,
     Erased<block_size<schema::DepthToSpaceOptions>>::read},
    {FULLY_CONNECTED, First::FullyConnectedOptions, Erased<fully_connected>::read},
    {L2_NORMALIZATION, First::L2NormOptions, Erased<activation_only<schema::L2NormOptions>>::read},
    {L2_POOL_2D, First::Pool2DOptions, Erased<pool_2d>::read},
    {LOCAL_RESPONSE_NORMALIZATION, First::LocalResponseNormalizationOptions,
     Erased<local_response_normalization>::read},
    {LSH_PROJECTION, First::LSHProjectionOptions, Erased<lsh_projection>::read},
    {LSTM, First::LSTMOptions, Erased<lstm>::read},
    {MAX_POOL_2D, First::Pool2DOptions, Erased<pool_2d>::read},
    {MUL, First::MulOptions, Erased<activation_only<schema::MulOptions>>::read},
    {RESHAPE, First::ReshapeOptions, Erased<reshape>::read},
    {RESIZE_BILINEAR, First::ResizeBilinearOptions, Erased<resize_bilinear>::read},
    {RNN, First::RNNOptions, Erased<rnn>::read},
    {SOFTMAX, First::SoftmaxOptions, Erased<softmax>::read},
    {SPACE_TO_DEPTH, First::SpaceToDepthOptions,
     Erased<block_size<schema::SpaceToDepthOptions>>::read},
    {SVDF, First::SVDFOptions, Erased<svdf>::read},
    {SKIP_GRAM, First::SkipGramOptions, Erased<skip_gram>::read},
    {CALL, First::CallOptions, Erased<call>::read},
    {EMBEDDING_LOOKUP_SPARSE, First::EmbeddingLookupSparseOptions,
     Erased<embedding_lookup_sparse>::read},
    {UNIDIRECTIONAL_SEQUENCE_RNN, First::SequenceRNNOptions, Erased<sequence_rnn>::read},
    {GATHER, First::GatherOptions, Erased<gather>::read},
    {MEAN, First::ReducerOptions, Erased<reducer>::read},
    {SUB, First::SubOptions, Erased<add<schema::SubOptions>>::read},
    {DIV, First::DivOptions, Erased<activation_only<schema::DivOptions>>::read},
    {SQUEEZE, First::SqueezeOptions, Erased<squeeze>::read},
    {UNIDIRECTIONAL_SEQUENCE_LSTM, First::UnidirectionalSequenceLSTMOptions,
     Erased<unidirectional_lstm>::read},
    {STRIDED_SLICE, First::StridedSliceOptions, Erased<strided_slice>::read},
    {BIDIRECTIONAL_SEQUENCE_RNN, First::BidirectionalSequenceRNNOptions,
     Erased<bidirectional_rnn>::read},
    {SPLIT, First::SplitOptions, Erased<split_into<schema::SplitOptions>>::read},
    {BIDIRECTIONAL_SEQUENCE_LSTM, First::BidirectionalSequenceLSTMOptions,
     Erased<bidirectional_lstm>::read},
    {CAST, First::CastOptions, Erased<cast>::read},
    {ARG_MAX, First::ArgMaxOptions, Erased<output_type<schema::ArgMaxOptions>>::read},
    {TRANSPOSE_CONV, First::TransposeConvOptions, Erased<transpose_conv>::read},
    {SPARSE_TO_DENSE, First::SparseToDenseOptions, Erased<sparse_to_dense>::read},
    {SUM, First::ReducerOptions, Erased<reducer>::read},
    {SHAPE, First::ShapeOptions, Erased<shape>::read},
    {ARG_MIN, First::ArgMinOptions, Erased<output_type<schema::ArgMinOptions>>::read},
    {FAKE_QUANT, First::FakeQuantOptions, Erased<fake_quant>::read},
    {REDUCE_PROD, First::ReducerOptions, Erased<reducer>::read},
    {REDUCE_MAX, First::ReducerOptions, Erased<reducer>::read},
    {PACK, First::PackOptions, Erased<pack>::read},
    {ONE_HOT, First::OneHotOptions, Erased<one_hot>::read},
    {UNPACK, First::UnpackOptions, Erased<unpack>::read},
    {REDUCE_MIN, First::ReducerOptions, Erased<reducer>::read},
    {REDUCE_ANY, First::ReducerOptions, Erased<reducer>::read},
    {RESIZE_NEAREST_NEIGHBOR, First::ResizeNearestNeighborOptions, Erased<resize_nearest>::read},
    {LEAKY_RELU, First::LeakyReluOptions, Erased<leaky_relu>::read},
    {MIRROR_PAD, First::MirrorPadOptions, Erased<mirror_pad>::read},
    {SPLIT_V, First::SplitVOptions, Erased<split_into<schema::SplitVOptions>>::read},
    {UNIQUE, First::UniqueOptions, Erased<unique>::read},
    {REVERSE_SEQUENCE, First::ReverseSequenceOptions, Erased<reverse_sequence>::read},
    {IF, First::IfOptions, Erased<if_>::read},
    {WHILE, First::WhileOptions, Erased<while_>::read},
    {BATCH_MATMUL, First::BatchMatMulOptions, Erased<batch_matmul>::read},
    {CUMSUM, First::CumsumOptions, Erased<cumsum>::read},
    {CALL_ONCE, First::CallOnceOptions, Erased<call_once>::read},
    {CONV_3D, First::Conv3DOptions, Erased<conv_3d>::read},
    {HASHTABLE, First::HashtableOptions, Erased<hashtable>::read},
    {REDUCE_ALL, First::ReducerOptions, Erased<reducer>::read},
    {CONV_3D_TRANSPOSE, First::Conv3DOptions, Erased<conv_3d>::read},
    {VAR_HANDLE, First::VarHandleOptions, Erased<var_handle>::read},
    {RANDOM_STANDARD_NORMAL, First::RandomOptions, Erased<random>::read},
    {BUCKETIZE, First::BucketizeOptions, Erased<bucketize>::read},
    {RANDOM_UNIFORM, First::RandomOptions, Erased<random>::read},
    {MULTINOMIAL, First::RandomOptions, Erased<random>::read},
    {GELU, First::GeluOptions, Erased<gelu>::read},
});
static_assert(std::ranges::is_sorted(kRows, {}, &Row::code));

// RESHAPE takes its shape from the second input, CAST its types from the tensors.
bool is_harmless_without(BuiltinOperator code) {
  return code == RESHAPE || code == CAST;
}

}  // namespace

ReadOptions read_operator_options(const schema::Operator& op, BuiltinOperator code,
                                  Source& source) {
  if (code >= STABLEHLO_LOGISTIC) return read_stablehlo_options(op, code, source);
  const auto* const row = std::ranges::lower_bound(kRows, code, {}, &Row::code);
  if (row == kRows.end() || row->code != code) return {};
  if (op.builtin_options() == nullptr || op.builtin_options_type() != row->member) {
    const bool is_absent = op.builtin_options_type() == First::NONE;
    return {.options = {}, .mismatch = !is_absent || !is_harmless_without(code)};
  }
  return {.options = row->read(op.builtin_options(), source), .mismatch = false};
}

}  // namespace litezoo::inspector
