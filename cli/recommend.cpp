#include "cli/recommend.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/latency.h"
#include "base/text.h"
#include "catalog/claims.h"
#include "catalog/license_class.h"
#include "catalog/measurements.h"
#include "cli/bench.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/workspace.h"
#include "fetcher/reference.h"
#include "fetcher/sources.h"
#include "inspector/compatibility.h"
#include "inspector/inspect.h"
#include "inspector/read.h"
#include "inspector/xnnpack_rules.h"
#include "runtime/device.h"
#include "runtime/measure.h"
#include "runtime/session.h"

namespace litezoo::cli {
namespace {

using Clock = std::chrono::steady_clock;

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

ranker::Fit fit_of(inspector::Verdict verdict) {
  switch (verdict) {
    case inspector::Verdict::yes:
      return ranker::Fit::yes;
    case inspector::Verdict::partly:
      return ranker::Fit::partly;
    case inspector::Verdict::no:
      return ranker::Fit::no;
    case inspector::Verdict::unknown:
      break;
  }
  return ranker::Fit::unknown;
}

std::vector<std::string> not_in_xnnpack(const Graph& graph) {
  std::vector<std::string> result;
  if (graph.subgraphs.empty()) return result;
  const Subgraph& main = graph.subgraphs.front();
  const auto prediction = inspector::predict_xnnpack(main);
  for (std::size_t node = 0; node < prediction.refusals.size(); ++node) {
    const auto& refusal = prediction.refusals[node];
    if (!refusal.empty()) result.push_back(fmt::format("node {}: {}", node, refusal));
  }
  return result;
}

ranker::FileFacts facts_of(const Graph& graph) {
  ranker::FileFacts facts;
  const auto unsupported = runtime::unsupported_nodes(graph);
  if (!unsupported.empty()) {
    facts.cannot_run = fmt::format("{} at node {}: {}", unsupported.front().op,
                                   unsupported.front().node, unsupported.front().reason);
  }
  facts.not_in_xnnpack = not_in_xnnpack(graph);
  for (const auto& one : inspector::compatibility(graph)) {
    facts.targets.push_back({one.target, fit_of(one.verdict), one.reason});
  }
  return facts;
}

class Driver {
 public:
  Driver(const Context& context, Workspace& workspace, const Selection& selection)
      : context_(context),
        workspace_(workspace),
        selection_(selection),
        bench_(context, workspace, selection.protocol),
        freshness_{std::chrono::system_clock::now(), selection.max_age} {
    if (selection.budget) deadline_ = Clock::now() + *selection.budget;
  }

  std::vector<ranker::Candidate> candidates() {
    std::vector<ranker::Candidate> result;
    for (const auto& entry : selection_.choices.entries) result.push_back(candidate_of(entry));
    return result;
  }

  bool out_of_time() const { return deadline_ && Clock::now() >= *deadline_; }

  void answer(ranker::Walk& walk, const ranker::Question& question) {
    const auto& candidate = walk.candidates()[question.candidate];
    if (question.needs == ranker::Needs::file) {
      inspect(walk, question.candidate);
    } else {
      context_.note(fmt::format("{} {}", question.confirms ? "confirming" : "measuring",
                                candidate.artifact.name));
      measure(walk, question);
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
      candidate.availability = ranker::Availability::forbidden;
      candidate.unavailable_because =
          "it is not on this machine, and --offline forbids to fetch it";
    } else {
      candidate.availability = ranker::Availability::fetchable;
    }
    if (!selection_.constraints.accuracy.empty()) {
      candidate.claims = catalog::claims(workspace_.catalog(), entry.artifact.name);
    }
    for (const Claim& claim : selection_.choices.claims) candidate.claims.push_back(claim);
    if (!candidate.artifact.sha256.empty()) {
      candidate.inspection =
          catalog::find_inspection(workspace_.catalog(), candidate.artifact.sha256);
      add_earlier_measurements(candidate);
    }
    return candidate;
  }

