#include "tests/runtime/operators/loops.h"

// Functions of the elements of two tensors, broadcast, and their like.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

struct Row {
  BuiltinOperator code;
  const char* types;
  Function2 f;
  double low_a = 0, high_a = 0, low_b = 0, high_b = 0;
  double steps = 1.0;
};

double floored_rest(double a, double b) {
  return a - std::floor(a / b) * b;
}

template <typename Operation>
Function2 bitwise(const Operation& operation) {
  return [operation](double a, double b) {
    return static_cast<double>(
        operation(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b)));
  };
}

std::vector<Row> rows() {
  const char* const ordered = "f32 f16 bf16 s8 u8 s16 s32 s64 s8q u8q s16q s32q";
  const char* const bits = "s8 u8 s16 u16 s32 u32 s8q# u8q# s16q# s32q#";
  const char* const stored =
      "f32 f16 bf16 f64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q# u8q# s16q# s32q#";
  const auto add = [](double a, double b) { return a + b; };
  const auto multiply = [](double a, double b) { return a * b; };
  const auto larger = [](double a, double b) { return std::max(a, b); };
  const auto smaller = [](double a, double b) { return std::min(a, b); };
  return {
      {MAXIMUM, ordered, larger},
      {MINIMUM, ordered, smaller},
      {SQUARED_DIFFERENCE, "f32 s32 s64 s8q s32q#",
       [](double a, double b) { return (a - b) * (a - b); }, -1, 1, -1, 1},
      {POW, "f32 s32 s32q#", [](double a, double b) { return std::pow(a, b); }, 1, 3, 0, 3},
      {FLOOR_DIV, "f32 s8 s16 s32 s64 s8q# s16q# s32q#",
       [](double a, double b) { return std::floor(a / b); }, -50, 50, 1, 5},
      {FLOOR_MOD, "f32 s8 s16 s32 s64 s8q# s16q# s32q#", floored_rest, -50, 50, 1, 5},
      {ATAN2, "f32 f16 f64", [](double a, double b) { return std::atan2(a, b); }},
      {LOGICAL_OR, "bool", larger},
      {LOGICAL_AND, "bool", smaller},
      {BITWISE_XOR, bits, bitwise([](auto a, auto b) { return a ^ b; })},
      {RIGHT_SHIFT, bits, bitwise([](auto a, auto b) { return a >> b; }), -90, 90, 0, 3},
      {STABLEHLO_SHIFT_LEFT, bits, bitwise([](auto a, auto b) { return a * (1 << b); }), 0, 12, 0,
       3},
      {STABLEHLO_ADD, "f32 f16 bf16 f64 bool* s8 u8 s16 u16 s32 u32 s64 u64 s8q# u8q# s16q# s32q#",
       add, -2, 2, -2, 2},
      {STABLEHLO_ADD,
       "f32* f16* bf16* f64* bool s8* u8* s16* u16* s32* u32* s64* u64* s8q* u8q* s16q* s32q*",
       larger},
      {STABLEHLO_MULTIPLY, stored, multiply, -2, 2, -2, 2},
      {STABLEHLO_MAXIMUM, stored, larger},
      {STABLEHLO_MINIMUM, stored, smaller},
      {STABLEHLO_AND, "bool s8 s16 s32 s64 u8 u16 u32 u64 s8q# u8q# s16q# s32q#",
       bitwise([](auto a, auto b) { return a & b; })},
  };
}

struct Fused {
  BuiltinOperator code;
  const char* types;
  Function2 f;
};

OperatorOptions fused_options(BuiltinOperator code, ActivationFunction activation) {
  if (code == ADD || code == SUB) return AddOptions{.fused_activation_function = activation};
  return ActivationOptions{activation};
}

const std::vector<Step> kWide = {{INT8, 0.15F, 4}, {UINT8, 0.15F, 101}, {INT16, 0.002F, 0}};
const std::vector<Step> kOther = {{INT8, 0.03F, 9}, {UINT8, 0.03F, 130}, {INT16, 0.0007F, 0}};

Cases fused_cases() {
  const Fused table[] = {
      {ADD, "f32 f16 s16 s32 u32 s64 s8q u8q s16q s32q#", [](double a, double b) { return a + b; }},
      {SUB, "f32 f16 s16 s32 u32 s64 s8q u8q s16q s32q#", [](double a, double b) { return a - b; }},
      {MUL, "f32 f16 c64* s16 s32 u32 s64 s8q u8q s16q s32q#",
       [](double a, double b) { return a * b; }},
      {DIV, "f32 f16 s32 s64 s8q u8q s16q s32q#", [](double a, double b) { return a / b; }},
  };
  Cases cases;
  for (const Fused& row : table) {
    for (const ShapePair& shapes : broadcasts()) {
      for (const auto activation : {ActivationFunction::NONE, ActivationFunction::RELU,
                                    ActivationFunction::RELU6, ActivationFunction::RELU_N1_TO_1}) {
        const bool divides = row.code == DIV;
        // Unsigned differences must not wrap.
        const Slot a = row.code == SUB ? given(shapes.a).between(4, 6) : given(shapes.a);
        const Slot b =
            divides ? given(shapes.b).between(1, 3)
                    : given(shapes.b).between(row.code == SUB ? 0 : -6, row.code == SUB ? 4 : 6);
        const Function2 f = row.f;
        std::string types = row.types;
        // UINT32 has no -1: what this activation makes of it is nothing to agree on.
        const std::size_t unsigned_word = types.find("u32");
        if (activation == ActivationFunction::RELU_N1_TO_1 && unsigned_word != std::string::npos) {
          types.insert(unsigned_word + 3, "*");
        }
        cases.push_back({.code = row.code,
                         .edge = std::string(shapes.edge) + ", activation " +
                                 std::to_string(static_cast<int>(activation)),
                         .inputs = {a, b.scaled(kOther)},
                         .outputs = {result().scaled(kWide)},
                         .options = fused_options(row.code, activation),
                         .reference =
                             [f, activation, divides](const Call& call) {
                               const bool cuts = divides && call.t.whole();
                               return std::vector<Real>{
                                   broadcast(call.in[0], call.in[1], [&](double x, double y) {
                                     const double value = f(x, y);
                                     return fused(activation, cuts ? std::trunc(value) : value);
                                   })};
                             },
                         .types = types});
      }
    }
  }
  return cases;
}

