#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;

Dims padded_shape(const Dims& shape, const Dims& paddings) {
  Dims to = shape;
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += paddings[2 * i] + paddings[2 * i + 1];
  return to;
}

template <typename T>
RunResult run_pad(BuiltinOperator code, const Dims& shape, const Dims& paddings,
                  const OperatorOptions& options, std::uint32_t threads = 1,
                  const Quantization& quantization = {}) {
  GraphBuilder b;
  const int x = b.input(tensor_type_of<T>(), shape, quantization);
  const int p = b.constant<std::int32_t>({static_cast<std::int32_t>(shape.size()), 2}, paddings);
  std::vector<std::int32_t> inputs = {x, p};
  if (code == BuiltinOperator::PADV2) inputs.push_back(b.constant<T>({}, {T{77}}));
  b.op(code, inputs, {b.output(tensor_type_of<T>(), {}, quantization)}, options);
  runtime::SessionOptions session = kernels_only();
  session.threads = threads;
  return run_graph(b.graph(), {counting<T>(shape)}, session);
}

struct PadCase {
  Dims shape, paddings;
};
const PadCase kPadCases[] = {
    {{3}, {1, 2}},
    {{2, 3}, {1, 0, 0, 2}},
    {{1, 4, 5, 3}, {0, 0, 1, 1, 2, 0, 0, 0}},  // of an image
    {{2, 2, 2, 4}, {0, 0, 0, 0, 0, 0, 0, 4}},  // of its channels
    {{2, 3, 4}, {1, 1, 1, 1, 1, 1}},
    {{2, 2}, {0, 0, 0, 0}},
    {{1, 90, 90, 8}, {0, 0, 3, 3, 3, 3, 0, 0}},
};

template <typename T>
void check_pad(BuiltinOperator code, const PadCase& c, T border, std::uint32_t threads,
               const Quantization& quantization = {}) {
  const Dims to = padded_shape(c.shape, c.paddings);
  const auto from = counting<T>(c.shape);
  const auto want = filled<T>(to, [&](Index at) {
    for (std::size_t i = 0; i < at.size(); ++i) {
      at[i] -= c.paddings[2 * i];
      if (at[i] < 0 || at[i] >= c.shape[i]) return border;
    }
    return from[offset_of(c.shape, at)];
  });
  const RunResult result = run_pad<T>(code, c.shape, c.paddings, {}, threads, quantization);
  CHECK(result.shape() == to);
  CHECK(result.values<T>() == want);
}

}  // namespace

TEST_CASE("PAD and PADV2 put a border of zero, the zero point or a value around a tensor") {
  for (const auto& c : kPadCases) {
    CAPTURE(c.shape);
    CAPTURE(c.paddings);
    check_pad<float>(BuiltinOperator::PAD, c, 0, 2);
    check_pad<std::int8_t>(BuiltinOperator::PAD, c, -3, 1, quantized(0.5F, -3));
    check_pad<std::int16_t>(BuiltinOperator::PADV2, c, 77, 1);
    check_pad<float>(BuiltinOperator::PADV2, c, 77, 2);
  }
}

TEST_CASE("PAD refuses negative and enormous paddings") {
  CHECK_THROWS_AS(run_pad<float>(BuiltinOperator::PAD, {2}, {-1, 0}, {}), Error);
  CHECK_THROWS_AS(run_pad<float>(BuiltinOperator::PAD, {2}, {2147483647, 2147483647}, {}), Error);
  CHECK_THROWS_AS(run_pad<float>(BuiltinOperator::PAD, {2, 2}, {1073741824, 0, 1073741824, 0}, {}),
                  Error);
}

TEST_CASE("MIRROR_PAD mirrors with and without the edge") {
  for (const MirrorPadMode mode : {MirrorPadMode::REFLECT, MirrorPadMode::SYMMETRIC}) {
    const bool reflect = mode == MirrorPadMode::REFLECT;
    for (const PadCase& c : {PadCase{{4}, {3, 2}}, PadCase{{3, 4}, {2, 1, 0, 3}},
                             PadCase{{2, 3, 3, 2}, {0, 0, 2, 2, 1, 2, 0, 0}}}) {
      const auto& shape = c.shape;
      const auto& paddings = c.paddings;
      CAPTURE(shape);
      CAPTURE(reflect);
      const Dims to = padded_shape(shape, paddings);
      const auto from = counting<float>(shape);
      const Dims& size = shape;
      const Dims& around = paddings;
      const auto want = filled<float>(to, [&](Index at) {
        for (std::size_t i = 0; i < at.size(); ++i) {
          const std::int64_t last = size[i] - 1;
          at[i] -= around[2 * i];
          if (at[i] < 0) at[i] = reflect ? -at[i] : -at[i] - 1;
          if (at[i] > last) at[i] = reflect ? 2 * last - at[i] : 2 * last - at[i] + 1;
        }
        return from[offset_of(size, at)];
      });
      const RunResult result =
          run_pad<float>(BuiltinOperator::MIRROR_PAD, shape, paddings, MirrorPadOptions{mode});
      CHECK(result.shape() == to);
      CHECK(result.values<float>() == want);
    }
  }
  const auto reflect = MirrorPadOptions{MirrorPadMode::REFLECT};
  CHECK_THROWS_AS(run_pad<float>(BuiltinOperator::MIRROR_PAD, {3}, {3, 0}, reflect), Error);
  CHECK_THROWS_AS(run_pad<float>(BuiltinOperator::MIRROR_PAD, {0}, {1, 0}, reflect), Error);
}

TEST_CASE("STABLEHLO_PAD pads inside and crops with negative edges") {
  const auto run = [](std::int64_t low, std::int64_t high, std::int64_t inside) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {3});
    const int value = b.constant<float>({}, {9});
    b.op(BuiltinOperator::STABLEHLO_PAD, {x, value}, {b.output(TensorType::FLOAT32)},
         StablehloPadOptions{{low}, {high}, {inside}});
    return run_graph(b.graph(), {std::vector<float>{1, 2, 3}}).values<float>();
  };
  using List = std::vector<float>;
  CHECK(run(1, 2, 0) == List{9, 1, 2, 3, 9, 9});
  CHECK(run(0, 0, 1) == List{1, 9, 2, 9, 3});
  CHECK(run(-1, -1, 1) == List{9, 2, 9});
  CHECK(run(-3, 0, 1) == List{9, 3});
  CHECK(run(-2, 3, 0) == List{3, 9, 9, 9});
  CHECK(run(2, -4, 0) == List{9});
  CHECK(run(-5, 0, 0).empty());
  CHECK_THROWS_AS(run(INT64_MAX, 1, 0), Error);
  CHECK_THROWS_AS(run(0, 0, -1), Error);
}

TEST_CASE("DILATE puts room between elements") {
  GraphBuilder b;
  const int x = b.input(TensorType::INT32, {2, 2});
  const int steps = b.constant<std::int32_t>({2}, {2, 3});
  const int value = b.constant<std::int32_t>({}, {-1});
  b.op(BuiltinOperator::DILATE, {x, steps, value}, {b.output(TensorType::INT32)});
  const RunResult result = run_graph(b.graph(), {Dims{1, 2, 3, 4}});
  CHECK(result.shape() == Dims{3, 4});
  CHECK(result.values<std::int32_t>() == Dims{1, -1, -1, 2, -1, -1, -1, -1, 3, -1, -1, 4});
}

}  // namespace litezoo::test
