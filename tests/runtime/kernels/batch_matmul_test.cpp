#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "tests/support/random_values.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using test::random_values;
using test::run_graph;

// Two batch dimensions, the right one's broadcast as `shared` says.
struct MatMulCase {
  std::int32_t outer = 1, inner = 1, rows = 1, depth = 1, columns = 1;
  bool shared = false, turn_a = false, turn_b = false;

  std::vector<std::int32_t> a_shape() const {
    return {outer, inner, turn_a ? depth : rows, turn_a ? rows : depth};
  }
  std::vector<std::int32_t> b_shape() const {
    return {shared ? 1 : outer, shared ? 1 : inner, turn_b ? columns : depth,
            turn_b ? depth : columns};
  }
};

const MatMulCase kCases[] = {
    {.rows = 3, .depth = 5, .columns = 4},
    {.outer = 2, .inner = 3, .rows = 7, .depth = 9, .columns = 17, .turn_b = true},
    {.outer = 2, .inner = 2, .rows = 33, .depth = 8, .columns = 20, .shared = true},
    {.outer = 2, .inner = 1, .rows = 4, .depth = 6, .columns = 3, .turn_a = true},
};

template <typename A, typename B>
std::vector<double> reference(const MatMulCase& c, const std::vector<A>& a,
                              const std::vector<B>& b) {
  std::vector<double> y;
  for (std::int32_t m = 0; m < c.outer * c.inner; ++m) {
    for (std::int32_t i = 0; i < c.rows; ++i) {
      for (std::int32_t n = 0; n < c.columns; ++n) {
        double sum = 0;
        for (std::int32_t k = 0; k < c.depth; ++k) {
          const std::int32_t left =
              m * c.rows * c.depth + (c.turn_a ? k * c.rows + i : i * c.depth + k);
          const std::int32_t right = (c.shared ? 0 : m) * c.depth * c.columns +
                                     (c.turn_b ? n * c.depth + k : k * c.columns + n);
          sum += static_cast<double>(a[static_cast<std::size_t>(left)]) *
                 static_cast<double>(b[static_cast<std::size_t>(right)]);
        }
        y.push_back(sum);
      }
    }
  }
  return y;
}

struct Types {
  TensorType a, b, y;
  Quantization a_scale, b_scale, y_scale;
};

test::RunResult run(const MatMulCase& c, const Types& types, const test::Values& a,
                    const test::Values& b) {
  GraphBuilder g;
  const int left = g.input(types.a, c.a_shape(), types.a_scale);
  const int right = g.input(types.b, c.b_shape(), types.b_scale);
  g.op(BuiltinOperator::BATCH_MATMUL, {left, right}, {g.output(types.y, {}, types.y_scale)},
       BatchMatMulOptions{.adj_x = c.turn_a, .adj_y = c.turn_b});
  auto options = test::kernels_only();
  options.threads = 2;
  return run_graph(g.graph(), {a, b}, options);
}

template <typename T>
void check_near(const std::vector<T>& got, const std::vector<double>& want, double tolerance) {
  REQUIRE(got.size() == want.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(got[i]) - want[i]));
  }
  CHECK(worst <= tolerance);
}

TEST_CASE("BATCH_MATMUL broadcasts, turns and multiplies as a plain loop does") {
  for (const MatMulCase& c : kCases) {
    CAPTURE(c.columns);
    const auto a = random_values<float>(element_count(c.a_shape()), -1, 1, 1);
    const auto b = random_values<float>(element_count(c.b_shape()), -1, 1, 2);
    const Types types{TensorType::FLOAT32, TensorType::FLOAT32, TensorType::FLOAT32, {}, {}, {}};
    const auto result = run(c, types, a, b);
    CHECK(result.shape() == std::vector<std::int32_t>{c.outer, c.inner, c.rows, c.columns});
    check_near(result.values<float>(), reference(c, a, b), 1e-5);
  }
}

TEST_CASE("BATCH_MATMUL in integers takes zero points off both sides") {
  for (const MatMulCase& c : kCases) {
    CAPTURE(c.columns);
    const auto a = random_values<std::int8_t>(element_count(c.a_shape()), -128, 127, 1);
    const auto b = random_values<std::int8_t>(element_count(c.b_shape()), -128, 127, 2);
    std::vector<std::int32_t> real_a(a.begin(), a.end()), real_b(b.begin(), b.end());
    for (auto& value : real_a) value += 10;
    for (auto& value : real_b) value -= 3;
    auto want = reference(c, real_a, real_b);
    for (double& value : want) value = std::clamp(std::round(value / 1024.0) + 4, -128.0, 127.0);
    const Types types{TensorType::INT8,          TensorType::INT8,
                      TensorType::INT8,          test::quantized(0.5F, -10),
                      test::quantized(0.25F, 3), test::quantized(128.0F, 4)};
    check_near(run(c, types, a, b).values<std::int8_t>(), want, 1);
  }
}

