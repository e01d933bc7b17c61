#include "inspector/nnapi_checks.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace litezoo::inspector::nnapi {

using std::string;
using enum BuiltinOperator;

Types mask_of(TensorType type) noexcept {
  switch (type) {
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

namespace {

string unless(bool is_met, std::string_view fault) {
  return is_met ? string() : string(fault);
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

template <typename Options>
string arithmetic(const Node& n) {
  const auto* options = n.options<Options>();
  const bool is_fused =
      options != nullptr && options->fused_activation_function != ActivationFunction::NONE;
  if (n.is_of(0, kInt) && is_fused) return "it fuses an activation to integers";
  return at_most_four(n);
}

// What the delegate asks before feature level 3 of operators with weights at input 1.
string before_level_3(const Node& n) {
  if (n.level >= 3) return {};
  if (n.has_float_data_and_eight_bit_weights(1)) return "floats meet 8-bit weights";
  if (string fault = of_types(n, 0, kFloat | kUnsigned); !fault.empty()) return fault;
  if (!n.is_of(0, kUnsigned)) return {};
  return unless(scale_of(n.input(0)) * scale_of(n.input(1)) < scale_of(n.output()),
                "input scale times weight scale is not below the output's scale");
}

template <typename Options>
string resize(const Node& n) {
  if (!n.is_constant(1)) return "its size is computed";
  const auto* options = n.options<Options>();
  if (options == nullptr) return "it has no options";
  return unless(n.level > 3 || (!options->align_corners && !options->half_pixel_centers),
                "it aligns corners or centres of pixels");
}

bool is_halved_byte(const Tensor* tensor) {
  return tensor != nullptr && scale_of(tensor) == 1.0F / 128 && zero_point_of(*tensor) == 128;
}

}  // namespace

string wrong_type(const Node& n, std::size_t i) {
  return n.input(i) == nullptr
             ? fmt::format("it lacks input {}", i)
             : fmt::format("its input {} is {}", i, tensor_type_name(n.input(i)->type));
}

string no_scalar(const Node& n) {
  return unless(n.given_rank() > 0, "its output is a scalar");
}

// Operands.

string at_most_four(const Node& n) {
  return unless(n.rank(0) <= 4 && n.rank(1) <= 4, "an input has more than four dimensions");
}

string add(const Node& n) {
  return arithmetic<AddOptions>(n);
}

string multiply(const Node& n) {
  return arithmetic<ActivationOptions>(n);
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

// Convolutions and matrices.

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

string resize_nearest(const Node& n) {
  return resize<ResizeNearestNeighborOptions>(n);
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

}  // namespace litezoo::inspector::nnapi
