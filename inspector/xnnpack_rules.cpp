#include "inspector/xnnpack_rules.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "inspector/precision.h"

namespace litezoo::inspector {
namespace {

using std::string;

constexpr unsigned kFloat = 1, kSigned = 2, kUnsigned = 4;
constexpr unsigned kEight = kSigned | kUnsigned;
constexpr unsigned kAny = kFloat | kEight;
constexpr std::size_t kMostDimensions = 6;

unsigned kind_of(const Tensor& tensor) {
  const bool per_tensor = tensor.quantization.scale.size() == 1;
  switch (tensor.type) {
    case TensorType::FLOAT32:
    case TensorType::FLOAT16:
      return kFloat;
    case TensorType::INT8:
      return per_tensor ? kSigned : 0;
    case TensorType::UINT8:
      return per_tensor ? kUnsigned : 0;
    default:
      return 0;
  }
}

// One node as the rules look at it.
struct Node {
  const Subgraph& subgraph;
  const std::vector<std::int32_t>& origins;  // see stored_origins()
  const Operator& op;

  const Tensor* input(std::size_t i) const {
    if (i >= op.inputs.size() || op.inputs[i] < 0) return nullptr;
    return &subgraph.tensors[static_cast<std::size_t>(op.inputs[i])];
  }
  const Tensor* output(std::size_t i = 0) const {
    if (i >= op.outputs.size()) return nullptr;
    return &subgraph.tensors[static_cast<std::size_t>(op.outputs[i])];
  }
  // The stored tensor an input comes from; nullptr when it is computed.
  const Tensor* stored(std::size_t i) const {
    if (i >= op.inputs.size() || op.inputs[i] < 0) return nullptr;
    const std::int32_t origin = origins[static_cast<std::size_t>(op.inputs[i])];
    return origin < 0 ? nullptr : &subgraph.tensors[static_cast<std::size_t>(origin)];
  }
  bool is_constant(std::size_t i) const { return input(i) != nullptr && input(i)->is_constant(); }
};

template <typename Options>
concept HasActivation = requires(const Options& o) {
  o.fused_activation_function;
};

bool has_known_activation(const OperatorOptions& options) {
  return std::visit(
      [](const auto& o) {
        if constexpr (HasActivation<std::decay_t<decltype(o)>>) {
          using enum ActivationFunction;
          const ActivationFunction f = o.fused_activation_function;
          return f == NONE || f == RELU || f == RELU_N1_TO_1 || f == RELU6;
        } else {
          return true;
        }
      },
      options);
}

// Input 0 and output 0 of the same accepted kind.
string same_kind(const Node& n, unsigned accepted) {
  if (n.input(0) == nullptr || n.output() == nullptr) return "it lacks an input or output";
  const unsigned in = kind_of(*n.input(0));
  if ((in & accepted) == 0) {
    return "element type " + string(tensor_type_name(n.input(0)->type)) + " is not supported";
  }
  if (kind_of(*n.output()) != in) return "input and output differ in type";
  return {};
}

// Of 8-bit tensors: how far apart the kernels let the scales be.
string scale_fault(double ratio, double least, double most) {
  return ratio >= least && ratio < most ? string()
                                        : string("its scales are too far apart for the kernels");
}

bool is_eight_bit(const Node& n) {
  return n.input(0) != nullptr && (kind_of(*n.input(0)) & kEight) != 0;
}

double scale_of(const Tensor& tensor) {
  return static_cast<double>(tensor.quantization.scale.front());
}

string unary(const Node& n, unsigned accepted) {
  return same_kind(n, accepted);
}

string binary(const Node& n, unsigned accepted) {
  if (n.input(1) == nullptr) return "it needs two inputs";
  if (n.input(0) != nullptr && kind_of(*n.input(0)) != kind_of(*n.input(1))) {
    return "its inputs differ in type";
  }
  return same_kind(n, accepted);
}

string sum_or_difference(const Node& n, unsigned accepted) {
  if (string fault = binary(n, accepted); !fault.empty() || !is_eight_bit(n)) return fault;
  const double out = scale_of(*n.output());
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    string fault = scale_fault(scale_of(*n.input(i)) / out, 1.0 / 1024, 256);
    if (!fault.empty()) return fault;
  }
  return {};
}

string product(const Node& n, unsigned accepted) {
  if (string fault = binary(n, accepted); !fault.empty() || !is_eight_bit(n)) return fault;
  const double in = scale_of(*n.input(0)) * scale_of(*n.input(1));
  return scale_fault(in / scale_of(*n.output()), 1.0 / 65536, 256);
}

string leaky_relu(const Node& n, unsigned accepted) {
  if (string fault = same_kind(n, accepted); !fault.empty() || !is_eight_bit(n)) return fault;
  return scale_fault(scale_of(*n.input(0)) / scale_of(*n.output()), 1.0 / 256, 128);
}

string static_second(const Node& n, unsigned accepted) {
  if (!n.is_constant(1)) return "its second input must be constant";
  return same_kind(n, accepted);
}

string quantize(const Node& n, unsigned) {
  if (n.input(0) == nullptr || n.output() == nullptr) return "it lacks an input or output";
  const unsigned in = kind_of(*n.input(0)), out = kind_of(*n.output());
  if ((out & kEight) == 0) return "it does not give 8-bit values with one scale";
  if (in == kFloat) return {};
  if (in != out) return "it changes one 8-bit type into the other";
  return scale_fault(scale_of(*n.input(0)) / scale_of(*n.output()), 1.0 / 256, 128);
}

string dequantize(const Node& n, unsigned) {
  if (n.input(0) == nullptr || n.output() == nullptr) return "it lacks an input or output";
  if ((kind_of(*n.input(0)) & kEight) == 0) return "its input is not 8-bit with one scale";
  return kind_of(*n.output()) == kFloat ? string() : string("its output is not float");
}

enum class Hybrid { refused, accepted };

// A weights input against the activations.
string weights(const Node& n, std::size_t at, const Tensor& activation, Hybrid hybrid) {
  const Tensor* filter = n.stored(at);
  if (filter == nullptr) return "its weights must be constant";
  const unsigned kind = kind_of(activation);
  if (kind == 0) {
    return "element type " + string(tensor_type_name(activation.type)) + " is not supported";
  }
  const TensorType type = n.input(at)->type;
  if (kind == kFloat) {
    if (type == TensorType::FLOAT32 || type == TensorType::FLOAT16) return {};
    const bool small =
        type == TensorType::INT8 || type == TensorType::INT4 || type == TensorType::INT2;
    if (small && hybrid == Hybrid::accepted) return {};
    return "float activations with " + string(tensor_type_name(type)) + " weights";
  }
  if (type == activation.type) return {};
  if (kind == kSigned && (type == TensorType::INT4 || type == TensorType::INT2)) return {};
  return "weights of another type than the activations";
}

string convolution_like(const Node& n, Hybrid hybrid) {
  const Tensor* image = n.input(0);
  if (image == nullptr || n.output() == nullptr) return "it lacks an input or output";
  if (image->shape.size() != 4) return "its input does not have four dimensions";
  if (n.input(2) == nullptr || n.stored(2) == nullptr) return "its bias is missing or computed";
  if (kind_of(*n.output()) != kind_of(*image)) return "input and output differ in type";
  return weights(n, 1, *image, hybrid);
}

string conv_2d(const Node& n, unsigned) {
  return convolution_like(n, Hybrid::accepted);
}

string depthwise_conv_2d(const Node& n, unsigned) {
  return convolution_like(n, Hybrid::refused);
}

string transpose_conv(const Node& n, unsigned) {
  if (n.input(2) == nullptr || n.output() == nullptr) return "it lacks an input or output";
  if (!n.is_constant(0)) return "its output shape must be constant";
  if (kind_of(*n.input(2)) == kUnsigned) return {};
  return weights(n, 1, *n.input(2), Hybrid::accepted);
}

string fully_connected(const Node& n, unsigned) {
  constexpr std::int32_t kSparseVersion = 8;
  if (n.op.version == kSparseVersion) return "it has sparse weights (version 8)";
  if (n.input(0) == nullptr || n.output() == nullptr) return "it lacks an input or output";
  if (n.input(2) != nullptr && n.stored(2) == nullptr) return "its bias is computed";
  if (kind_of(*n.output()) != kind_of(*n.input(0))) return "input and output differ in type";
  return weights(n, 1, *n.input(0), Hybrid::accepted);
}

string batch_matmul(const Node& n, unsigned) {
  if (n.input(0) == nullptr || n.input(1) == nullptr) return "it needs two inputs";
  const unsigned left = kind_of(*n.input(0));
  if ((left & (kFloat | kSigned)) == 0) return "its element type is not supported";
  if (left == kFloat && n.input(1)->type == TensorType::INT8) {
    return n.is_constant(1) ? string() : string("its 8-bit right side must be constant");
  }
  return kind_of(*n.input(1)) == left ? string() : string("its inputs differ in type");
}

string pool(const Node& n, unsigned accepted) {
  const auto* options = std::get_if<Pool2DOptions>(&n.op.options);
  if (options == nullptr) return "it has no options";
  const bool is_single = options->filter_width == 1 && options->filter_height == 1;
  if (is_single && (options->stride_w > 1 || options->stride_h > 1)) {
    return "1x1 pooling with a stride";
  }
  return same_kind(n, accepted);
}

string softmax(const Node& n, unsigned accepted) {
  const auto* options = std::get_if<SoftmaxOptions>(&n.op.options);
  if (options == nullptr || options->beta != 1.0F) return "beta is not 1";
  return same_kind(n, accepted);
}

string reshape(const Node& n, unsigned accepted) {
  const bool has_options = std::holds_alternative<ReshapeOptions>(n.op.options);
  if (n.input(1) != nullptr ? !n.is_constant(1) : !has_options) return "its shape is computed";
  return same_kind(n, accepted);
}

string slice(const Node& n, unsigned accepted) {
  if (!n.is_constant(1) || !n.is_constant(2)) return "where it cuts is computed";
  return same_kind(n, accepted);
}

bool all_ones(const Tensor& tensor) {
  if (tensor.data.size() > kMostDimensions * sizeof(std::int32_t)) return false;
  std::vector<std::int32_t> values(tensor.data.size() / sizeof(std::int32_t));
  if (!values.empty()) {
    std::memcpy(values.data(), tensor.data.data(), values.size() * sizeof(std::int32_t));
  }
  return std::ranges::all_of(values, [](std::int32_t v) { return v == 1; });
}

string strided_slice(const Node& n, unsigned accepted) {
  const auto* options = std::get_if<StridedSliceOptions>(&n.op.options);
  if (options == nullptr) return "it has no options";
  if (options->ellipsis_mask != 0 || options->new_axis_mask != 0 ||
      options->shrink_axis_mask != 0 || options->offset) {
    return "it changes the number of dimensions";
  }
  if (!n.is_constant(3)) return "its strides are computed";
  if (n.input(3)->type != TensorType::INT32 || !all_ones(*n.input(3))) return "a stride is not 1";
  return slice(n, accepted);
}

string split(const Node& n, unsigned accepted) {
  if (n.op.outputs.size() < 2 || n.op.outputs.size() > 4) return "it does not have 2 to 4 outputs";
  if (!n.is_constant(0)) return "its axis is computed";
  const bool ok = n.input(1) != nullptr && (kind_of(*n.input(1)) & accepted) != 0;
  return ok ? string() : string("its element type is not supported");
}

string concatenation(const Node& n, unsigned accepted) {
  if (n.op.inputs.size() < 2 || n.op.inputs.size() > 5) return "it does not have 2 to 5 inputs";
  const auto* options = std::get_if<ConcatenationOptions>(&n.op.options);
  if (options != nullptr && options->fused_activation_function != ActivationFunction::NONE) {
    return "it has a fused activation";
  }
  for (std::size_t i = 1; i < n.op.inputs.size(); ++i) {
    if (n.input(i) == nullptr || n.input(0) == nullptr ||
        kind_of(*n.input(i)) != kind_of(*n.input(0))) {
      return "its inputs differ in type";
    }
  }
  return same_kind(n, accepted);
}

string always(const Node&, unsigned) {
  return {};
}

string custom(const Node& n, unsigned) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"Convolution2DTransposeBias", "MaxPoolingWithArgmax2D", "MaxUnpooling2D", "moe",
       "odml.scaled_dot_product_attention"});
  const bool known = std::ranges::find(kNames, n.op.custom_code) != kNames.end();
  if (!known) return "it is a custom operator";
  const bool is_float = n.input(0) != nullptr && n.input(0)->type == TensorType::FLOAT32;
  return is_float ? string() : string("it is not float32");
}