  // Two that count prove what a measurement and its confirmation would; others tell the order.
  void add_earlier_measurements(ranker::Candidate& candidate) {
    auto& catalog = workspace_.catalog();
    const std::string& sha256 = candidate.artifact.sha256;
    for (auto& earlier : catalog::own_measurements(catalog, sha256, bench_.device().fingerprint)) {
      // Disturbed runs can prove that a limit is held, but give no figures.
      const bool tells = selection_.constraints.max_latency || !undisturbed(earlier).empty();
      if (!tells || !counts(earlier, selection_.protocol.settings, runtime::engine_version(),
                            runtime::build_description(), freshness_)) {
        continue;
      }
      auto& place = candidate.measurement ? candidate.confirmation : candidate.measurement;
      // The longest one is to prove most; a confirmation is short.
      auto& longest = candidate.measurement;
      if (longest && earlier.samples.size() > longest->samples.size()) {
        std::swap(*longest, earlier);
      }
      if (!place) place = std::move(earlier);
    }
    if (candidate.measurement) return;
    for (const auto& elsewhere : catalog::measurements(catalog, sha256)) {
      const auto summary = summarise(elsewhere);
      if (!summary) continue;
      candidate.expected = summary->p90;
      return;
    }
  }

  const catalog::Entry& entry_of(const ranker::Candidate& candidate) const {
    return *std::ranges::find(selection_.choices.entries, candidate.artifact.name,
                              [](const catalog::Entry& entry) { return entry.artifact.name; });
  }

  fetcher::Fetched obtain(const catalog::Entry& entry) {
    const bool in_place = selection_.choices.in_place.contains(entry.artifact.name);
    if (!in_place || !entry.file) return workspace_.obtain(entry);
    fetcher::Fetched fetched;
    fetched.path = entry.file->path;
    fetched.sha256 = entry.file->sha256;
    fetched.size = entry.file->size;
    return fetched;
  }

  void inspect(ranker::Walk& walk, std::size_t index) {
    const auto& candidate = walk.candidates()[index];
    fetcher::Fetched fetched;
    try {
      fetched = obtain(entry_of(candidate));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::io) throw;
      return walk.failed(index, "fetch", ranker::Outcome::unknown, error.what());
    }
    context_.note(fmt::format("inspecting {}", candidate.artifact.name));
    try {
      const MappedFile file(fetched.path);
      auto read = inspector::read_graph(file.bytes(), candidate.artifact.name);
      auto facts = facts_of(read.graph);
      Inspection inspection = inspector::inspect(file.bytes(), std::move(read));
      inspection.sha256 = fetched.sha256;
      catalog::put_inspection(workspace_.catalog(), inspection);
      files_[index] = {candidate.artifact.name, fetched.path, fetched.sha256};
      walk.inspected(index, std::move(inspection), std::move(facts));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::corrupt) throw;
      walk.failed(index, "fetch", ranker::Outcome::fails, error.what());
    }
  }

  void measure(ranker::Walk& walk, const ranker::Question& question) {
    MeasurementSettings settings = selection_.protocol.settings;
    settings.limit = question.limit;
    settings.percentile = selection_.constraints.percentile;
    settings.risk = question.risk;
    if (question.confirms) settings.launches = 1;
    if (deadline_) {
      const Nanoseconds left = *deadline_ - Clock::now();
      settings.max_time =
          std::max<Nanoseconds>(std::min(settings.max_time, left / runtime::kLimitPatience),
                                std::chrono::milliseconds(1));
    }
    try {
      auto measurement = bench_.measure(files_.at(question.candidate), settings);
      bench_.keep(measurement);
      if (question.confirms) {
        walk.confirmed(question.candidate, std::move(measurement));
      } else {
        walk.measured(question.candidate, std::move(measurement));
      }
    } catch (const Error& error) {
      // The user's inputs and shapes need not fit every candidate; what else is asked for is
      // checked before.
      const Protocol& protocol = selection_.protocol;
      const bool does_not_fit = error.kind() == ErrorKind::usage &&
                                !(protocol.inputs.empty() && protocol.settings.shapes.empty());
      const bool refuted = error.kind() == ErrorKind::unsupported ||
                           error.kind() == ErrorKind::corrupt || does_not_fit;
      const bool ours = error.kind() == ErrorKind::usage && !does_not_fit;
      if (error.kind() == ErrorKind::interrupted || ours) throw;
      context_.note(error.what());
      walk.failed(question.candidate, "measure",
                  refuted ? ranker::Outcome::fails : ranker::Outcome::unknown, error.what());
    }
  }

