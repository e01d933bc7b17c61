#include "cli/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "base/latency.h"
#include "base/statistics.h"
#include "catalog/measurements.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/measure_model.h"
#include "cli/workspace.h"
#include "runtime/cores.h"
#include "runtime/device.h"
#include "runtime/measure.h"

namespace litezoo::cli {
namespace {

// A clock that is a little ahead somewhere is no clock that was set.
constexpr auto kClockSkew = std::chrono::minutes(5);

// This machine, with what the catalog knows of its best.
Device known_device(Workspace& workspace) {
  Device device = runtime::this_device();
  device.anchor_build = runtime::build_description();
  const auto earlier = catalog::find_device(workspace.catalog(), device.fingerprint);
  if (earlier && earlier->anchor_build == device.anchor_build) {
    device.anchor = earlier->anchor;
    device.stream = earlier->stream;
  }
  return device;
}

// Sleeps in small steps so that Ctrl-C is heard.
void pause(Nanoseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    InterruptGuard::check();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

Bench::Bench(const Context& context, Workspace& workspace, Protocol protocol)
    : context_(context),
      workspace_(workspace),
      protocol_(std::move(protocol)),
      device_(known_device(workspace)) {
  // Says now what every measuring process would say: a class of cores that is not here.
  const auto& settings = protocol_.settings;
  if (settings.cores != "all") {
    runtime::choose_class(runtime::core_classes(runtime::allowed_cpus()), settings.cores,
                          settings.threads);
  }
  catalog::put_device(workspace_.catalog(), device_);
}

Measurement Bench::launch(const ModelFile& file, const MeasurementSettings& settings) const {
  auto measurement = measure_in_child(context_, {.path = file.path,
                                                 .sha256 = file.sha256,
                                                 .settings = settings,
                                                 .inputs = protocol_.inputs,
                                                 .timeout = protocol_.timeout,
                                                 .memory_limit = protocol_.memory_limit,
                                                 .best_anchor = device_.anchor,
                                                 .best_stream = device_.stream});
  if (measurement.device != device_.fingerprint) {
    throw Error(ErrorKind::io,
                fmt::format("this machine changed while '{}' was measured (device {} became {}); "
                            "measure again",
                            file.name, device_.fingerprint, measurement.device));
  }
  return measurement;
}

Measurement Bench::measure(const ModelFile& file, const MeasurementSettings& settings) const {
  const std::uint32_t launches = std::max<std::uint32_t>(settings.launches, 1);
  std::vector<Measurement> results;
  for (std::uint32_t i = 0; i < launches; ++i) {
    if (i > 0) {
      context_.note(fmt::format("{}: process {} of {}", file.name, i + 1, launches));
      pause(protocol_.cooldown);
    }
    results.push_back(launch(file, settings));
    InterruptGuard::check();
  }
  return merge_launches(results);
}

void Bench::keep(const Measurement& measurement) {
  if (const auto level = anchor_level(measurement)) {
    const auto learn = [](Nanoseconds& best, Nanoseconds now) {
      if (now.count() > 0 && (best.count() == 0 || now < best)) best = now;
    };
    learn(device_.anchor, level->anchor);
    learn(device_.stream, level->stream);
    catalog::put_device(workspace_.catalog(), device_);
  }
  catalog::put_measurement(workspace_.catalog(), measurement);
}

std::optional<AnchorLevel> anchor_level(const Measurement& measurement) {
  std::vector<Nanoseconds> anchors;
  std::vector<Nanoseconds> streams;
  for (const MeasurementBlock& block : measurement.blocks) {
    if (!block.voided.empty()) continue;
    anchors.push_back(block.anchor_after);
    streams.push_back(block.stream_after);
  }
  if (anchors.empty()) return std::nullopt;
  return AnchorLevel{quantile(anchors, 0.5), quantile(streams, 0.5)};
}

bool counts(const Measurement& earlier, const MeasurementSettings& settings,
            const std::string& engine_version, const std::string& build,
            const Freshness& freshness) {
  const MeasurementSettings& then = earlier.settings;
  const bool same_settings = then.threads == settings.threads && then.seed == settings.seed &&
                             then.mode == settings.mode && then.pace == settings.pace &&
                             then.cores == settings.cores && then.inputs == settings.inputs &&
                             then.shapes == settings.shapes;
  const bool same_engine = earlier.engine_version == engine_version && earlier.build == build &&
                           earlier.litezoo_version == LITEZOO_VERSION;
  const auto taken = parse_moment(earlier.taken_at);
  if (!same_settings || !same_engine || !taken || earlier.samples.empty()) return false;
  return *taken <= freshness.now + kClockSkew && freshness.now - *taken <= freshness.max_age;
}

std::optional<std::chrono::system_clock::time_point> parse_moment(const std::string& text) {
  std::tm parts{};
  std::istringstream stream(text);
  stream >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%SZ");
  if (stream.fail()) return std::nullopt;
  const std::time_t time = ::timegm(&parts);
  if (time == static_cast<std::time_t>(-1)) return std::nullopt;
  return std::chrono::system_clock::from_time_t(time);
}

}  // namespace litezoo::cli
