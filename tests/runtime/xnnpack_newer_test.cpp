#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "runtime/xnnpack/lowering.h"
#include "tests/runtime/one_operator.h"

// Operators that only XNNPACK releases newer than Debian 12's take. Where the release at hand has
// no row for one, its case is left out, and the test says how many ran.

using namespace litezoo;
using test::difference;
using test::kF32;
using test::kS8;
using test::kU8;
using test::OneOperator;
using test::quantized;

namespace {

struct Case {
  const char* name;
  BuiltinOperator code;
  std::function<void(OneOperator&)> fill;
  double tolerance = 5.0;
};

bool is_lowered(BuiltinOperator code) {
  Operator op;
  op.code = code;
  return runtime::xnn::find_lowering(op).has_value();
}

// Whether the release quantises activations while it runs; it then has batch products as well.
bool has_dynamic_quantization() {
  return is_lowered(BuiltinOperator::BATCH_MATMUL);
}

const Quantization k8 = quantized(0.02F, 3);

std::size_t check_cases(const std::vector<Case>& cases) {
  std::size_t ran = 0;
  for (const Case& c : cases) {
    if (!is_lowered(c.code)) continue;
    CAPTURE(c.name);
    ++ran;
    OneOperator lowered(c.code), own(c.code);
    c.fill(lowered);
    c.fill(own);
    const auto result = lowered.run(true);
    CHECK(result.plan.partitions == 1);
    CHECK(result.plan.fallback_nodes == 0);
    CHECK(difference(result, own.run(false)) <= c.tolerance);
  }
  return ran;
}

std::vector<Case> moving_cases() {
  using enum BuiltinOperator;
  std::vector<Case> cases;
  for (const TensorType type : {kF32, kS8}) {
    const Quantization q = type == kF32 ? Quantization{} : k8;
    const auto add = [&](const char* name, BuiltinOperator code,
                         std::function<void(OneOperator&)> fill) {
      cases.push_back({name, code, std::move(fill)});
    };
    add("transpose", TRANSPOSE, [=](OneOperator& op) {
      op.in(type, {2, 3, 4, 5}, q).numbers({4}, {0, 3, 1, 2}).out(type, q);
    });
    add("slice, one size open", SLICE, [=](OneOperator& op) {
      op.in(type, {4, 5, 6}, q).numbers({3}, {1, 0, 2}).numbers({3}, {2, -1, 3}).out(type, q);
    });
    add("strided slice, masks and a dropped axis", STRIDED_SLICE, [=](OneOperator& op) {
      StridedSliceOptions options;
      options.begin_mask = 1;
      options.end_mask = 1;
      options.shrink_axis_mask = 2;
      op.in(type, {3, 5, 6}, q)
          .numbers({3}, {0, -2, 1})
          .numbers({3}, {0, 0, -1})
          .numbers({3}, {1, 1, 1})
          .out(type, q)
          .with(options);
    });
    add("concatenation of three", CONCATENATION, [=](OneOperator& op) {
      op.in(type, {2, 3, 4}, q)
          .in(type, {2, 1, 4}, q)
          .weights(type, {2, 2, 4}, q)
          .out(type, q)
          .with(ConcatenationOptions{-2, ActivationFunction::NONE});
    });
    add("space to depth", SPACE_TO_DEPTH, [=](OneOperator& op) {
      op.in(type, {1, 4, 6, 3}, q).out(type, q).with(BlockSizeOptions{2});
    });
    add("split in six", SPLIT, [=](OneOperator& op) {
      op.numbers({}, {1}).in(type, {2, 12, 3}, q).with(SplitOptions{6});
      for (int i = 0; i < 6; ++i) op.out(type, q);
    });
  }
  return cases;
}

std::vector<Case> computing_cases() {
  using enum BuiltinOperator;
  return {
      {"sum over the last axis", SUM,
       [](OneOperator& op) {
         op.in(kF32, {3, 4, 65}).numbers({1}, {-1}).out(kF32).with(ReducerOptions{false});
       }},
      {"sum over the first and the last axis", SUM,
       [](OneOperator& op) {
         op.in(kF32, {3, 4, 65}).numbers({2}, {2, 0}).out(kF32).with(ReducerOptions{true});
       }},
      {"batch product", BATCH_MATMUL,
       [](OneOperator& op) {
         op.in(kF32, {2, 3, 7}).in(kF32, {2, 7, 5}).out(kF32).with(BatchMatMulOptions{});
       }},
      {"batch product, the second transposed", BATCH_MATMUL,
       [](OneOperator& op) {
         op.in(kF32, {2, 2, 3, 7})
             .in(kF32, {2, 2, 5, 7})
             .out(kF32)
             .with(BatchMatMulOptions{false, true});
       }},
      {"gelu", GELU,
       [](OneOperator& op) {
         op.in(kF32, {3, 33}).out(kF32).with(GeluOptions{false});
       }},
      {"softmax", SOFTMAX,
       [](OneOperator& op) {
         op.in(kF32, {2, 9}).out(kF32).with(SoftmaxOptions{1.0F});
       }},
      {"exp", EXP,
       [](OneOperator& op) {
         op.in(kF32, {3, 33}).out(kF32);
       }},
  };
}

}  // namespace

TEST_CASE("newer XNNPACK releases move elements as our kernels do") {
  const std::size_t ran = check_cases(moving_cases());
  MESSAGE(ran << " of " << moving_cases().size() << " cases are lowered by this release");
}

TEST_CASE("newer XNNPACK releases compute what our kernels compute") {
  const std::size_t ran = check_cases(computing_cases());
  MESSAGE(ran << " of " << computing_cases().size() << " cases are lowered by this release");
}

TEST_CASE("hybrid layers agree with our kernels, which quantise as XNNPACK does") {
  const auto make = [](BuiltinOperator code, bool per_channel, std::int32_t side) {
    const Quantization weights =
        per_channel ? test::quantized_by(0, {0.01F, 0.02F, 0.005F, 0.03F}) : quantized(0.01F, 0);
    OneOperator op(code);
    if (code == BuiltinOperator::CONV_2D) {
      op.in(kF32, {2, 6, 6, 3})
          .weights(kS8, {4, side, side, 3}, weights)
          .weights(kF32, {4})
          .out(kF32);
      op.with(Conv2DOptions{Padding::SAME, 1, 1, ActivationFunction::RELU, 1, 1, kF32});
    } else {
      op.in(kF32, {2, 3, 8}).weights(kS8, {4, 8}, weights).weights(kF32, {4}).out(kF32);
      FullyConnectedOptions options;
      options.keep_num_dims = true;
      op.with(options);
    }
    return op;
  };
  for (const auto code : {BuiltinOperator::CONV_2D, BuiltinOperator::FULLY_CONNECTED}) {
    for (const bool per_channel : {false, true}) {
      for (const std::int32_t side : {1, 3}) {
        CAPTURE(builtin_operator_name(code));
        CAPTURE(per_channel);
        CAPTURE(side);
        const auto lowered = make(code, per_channel, side).run(true);
        CHECK(lowered.plan.partitions == (has_dynamic_quantization() ? 1 : 0));
        CHECK(difference(lowered, make(code, per_channel, side).run(false)) <= 5.0);
      }
    }
  }
}