Cases choices() {
  struct Shapes {
    BuiltinOperator code;
    Shape condition, a, b;
  };
  const char* const every =
      "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q u8q s16q s32q";
  Cases cases;
  for (const Shapes& s : {Shapes{SELECT, {2, 3}, {2, 3}, {2, 3}},
                          {SELECT, {2}, {2, 3, 4}, {2, 3, 4}},
                          {SELECT, {}, {2, 3}, {2, 3}},
                          {SELECT_V2, {2, 3}, {2, 3}, {2, 3}},
                          {SELECT_V2, {2, 1}, {1, 3}, {2, 3}},
                          {SELECT_V2, {}, {2, 3}, {1}},
                          {SELECT_V2, {3}, {}, {}},
                          {SELECT_V2, {0, 3}, {3}, {}},
                          {SELECT_V2, {2, 1, 1, 1, 3}, {1, 1, 2, 1}, {4, 1, 1}}}) {
    const bool rows = s.code == SELECT && s.condition.size() == 1;
    cases.push_back({.code = s.code,
                     .edge = "a condition of rank " + std::to_string(s.condition.size()),
                     .inputs = {given(s.condition).of("bool"), given(s.a), given(s.b)},
                     .outputs = {result()},
                     .reference =
                         [rows](const Call& call) {
                           Real condition = call.in[0];
                           if (rows) condition.shape.resize(call.in[1].shape.size(), 1);
                           Real both = call.in[1];
                           both.shape = broadcast_shape(both.shape, call.in[2].shape);
                           const Shape shape = broadcast_shape(both.shape, condition.shape);
                           return std::vector<Real>{generate(shape, [&](const Index& at) {
                             return met_by(condition, at) != 0.0 ? met_by(call.in[1], at)
                                                                 : met_by(call.in[2], at);
                           })};
                         },
                     .types = every});
  }
  return cases;
}

}  // namespace

Cases binary_cases() {
  Cases cases = fused_cases();
  for (const Row& row : rows()) {
    for (const ShapePair& shapes : broadcasts()) {
      cases.push_back({.code = row.code,
                       .edge = shapes.edge,
                       .inputs = {given(shapes.a).between(row.low_a, row.high_a),
                                  given(shapes.b).between(row.low_b, row.high_b)},
                       .outputs = {result()},
                       .reference = each_pair(row.f),
                       .types = row.types,
                       .steps = row.steps});
    }
  }
  for (const Shape& slope : {Shape{1, 1, 4}, Shape{1}, Shape{3, 4}, Shape{2, 3, 4}}) {
    cases.push_back({.code = PRELU,
                     .edge = "a slope of rank " + std::to_string(slope.size()),
                     .inputs = {given({2, 3, 4}), weights(slope).between(-1, 1)},
                     .outputs = {result()},
                     .reference = each_pair([](double x, double a) { return x >= 0 ? x : x * a; }),
                     .types = "f32 s8q u8q s16q"});
  }
  for (const std::size_t count : {1U, 2U, 3U}) {
    cases.push_back({.code = ADD_N,
                     .edge = std::to_string(count) + " tensors",
                     .inputs = std::vector<Slot>(count, given({2, 3})),
                     .outputs = {result()},
                     .reference =
                         [](const Call& call) {
                           Real sum = call.in[0];
                           for (std::size_t i = 1; i < call.in.size(); ++i) {
                             sum = broadcast(sum, call.in[i], std::plus<>());
                           }
                           return std::vector<Real>{sum};
                         },
                     .types = "f32 s32 s32q"});
  }
  const Cases chosen = choices();
  cases.insert(cases.end(), chosen.begin(), chosen.end());
  return cases;
}

Cases comparison_cases() {
  struct Row {
    BuiltinOperator code;
    const char* types;
    Function2 f;
  };
  const char* const ordered = "f32 f16 s8 u8 s16 s32 s64 s8q u8q s16q s32q";
  const char* const equal = "f32 f16 bool s8 u8 s16 s32 s64 str s8q u8q s16q s32q";
  const Row rows[] = {
      {LESS, ordered, std::less<>()},       {LESS_EQUAL, ordered, std::less_equal<>()},
      {GREATER, ordered, std::greater<>()}, {GREATER_EQUAL, ordered, std::greater_equal<>()},
      {EQUAL, equal, std::equal_to<>()},    {NOT_EQUAL, equal, std::not_equal_to<>()}};
  Cases cases;
  for (const Row& row : rows) {
    for (const ShapePair& shapes : broadcasts()) {
      cases.push_back({.code = row.code,
                       .edge = shapes.edge,
                       .inputs = {given(shapes.a).between(-2, 2), given(shapes.b).between(-2, 2)},
                       .outputs = {result().of("bool")},
                       .reference = each_pair(row.f),
                       .types = row.types});
    }
  }
  return cases;
}

}  // namespace litezoo::test
