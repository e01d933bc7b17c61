#include "tests/runtime/operators/loops.h"

// Elements of one kind to another. T is the input's, U the output's.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

const std::vector<Step> kFine = {
    {INT8, 0.03F, 0}, {UINT8, 0.03F, 99}, {INT16, 0.03F, 0}, {INT32, 0.03F, 0}, {INT4, 0.4F, 0}};

std::string all_pairs(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  std::string pairs;
  for (const std::string& a : from) {
    for (const std::string& b : to) pairs += (pairs.empty() ? "" : " ") + a + "/" + b;
  }
  return pairs;
}

double cast(double value, const Kind& to) {
  if (to.type == BOOL) return value != 0.0 ? 1.0 : 0.0;
  return to.real() ? value : std::trunc(value);
}

// All to all; what becomes of a complex number's parts is a matter of a test of its own.
std::string casts() {
  const std::vector<std::string> every = {"f32", "f16", "bf16", "f64", "bool", "s8", "u8", "s16",
                                          "u16", "s32", "u32",  "s64", "u64",  "s4", "u4", "s2"};
  std::string pairs = all_pairs(every, every) + " c64/c64";
  for (const std::string& one : every) pairs += " " + one + "/c64 c64/" + one + "*";
  const std::vector<std::string> scaled = {"s8q", "u8q", "s16q", "s32q", "s4q", "s2q"};
  for (const std::string& one : scaled) {
    for (const std::string& other : every) {
      pairs += " " + one + "/" + other + "# " + other + "/" + one + "#";
    }
    for (const std::string& other : scaled) pairs += " " + one + "/" + other + "#";
    pairs += " " + one + "/c64# c64/" + one + "*";
  }
  return pairs;
}

std::vector<Real> as_it_is(const Call& call) {
  return {call.in[0]};
}

}  // namespace

Cases conversion_cases() {
  Cases cases;
  for (const Shape& shape : {Shape{3, 7}, Shape{}, Shape{0, 2}}) {
    const std::string edge = "rank " + std::to_string(shape.size());
    cases.push_back({.code = QUANTIZE,
                     .edge = edge,
                     .inputs = {given(shape).between(-5, 5)},
                     .outputs = {result().of("U").scaled(kFine)},
                     .reference = as_it_is,
                     .types = all_pairs({"f32"}, {"s8q", "u8q", "s16q", "s4q", "s2q"}) + " " +
                              all_pairs({"s8q", "u8q", "s16q", "s32q", "s4q", "s2q"},
                                        {"s8q", "u8q", "s16q", "s32q", "s4q", "s2q"})});
    cases.push_back({.code = DEQUANTIZE,
                     .edge = edge,
                     .inputs = {given(shape)},
                     .outputs = {result().of("U")},
                     .reference = as_it_is,
                     .types = all_pairs({"s8q", "u8q", "s16q", "s32q", "s4q", "s2q", "f16", "bf16"},
                                        {"f32", "f16"})});
    cases.push_back({.code = CAST,
                     .edge = edge,
                     .inputs = {given(shape).between(0, 1)},
                     .outputs = {result().of("U")},
                     .options = CastOptions{},
                     .reference =
                         [](const Call& call) {
                           Real y = call.in[0];
                           for (double& value : y.values) value = cast(value, call.u);
                           return std::vector<Real>{y};
                         },
                     .types = casts()});
  }
  cases.push_back({.code = DEQUANTIZE,
                   .edge = "a scale a channel",
                   .inputs = {weights({2, 3, 2}).by_channel(1)},
                   .outputs = {result().of("f32")},
                   .reference = as_it_is,
                   .types = "s8q u8q s16q s32q s4q s2q f16 bf16"});
  cases.push_back(
      {.code = BITCAST,
       .edge = "to itself",
       .inputs = {given({3, 4})},
       .outputs = {result()},
       .reference = as_it_is,
       .types = "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q u8q s16q s32q"});
  return cases;
}

}  // namespace litezoo::test