string composite(const Node& n, unsigned) {
  const auto* options = std::get_if<StablehloCompositeOptions>(&n.op.options);
  const bool known = options != nullptr && options->name == "odml.scaled_dot_product_attention";
  return known ? string() : string("it is a composite that the delegate does not know");
}

struct Rule {
  BuiltinOperator code;
  string (*refusal)(const Node& node, unsigned accepted);
  unsigned accepted;
};

using enum BuiltinOperator;

constexpr auto kRules = std::to_array<Rule>({
    {ADD, sum_or_difference, kAny},
    {AVERAGE_POOL_2D, pool, kFloat},
    {CONCATENATION, concatenation, kAny},
    {CONV_2D, conv_2d, kAny},
    {DEPTHWISE_CONV_2D, depthwise_conv_2d, kAny},
    {DEPTH_TO_SPACE, unary, kAny},
    {DEQUANTIZE, dequantize, kEight},
    {FLOOR, unary, kFloat},
    {FULLY_CONNECTED, fully_connected, kAny},
    {LOGISTIC, unary, kAny},
    {MAX_POOL_2D, pool, kAny},
    {MUL, product, kAny},
    {RELU, unary, kFloat},
    {RELU_N1_TO_1, unary, kFloat},
    {RELU6, unary, kFloat},
    {RESHAPE, reshape, kAny},
    {RESIZE_BILINEAR, static_second, kAny},
    {SOFTMAX, softmax, kFloat},
    {SPACE_TO_DEPTH, unary, kAny},
    {TANH, unary, kAny},
    {CUSTOM, custom, kFloat},
    {PAD, static_second, kAny},
    {TRANSPOSE, static_second, kAny},
    {MEAN, static_second, kAny},
    {SUB, sum_or_difference, kAny},
    {DIV, binary, kFloat},
    {STRIDED_SLICE, strided_slice, kAny},
    {EXP, unary, kFloat},
    {SPLIT, split, kAny},
    {PRELU, binary, kFloat},
    {MAXIMUM, binary, kFloat},
    {MINIMUM, binary, kFloat},
    {NEG, unary, kFloat},
    {SLICE, slice, kAny},
    {SIN, unary, kFloat},
    {TRANSPOSE_CONV, transpose_conv, kAny},
    {EXPAND_DIMS, static_second, kAny},
    {LOG, unary, kFloat},
    {SUM, static_second, kAny},
    {SQRT, unary, kFloat},
    {RSQRT, unary, kFloat},
    {REDUCE_MAX, static_second, kAny},
    {REDUCE_MIN, static_second, kAny},
    {SQUARE, unary, kFloat},
    {LEAKY_RELU, leaky_relu, kAny},
    {SQUARED_DIFFERENCE, binary, kFloat},
    {ABS, unary, kFloat},
    {CEIL, unary, kFloat},
    {COS, unary, kFloat},
    {ELU, unary, kFloat | kSigned},
    {QUANTIZE, quantize, kAny},
    {ROUND, unary, kFloat},
    {HARD_SWISH, unary, kFloat},
    {BATCH_MATMUL, batch_matmul, kFloat | kSigned},
    {VAR_HANDLE, always, kAny},
    {READ_VARIABLE, always, kAny},
    {ASSIGN_VARIABLE, always, kAny},
    {GELU, unary, kFloat},
    {STABLEHLO_COMPOSITE, composite, kFloat},
});
static_assert(std::ranges::is_sorted(kRules, {}, &Rule::code));

