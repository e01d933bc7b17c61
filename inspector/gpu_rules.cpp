#include "inspector/gpu_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "inspector/node_view.h"

namespace litezoo::inspector {
namespace {

using std::string;
using enum BuiltinOperator;

struct Node : NodeView {
  int stored_inputs() const {
    int count = 0;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) count += is_stored(i) ? 1 : 0;
    return count;
  }
  int computed_inputs() const {
    int count = 0;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      count += input(i) != nullptr && !is_stored(i) ? 1 : 0;
    }
    return count;
  }
};

bool is_float(const Tensor& tensor) {
  return tensor.type == TensorType::FLOAT32 || tensor.type == TensorType::FLOAT16;
}

string two_operands(const Node& n) {
  if (n.input(0) == nullptr || n.input(1) == nullptr || n.op.inputs.size() != 2) {
    return "it needs two inputs";
  }
  return {};
}

// Ranks that differ are broadcast in three shapes only, unless a build enables more.
string add_or_mul(const Node& n) {
  if (string fault = two_operands(n); !fault.empty()) return fault;
  const auto* longer = &n.input(0)->shape;
  const auto* shorter = &n.input(1)->shape;
  if (longer->size() < shorter->size()) std::swap(longer, shorter);
  if (shorter->size() <= 1 || longer->size() == shorter->size()) return {};
  const auto& l = *longer;
  const auto& s = *shorter;
  const bool is_taken = l.size() == 4 && ((s.size() == 3 && l[0] == 1) ||
                                          (s.size() == 2 && l[0] == 1 && s[0] == 1 && s[1] == 1) ||
                                          (s.size() == 2 && l[0] == s[0] && l[3] == s[1]));
  return is_taken ? string() : fmt::format("it broadcasts {} dimensions to {}", s.size(), l.size());
}

string operands(const Node& n) {
  const int computed = n.computed_inputs(), stored = n.stored_inputs();
  const bool is_taken = (computed == 2 && stored == 0) || (computed == 1 && stored == 1);
  return is_taken ? string() : string("it needs two inputs, at most one of them constant");
}

string convolution(const Node& n) {
  if (n.input(1) == nullptr) return "it lacks weights";
  return n.computed_inputs() <= 2 ? string() : string("more than two of its inputs are computed");
}

string depthwise(const Node& n) {
  if (string fault = convolution(n); !fault.empty()) return fault;
  const auto* options = std::get_if<DepthwiseConv2DOptions>(&n.op.options);
  if (options == nullptr || n.input(0) == nullptr || n.output() == nullptr) {
    return "it lacks options or tensors";
  }
  const auto& in = n.input(0)->shape;
  const auto& filter = n.input(1)->shape;
  const auto& out = n.output()->shape;
  if (in.size() != 4 || filter.size() != 4 || out.size() != 4) {
    return "its tensors do not have four dimensions";
  }
  const std::int64_t channels = std::int64_t{in[3]} * options->depth_multiplier;
  return filter[3] == out[3] && out[3] == channels
             ? string()
             : string("its channels are not the input's times the depth multiplier");
}

string cast(const Node& n) {
  if (n.input(0) == nullptr || n.output() == nullptr) return "it lacks an input or output";
  const Tensor& from = *n.input(0);
  const Tensor& to = *n.output();
  const auto is_32 = [](const Tensor& t) {
    return t.type == TensorType::FLOAT32 || t.type == TensorType::INT32;
  };
  const bool is_taken = (from.type == TensorType::BOOL && is_float(to)) ||
                        (is_float(from) && to.type == TensorType::BOOL) ||
                        (is_32(from) && is_32(to));
  return is_taken ? string()
                  : fmt::format("it casts {} to {}", tensor_type_name(from.type),
                                tensor_type_name(to.type));
}

string cumsum(const Node& n) {
  const bool is_taken = n.input(0) != nullptr && is_float(*n.input(0)) && n.is_stored(1) &&
                        n.input(1)->type == TensorType::INT32;
  return is_taken ? string() : string("it wants floats and a constant int32 axis");
}

string dequantize(const Node& n) {
  const bool is_wide = n.input(0) != nullptr && n.input(0)->type == TensorType::INT16;
  return is_wide ? string("its input is int16") : string();
}

