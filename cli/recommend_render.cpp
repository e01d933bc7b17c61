#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/json.h"
#include "base/latency.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/recommend.h"
#include "cli/render.h"

namespace litezoo::cli {
namespace {

// More candidates than this that fell alike are one row, so that the answer fits a screen.
constexpr std::size_t kMostAlike = 3;

std::string_view verdict_name(ranker::Verdict verdict) {
  switch (verdict) {
    case ranker::Verdict::found:
      return "found";
    case ranker::Verdict::none:
      return "none";
    case ranker::Verdict::undecided:
      return "undecided";
  }
  return "undecided";
}

// Steps at which nothing fell tell nothing.
std::string waterfall_text(const ranker::Recommendation& result) {
  std::string text;
  std::size_t before = 0;
  for (const auto& step : result.waterfall) {
    if (!text.empty() && step.count == before) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : " -> ", step.count,
                        text.empty() ? "of the task" : "after " + step.criterion);
    before = step.count;
  }
  return text;
}

std::string size_text(const ranker::Candidate& candidate) {
  const auto size = ranker::size_of(candidate);
  return size ? to_text(*size) : "?";
}

std::string evidence_text(const ranker::Candidate& candidate) {
  if (!candidate.measurement) return "not measured";
  const auto summary = summarise(*candidate.measurement);
  if (!summary) return "not measured";
  std::string text = fmt::format("p50 {}, p90 {}", to_text(summary->p50), to_text(summary->p90));
  if (summary->p90_bound) text += fmt::format(" (at most {}, 95 %)", to_text(*summary->p90_bound));
  return text + fmt::format(
                    ", min {}, {} runs, peak memory {}, XNNPACK partitions: {}, "
                    "fallback nodes: {}",
                    to_text(summary->min), summary->runs,
                    to_text(ranker::memory_of(*candidate.measurement)),
                    candidate.measurement->partitions, candidate.measurement->fallback_nodes);
}

void print_chosen(const Context& context, const ranker::Candidate& chosen) {
  const auto line = [&](std::string_view title, std::string_view value) {
    if (!value.empty()) {
      context.out << fmt::format("{:<11} {}\n", title, escape_for_terminal(value));
    }
  };
  line("recommended", chosen.artifact.name);
  line("size", size_text(chosen));
  line("licence", chosen.model.license.empty() ? "unknown" : chosen.model.license);
  line("measured", evidence_text(chosen));
  line("sha256", chosen.inspection ? chosen.inspection->sha256 : chosen.artifact.sha256);
}

// Candidates that fell for one and the same reason, in the order of the first of them.
struct Group {
  std::string criterion, reason;
  std::vector<std::size_t> candidates;
};

std::vector<Group> group_eliminations(const ranker::Recommendation& result) {
  std::vector<Group> groups;
  for (const auto& fallen : result.eliminations) {
    const auto same = std::ranges::find_if(groups, [&](const Group& group) {
      return group.criterion == fallen.criterion && group.reason == fallen.reason;
    });
    if (same == groups.end()) {
      groups.push_back({fallen.criterion, fallen.reason, {fallen.candidate}});
    } else {
      same->candidates.push_back(fallen.candidate);
    }
  }
  return groups;
}

void print_eliminations(const Context& context, const ranker::Walk& walk,
                        const ranker::Recommendation& result, std::size_t most_alike) {
  if (result.eliminations.empty()) return;
  Table table({{"fell"}, {"size", Align::right}, {"by"}, {"because"}});
  for (const Group& group : group_eliminations(result)) {
    if (group.candidates.size() > most_alike) {
      table.add({fmt::format("{} artifacts (--all lists them)", group.candidates.size()), "",
                 group.criterion, group.reason});
      continue;
    }
    for (const std::size_t index : group.candidates) {
      const auto& candidate = walk.candidates()[index];
      table.add({candidate.artifact.name, size_text(candidate), group.criterion, group.reason});
    }
  }
  context.out << '\n';
  table.print(context);
}

std::string claim_text(const ranker::Recommendation& result) {
  std::string text = fmt::format("{} measured now", result.measured);
  if (result.larger > 0) text += fmt::format("; {} larger ones not looked at", result.larger);
  if (result.unjudged_smaller > 0) {
    text += fmt::format("; {} that could not be judged may be smaller", result.unjudged_smaller);
  }
  return text;
}

nlohmann::ordered_json to_document(const ranker::Candidate& candidate) {
  nlohmann::ordered_json document{
      {"name", candidate.artifact.name},
      {"model", candidate.model.name},
      {"license", candidate.model.license},
      {"sha256", candidate.inspection ? candidate.inspection->sha256 : candidate.artifact.sha256},
      {"references", candidate.artifact.references}};
  const auto size = ranker::size_of(candidate);
  document["size_bytes"] = size ? nlohmann::ordered_json(size->count) : nlohmann::ordered_json();
  if (candidate.inspection) document["precision"] = candidate.inspection->precision;
  if (candidate.measurement) {
    if (const auto summary = summarise(*candidate.measurement)) {
      document["p50_ns"] = summary->p50.count();
      document["p90_ns"] = summary->p90.count();
      document["p90_upper_bound_95_ns"] = summary->p90_bound
                                              ? nlohmann::ordered_json(summary->p90_bound->count())
                                              : nlohmann::ordered_json();
      document["runs"] = summary->runs;
    }
    document["peak_memory_bytes"] = ranker::memory_of(*candidate.measurement).count;
    document["measurement"] = nlohmann::json(*candidate.measurement);
  }
  return document;
}

}  // namespace

void print_recommendation(const Context& context, const ranker::Walk& walk,
                          const ranker::Constraints& constraints, bool all) {
  const auto result = walk.result();
  if (result.chosen) {
    print_chosen(context, walk.candidates()[*result.chosen]);
  } else {
    context.out << fmt::format("{} {}\n",
                               result.verdict == ranker::Verdict::none
                                   ? "no model satisfies the constraints for"
                                   : "undecided: no model surely satisfies the constraints for",
                               constraints.task);
  }
  context.out << fmt::format("{:<11} {}\n", "candidates", waterfall_text(result));
  context.out << fmt::format("{:<11} {}\n", "search", claim_text(result));
  print_eliminations(context, walk, result, all ? result.eliminations.size() : kMostAlike);
}

void print_recommendation_json(const Context& context, const ranker::Walk& walk) {
  const auto result = walk.result();
  nlohmann::ordered_json document{{"verdict", verdict_name(result.verdict)}};
  document["chosen"] =
      result.chosen ? to_document(walk.candidates()[*result.chosen]) : nlohmann::ordered_json();
  auto& steps = document["waterfall"] = nlohmann::ordered_json::array();
  for (const auto& step : result.waterfall) {
    steps.push_back({{"after", step.criterion}, {"left", step.count}});
  }
  auto& fallen = document["eliminated"] = nlohmann::ordered_json::array();
  for (const auto& elimination : result.eliminations) {
    const auto& candidate = walk.candidates()[elimination.candidate];
    const auto size = ranker::size_of(candidate);
    fallen.push_back(
        {{"name", candidate.artifact.name},
         {"size_bytes", size ? nlohmann::ordered_json(size->count) : nlohmann::ordered_json()},
         {"criterion", elimination.criterion},
         {"outcome", elimination.outcome == ranker::Outcome::fails ? "fails" : "unknown"},
         {"reason", elimination.reason}});
  }
  document["larger_not_examined"] = result.larger;
  document["unjudged_that_may_be_smaller"] = result.unjudged_smaller;
  document["measured_now"] = result.measured;
  print_json(context, document);
}

}  // namespace litezoo::cli