bool has_empty_tensor(const Node& node) {
  const auto is_empty = [&node](std::int32_t t) {
    if (t < 0) return false;
    const auto& shape = node.subgraph.tensors[static_cast<std::size_t>(t)].shape;
    return std::ranges::find(shape, 0) != shape.end();
  };
  return std::ranges::any_of(node.op.inputs, is_empty) ||
         std::ranges::any_of(node.op.outputs, is_empty);
}

string refusal_of(const Node& node) {
  const auto* const rule = std::ranges::lower_bound(kRules, node.op.code, {}, &Rule::code);
  if (rule == kRules.end() || rule->code != node.op.code) {
    return "the delegate has no " + operator_name(node.op);
  }
  if (!has_known_activation(node.op.options)) return "its fused activation is not supported";
  if (has_empty_tensor(node)) return "a tensor without elements";
  for (const std::int32_t t : node.op.inputs) {
    if (t >= 0 &&
        node.subgraph.tensors[static_cast<std::size_t>(t)].shape.size() > kMostDimensions) {
      return "more than six dimensions";
    }
  }
  return rule->refusal(node, rule->accepted);
}

// DEQUANTIZE and DENSIFY of stored weights run once at load: the delegate takes them unless a node
// it does not take reads their output.
bool unpacks_stored(const Operator& op, const std::vector<std::int32_t>& origins) {
  return (op.code == DEQUANTIZE || op.code == DENSIFY) && !op.outputs.empty() &&
         origins[static_cast<std::size_t>(op.outputs.front())] >= 0;
}

