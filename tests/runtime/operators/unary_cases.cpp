#include "tests/runtime/operators/loops.h"

// Functions of one tensor's elements.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

const std::vector<Step> kUnit = {
    {INT8, 1.0F / 256, -128}, {UINT8, 1.0F / 256, 0}, {INT16, 1.0F / 32768, 0}};
const std::vector<Step> kSigned = {
    {INT8, 1.0F / 128, 0}, {UINT8, 1.0F / 128, 128}, {INT16, 1.0F / 32768, 0}};

struct Row {
  BuiltinOperator code;
  const char* types;
  Function f;
  double low = 0, high = 0;
  std::vector<Step> out = {};
  OperatorOptions options = {};
  double steps = 1.0;
  double steps_16 = 0.0;  // INT16 goes through tables of 512 lines
};

double round_even(double x) {
  return std::nearbyint(x);
}

double hard_swish(double x) {
  return x * std::clamp(x + 3.0, 0.0, 6.0) / 6.0;
}

double gelu(double x) {
  return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
}

double gelu_by_tanh(double x) {
  return 0.5 * x *
         (1.0 + std::tanh(std::sqrt(2.0 / 3.14159265358979) * (x + 0.044715 * x * x * x)));
}

Function leaky(double slope) {
  return [slope](double x) { return x >= 0.0 ? x : x * slope; };
}

Function between(double low, double high) {
  return [=](double x) { return std::clamp(x, low, high); };
}

std::vector<Row> rows() {
  const char* const floats = "f32 f16 bf16";
  const char* const activation = "f32 f16 bf16 s8q u8q s16q";
  return {
      {ABS, "f32 f16 bf16 s8 s16 s32 s64 s8q u8q s16q s32q", [](double x) { return std::abs(x); }},
      {NEG, "f32 f16 bf16 s8 s16 s32 s64 s8q# s16q# s32q#", [](double x) { return -x; }},
      {SIN, floats, [](double x) { return std::sin(x); }},
      {COS, floats, [](double x) { return std::cos(x); }},
      {EXP,
       "f32 f16 bf16 s8q u8q s16q",
       [](double x) { return std::exp(x); },
       -3,
       1.5,
       {},
       {},
       1.0,
       30.0},
      {LOG,
       "f32 f16 bf16 s8q u8q s16q",
       [](double x) { return std::log(x); },
       0.3,
       5,
       {},
       {},
       1.0,
       30.0},
      {SQRT, "f32 f16 bf16 s8q u8q s16q", [](double x) { return std::sqrt(x); }, 0.1, 5},
      {RSQRT,
       "f32 f16 bf16 s8q u8q s16q",
       [](double x) { return 1.0 / std::sqrt(x); },
       0.3,
       5,
       {},
       {},
       1.0,
       30.0},
      {SQUARE, "f32 f16 bf16 s32 s64 s32q#", [](double x) { return x * x; }},
      {FLOOR, floats, [](double x) { return std::floor(x); }},
      {CEIL, floats, [](double x) { return std::ceil(x); }},
      {ROUND, floats, round_even},
      {SIGN, "f32 f16 bf16 f64 s32 s32q#",
       [](double x) { return x > 0   ? 1.0
                             : x < 0 ? -1.0
                                     : 0.0; }},
      {RELU, activation, [](double x) { return std::max(x, 0.0); }},
      {RELU6, activation, between(0, 6), -9, 9},
      {RELU_N1_TO_1, activation, between(-1, 1), -9, 9},
      {RELU_0_TO_1, activation, between(0, 1), -9, 9},
      {ELU, activation, [](double x) { return x < 0.0 ? std::expm1(x) : x; }},
      {HARD_SWISH, activation, hard_swish, -5, 5, {}, {}, 1.0, 30.0},
      {LOGISTIC,
       activation,
       [](double x) { return 1.0 / (1.0 + std::exp(-x)); },
       -6,
       6,
       kUnit,
       {},
       3.0},
      {TANH, activation, [](double x) { return std::tanh(x); }, -4, 4, kSigned, {}, 3.0},
      {GELU, activation, gelu, -4, 4, {}, GeluOptions{.approximate = false}, 1.0, 30.0},
      {GELU, activation, gelu_by_tanh, -4, 4, {}, GeluOptions{.approximate = true}, 1.0, 30.0},
      {LEAKY_RELU, activation, leaky(0.3), 0, 0, {}, LeakyReluOptions{0.3F}},
      {LEAKY_RELU, activation, leaky(-0.5), 0, 0, {}, LeakyReluOptions{-0.5F}},
      {LOGICAL_NOT, "bool", [](double x) { return x == 0.0 ? 1.0 : 0.0; }},
  };
}

// A grid of 2^bits - 1 steps that holds zero.
Function fake_quantized(double low, double high, int bits, bool narrow) {
  const double least = narrow ? 1.0 : 0.0;
  const double most = std::exp2(bits) - 1.0;
  const double scale = (high - low) / (most - least);
  const double zero = std::round(std::clamp(least - low / scale, least, most));
  return [=](double x) {
    const double clamped = std::clamp(x, (least - zero) * scale, (most - zero) * scale);
    return std::floor((clamped - (least - zero) * scale) / scale + 0.5) * scale +
           (least - zero) * scale;
  };
}

}  // namespace

Cases unary_cases() {
  Cases cases;
  for (const Row& row : rows()) {
    for (const Shape& shape : {Shape{2, 3, 4}, Shape{}, Shape{0, 3}, Shape{1, 67}}) {
      cases.push_back({.code = row.code,
                       .edge = "rank " + std::to_string(shape.size()),
                       .inputs = {given(shape).between(row.low, row.high)},
                       .outputs = {result().scaled(row.out)},
                       .options = row.options,
                       .reference = each(row.f),
                       .types = row.types,
                       .steps = row.steps,
                       .steps_16 = row.steps_16});
    }
  }
  for (const auto& [bits, narrow] : {std::pair{8, false}, {4, true}}) {
    cases.push_back({.code = FAKE_QUANT,
                     .edge = std::to_string(bits) + " bits",
                     .inputs = {given({3, 9})},
                     .outputs = {result()},
                     .options = FakeQuantOptions{-0.5F, 0.7F, bits, narrow},
                     .reference = each(fake_quantized(-0.5, 0.7, bits, narrow)),
                     .types = "f32"});
  }
  cases.push_back({.code = ZEROS_LIKE,
                   .inputs = {given({2, 3, 4})},
                   .outputs = {result()},
                   .reference = each([](double) { return 0.0; }),
                   .types = "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s4 u4 s2 s8q# "
                            "u8q# s16q s32q s4q s2q"});
  return cases;
}

}  // namespace litezoo::test