string fully_connected(const Node& n) {
  const auto* options = std::get_if<FullyConnectedOptions>(&n.op.options);
  if (options == nullptr) return "it has no options";
  if (options->weights_format != FullyConnectedWeightsFormat::DEFAULT) {
    return "its weights are shuffled";
  }
  if (n.computed_inputs() > 2) return "more than two of its inputs are computed";
  const bool keeps = options->keep_num_dims && n.input(0) != nullptr && n.output() != nullptr;
  return keeps && n.input(0)->shape.size() != n.output()->shape.size()
             ? string("input and output differ in dimensions")
             : string();
}

string gather(const Node& n) {
  if (string fault = operands(n); !fault.empty()) return fault;
  const bool is_taken = n.input(1) != nullptr && n.input(1)->shape.size() == 1 &&
                        n.input(1)->type == TensorType::INT32;
  return is_taken ? string() : string("its indices are not one row of int32");
}

string axes(const Node& n) {
  const bool is_taken = n.is_stored(1) && n.input(1)->type == TensorType::INT32;
  return is_taken ? string() : string("its axes are not constant int32");
}

string pad(const Node& n) {
  if (n.input(1) == nullptr) return "it lacks paddings";
  const auto& shape = n.input(1)->shape;
  const bool is_taken = shape.size() == 2 && (shape[0] == 3 || shape[0] == 4) && shape[1] == 2;
  return is_taken ? string() : string("its paddings are not 3x2 or 4x2");
}

string mirror_pad(const Node& n) {
  const auto* options = std::get_if<MirrorPadOptions>(&n.op.options);
  if (options == nullptr || options->mode != MirrorPadMode::REFLECT) {
    return "its mode is not reflection";
  }
  return pad(n);
}

string three_or_four(const Node& n) {
  const std::size_t rank = n.input(0) == nullptr ? 0 : n.input(0)->shape.size();
  return rank == 3 || rank == 4 ? string() : fmt::format("its input is of rank {}", rank);
}

string slice(const Node& n) {
  return n.op.inputs.size() < 3 ? string("it needs three inputs") : three_or_four(n);
}

string strided_slice(const Node& n) {
  const auto* options = std::get_if<StridedSliceOptions>(&n.op.options);
  if (options == nullptr || n.op.inputs.size() < 4) return "it lacks options or inputs";
  if (options->ellipsis_mask != 0 || options->new_axis_mask != 0 ||
      options->shrink_axis_mask != 0) {
    return "it changes the number of dimensions";
  }
  return three_or_four(n);
}

string softmax(const Node& n) {
  const auto* options = std::get_if<SoftmaxOptions>(&n.op.options);
  return options != nullptr && options->beta == 1.0F ? string() : string("beta is not 1");
}

string resize_bilinear(const Node& n) {
  const auto* options = std::get_if<ResizeBilinearOptions>(&n.op.options);
  if (options == nullptr) return "it has no options";
  return options->align_corners && options->half_pixel_centers
             ? string("it aligns corners and centres at once")
             : string();
}

string lstm(const Node& n) {
  const auto* options = std::get_if<LstmOptions>(&n.op.options);
  if (options == nullptr) return "it has no options";
  if (options->kernel_type == LstmKernelType::BASIC) {
    const bool is_taken = n.computed_inputs() == 3 && n.stored_inputs() == 2;
    return is_taken ? string() : string("a basic cell wants three computed inputs, two constant");
  }
  const std::size_t count = n.op.inputs.size();
  return count == 20 || count == 24 ? string() : fmt::format("it has {} inputs", count);
}

string custom(const Node& n) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"Convolution2DTransposeBias", "MaxPoolingWithArgmax2D", "MaxUnpooling2D", "Resampler"});
  return std::ranges::find(kNames, n.op.custom_code) != kNames.end()
             ? string()
             : string("it is a custom operator the table does not name");
}

// What the table asks of an operator beyond being in it. -1 = any number.
struct Rule {
  BuiltinOperator code;
  int computed_inputs, stored_inputs;
  string (*check)(const Node& node);
};