void judge_unpacking(const Subgraph& subgraph, const std::vector<std::int32_t>& origins,
                     std::vector<string>& refusals) {
  std::vector<bool> needed(subgraph.tensors.size());
  for (const std::int32_t t : subgraph.outputs) needed[static_cast<std::size_t>(t)] = true;
  // Backwards, because a DENSIFY may feed a DEQUANTIZE.
  for (std::size_t i = subgraph.operators.size(); i-- > 0;) {
    const Operator& op = subgraph.operators[i];
    if (unpacks_stored(op, origins)) {
      const bool stays = needed[static_cast<std::size_t>(op.outputs.front())];
      refusals[i] = stays ? "a node outside the delegate reads the unpacked weights" : "";
    }
    if (refusals[i].empty()) continue;
    for (const std::int32_t t : op.inputs) {
      if (t >= 0) needed[static_cast<std::size_t>(t)] = true;
    }
  }
}

}  // namespace

XnnpackPrediction predict_xnnpack(const Subgraph& subgraph) {
  const std::vector<std::int32_t> origins = stored_origins(subgraph);
  XnnpackPrediction result;
  for (const Operator& op : subgraph.operators) {
    result.refusals.push_back(unpacks_stored(op, origins) ? string()
                                                          : refusal_of({subgraph, origins, op}));
  }
  judge_unpacking(subgraph, origins, result.refusals);
  std::vector<bool> delegated;
  for (const string& refusal : result.refusals) delegated.push_back(refusal.empty());
  result.delegated_nodes = static_cast<std::size_t>(std::ranges::count(delegated, true));
  result.partitions = partition(subgraph, delegated);
  result.delegated_partitions =
      static_cast<std::size_t>(std::ranges::count(result.partitions, true, &Partition::delegated));
  return result;
}

}  // namespace litezoo::inspector
