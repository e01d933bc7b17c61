#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "base/nouns.h"
#include "cli/protocol.h"

namespace litezoo::cli {

struct Context;
class Workspace;

// A model file to be measured.
struct ModelFile {
  std::string name;  // for messages
  std::filesystem::path path;
  std::string sha256;
};

// This device as a place to measure: knows how fast it is at its best, spreads a measurement over
// processes, keeps every result in the catalog. Context and Workspace must outlive it.
class Bench {
 public:
  Bench(const Context& context, Workspace& workspace, Protocol protocol);

  const Device& device() const noexcept { return device_; }
  const Protocol& protocol() const noexcept { return protocol_; }

  // Throws what measure_in_child throws, and Error(io) when the machine is no longer the one it was
  // at the start (another number of cores, another CPU).
  Measurement measure(const ModelFile& file) const { return measure(file, protocol_.settings); }
  Measurement measure(const ModelFile& file, const MeasurementSettings& settings) const;

  // Stores a measurement and learns from it how fast the device can be.
  void keep(const Measurement& measurement);

 private:
  Measurement launch(const ModelFile& file, const MeasurementSettings& settings) const;

  const Context& context_;
  Workspace& workspace_;
  Protocol protocol_;
  Device device_;
};

// The typical timing of the anchor around undisturbed blocks; nullopt when there is no such block.
struct AnchorLevel {
  Nanoseconds anchor{}, stream{};
};
std::optional<AnchorLevel> anchor_level(const Measurement& measurement);

// Whether an earlier measurement says what a new one would: these settings (the limit it stopped at
// does not matter, the samples are judged anew), this engine and build, not older than `max_age`,
// not from the future (a clock that was set). Its device is the caller's concern.
struct Freshness {
  std::chrono::system_clock::time_point now;
  Nanoseconds max_age{};
};
bool counts(const Measurement& earlier, const MeasurementSettings& settings,
            const std::string& engine_version, const std::string& build,
            const Freshness& freshness);

// The moment an ISO 8601 text in UTC names, "2026-11-22T08:45:00Z"; nullopt for any other text.
std::optional<std::chrono::system_clock::time_point> parse_moment(const std::string& text);

}  // namespace litezoo::cli
