#include "inspector/nnapi_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "inspector/node_view.h"

namespace litezoo::inspector {
namespace {

using std::string;
using enum BuiltinOperator;

constexpr int kHighestLevel = 8;
// The Android release that came with a level; later ones arrive as updates of it.
constexpr auto kAndroid =
    std::to_array<std::string_view>({"8.1", "9", "10", "11", "12", "12 with updates"});

using Types = std::uint8_t;
constexpr Types kAny = 0;
constexpr Types kFloat = 1, kHalf = 2, kInt = 4, kUnsigned = 8, kSigned = 16, kBool = 32;
constexpr Types kEight = kUnsigned | kSigned;
constexpr Types kFloatOrEight = kFloat | kEight;
constexpr Types kNumbers = kFloatOrEight | kInt;

Types type_of(const Tensor& tensor) {
  switch (tensor.type) {
    case TensorType::FLOAT32:
      return kFloat;
    case TensorType::FLOAT16:
      return kHalf;
    case TensorType::INT32:
      return kInt;
    case TensorType::UINT8:
      return kUnsigned;
    case TensorType::INT8:
      return kSigned;
    case TensorType::BOOL:
      return kBool;
    default:
      return 0;
  }
}

struct Node : NodeView {
  int level;

  bool is_of(std::size_t i, Types types) const {
    return input(i) != nullptr && (type_of(*input(i)) & types) != 0;
  }
  bool gives(Types types) const { return output() != nullptr && (type_of(*output()) & types) != 0; }
  std::size_t rank(std::size_t i) const { return input(i) == nullptr ? 0 : input(i)->shape.size(); }
  std::size_t given_rank() const { return output() == nullptr ? 0 : output()->shape.size(); }
  // Weights that the file keeps as 16-bit floats for a DEQUANTIZE are floats to it.
  bool has_float_data_and_eight_bit_weights(std::size_t weights) const {
    return is_of(0, kFloat) && is_of(weights, kEight);
  }
  template <typename Options>
  const Options* options() const {
    return std::get_if<Options>(&op.options);
  }
};

string unless(bool is_met, std::string_view fault) {
  return is_met ? string() : string(fault);
}

string wrong_type(const Node& n, std::size_t i) {
  return n.input(i) == nullptr
             ? fmt::format("it lacks input {}", i)
             : fmt::format("its input {} is {}", i, tensor_type_name(n.input(i)->type));
}

string of_types(const Node& n, std::size_t i, Types types) {
  return n.is_of(i, types) ? string() : wrong_type(n, i);
}

float scale_of(const Tensor* tensor) {
  if (tensor == nullptr || tensor->quantization.scale.empty()) return 0;
  return tensor->quantization.scale.front();
}

std::int64_t zero_point_of(const Tensor& tensor) {
  return tensor.quantization.zero_point.empty() ? 0 : tensor.quantization.zero_point.front();
}

bool is_empty(const Tensor& tensor) {
  return std::ranges::find(tensor.shape, 0) != tensor.shape.end();
}

bool is_constant_int(const Node& n, std::size_t i) {
  return n.is_of(i, kInt) && n.is_constant(i);
}

string no_scalar(const Node& n) {
  return unless(n.given_rank() > 0, "its output is a scalar");
}

// Operands.

string at_most_four(const Node& n) {
  return unless(n.rank(0) <= 4 && n.rank(1) <= 4, "an input has more than four dimensions");
}

template <typename Options>
string arithmetic(const Node& n) {
  const auto* options = n.options<Options>();
  const bool is_fused =
      options != nullptr && options->fused_activation_function != ActivationFunction::NONE;
  if (n.is_of(0, kInt) && is_fused) return "it fuses an activation to integers";
  return at_most_four(n);
}

string subtract(const Node& n) {
  const Types types = n.level >= 4 ? kNumbers : n.level >= 3 ? kFloatOrEight : kFloat;
  if (string fault = of_types(n, 0, types); !fault.empty()) return fault;
  return arithmetic<AddOptions>(n);
}

string squared_difference(const Node& n) {
  const Types types = n.level >= 4 ? kNumbers : n.level >= 3 ? kFloat | kUnsigned : kFloat;
  if (string fault = of_types(n, 0, types); !fault.empty()) return fault;
  return at_most_four(n);
}

string scalars_are_constant(const Node& n) {
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (n.rank(i) == 0 && !n.is_constant(i)) return "a scalar input is computed";
  }
  return {};
}

string batch_matmul(const Node& n) {
  if (n.input(1) == nullptr) return wrong_type(n, 1);
  if (n.input(0)->type != n.input(1)->type) return "its inputs differ in type";
  const auto& a = n.input(0)->shape;
  const auto& b = n.input(1)->shape;
  if (a.size() < 2 || a.size() > 4) return fmt::format("its input is of rank {}", a.size());
  const bool is_equal = a.size() == b.size() && std::equal(a.begin(), a.end() - 2, b.begin());
  return unless(is_equal, "it broadcasts");
}

// Convolutions and matrices. What the delegate asks before feature level 3 of operators with
// weights at input 1.

string before_level_3(const Node& n) {
  if (n.level >= 3) return {};
  if (n.has_float_data_and_eight_bit_weights(1)) return "floats meet 8-bit weights";
  if (string fault = of_types(n, 0, kFloat | kUnsigned); !fault.empty()) return fault;
  if (!n.is_of(0, kUnsigned)) return {};
  return unless(scale_of(n.input(0)) * scale_of(n.input(1)) < scale_of(n.output()),
                "input scale times weight scale is not below the output's scale");
}

string convolution(const Node& n) {
  const auto* options = n.options<Conv2DOptions>();
  if (options == nullptr || n.input(1) == nullptr) return "it lacks options or weights";
  if (n.op.inputs.size() != 3) return "it has no bias";
  if (string fault = before_level_3(n); !fault.empty() || n.level >= 3) return fault;
  if (n.input(1)->quantization.scale.size() > 1) return "its weights are quantised per channel";
  if (options->dilation_w_factor != 1 || options->dilation_h_factor != 1) return "it is dilated";
  const bool is_grouped =
      n.rank(0) == 4 && n.rank(1) == 4 && n.input(0)->shape[3] != n.input(1)->shape[3];
  return unless(!is_grouped, "it is grouped");
}

string depthwise(const Node& n) {
  const auto* options = n.options<DepthwiseConv2DOptions>();
  if (options == nullptr) return "it has no options";
  if (n.level >= 3) return {};
  if (string fault = before_level_3(n); !fault.empty()) return fault;
  return unless(options->dilation_w_factor == 1 && options->dilation_h_factor == 1,
                "it is dilated");
}

string fully_connected(const Node& n) {
  const auto* options = n.options<FullyConnectedOptions>();
  if (options == nullptr) return "it has no options";
  if (n.output() != nullptr && n.output()->type == TensorType::INT16) return "its output is INT16";
  if (options->keep_num_dims && n.level < 4) return "it keeps dimensions";
  return before_level_3(n);
}

string transpose_convolution(const Node& n) {
  return unless(n.is_constant(0) && n.is_constant(1), "its output shape or weights are computed");
}

string pool(const Node& n) {
  const auto* options = n.options<Pool2DOptions>();
  if (options == nullptr) return "it has no options";
  const std::int64_t window = std::int64_t{options->filter_width} * options->filter_height;
  return unless(!n.is_of(0, kEight) || window <= 256, "its 8-bit window is larger than 256");
}

string l2_pool(const Node& n) {
  const auto* options = n.options<Pool2DOptions>();
  const bool is_plain =
      options != nullptr && options->fused_activation_function == ActivationFunction::NONE;
  return unless(n.level >= 3 || is_plain, "it fuses an activation");
}

string l2_normalization(const Node& n) {
  const auto* options = n.options<ActivationOptions>();
  if (options != nullptr && options->fused_activation_function != ActivationFunction::NONE) {
    return "it fuses an activation";
  }
  if (n.level >= 3) return {};
  return unless(n.is_of(0, kFloat) && n.rank(0) == 4, "its input is not four dimensions of floats");
}

string softmax(const Node& n) {
  if (!n.gives(kFloatOrEight)) return "its output is neither float nor 8-bit";
  if (n.rank(0) > 4) return "its input has more than four dimensions";
  return unless(n.level >= 3 || n.rank(0) == 2 || n.rank(0) == 4,
                "its input has neither two nor four dimensions");
}

// Shapes.

string concatenation(const Node& n) {
  const auto* options = n.options<ConcatenationOptions>();
  if (options == nullptr) return "it has no options";
  if (options->fused_activation_function != ActivationFunction::NONE) {
    return "it fuses an activation";
  }
  if (n.rank(0) > 4) return "its input has more than four dimensions";
  if (n.level >= 3 || !n.is_of(0, kUnsigned)) return {};
  for (std::size_t i = 1; i < n.op.inputs.size(); ++i) {
    const Tensor* other = n.input(i);
    if (other == nullptr || scale_of(other) != scale_of(n.input(0)) ||
        zero_point_of(*other) != zero_point_of(*n.input(0))) {
      return "its inputs differ in quantisation";
    }
  }
  return {};
}

string reshape(const Node& n) {
  if (n.rank(0) > 4 || n.given_rank() > 4) return "it has more than four dimensions";
  if (n.op.inputs.size() >= 2) return unless(n.is_constant(1), "its shape is computed");
  const auto* options = n.options<ReshapeOptions>();
  const bool is_scalar = options == nullptr || options->new_shape.empty() ||
                         (options->new_shape.size() == 1 && options->new_shape.front() == 0);
  return unless(!is_scalar, "it gives a scalar");
}

template <typename Options>
string resize(const Node& n) {
  if (!n.is_constant(1)) return "its size is computed";
  const auto* options = n.options<Options>();
  if (options == nullptr) return "it has no options";
  return unless(n.level > 3 || (!options->align_corners && !options->half_pixel_centers),
                "it aligns corners or centres of pixels");
}

string resize_bilinear(const Node& n) {
  if (n.rank(0) != 4) return "its input does not have four dimensions";
  if (string fault = resize<ResizeBilinearOptions>(n); !fault.empty()) return fault;
  const bool is_square = n.given_rank() == 4 && n.output()->shape[1] == n.output()->shape[2];
  return unless(n.level >= 3 || is_square, "its output is not square");
}

string pad(const Node& n) {
  if (n.input(1) == nullptr) return "it lacks paddings";
  if (is_empty(*n.input(0))) return "its input is empty";
  if (n.level >= 3) return {};
  return unless(n.op.inputs.size() != 3 && n.is_of(0, kFloat),
                "it pads with a value of its own, or other than floats");
}

string two_inputs(const Node& n) {
  if (n.op.inputs.size() != 2) return "it does not have two inputs";
  return unless(!is_empty(*n.input(0)), "its input is empty");
}

string no_crops(const Node& n) {
  constexpr std::size_t kFourInts = 16;
  if (n.input(2) == nullptr || !n.is_constant(2)) return "its crops are computed";
  const auto& data = n.input(2)->data;
  const bool is_zero = data.size() == kFourInts &&
                       std::ranges::all_of(data, [](std::byte b) { return b == std::byte{0}; });
  return unless(is_zero, "it crops");
}

string squeeze(const Node& n) {
  const auto* options = n.options<SqueezeOptions>();
  const bool is_named = options != nullptr && !options->squeeze_dims.empty();
  return unless(n.level > 2 || is_named, "it does not name its dimensions");
}

string constant_second(const Node& n) {
  return unless(n.is_constant(1), "its second input is computed");
}

string constant_axis(const Node& n) {
  return unless(is_constant_int(n, 1), "its axis is not a constant int32");
}

string split(const Node& n) {
  const Types types = n.level >= 4 ? kNumbers : kFloat | kUnsigned | kInt;
  if (string fault = of_types(n, 1, types); !fault.empty()) return fault;
  return unless(is_constant_int(n, 0), "its axis is not a constant int32");
}

string split_v(const Node& n) {
  if (!is_constant_int(n, 1) || n.rank(1) != 1) return "its sizes are not constant int32";
  return unless(is_constant_int(n, 2), "its axis is not a constant int32");
}

string slice(const Node& n) {
  return unless(n.is_of(1, kInt) && n.is_of(2, kInt), "its begin or size is not int32");
}

string gather(const Node& n) {
  if (!n.is_of(1, kInt)) return wrong_type(n, 1);
  return unless(n.rank(1) > 0, "its indices are a scalar");
}

string tile(const Node& n) {
  return of_types(n, 1, kInt);
}

string pack(const Node& n) {
  const Types types = n.level >= 6 ? kNumbers : kFloat | kSigned;
  if (string fault = of_types(n, 0, types); !fault.empty() || n.level >= 6) return fault;
  const auto* options = n.options<PackOptions>();
  const bool is_last =
      options != nullptr && (options->axis == -1 || options->axis == static_cast<int>(n.rank(0)));
  return unless(!is_last, "it packs along the last axis");
}

string unpack(const Node& n) {
  if (n.rank(0) < 2 || n.rank(0) > 4) return fmt::format("its input is of rank {}", n.rank(0));
  const auto* options = n.options<PackOptions>();
  const bool is_last = options != nullptr &&
                       (options->axis == -1 || options->axis == static_cast<int>(n.rank(0)) - 1);
  return unless(!is_last, "it unpacks along the last axis");
}

string fill(const Node& n) {
  const auto is_integer = [&n](std::size_t i) {
    return n.is_of(i, kInt) || (n.input(i) != nullptr && n.input(i)->type == TensorType::INT64);
  };
  if (!n.is_constant(0) || !is_integer(0)) return "its dimensions are not constant integers";
  if (n.rank(0) == 0 || n.input(0)->shape[0] == 0) return "it gives a scalar";
  return unless(n.is_of(1, kFloat) || is_integer(1), "its value is neither float nor integer");
}

// Reductions and choices.

string mean(const Node& n) {
  if (n.rank(0) > 4) return "its input has more than four dimensions";
  return no_scalar(n);
}

string reduces_something(const Node& n) {
  return unless(n.rank(0) > 0, "its input is a scalar");
}

string arg(const Node& n) {
  const auto* options = n.options<OutputTypeOptions>();
  const bool is_wide = n.input(1) != nullptr && n.input(1)->type == TensorType::INT64;
  if (!n.is_of(1, kInt) && !(is_wide && n.is_constant(1))) return wrong_type(n, 1);
  return unless(options != nullptr && options->output_type == TensorType::INT32,
                "its indices are not int32");
}

string top_k(const Node& n) {
  return unless(is_constant_int(n, 1), "its k is not a constant int32");
}

string select(const Node& n) {
  if (string fault = of_types(n, 1, kNumbers); !fault.empty()) return fault;
  return unless(n.input(0)->shape == n.input(1)->shape, "its condition has another shape");
}

string cast(const Node& n) {
  const Types types = n.level >= 4 ? kNumbers : kFloat | kInt | kUnsigned;
  if (n.gives(types)) return {};
  return n.output() == nullptr ? string("it lacks an output")
                               : fmt::format("it casts to {}", tensor_type_name(n.output()->type));
}

// Quantisation.

string dequantize(const Node& n) {
  if (n.is_of(0, kHalf)) {
    // It takes 16-bit constants into its model as they are.
    return unless(n.level >= (n.is_constant(0) ? 3 : 4), "its input is FLOAT16");
  }
  if (n.op.version > 2) return fmt::format("it goes up to version 2, not {}", n.op.version);
  const Types types = n.level >= 3 ? kEight : kUnsigned;
  if (string fault = of_types(n, 0, types); !fault.empty()) return fault;
  const bool is_shifted = n.is_of(0, kSigned) && zero_point_of(*n.input(0)) != 0;
  return unless(n.level > 3 || !is_shifted, "its int8 input has a zero point");
}

string quantize(const Node& n) {
  if (!n.gives(n.level >= 4 ? kEight : kUnsigned)) return "its output is not 8-bit";
  const bool is_scaled =
      scale_of(n.output()) > 0 && (n.is_of(0, kFloat) || scale_of(n.input(0)) > 0);
  return unless(is_scaled, "it has no scale");
}

string densify(const Node& n) {
  return unless(n.is_constant(0), "its input is computed");
}

// Recurrent cells and look-ups.

string float_weights(const Node& n) {
  if (n.op.inputs.size() != 5) return fmt::format("it has {} inputs", n.op.inputs.size());
  return of_types(n, 1, kFloat);
}

string not_hybrid(const Node& n) {
  const std::size_t weights = n.op.code == UNIDIRECTIONAL_SEQUENCE_RNN ? 1 : 2;
  if (n.has_float_data_and_eight_bit_weights(weights)) return "floats meet 8-bit weights";
  const std::size_t count = n.op.inputs.size();
  return unless(n.op.code != UNIDIRECTIONAL_SEQUENCE_LSTM || count == 20 || count == 24,
                "it has neither 20 nor 24 inputs");
}

bool is_halved_byte(const Tensor* tensor) {
  return tensor != nullptr && scale_of(tensor) == 1.0F / 128 && zero_point_of(*tensor) == 128;
}

string lstm(const Node& n) {
  const std::size_t count = n.op.inputs.size();
  if (count == 5) {
    if (!n.is_of(2, kUnsigned)) return wrong_type(n, 2);
    if (!is_halved_byte(n.input(0)) || !is_halved_byte(n.output())) {
      return "a basic cell wants scales of 1/128 around 128";
    }
    return unless(n.is_constant(2) && n.is_constant(3), "its weights are computed");
  }
  if (count == 24 && n.level < 3) return "it has 24 inputs";
  if (n.level < 3 && n.has_float_data_and_eight_bit_weights(2)) return "floats meet 8-bit weights";
  return of_types(n, 4, n.level >= 4 ? kFloatOrEight : kFloat | kUnsigned);
}

string float_values(const Node& n) {
  return of_types(n, 1, kFloat);
}

string float_output(const Node& n) {
  return unless(n.gives(kFloat), "its output is not FLOAT32");
}

string lsh_projection(const Node& n) {
  const auto* options = n.options<LshProjectionOptions>();
  if (options == nullptr || options->type != LshProjectionType::SPARSE) return {};
  if (n.op.inputs.size() != 2) return "a sparse projection has weights";
  return unless(n.level >= 3, "it is a sparse projection");
}

// What the delegate asks of one operator. `types` are those of input 0 from `level` on, and
// `later_types` those from `later` on, where it widens them.
struct Rule {
  BuiltinOperator code;
  int highest_version;  // 0 = any
  int level;
  Types types;
  string (*check)(const Node& node) = nullptr;
  int later = 0;
  Types later_types = kAny;
};

constexpr Types kWithoutSigned = kFloat | kUnsigned | kInt;
constexpr Types kComparable = kNumbers | kBool;

constexpr auto kRules = std::to_array<Rule>({
    {ADD, 2, 1, kFloatOrEight, arithmetic<AddOptions>, 4, kNumbers},
    {AVERAGE_POOL_2D, 2, 1, kFloatOrEight, pool},
    {CONCATENATION, 2, 1, kFloatOrEight | kHalf, concatenation},
    {CONV_2D, 5, 1, kAny, convolution},
    {DEPTHWISE_CONV_2D, 3, 1, kAny, depthwise},
    {DEPTH_TO_SPACE, 0, 1, kFloatOrEight},
    {DEQUANTIZE, 0, 1, kAny, dequantize},
    {EMBEDDING_LOOKUP, 1, 1, kAny, float_values},
    {FLOOR, 1, 1, kAny},
    {FULLY_CONNECTED, 5, 1, kAny, fully_connected},
    {HASHTABLE_LOOKUP, 1, 1, kAny, float_output},
    {L2_NORMALIZATION, 2, 1, kAny, l2_normalization},
    {L2_POOL_2D, 1, 1, kFloat, l2_pool},
    {LOCAL_RESPONSE_NORMALIZATION, 1, 1, kAny},
    {LOGISTIC, 2, 1, kFloatOrEight},
    {LSH_PROJECTION, 1, 1, kAny, lsh_projection},
    {LSTM, 3, 2, kAny, lstm},
    {MAX_POOL_2D, 2, 1, kFloatOrEight},
    {MUL, 2, 1, kFloatOrEight, arithmetic<ActivationOptions>, 4, kNumbers},
    {RELU, 2, 1, kFloatOrEight},
    {RELU_N1_TO_1, 2, 1, kFloatOrEight},
    {RELU6, 2, 1, kFloatOrEight},
    {RESHAPE, 1, 1, kFloatOrEight, reshape, 6, kNumbers},
    {RESIZE_BILINEAR, 3, 1, kFloat, resize_bilinear, 3, kFloatOrEight},
    {RNN, 1, 1, kAny, float_weights},
    {SOFTMAX, 2, 1, kFloatOrEight, softmax},
    {SPACE_TO_DEPTH, 2, 1, kFloatOrEight},
    {SVDF, 1, 2, kAny, float_weights},
    {TANH, 2, 1, kFloat, nullptr, 3, kFloatOrEight},
    {PAD, 2, 2, kFloatOrEight, pad},
    {UNIDIRECTIONAL_SEQUENCE_RNN, 1, 3, kAny, not_hybrid},
    {GATHER, 2, 3, kNumbers | kHalf, gather},
    {BATCH_TO_SPACE_ND, 2, 2, kAny, no_crops},
    {SPACE_TO_BATCH_ND, 2, 2, kAny},
    {TRANSPOSE, 2, 2, kAny, constant_second},
    {MEAN, 2, 2, kFloat, mean, 3, kFloatOrEight},
    {SUB, 3, 2, kAny, subtract},
    {DIV, 1, 2, kFloat, at_most_four},
    {SQUEEZE, 1, 2, kAny, squeeze},
    {UNIDIRECTIONAL_SEQUENCE_LSTM, 2, 3, kAny, not_hybrid},
    {STRIDED_SLICE, 2, 2, kFloatOrEight},
    {EXP, 1, 3, kFloat},
    {TOPK_V2, 2, 3, kNumbers, top_k},
    {SPLIT, 3, 3, kAny, split},
    {LOG_SOFTMAX, 1, 3, kFloat},
    {BIDIRECTIONAL_SEQUENCE_LSTM, 1, 3, kAny, not_hybrid},
    {CAST, 1, 3, kWithoutSigned, cast, 4, kNumbers},
    {PRELU, 1, 3, kFloatOrEight},
    {MAXIMUM, 3, 3, kNumbers, scalars_are_constant},
    {ARG_MAX, 2, 3, kNumbers | kHalf, arg},
    {MINIMUM, 3, 3, kNumbers, scalars_are_constant},
    {LESS, 2, 3, kComparable},
    {NEG, 2, 3, kFloat | kInt},
    {PADV2, 2, 2, kFloatOrEight, pad},
    {GREATER, 2, 3, kComparable},
    {GREATER_EQUAL, 2, 3, kComparable},
    {LESS_EQUAL, 2, 3, kComparable},
    {SELECT, 2, 3, kAny, select},
    {SLICE, 2, 3, kNumbers, slice},
    {SIN, 1, 3, kFloat},
    {TRANSPOSE_CONV, 4, 3, kAny, transpose_convolution},
    {TILE, 1, 3, kNumbers, tile},
    {EXPAND_DIMS, 1, 3, kNumbers | kHalf, constant_axis},
    {EQUAL, 2, 3, kComparable},
    {NOT_EQUAL, 2, 3, kComparable},
    {LOG, 1, 3, kFloat},
    {SUM, 1, 3, kFloat, no_scalar},
    {SQRT, 1, 3, kFloat},
    {RSQRT, 2, 3, kFloat, nullptr, 7, kFloatOrEight},
    {POW, 1, 3, kFloat},
    {ARG_MIN, 2, 3, kNumbers | kHalf, arg},
    {REDUCE_PROD, 1, 3, kFloat, no_scalar},
    {REDUCE_MAX, 2, 3, kFloatOrEight, reduces_something},
    {PACK, 2, 4, kAny, pack},
    {LOGICAL_OR, 1, 3, kBool},
    {LOGICAL_AND, 1, 3, kBool},
    {LOGICAL_NOT, 1, 3, kBool},
    {UNPACK, 2, 4, kFloatOrEight, unpack},
    {REDUCE_MIN, 2, 3, kFloatOrEight, reduces_something},
    {REDUCE_ANY, 2, 3, kAny, no_scalar},
    {FILL, 1, 4, kAny, fill},
    {RESIZE_NEAREST_NEIGHBOR, 3, 3, kFloatOrEight, resize<ResizeNearestNeighborOptions>},
    {LEAKY_RELU, 1, 3, kFloatOrEight},
    {SQUARED_DIFFERENCE, 2, 2, kAny, squared_difference},
    {MIRROR_PAD, 2, 7, kNumbers, two_inputs},
    {ABS, 1, 3, kFloat},
    {SPLIT_V, 2, 4, kNumbers, split_v},
    {REVERSE_V2, 3, 7, kNumbers, two_inputs},
    {COS, 1, 3, kFloat},
    {ELU, 1, 4, kFloat},
    {QUANTIZE, 2, 3, kFloatOrEight, quantize},
    {HARD_SWISH, 0, 1, kFloatOrEight},
    {DENSIFY, 0, 4, kAny, densify},
    {BATCH_MATMUL, 2, 6, kFloat | kInt | kSigned, batch_matmul},
});
static_assert(std::ranges::is_sorted(kRules, {}, &Rule::code));

const Rule* find_rule(BuiltinOperator code) noexcept {
  const auto* const rule = std::ranges::lower_bound(kRules, code, {}, &Rule::code);
  return rule == kRules.end() || rule->code != code ? nullptr : rule;
}

string refusal(const Rule& rule, const Node& n) {
  if (rule.highest_version > 0 && n.op.version > rule.highest_version) {
    return fmt::format("it goes up to version {}, not {}", rule.highest_version, n.op.version);
  }
  if (n.level < rule.level) return "it comes with " + nnapi_level_text(rule.level);
  if (n.input(0) == nullptr) return "it lacks input 0";
  const Types types = rule.later > 0 && n.level >= rule.later ? rule.later_types : rule.types;
  if (types != kAny && !n.is_of(0, types)) return wrong_type(n, 0);
  return rule.check == nullptr ? string() : rule.check(n);
}

}  // namespace

NnapiAnswer nnapi_answer(const Subgraph& subgraph, const Operator& op,
                         const std::vector<std::int32_t>& origins) {
  const Rule* rule = find_rule(op.code);
  if (rule == nullptr) return {.level = 0, .refusal = "it has no " + operator_name(op)};
  for (int level = 1; level <= kHighestLevel; ++level) {
    string fault = refusal(*rule, {{subgraph, op, origins}, level});
    if (fault.empty()) return {.level = level, .refusal = {}};
    if (level == kHighestLevel) return {.level = 0, .refusal = std::move(fault)};
  }
  return {};
}

string nnapi_level_text(int level) {
  const auto index = static_cast<std::size_t>(std::clamp<int>(level, 1, kAndroid.size()) - 1);
  return fmt::format("feature level {} (Android {})", level, kAndroid[index]);
}

bool has_nnapi_rule(BuiltinOperator code) noexcept {
  return find_rule(code) != nullptr;
}

}  // namespace litezoo::inspector
