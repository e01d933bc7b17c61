#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <span>

#include "base/json.h"
#include "base/latency.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/recommend.h"
#include "cli/render.h"
#include "ranker/relaxation.h"

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
    if (text.empty()) {
      text = fmt::format("{} candidate{}", step.count, step.count == 1 ? "" : "s");
    } else {
      text += fmt::format(" -> {} after {}", step.count, step.criterion);
    }
    before = step.count;
  }
  text += fmt::format(" -> {} measured", result.measured);
  return text + fmt::format(" -> {} chosen",
                            result.front.empty() ? result.chosen ? 1 : 0 : result.front.size());
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

std::vector<Group> group_eliminations(std::span<const ranker::Elimination> eliminations) {
  std::vector<Group> groups;
  for (const auto& fallen : eliminations) {
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

// Those that were not told already; many alike are one row.
void print_eliminations(const Context& context, const ranker::Walk& walk,
                        std::span<const ranker::Elimination> eliminations, std::size_t most_alike) {
  if (eliminations.empty()) return;
  Table table({{"fell"}, {"size", Align::right}, {"by"}, {"because"}});
  for (const Group& group : group_eliminations(eliminations)) {
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

std::string claim_text(const ranker::Walk& walk, const ranker::Recommendation& result) {
  std::string text = fmt::format("{} measured now in {} runs", result.measured, result.runs);
  if (result.larger > 0) {
    text +=
        fmt::format("; {} not looked at because the chosen one is better already", result.larger);
  }
  if (result.unranked > 0) {
    text += fmt::format("; {} not looked at because their {} is not known: they may be better",
                        result.unranked, walk.aim().objectives.front()->name);
  }
  if (result.unjudged_smaller > 0) {
    text += fmt::format("; {} that could not be judged may be better", result.unjudged_smaller);
  }
  if (!result.complete) text += "; stopped when the budget was used up";
  return text;
}

std::string risk_text(const ranker::Constraints& constraints) {
  if (!constraints.max_latency || !constraints.measure) return {};
  if (!constraints.confirm) {
    return fmt::format("one process; at most {:g} % risk for each model that this limit is held",
                       100 * constraints.risk);
  }
  return fmt::format(
      "held in two processes; at most {:g} % risk over the whole selection that a "
      "model over the limit is chosen",
      100 * constraints.risk);
}

// Nothing holds: what would.
void print_relaxations(const Context& context, const ranker::Walk& walk) {
  constexpr std::size_t kMost = 3;
  auto all = ranker::relaxations(walk);
  if (all.empty()) return;
  all.resize(std::min(all.size(), kMost));
  context.out << "\nthe smallest change of one constraint that would give a model:\n";
  for (const auto& one : all) {
    const auto& candidate = walk.candidates()[one.candidate];
    const std::string change =
        one.needed.empty() ? fmt::format("without {}", one.criterion) : one.needed;
    context.out << fmt::format("  {}  ->  {} ({}){}\n", change,
                               escape_for_terminal(candidate.artifact.name), size_text(candidate),
                               one.sure ? "" : ", as far as is known: it was not measured");
  }
}

// Gives back the eliminations that are left to be told.
std::vector<ranker::Elimination> print_near_misses(const Context& context, const ranker::Walk& walk,
                                                   const ranker::Recommendation& result) {
  constexpr std::size_t kMost = 5;
  auto near = ranker::near_misses(result);
  auto others = result.eliminations;
  if (near.empty()) return others;
  near.resize(std::min(near.size(), kMost));
  Table table({{"near miss"}, {"size", Align::right}, {"by"}, {"over", Align::right}, {"because"}});
  for (const auto& miss : near) {
    const auto& candidate = walk.candidates()[miss.candidate];
    table.add({candidate.artifact.name, size_text(candidate), miss.criterion,
               fmt::format("{:.1f} %", 100 * (*miss.excess - 1)), miss.reason});
    std::erase_if(others, [&](const auto& one) { return one.candidate == miss.candidate; });
  }
  context.out << '\n';
  table.print(context);
  return others;
}

std::string objective_text(const ranker::Objective& objective, const ranker::Candidate& candidate,
                           const ranker::Constraints& constraints) {
  if (!ranker::has(candidate, objective.needs)) return "?";
  const auto value = objective.value(candidate, constraints);
  if (!value) return "?";
  if (objective.name == "accuracy") return fmt::format("{:g}", *value);
  if (objective.name == "macs" || objective.name == "parameters") {
    return count_to_text(static_cast<std::uint64_t>(*value));
  }
  const bool time = objective.name == "p50" || objective.name == "p90" ||
                    objective.name == "latency" || objective.name == "init";
  return time ? to_text(Nanoseconds(static_cast<std::int64_t>(*value)))
              : to_text(Bytes{static_cast<std::uint64_t>(*value)});
}

void print_front(const Context& context, const ranker::Walk& walk,
                 const ranker::Recommendation& result) {
  std::vector<Column> columns = {{"on the front"}};
  for (const auto* objective : walk.aim().objectives) {
    columns.push_back({objective->name, Align::right});
  }
  columns.push_back({"p90 at most (95 %)", Align::right});
  Table table(std::move(columns));
  for (const std::size_t index : result.front) {
    const auto& candidate = walk.candidates()[index];
    std::vector<std::string> cells = {candidate.artifact.name};
    for (const auto* objective : walk.aim().objectives) {
      cells.push_back(objective_text(*objective, candidate, walk.constraints()));
    }
    const auto summary = candidate.measurement ? summarise(*candidate.measurement) : std::nullopt;
    cells.push_back(summary && summary->p90_bound ? to_text(*summary->p90_bound) : "?");
    table.add(std::move(cells));
  }
  table.print(context);
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

nlohmann::ordered_json excess_document(const std::optional<double>& excess) {
  return excess ? nlohmann::ordered_json(*excess) : nlohmann::ordered_json();
}

nlohmann::ordered_json fallen_document(const ranker::Walk& walk,
                                       const ranker::Elimination& elimination) {
  const auto& candidate = walk.candidates()[elimination.candidate];
  const auto size = ranker::size_of(candidate);
  return {{"name", candidate.artifact.name},
          {"size_bytes", size ? nlohmann::ordered_json(size->count) : nlohmann::ordered_json()},
          {"criterion", elimination.criterion},
          {"outcome", elimination.outcome == ranker::Outcome::fails ? "fails" : "unknown"},
          {"reason", elimination.reason},
          {"times_the_limit", excess_document(elimination.excess)}};
}

}  // namespace

std::string conclusion(const ranker::Walk& walk) {
  const auto result = walk.result();
  if (result.chosen) {
    const auto& chosen = walk.candidates()[*result.chosen];
    return fmt::format("{} holds ({})", chosen.artifact.name, evidence_text(chosen));
  }
  const auto nearest = ranker::relaxations(walk);
  std::string text = result.verdict == ranker::Verdict::none
                         ? "no model satisfies the constraints"
                         : "undecided: no model surely satisfies the constraints";
  if (!nearest.empty() && !nearest.front().needed.empty()) {
    text += fmt::format("; {} would give {}", nearest.front().needed,
                        walk.candidates()[nearest.front().candidate].artifact.name);
  }
  return text;
}

void print_recommendation(const Context& context, const ranker::Walk& walk, bool all) {
  const auto result = walk.result();
  if (!result.front.empty()) {
    print_front(context, walk, result);
  } else if (result.chosen) {
    print_chosen(context, walk.candidates()[*result.chosen]);
  } else {
    const auto& task = walk.constraints().task;
    context.out << fmt::format("{}{}\n",
                               result.verdict == ranker::Verdict::none
                                   ? "no model satisfies the constraints"
                                   : "undecided: no model surely satisfies the constraints",
                               task.empty() ? "" : " for " + task);
  }
  context.out << fmt::format("{:<11} {}\n", "candidates", waterfall_text(result));
  context.out << fmt::format("{:<11} {}\n", "search", claim_text(walk, result));
  if (const auto risk = risk_text(walk.constraints()); result.chosen && !risk.empty()) {
    context.out << fmt::format("{:<11} {}\n", "certainty", risk);
  }
  if (!result.chosen) print_relaxations(context, walk);
  const auto others = print_near_misses(context, walk, result);
  print_eliminations(context, walk, others, all ? others.size() : kMostAlike);
}

void print_recommendation_json(const Context& context, const ranker::Walk& walk) {
  const auto result = walk.result();
  nlohmann::ordered_json document{{"verdict", verdict_name(result.verdict)},
                                  {"conclusion", conclusion(walk)}};
  document["chosen"] =
      result.chosen ? to_document(walk.candidates()[*result.chosen]) : nlohmann::ordered_json();
  auto& front = document["front"] = nlohmann::ordered_json::array();
  for (const std::size_t index : result.front) {
    front.push_back(to_document(walk.candidates()[index]));
  }
  auto& steps = document["waterfall"] = nlohmann::ordered_json::array();
  for (const auto& step : result.waterfall) {
    steps.push_back({{"after", step.criterion}, {"left", step.count}});
  }
  auto& fallen = document["eliminated"] = nlohmann::ordered_json::array();
  for (const auto& elimination : result.eliminations) {
    fallen.push_back(fallen_document(walk, elimination));
  }
  auto& near = document["near_misses"] = nlohmann::ordered_json::array();
  for (const auto& miss : ranker::near_misses(result)) near.push_back(fallen_document(walk, miss));
  auto& changes = document["relaxations"] = nlohmann::ordered_json::array();
  if (!result.chosen) {
    for (const auto& one : ranker::relaxations(walk)) {
      changes.push_back({{"name", walk.candidates()[one.candidate].artifact.name},
                         {"criterion", one.criterion},
                         {"needed", one.needed},
                         {"times_the_limit", excess_document(one.excess)},
                         {"sure", one.sure}});
    }
  }
  document["larger_not_examined"] = result.larger;
  document["unranked_not_examined"] = result.unranked;
  document["unjudged_that_may_be_smaller"] = result.unjudged_smaller;
  document["measured_now"] = result.measured;
  document["runs_now"] = result.runs;
  document["complete"] = result.complete;
  document["risk_over_the_selection"] = walk.constraints().confirm
                                            ? nlohmann::ordered_json(walk.constraints().risk)
                                            : nlohmann::ordered_json();
  print_json(context, document);
}

}  // namespace litezoo::cli
