#include "cli/lock.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/latency.h"

namespace litezoo::cli {
namespace {

constexpr int kLockVersion = 1;

// A summary for people who read the file; verify looks at the samples.
nlohmann::ordered_json summary_document(const Measurement& measurement) {
  const auto summary = summarise(measurement);
  if (!summary) return {};
  const auto& bound = summary->p90_bound;
  return {{"p50_ns", summary->p50.count()},
          {"p90_ns", summary->p90.count()},
          {"p90_upper_bound_95_ns",
           bound ? nlohmann::ordered_json(bound->count()) : nlohmann::ordered_json()},
          {"runs", summary->runs},
          {"peak_memory_bytes", ranker::memory_of(measurement).count},
          {"init_ns", measurement.init.count()}};
}

}  // namespace

Lock lock_of(const ranker::Walk& walk, std::vector<std::string> constraints, Device device,
             MeasurementSettings settings, std::vector<std::string> inputs) {
  const auto& chosen = walk.candidates().at(walk.result().chosen.value());
  Lock lock{.constraints = std::move(constraints),
            .model = chosen.model,
            .artifact = chosen.artifact,
            .device = std::move(device),
            .settings = std::move(settings),
            .inputs = std::move(inputs),
            .claims = chosen.claims,
            .evidence = chosen.measurement,
            .litezoo_version = LITEZOO_VERSION,
            .created_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))};
  if (chosen.inspection) {
    lock.artifact.sha256 = chosen.inspection->sha256;
    lock.artifact.size = chosen.inspection->size;
    lock.artifact.precision = chosen.inspection->precision;
  }
  return lock;
}

void write_lock(const std::filesystem::path& path, const Lock& lock) {
  nlohmann::ordered_json document{
      {"litezoo_lock", kLockVersion},   {"litezoo_version", lock.litezoo_version},
      {"created_at", lock.created_at},  {"name", lock.artifact.name},
      {"sha256", lock.artifact.sha256}, {"constraints", lock.constraints}};
  document["model"] = nlohmann::json(lock.model);
  document["artifact"] = nlohmann::json(lock.artifact);
  document["claims"] = nlohmann::json(lock.claims);
  document["device"] = nlohmann::json(lock.device);
  document["settings"] = nlohmann::json(lock.settings);
  document["inputs"] = lock.inputs;
  if (lock.evidence) {
    document["summary"] = summary_document(*lock.evidence);
    document["evidence"] = nlohmann::json(*lock.evidence);
  }
  write_file_atomically(
      path, document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

Lock read_lock(const std::filesystem::path& path) {
  const std::string name = fmt::format("lock file '{}'", path.string());
  const auto document = parse_json(read_text_file(path), name);
  if (!document.is_object() || !document.contains("litezoo_lock")) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{} is no lock file; 'litezoo recommend --lock' writes one", name));
  }
  if (document["litezoo_lock"] != kLockVersion) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{} was written by a newer Litezoo; update this one", name));
  }
  try {
    Lock lock{.constraints = document.at("constraints").get<std::vector<std::string>>(),
              .model = document.at("model").get<Model>(),
              .artifact = document.at("artifact").get<Artifact>(),
              .device = document.at("device").get<Device>(),
              .settings = document.at("settings").get<MeasurementSettings>(),
              .inputs = document.at("inputs").get<std::vector<std::string>>(),
              .claims = document.at("claims").get<std::vector<Claim>>(),
              .litezoo_version = document.value("litezoo_version", ""),
              .created_at = document.value("created_at", "")};
    if (document.contains("evidence")) lock.evidence = document["evidence"].get<Measurement>();
    if (lock.artifact.sha256.size() != 64) {
      throw Error(ErrorKind::corrupt, fmt::format("{} names no SHA-256; write it again", name));
    }
    return lock;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::corrupt, fmt::format("{} is damaged: {}", name, error.what()));
  }
}

}  // namespace litezoo::cli
