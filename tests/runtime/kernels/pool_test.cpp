#include <doctest/doctest.h>

#include <vector>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using test::run_graph;

Pool2DOptions window(std::int32_t size, std::int32_t stride, Padding padding) {
  Pool2DOptions options;
  options.filter_height = options.filter_width = size;
  options.stride_h = options.stride_w = stride;
  options.padding = padding;
  return options;
}

template <typename T>
std::vector<T> pool(BuiltinOperator code, const Pool2DOptions& options,
                    std::vector<std::int32_t> shape, const std::vector<T>& x) {
  GraphBuilder b;
  const Quantization quantization =
      std::is_same_v<T, float> ? Quantization{} : test::quantized(1.0F, 0);
  const int in = b.input(test::tensor_type_of<T>(), std::move(shape), quantization);
  b.op(code, {in}, {b.output(test::tensor_type_of<T>(), {}, quantization)}, options);
  return run_graph(b.graph(), {x}).template values<T>();
}

TEST_CASE("AVERAGE_POOL_2D divides by the positions inside the image") {
  const std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8, 9};
  CHECK(pool<float>(BuiltinOperator::AVERAGE_POOL_2D, window(2, 2, Padding::SAME), {1, 3, 3, 1},
                    x) == std::vector<float>{3, 4.5F, 7.5F, 9});
  CHECK(pool<float>(BuiltinOperator::AVERAGE_POOL_2D, window(2, 1, Padding::VALID), {1, 3, 3, 1},
                    x) == std::vector<float>{3, 4, 6, 7});
}

TEST_CASE("the mean of integers is rounded away from zero") {
  CHECK(pool<std::int8_t>(BuiltinOperator::AVERAGE_POOL_2D, window(2, 2, Padding::VALID),
                          {1, 2, 2, 2},
                          {1, -1, 2, -2, 1, -1, 2, -2}) == std::vector<std::int8_t>{2, -2});
  CHECK(pool<std::uint8_t>(BuiltinOperator::AVERAGE_POOL_2D, window(2, 2, Padding::VALID),
                           {1, 2, 2, 1}, {255, 254, 255, 254}) == std::vector<std::uint8_t>{255});
  CHECK(pool<std::int16_t>(BuiltinOperator::AVERAGE_POOL_2D, window(2, 2, Padding::VALID),
                           {1, 2, 2, 1},
                           {-32768, -32768, -32767, -32767}) == std::vector<std::int16_t>{-32768});
}

TEST_CASE("MAX_POOL_2D keeps the greatest and knows the fused activation") {
  auto options = window(2, 2, Padding::SAME);
  options.fused_activation_function = ActivationFunction::RELU6;
  CHECK(pool<float>(BuiltinOperator::MAX_POOL_2D, options, {1, 2, 3, 1}, {-1, -2, 8, -3, -4, 5}) ==
        std::vector<float>{0, 6});
  CHECK(pool<std::int8_t>(BuiltinOperator::MAX_POOL_2D, window(2, 2, Padding::VALID), {2, 2, 2, 1},
                          {1, 2, 3, 4, -5, -6, -7, -8}) == std::vector<std::int8_t>{4, -5});
}

TEST_CASE("L2_POOL_2D gives the root of the mean square") {
  CHECK(pool<float>(BuiltinOperator::L2_POOL_2D, window(2, 2, Padding::VALID), {1, 2, 2, 1},
                    {1, 7, 1, 7}) == std::vector<float>{5});
}

TEST_CASE("a pool that makes no sense is refused") {
  struct {
    const char* name;
    Pool2DOptions options;
  } const cases[] = {{"no stride", window(2, 0, Padding::SAME)},
                     {"no window", window(0, 1, Padding::SAME)},
                     {"a window beyond the image", window(3, 1, Padding::VALID)},
                     {"an endless window", window(2147483647, 2147483647, Padding::SAME)}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK_THROWS_WITH_AS(
        pool<float>(BuiltinOperator::MAX_POOL_2D, c.options, {1, 2, 2, 1}, {1, 2, 3, 4}),
        doctest::Contains("MAX_POOL_2D"), Error);
  }
}

}  // namespace
}  // namespace litezoo
