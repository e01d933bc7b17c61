#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;

struct ResizeCase {
  Dims shape;
  std::int32_t height, width;
  bool align_corners, half_pixel_centers;
};

const ResizeCase kCases[] = {
    {{1, 4, 6, 3}, 8, 12, false, true},  {{2, 5, 7, 1}, 3, 4, false, false},
    {{1, 3, 3, 4}, 7, 5, true, false},   {{1, 8, 8, 2}, 4, 4, false, true},
    {{1, 1, 1, 5}, 3, 3, false, true},   {{1, 4, 4, 9}, 1, 1, true, false},
    {{1, 2, 3, 16}, 9, 10, false, true}, {{1, 40, 30, 8}, 80, 60, false, false},
};

template <typename T>
std::vector<T> noise(std::size_t count) {
  std::mt19937 random(7);
  std::vector<T> values(count);
  for (T& value : values) {
    if constexpr (std::is_same_v<T, float>) {
      value = std::uniform_real_distribution<float>(-1, 1)(random);
    } else {
      value = static_cast<T>(random());
    }
  }
  return values;
}

template <typename T>
RunResult run_resize(BuiltinOperator code, const ResizeCase& c, const std::vector<T>& values,
                     std::uint32_t threads) {
  GraphBuilder b;
  const int x = b.input(tensor_type_of<T>(), c.shape);
  const int size = b.constant<std::int32_t>({2}, {c.height, c.width});
  const int y = b.output(tensor_type_of<T>());
  if (code == BuiltinOperator::RESIZE_BILINEAR) {
    b.op(code, {x, size}, {y}, ResizeBilinearOptions{c.align_corners, c.half_pixel_centers});
  } else {
    b.op(code, {x, size}, {y}, ResizeNearestNeighborOptions{c.align_corners, c.half_pixel_centers});
  }
  runtime::SessionOptions options = kernels_only();
  options.threads = threads;
  return run_graph(b.graph(), {values}, options);
}

double position(std::int64_t at, std::int32_t in, std::int32_t out, const ResizeCase& c) {
  const double scale = c.align_corners && out > 1 ? (in - 1.0) / (out - 1.0) : 1.0 * in / out;
  const auto i = static_cast<double>(at);
  return c.half_pixel_centers ? (i + 0.5) * scale - 0.5 : i * scale;
}

// In double precision, straight from the definition.
template <typename T>
std::vector<double> bilinear(const ResizeCase& c, const std::vector<T>& from) {
  const Dims to = {c.shape[0], c.height, c.width, c.shape[3]};
  return filled<double>(to, [&](const Index& at) {
    const double y = std::clamp(position(at[1], c.shape[1], c.height, c), 0.0, c.shape[1] - 1.0);
    const double x = std::clamp(position(at[2], c.shape[2], c.width, c), 0.0, c.shape[2] - 1.0);
    double sum = 0;
    for (int i = 0; i < 4; ++i) {
      const int below = i / 2;
      const double row = std::min(std::floor(y) + below, c.shape[1] - 1.0);
      const double column = std::min(std::floor(x) + i % 2, c.shape[2] - 1.0);
      const double down = below == 0 ? 1 - (y - std::floor(y)) : y - std::floor(y);
      const double across = i % 2 == 0 ? 1 - (x - std::floor(x)) : x - std::floor(x);
      sum +=
          down * across *
          static_cast<double>(from[offset_of(c.shape, {at[0], static_cast<std::int64_t>(row),
                                                       static_cast<std::int64_t>(column), at[3]})]);
    }
    return sum;
  });
}

template <typename T>
void check_bilinear(const ResizeCase& c, double tolerance, std::uint32_t threads) {
  const auto from = noise<T>(count_of(c.shape));
  const auto want = bilinear(c, from);
  const auto got =
      run_resize<T>(BuiltinOperator::RESIZE_BILINEAR, c, from, threads).template values<T>();
  REQUIRE(got.size() == want.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(got[i]) - want[i]));
  }
  CHECK(worst <= tolerance);
}

}  // namespace

TEST_CASE("RESIZE_BILINEAR interpolates between the four nearest pixels") {
  for (const auto& c : kCases) {
    CAPTURE(c.shape);
    CAPTURE(c.height);
    check_bilinear<float>(c, 1e-5, 1);
    check_bilinear<float>(c, 1e-5, 2);
    check_bilinear<std::int8_t>(c, 1.0, 1);
    check_bilinear<std::uint8_t>(c, 1.0, 2);
  }
}

TEST_CASE("RESIZE_BILINEAR of int16 uses LiteRT's integer scales") {
  const ResizeCase c{{1, 1, 2, 1}, 1, 4, false, false};
  const std::vector<std::int16_t> from = {0, 1000};
  CHECK(run_resize<std::int16_t>(BuiltinOperator::RESIZE_BILINEAR, c, from, 1)
            .values<std::int16_t>() == std::vector<std::int16_t>{0, 500, 1000, 1000});
}

TEST_CASE("RESIZE_NEAREST_NEIGHBOR picks the pixel at each position") {
  for (const auto& c : kCases) {
    CAPTURE(c.shape);
    CAPTURE(c.height);
    const auto from = noise<float>(count_of(c.shape));
    const Dims to = {c.shape[0], c.height, c.width, c.shape[3]};
    const auto pick = [&](std::int64_t at, std::int32_t in, std::int32_t out) {
      const double exact = position(at, in, out, c) + (c.half_pixel_centers ? 0.5 : 0.0);
      const double nearest = c.align_corners ? std::round(exact) : std::floor(exact + 1e-6);
      return std::clamp<std::int64_t>(static_cast<std::int64_t>(nearest), 0, in - 1);
    };
    const auto want = filled<float>(to, [&](const Index& at) {
      return from[offset_of(c.shape, {at[0], pick(at[1], c.shape[1], c.height),
                                      pick(at[2], c.shape[2], c.width), at[3]})];
    });
    CHECK(run_resize<float>(BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, c, from, 2).values<float>() ==
          want);
  }
}

TEST_CASE("a resize refuses negative sizes and empty images") {
  for (const BuiltinOperator code :
       {BuiltinOperator::RESIZE_BILINEAR, BuiltinOperator::RESIZE_NEAREST_NEIGHBOR}) {
    CHECK_THROWS_AS(
        run_resize<float>(code, {{1, 2, 2, 1}, -1, 2, false, false}, std::vector<float>(4), 1),
        Error);
    CHECK_THROWS_AS(
        run_resize<float>(code, {{1, 0, 2, 1}, 2, 2, false, false}, std::vector<float>(), 1),
        Error);
    CHECK_THROWS_AS(run_resize<float>(code, {{1, 2, 2, 1}, 2147483647, 2147483647, false, false},
                                      std::vector<float>(4), 1),
                    Error);
    CHECK(run_resize<float>(code, {{1, 2, 2, 1}, 0, 2, false, false}, std::vector<float>(4), 1)
              .values<float>()
              .empty());
  }
}

}  // namespace litezoo::test
