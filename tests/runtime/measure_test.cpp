#include "runtime/measure.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/latency.h"
#include "tests/support/graph_builder.h"

namespace litezoo::runtime {
namespace {

using std::chrono::milliseconds;

MeasurementSettings short_settings() {
  MeasurementSettings settings;
  settings.min_runs = 20;
  settings.min_time = milliseconds(20);
  settings.max_time = milliseconds(400);
  settings.max_warmup_time = milliseconds(200);
  return settings;
}

}  // namespace

TEST_CASE("a measurement keeps every sample, the blocks that cover them, and where it was taken") {
  test::GraphBuilder builder;
  const int x = builder.input(TensorType::FLOAT32, {1, 64, 64, 8});
  const int y = builder.output(TensorType::FLOAT32, {1, 64, 64, 8});
  builder.op(BuiltinOperator::ADD, {x, x}, {y}, AddOptions{});
  const auto measurement =
      measure(builder.graph(), short_settings(), {.sha256 = "x", .load = milliseconds(1)});
  CHECK(measurement.samples.size() >= 8);
  CHECK(measurement.warmup.size() >= 3);
  CHECK(measurement.first_run.count() > 0);
  CHECK(measurement.engine_version.find("XNNPACK") != std::string::npos);
  CHECK(measurement.device.size() == 16);
  std::size_t covered = 0;
  for (const auto& block : measurement.blocks) {
    CHECK(block.first == covered);
    covered += block.count;
  }
  CHECK(covered == measurement.samples.size());
}

TEST_CASE("a limit far away is decided in a few runs") {
  test::GraphBuilder builder;
  const int x = builder.input(TensorType::FLOAT32, {1, 256, 256, 16});
  const int y = builder.output(TensorType::FLOAT32, {1, 256, 256, 16});
  builder.op(BuiltinOperator::ADD, {x, x}, {y}, AddOptions{});
  auto settings = short_settings();
  settings.limit = Nanoseconds(1);
  settings.max_time = std::chrono::seconds(5);
  const auto measurement = measure(builder.graph(), settings, {});
  const auto decision = decide_latency(measurement, *settings.limit, 0.9);
  // FAIL needs undisturbed runs; on a busy machine the honest answer is that it is unstable.
  CHECK((decision.verdict == LatencyVerdict::fail || decision.verdict == LatencyVerdict::unstable));
  if (decision.verdict == LatencyVerdict::fail) CHECK(undisturbed(measurement).size() <= 8);
}

TEST_CASE("what cannot run is told before anything is measured") {
  test::GraphBuilder builder;
  const int x = builder.input(TensorType::FLOAT32, {1});
  const int y = builder.output(TensorType::FLOAT32, {1});
  builder.op(BuiltinOperator::CONCAT_EMBEDDINGS, {x}, {y});
  CHECK_THROWS_AS(measure(builder.graph(), short_settings(), {}), Error);
}

TEST_CASE("peak memory is this process's own and never falls") {
  const Bytes before = peak_memory();
  CHECK(before.count > 100'000);
  CHECK(peak_memory() >= before);
}

}  // namespace litezoo::runtime
