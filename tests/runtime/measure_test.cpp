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

Measurement measured(test::GraphBuilder& builder, const MeasurementSettings& settings,
                     std::span<const InputBytes> inputs = {}) {
  Anchor anchor;
  const auto baseline = ProcessMemory::now();
  return measure(builder.graph(), settings, {.baseline = baseline, .inputs = inputs}, anchor);
}

// Doubles a map of floats, 4 MB in and 4 MB out.
void add_doubling(test::GraphBuilder& builder) {
  const int x = builder.input(TensorType::FLOAT32, {1, 256, 256, 16});
  const int y = builder.output(TensorType::FLOAT32, {1, 256, 256, 16});
  builder.op(BuiltinOperator::ADD, {x, x}, {y}, AddOptions{});
}

}  // namespace

TEST_CASE("a measurement keeps every sample, the blocks that cover them, and where it was taken") {
  test::GraphBuilder builder;
  const int x = builder.input(TensorType::FLOAT32, {1, 64, 64, 8});
  const int y = builder.output(TensorType::FLOAT32, {1, 64, 64, 8});
  builder.op(BuiltinOperator::ADD, {x, x}, {y}, AddOptions{});
  const auto measurement = measured(builder, short_settings());
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
  const auto measurement = measured(builder, settings);
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
  CHECK_THROWS_AS(measured(builder, short_settings()), Error);
}

TEST_CASE("a paced measurement leaves time between the calls and times only the calls") {
  test::GraphBuilder builder;
  add_doubling(builder);
  auto settings = short_settings();
  settings.pace = milliseconds(20);
  settings.min_runs = 5;
  settings.max_time = milliseconds(2000);
  const auto start = std::chrono::steady_clock::now();
  const auto measurement = measured(builder, settings);
  const Nanoseconds took = std::chrono::steady_clock::now() - start;
  const auto runs = measurement.samples.size() + measurement.warmup.size();
  CHECK(took >= milliseconds(20) * (runs - 1));
  CHECK(measurement.settings.pace == settings.pace);
}

TEST_CASE("memory is told apart: activations, anonymous, all") {
  test::GraphBuilder builder;
  add_doubling(builder);
  const auto measurement = measured(builder, short_settings());
  // One map in, one out: 4 MB each.
  CHECK(measurement.memory.peak_anonymous.count >= 8'000'000);
  CHECK(measurement.memory.peak_pss.count >= measurement.memory.peak_anonymous.count / 2);
  CHECK(measurement.peak_memory >= measurement.baseline_memory);
  CHECK_FALSE(measurement.cpus.empty());
  CHECK_FALSE(measurement.core_class.empty());
  CHECK_FALSE(measurement.build.empty());
}

TEST_CASE("inputs of the user's take the place of random ones and must fit") {
  test::GraphBuilder builder;
  add_doubling(builder);
  const std::vector<std::byte> right(std::size_t{256} * 256 * 16 * 4);
  const std::vector<InputBytes> given = {{.index = 0, .data = right}};
  CHECK_NOTHROW(measured(builder, short_settings(), given));
  const std::vector<std::byte> wrong(7);
  const std::vector<InputBytes> bad[] = {{{.index = 0, .data = wrong}},
                                         {{.index = 1, .data = right}}};
  for (const auto& inputs : bad) {
    CHECK_THROWS_AS(measured(builder, short_settings(), inputs), Error);
  }
}

TEST_CASE("a sustained measurement runs for the time asked for") {
  auto settings = short_settings();
  settings.mode = "sustained";
  settings.min_time = milliseconds(150);
  test::GraphBuilder builder;
  add_doubling(builder);
  const auto measurement = measured(builder, settings);
  Nanoseconds total{};
  for (const Nanoseconds sample : measurement.samples) total += sample;
  CHECK(total >= milliseconds(100));
  for (const auto& block : measurement.blocks) {
    CHECK(block.voided.find("speed") == std::string::npos);
  }
}

TEST_CASE("peak memory is this process's own and never falls") {
  const Bytes before = peak_memory();
  CHECK(before.count > 100'000);
  CHECK(peak_memory() >= before);
}

TEST_CASE("what lay above the last look at the memory was anonymous") {
  MemoryPeaks peaks;
  peaks.look({.resident = Bytes{50}, .anonymous = Bytes{30}, .pss = Bytes{40}, .peak = Bytes{90}});
  CHECK(peaks.anonymous.count == 70);
  CHECK(peaks.pss.count == 80);
  peaks.look({.resident = Bytes{50}, .anonymous = Bytes{10}, .pss = Bytes{20}, .peak = Bytes{60}});
  CHECK(peaks.anonymous.count == 70);
}

TEST_CASE("only the touched pages of a mapping are resident") {
  std::vector<std::byte> memory(std::size_t{1} << 20U, std::byte{1});
  CHECK(resident_part(memory).count >= memory.size());
  CHECK(resident_part({}).count == 0);
}

}  // namespace litezoo::runtime
