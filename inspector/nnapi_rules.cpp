#include "inspector/nnapi_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "inspector/nnapi_checks.h"

namespace litezoo::inspector {
namespace {

using std::string;
using namespace nnapi;
using enum BuiltinOperator;

constexpr int kHighestLevel = 8;
// The Android release that came with a level; later ones arrive as updates of it.
constexpr auto kAndroid =
    std::to_array<std::string_view>({"8.1", "9", "10", "11", "12", "12 with updates"});

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
    {ADD, 2, 1, kFloatOrEight, add, 4, kNumbers},
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
    {MUL, 2, 1, kFloatOrEight, multiply, 4, kNumbers},
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
    {RESIZE_NEAREST_NEIGHBOR, 3, 3, kFloatOrEight, resize_nearest},
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
