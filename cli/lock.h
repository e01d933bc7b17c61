#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/nouns.h"
#include "ranker/walk.h"

namespace litezoo::cli {

// What a selection chose, and why: enough to check later that it still holds.
struct Lock {
  std::vector<std::string> constraints;  // as command line words, the task included
  Model model;
  Artifact artifact;  // with SHA-256 and size
  Device device;      // that it was chosen on
  MeasurementSettings settings;
  std::vector<std::string> inputs;  // K=FILE.npy
  std::vector<Claim> claims;
  std::optional<Measurement> evidence;
  std::string litezoo_version;
  std::string created_at;  // ISO 8601, UTC
};

// Of the chosen candidate. Requires that the walk chose one.
Lock lock_of(const ranker::Walk& walk, std::vector<std::string> constraints, Device device,
             MeasurementSettings settings, std::vector<std::string> inputs);

// JSON; docs/choosing.md tells what it is for. Throws Error(io).
void write_lock(const std::filesystem::path& path, const Lock& lock);

// Throws Error(not_found or io), Error(corrupt) naming the file when it is no lock or of a newer
// Litezoo.
Lock read_lock(const std::filesystem::path& path);

}  // namespace litezoo::cli