TEST_CASE("BATCH_MATMUL of 16-bit matrices is exact") {
  for (const MatMulCase& c : kCases) {
    CAPTURE(c.columns);
    const auto a = random_values<std::int16_t>(element_count(c.a_shape()), -32768, 32767, 1);
    const auto b = random_values<std::int16_t>(element_count(c.b_shape()), -32768, 32767, 2);
    auto want = reference(c, a, b);
    for (double& value : want) {
      value = std::clamp(std::floor(value / 1048576.0 + 0.5), -32768.0, 32767.0);
    }
    const Types types{TensorType::INT16,        TensorType::INT16,
                      TensorType::INT16,        test::quantized(1.0F, 0),
                      test::quantized(1.0F, 0), test::quantized(1048576.0F, 0)};
    check_near(run(c, types, a, b).values<std::int16_t>(), want, 0);
  }
}

TEST_CASE("hybrid BATCH_MATMUL is near the float one") {
  for (const MatMulCase& c : kCases) {
    CAPTURE(c.columns);
    const auto a = random_values<float>(element_count(c.a_shape()), -1, 1, 1);
    const auto b = random_values<std::int8_t>(element_count(c.b_shape()), -127, 127, 2);
    auto want = reference(c, a, b);
    for (double& value : want) value *= 0.5;
    const Types types{TensorType::FLOAT32,      TensorType::INT8,
                      TensorType::FLOAT32,      {},
                      test::quantized(0.5F, 0), {}};
    check_near(run(c, types, a, b).values<float>(), want, 4.0);
  }
}

TEST_CASE("BATCH_MATMUL of a matrix with a scale for each slice is its zero point, as in LiteRT") {
  struct Case {
    TensorType type;
    bool first;  // which matrix has the scales
    std::int64_t zero_point;
  };
  for (const Case& c : {Case{TensorType::INT8, true, -5}, Case{TensorType::INT16, true, 0},
                        Case{TensorType::INT16, false, 0}}) {
    CAPTURE(tensor_type_name(c.type));
    CAPTURE(c.first);
    GraphBuilder b;
    const auto sliced = test::quantized_by(1, {0.1F, 0.2F});
    const auto whole = test::quantized(0.1F, 0);
    const int x = b.input(c.type, {2, 2}, c.first ? sliced : whole);
    const int w = b.constant<std::int8_t>({2, 2}, {1, 2, 3, 4}, c.first ? whole : sliced);
    b.op(BuiltinOperator::BATCH_MATMUL, {x, w},
         {b.output(c.type, {}, test::quantized(0.5F, c.zero_point))}, BatchMatMulOptions{});
    test::Values values = std::vector<std::int8_t>{9, -9, 50, 7};
    if (c.type == TensorType::INT16) values = std::vector<std::int16_t>{9, -9, 50, 7};
    const auto result = run_graph(b.graph(), {values});
    if (c.type == TensorType::INT8) {
      CHECK(result.values<std::int8_t>() == std::vector<std::int8_t>(4, -5));
    } else {
      CHECK(result.values<std::int16_t>() == std::vector<std::int16_t>(4, 0));
    }
  }
}

TEST_CASE("BATCH_MATMUL refuses matrices and batches that do not fit") {
  struct {
    const char* name;
    std::vector<std::int32_t> a, b;
  } const cases[] = {{"depths differ", {2, 3}, {4, 2}},
                     {"batches that cannot be broadcast", {2, 2, 2}, {3, 2, 2}},
                     {"a vector", {2}, {2, 2}}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    GraphBuilder g;
    const int left = g.input(TensorType::FLOAT32, c.a), right = g.input(TensorType::FLOAT32, c.b);
    g.op(BuiltinOperator::BATCH_MATMUL, {left, right}, {g.output(TensorType::FLOAT32)},
         BatchMatMulOptions{});
    CHECK_THROWS_WITH_AS(run_graph(g.graph(), {std::vector<float>(element_count(c.a)),
                                               std::vector<float>(element_count(c.b))}),
                         doctest::Contains("BATCH_MATMUL"), Error);
  }
}

}  // namespace
}  // namespace litezoo