  const Context& context_;
  Workspace& workspace_;
  const Selection& selection_;
  Bench bench_;
  Freshness freshness_;
  std::optional<Clock::time_point> deadline_;
  std::map<std::size_t, ModelFile> files_;  // by candidate
};

// The line of a list without its comment and surrounding blanks.
std::string reference_of_line(std::string line) {
  line.resize(std::min(line.find('#'), line.size()));
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

void add_reference(Workspace& workspace, const std::string& reference, const std::string& task,
                   Choices& choices) {
  const auto scheme = fetcher::parse_reference(reference).scheme;
  using enum fetcher::Scheme;
  if (scheme == name || scheme == sha256) {
    choices.entries.push_back(catalog::find_artifact(workspace.catalog(), reference));
    return;
  }
  const auto fetched = workspace.obtain(reference);
  catalog::Entry entry{
      .model = {.name = reference, .task = task, .source = "the list"},
      .artifact = {.name = reference,
                   .model = reference,
                   .references = {reference},
                   .sha256 = fetched.sha256,
                   .size = fetched.size},
      .file = catalog::StoredFile{
          .sha256 = fetched.sha256, .size = fetched.size, .path = fetched.path, .fetched_at = {}}};
  choices.in_place.insert(reference);
  choices.entries.push_back(std::move(entry));
}

}  // namespace

Choices choices_of_task(Workspace& workspace, const std::string& task) {
  auto& catalog = workspace.catalog();
  return {.entries = task.empty() ? catalog::all_artifacts(catalog)
                                  : catalog::artifacts_of_task(catalog, task)};
}

Choices choices_of_list(Workspace& workspace, const std::string& list, const std::string& task) {
  const InterruptGuard guard;
  const std::string text = list == "-" ? std::string(std::istreambuf_iterator<char>(std::cin), {})
                                       : read_text_file(list);
  Choices choices;
  std::size_t number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    const std::string reference = reference_of_line(line);
    if (reference.empty()) continue;
    try {
      add_reference(workspace, reference, task, choices);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("line {} of '{}': {}", number, list, error.what()));
    }
  }
  if (choices.entries.empty()) {
    throw Error(ErrorKind::usage, fmt::format("'{}' names no model; write one a line", list));
  }
  return choices;
}

ranker::Walk walk_candidates(const Context& context, Workspace& workspace, Selection selection) {
  const InterruptGuard guard;
  Driver driver(context, workspace, selection);
  auto candidates = driver.candidates();
  const auto groups = ranker::accuracy_groups(candidates);
  for (auto& wanted : selection.constraints.accuracy) wanted = ranker::resolve(wanted, groups);
  ranker::check(selection.constraints);  // completed, two of them may contradict each other
  selection.constraints.risk = selection.protocol.settings.risk;
  selection.constraints.confirm = selection.protocol.settings.mode != "rapid";
  ranker::Walk walk(std::move(candidates), selection.constraints, selection.aim);
  while (const auto question = walk.next()) {
    if (driver.out_of_time()) {
      walk.stop(fmt::format("the budget of {} was used up", to_text(*selection.budget)));
      break;
    }
    driver.answer(walk, *question);
    InterruptGuard::check();
  }
  return walk;
}

void set_exit_code(Context& context, const ranker::Walk& walk) {
  switch (walk.result().verdict) {
    case ranker::Verdict::found:
      break;
    case ranker::Verdict::none:
      context.result = ExitCode::none_satisfies;
      break;
    case ranker::Verdict::undecided:
      context.result = ExitCode::undecided;
      break;
  }
}

}  // namespace litezoo::cli
