#include "runtime/kernels/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

std::vector<float> draw(BuiltinOperator code, std::int64_t seed, std::int32_t count, int runs) {
  GraphBuilder b;
  b.input(TensorType::FLOAT32, {1});
  const int shape = b.constant<std::int32_t>({1}, {count});
  b.op(code, {shape}, {b.output(TensorType::FLOAT32)}, RandomOptions{seed, 0});
  runtime::Session session(b.graph(), kernels_only());
  std::vector<float> all;
  for (int i = 0; i < runs; ++i) {
    session.run();
    const auto values = read_outputs(session).values<float>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

}  // namespace

TEST_CASE("Philox gives the known answers of Random123") {
  using Block = runtime::Philox::Block;
  const std::uint32_t ones = 0xFFFFFFFF;
  CHECK(runtime::Philox({0, 0}, {0, 0, 0, 0})() ==
        Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(runtime::Philox({ones, ones}, {ones, ones, ones, ones})() ==
        Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(runtime::Philox({0xa4093822, 0x299f31d0},
                        {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344})() ==
        Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Philox counts up through all four words") {
  const std::uint32_t ones = 0xFFFFFFFF;
  runtime::Philox philox({1, 2}, {ones, ones, ones, 0});
  philox();
  CHECK(philox.counter() == runtime::Philox::Block{0, 0, 0, 1});
  philox.skip(std::uint64_t{1} << 32U);
  CHECK(philox.counter() == runtime::Philox::Block{0, 1, 0, 1});
}

TEST_CASE("uniform numbers lie in [0, 1) and go on in the next run") {
  const auto values = draw(BuiltinOperator::RANDOM_UNIFORM, 7, 1000, 2);
  CHECK(values == draw(BuiltinOperator::RANDOM_UNIFORM, 7, 1000, 2));
  CHECK(values == draw(BuiltinOperator::RANDOM_UNIFORM, 7, 2000, 1));
  CHECK(values != draw(BuiltinOperator::RANDOM_UNIFORM, 8, 1000, 2));
  for (const float value : values) {
    REQUIRE(value >= 0.0F);
    REQUIRE(value < 1.0F);
  }
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / 2000;
  CHECK(std::abs(mean - 0.5) < 0.03);
}

TEST_CASE("normal numbers have mean 0 and variance 1") {
  const auto values = draw(BuiltinOperator::RANDOM_STANDARD_NORMAL, 42, 9999, 1);
  double sum = 0;
  double squares = 0;
  for (const float value : values) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  CHECK(std::abs(sum / 9999) < 0.05);
  CHECK(std::abs(squares / 9999 - 1) < 0.05);
}

TEST_CASE("MULTINOMIAL draws classes as often as their logits say") {
  GraphBuilder b;
  const int logits = b.input(TensorType::FLOAT32, {2, 3});
  const int samples = b.constant<std::int32_t>({}, {4000});
  b.op(BuiltinOperator::MULTINOMIAL, {logits, samples}, {b.output(TensorType::INT32)},
       RandomOptions{5, 6});
  const std::vector<float> rows = {std::log(0.7F), std::log(0.3F), -INFINITY, 0, 0, 0};
  const auto drawn = run_graph(b.graph(), {rows}).values<std::int32_t>();
  std::vector<int> counts(6, 0);
  for (std::size_t i = 0; i < drawn.size(); ++i) {
    REQUIRE(drawn[i] >= 0);
    REQUIRE(drawn[i] < 3);
    ++counts[i / 4000 * 3 + static_cast<std::size_t>(drawn[i])];
  }
  CHECK(std::abs(counts[0] - 2800) < 150);
  CHECK(counts[2] == 0);
  CHECK(std::abs(counts[4] - 1333) < 150);
}

}  // namespace litezoo::test