constexpr auto kRules = std::to_array<Rule>({
    {ADD, -1, -1, add_or_mul},
    {AVERAGE_POOL_2D, 1, -1, nullptr},
    {CONV_2D, -1, -1, convolution},
    {DEPTHWISE_CONV_2D, -1, -1, depthwise},
    {DEPTH_TO_SPACE, 1, -1, nullptr},
    {DEQUANTIZE, -1, -1, dequantize},
    {FLOOR, 1, 0, nullptr},
    {FULLY_CONNECTED, -1, -1, fully_connected},
    {LOGISTIC, 1, 0, nullptr},
    {LSTM, -1, -1, lstm},
    {MAX_POOL_2D, 1, -1, nullptr},
    {MUL, -1, -1, add_or_mul},
    {RESHAPE, 1, -1, nullptr},
    {RESIZE_BILINEAR, 1, -1, resize_bilinear},
    {SOFTMAX, -1, -1, softmax},
    {SPACE_TO_DEPTH, 1, -1, nullptr},
    {TANH, 1, 0, nullptr},
    {CUSTOM, -1, -1, custom},
    {PAD, 1, -1, pad},
    {GATHER, -1, -1, gather},
    {TRANSPOSE, 1, -1, nullptr},
    {MEAN, 1, 1, axes},
    {SUB, -1, -1, operands},
    {DIV, -1, -1, operands},
    {STRIDED_SLICE, -1, -1, strided_slice},
    {EXP, 1, 0, nullptr},
    {TOPK_V2, 1, -1, nullptr},
    {CAST, 1, -1, cast},
    {MAXIMUM, -1, -1, operands},
    {MINIMUM, -1, -1, operands},
    {LESS, -1, -1, operands},
    {NEG, 1, 0, nullptr},
    {PADV2, 1, -1, pad},
    {GREATER, -1, -1, operands},
    {GREATER_EQUAL, -1, -1, operands},
    {LESS_EQUAL, -1, -1, operands},
    {SLICE, -1, -1, slice},
    {SIN, 1, 0, nullptr},
    {TRANSPOSE_CONV, -1, -1, convolution},
    {TILE, 1, -1, nullptr},
    {EQUAL, -1, -1, operands},
    {NOT_EQUAL, -1, -1, operands},
    {LOG, 1, 0, nullptr},
    {SUM, 1, -1, axes},
    {SQRT, 1, 0, nullptr},
    {RSQRT, 1, 0, nullptr},
    {POW, -1, -1, operands},
    {REDUCE_PROD, 1, -1, axes},
    {REDUCE_MAX, 1, -1, axes},
    {LOGICAL_OR, -1, -1, operands},
    {LOGICAL_AND, -1, -1, operands},
    {LOGICAL_NOT, 1, 0, nullptr},
    {REDUCE_MIN, 1, -1, axes},
    {FLOOR_DIV, -1, -1, operands},
    {REDUCE_ANY, 1, -1, axes},
    {SQUARE, 1, 0, nullptr},
    {FLOOR_MOD, -1, -1, operands},
    {RESIZE_NEAREST_NEIGHBOR, 1, -1, nullptr},
    {SQUARED_DIFFERENCE, -1, -1, operands},
    {MIRROR_PAD, 1, -1, mirror_pad},
    {ABS, 1, 0, nullptr},
    {CEIL, 1, 0, nullptr},
    {REVERSE_V2, 1, 1, axes},
    {COS, 1, 0, nullptr},
    {ELU, 1, 0, nullptr},
    {QUANTIZE, 1, -1, nullptr},
    {ROUND, 1, 0, nullptr},
    {HARD_SWISH, 1, -1, nullptr},
    {CUMSUM, -1, -1, cumsum},
    {REDUCE_ALL, 1, -1, axes},
    {GELU, 1, 0, nullptr},
});
static_assert(std::ranges::is_sorted(kRules, {}, &Rule::code));

}  // namespace

string gpu_refusal(const Subgraph& subgraph, const Operator& op,
                   const std::vector<std::int32_t>& origins) {
  const auto* const rule = std::ranges::lower_bound(kRules, op.code, {}, &Rule::code);
  if (rule == kRules.end() || rule->code != op.code) return {};
  const Node node{{subgraph, op, origins}};
  if (rule->computed_inputs >= 0 && node.computed_inputs() != rule->computed_inputs) {
    return fmt::format("{} of its inputs are computed, not {}", node.computed_inputs(),
                       rule->computed_inputs);
  }
  if (rule->stored_inputs >= 0 && node.stored_inputs() != rule->stored_inputs) {
    return fmt::format("{} of its inputs are constant, not {}", node.stored_inputs(),
                       rule->stored_inputs);
  }
  return rule->check == nullptr ? string() : rule->check(node);
}

}  // namespace litezoo::inspector
