#include "cli/recommend.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/latency.h"
#include "catalog/license_class.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/measure_model.h"
#include "cli/workspace.h"
#include "fetcher/reference.h"
#include "fetcher/sources.h"
#include "inspector/inspect.h"
#include "inspector/read.h"
#include "runtime/device.h"
#include "runtime/session.h"

namespace litezoo::cli {
namespace {

// Whether any of the artifact's places is one this build can ask.
bool has_fetchable_place(const Artifact& artifact) {
  return std::ranges::any_of(artifact.references, [](const std::string& reference) {
    try {
      fetcher::source_of(fetcher::parse_reference(reference));
      return true;
    } catch (const Error&) {
      return false;
    }
  });
}

// An earlier measurement counts when it says what a new one would: this device, this engine, these
// settings (the limit it stopped at does not matter, the samples are judged anew).
bool is_comparable(const Measurement& earlier, const MeasurementSettings& settings) {
  return earlier.settings.threads == settings.threads && earlier.settings.seed == settings.seed &&
         earlier.engine_version == runtime::engine_version() &&
         earlier.litezoo_version == LITEZOO_VERSION && !undisturbed(earlier).empty();
}

class Driver {
 public:
  Driver(const Context& context, Workspace& workspace, const ranker::Constraints& constraints,
         const MeasurementSettings& settings)
      : context_(context),
        workspace_(workspace),
        settings_(settings),
        device_(runtime::this_device()) {
    entries_ = catalog::artifacts_of_task(workspace.catalog(), constraints.task);
    catalog::put_device(workspace.catalog(), device_);
  }

  std::vector<ranker::Candidate> candidates() {
    std::vector<ranker::Candidate> result;
    for (const auto& entry : entries_) result.push_back(candidate_of(entry));
    return result;
  }

  void answer(ranker::Walk& walk, const ranker::Question& question) {
    const auto& candidate = walk.candidates()[question.candidate];
    if (question.needs == ranker::Needs::inspection) {
      context_.note(fmt::format("inspecting {}", candidate.artifact.name));
      inspect(walk, question.candidate);
    } else {
      context_.note(fmt::format("measuring {}", candidate.artifact.name));
      measure(walk, question.candidate);
    }
  }

 private:
  ranker::Candidate candidate_of(const catalog::Entry& entry) {
    ranker::Candidate candidate{.model = entry.model, .artifact = entry.artifact};
    candidate.license_class = catalog::to_string(catalog::license_class(entry.model.license));
    if (entry.file) {
      candidate.availability = ranker::Availability::here;
    } else if (!has_fetchable_place(entry.artifact)) {
      candidate.unavailable_because = "no place is known that it can be fetched from";
    } else if (context_.offline) {
      candidate.unavailable_because =
          "it is not on this machine, and --offline forbids to fetch it";
    } else {
      candidate.availability = ranker::Availability::fetchable;
    }
    add_earlier_measurement(candidate);
    return candidate;
  }

  void add_earlier_measurement(ranker::Candidate& candidate) {
    if (candidate.artifact.sha256.empty()) return;
    for (auto& earlier : catalog::measurements(workspace_.catalog(), candidate.artifact.sha256,
                                               device_.fingerprint)) {
      if (!is_comparable(earlier, settings_)) continue;
      candidate.measurement = std::move(earlier);
      return;
    }
  }

  const catalog::Entry& entry_of(const ranker::Candidate& candidate) const {
    return *std::ranges::find(entries_, candidate.artifact.name,
                              [](const catalog::Entry& entry) { return entry.artifact.name; });
  }

  void inspect(ranker::Walk& walk, std::size_t index) {
    const auto& candidate = walk.candidates()[index];
    fetcher::Fetched fetched;
    try {
      fetched = workspace_.obtain(entry_of(candidate));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::io) throw;
      return walk.failed(index, "fetch", ranker::Outcome::unknown, error.what());
    }
    try {
      const MappedFile file(fetched.path);
      auto read = inspector::read_graph(file.bytes(), candidate.artifact.name);
      std::optional<std::string> cannot_run;
      const auto unsupported = runtime::unsupported_nodes(read.graph);
      if (!unsupported.empty()) {
        cannot_run = fmt::format("{} at node {}: {}", unsupported.front().op,
                                 unsupported.front().node, unsupported.front().reason);
      }
      Inspection inspection = inspector::inspect(file.bytes(), std::move(read));
      inspection.sha256 = fetched.sha256;
      catalog::put_inspection(workspace_.catalog(), inspection);
      walk.inspected(index, std::move(inspection), std::move(cannot_run));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt) throw;
      walk.failed(index, "fetch", ranker::Outcome::fails, error.what());
    }
  }

  void measure(ranker::Walk& walk, std::size_t index) {
    const auto& candidate = walk.candidates()[index];
    const auto file = catalog::find_file(workspace_.catalog(), candidate.inspection->sha256);
    if (!file) {
      return walk.failed(index, "measure", ranker::Outcome::unknown, "its file is gone");
    }
    try {
      auto measurement = measure_in_child(context_, file->path, file->sha256, settings_);
      catalog::put_measurement(workspace_.catalog(), measurement);
      walk.measured(index, std::move(measurement));
    } catch (const Error& error) {
      const bool refuted =
          error.kind() == ErrorKind::unsupported || error.kind() == ErrorKind::corrupt;
      if (error.kind() == ErrorKind::interrupted) throw;
      walk.failed(index, "measure", refuted ? ranker::Outcome::fails : ranker::Outcome::unknown,
                  error.what());
    }
  }

  const Context& context_;
  Workspace& workspace_;
  MeasurementSettings settings_;
  Device device_;
  std::vector<catalog::Entry> entries_;
};

}  // namespace

ranker::Walk walk_candidates(const Context& context, Workspace& workspace,
                             const ranker::Constraints& constraints,
                             const MeasurementSettings& settings) {
  const InterruptGuard guard;
  Driver driver(context, workspace, constraints, settings);
  ranker::Walk walk(driver.candidates(), constraints);
  while (const auto question = walk.next()) {
    driver.answer(walk, *question);
    InterruptGuard::check();
  }
  return walk;
}

}  // namespace litezoo::cli
