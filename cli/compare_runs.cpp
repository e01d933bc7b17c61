#include "cli/compare_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>

#include "base/error.h"
#include "base/json.h"
#include "base/latency.h"
#include "base/text.h"
#include "cli/agreement.h"
#include "cli/bench.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/local_model.h"
#include "cli/profile_view.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "ranker/criteria.h"

namespace litezoo::cli {
namespace {

// Rounds in which each model gets one process; three blocks or more in each.
constexpr std::uint32_t kRounds = 3;
constexpr double kConfidence = 0.95;

struct Compared {
  ModelFile file;
  Bytes size;
  Measurement measurement;
  std::optional<Ratio> faster;  // than the first one; absent for the first
  bool disturbed = false;       // the ratio rests on disturbed blocks
  Agreement agreement;          // with the first one
};

std::vector<Compared> measure_in_turns(const Context& context, Workspace& workspace, Bench& bench,
                                       const std::vector<std::string>& references) {
  std::vector<Compared> rows;
  for (const auto& reference : references) {
    const auto fetched = workspace.obtain(reference);
    rows.push_back({.file = {reference, fetched.path, fetched.sha256}, .size = fetched.size});
  }
  MeasurementSettings settings = bench.protocol().settings;
  settings.launches = 1;
  settings.min_runs = std::max(settings.min_runs / kRounds, 8U);
  std::vector<std::vector<Measurement>> launches(rows.size());
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      // Every other round backwards, so that none is always the first.
      const std::size_t at = round % 2 == 0 ? i : rows.size() - 1 - i;
      context.note(fmt::format("measuring {} ({} of {})", rows[at].file.name, round + 1, kRounds));
      launches[at].push_back(bench.measure(rows[at].file, settings));
      InterruptGuard::check();
    }
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].measurement = merge_launches(launches[i]);
    bench.keep(rows[i].measurement);
  }
  return rows;
}

void add_ratio(const Compared& first, Compared& row) {
  row.faster = ratio_of_medians(block_medians(first.measurement), block_medians(row.measurement),
                                kConfidence);
  if (row.faster) return;
  row.disturbed = true;
  row.faster = ratio_of_medians(block_medians(first.measurement, Blocks::all),
                                block_medians(row.measurement, Blocks::all), kConfidence);
}

// "1.43 ± 0.05"; the wider side of the interval counts.
std::string ratio_text(double value, double low, double high) {
  return fmt::format("{:.2f} ± {:.2f}", value, std::max(high - value, value - low));
}

std::string sentence(const Compared& first, const Compared& row) {
  if (!row.faster) {
    return fmt::format("{} and {}: too few runs to compare", first.file.name, row.file.name);
  }
  const auto [value, low, high] = *row.faster;
  std::string text;
  if (low > 1) {
    text = fmt::format("{} is {} times faster than {}", row.file.name, ratio_text(value, low, high),
                       first.file.name);
  } else if (high < 1) {
    text = fmt::format("{} is {} times slower than {}", row.file.name,
                       ratio_text(1 / value, 1 / high, 1 / low), first.file.name);
  } else {
    text = fmt::format("no difference in speed between {} and {} can be told ({:.2f} to {:.2f})",
                       row.file.name, first.file.name, low, high);
  }
  return row.disturbed ? text + "; the machine was disturbed" : text;
}

std::string agreement_text(const Compared& row) {
  const Agreement& agreement = row.agreement;
  if (!agreement.why_not.empty()) return "outputs cannot be compared: " + agreement.why_not;
  return fmt::format(
      "outputs on {} random input{}: top-1 agrees in {:.0f} %, cosine {:.5f}, "
      "largest difference {:.3g} of a range of {:.3g}",
      agreement.samples, agreement.samples == 1 ? "" : "s", 100 * agreement.top1, agreement.cosine,
      agreement.largest_difference, agreement.range);
}

void print_comparison(const Context& context, const std::vector<Compared>& rows) {
  Table table({{"model"},
               {"size", Align::right},
               {"p50", Align::right},
               {"p90", Align::right},
               {"p90 at most", Align::right},
               {"init", Align::right},
               {"peak mem", Align::right},
               {"runs", Align::right}});
  for (const Compared& row : rows) {
    const auto summary = summarise(row.measurement);
    if (!summary) continue;
    table.add({row.file.name, to_text(row.size), to_text(summary->p50), to_text(summary->p90),
               summary->p90_bound ? to_text(*summary->p90_bound) : "-",
               to_text(row.measurement.init), to_text(ranker::memory_of(row.measurement)),
               std::to_string(summary->runs)});
  }
  table.print(context);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    context.out << '\n' << escape_for_terminal(sentence(rows.front(), rows[i])) << " (95 %)\n";
    context.out << escape_for_terminal(agreement_text(rows[i])) << '\n';
  }
}

nlohmann::ordered_json to_document(const Compared& row) {
  nlohmann::ordered_json document = profile_document(
      {.name = row.file.name, .size = row.size, .measurement = row.measurement, .decision = {}});
  if (row.faster) {
    document["times_faster_than_first"] = {{"value", row.faster->value},
                                           {"low_95", row.faster->low},
                                           {"high_95", row.faster->high},
                                           {"disturbed", row.disturbed}};
  }
  const Agreement& agreement = row.agreement;
  if (agreement.samples > 0) {
    document["agreement_with_first"] = {{"samples", agreement.samples},
                                        {"top1", agreement.top1},
                                        {"cosine", agreement.cosine},
                                        {"largest_difference", agreement.largest_difference},
                                        {"range", agreement.range}};
  } else if (!agreement.why_not.empty()) {
    document["agreement_with_first"] = {{"why_not", agreement.why_not}};
  }
  return document;
}

}  // namespace

void compare_runs(Context& context, const std::vector<std::string>& references,
                  const Protocol& protocol) {
  Workspace workspace(context);
  Bench bench(context, workspace, protocol);
  std::vector<Compared> rows;
  {
    const InterruptGuard guard;
    rows = measure_in_turns(context, workspace, bench, references);
  }
  const LocalModel first = open_model(context, rows.front().file.path.string());
  for (std::size_t i = 1; i < rows.size(); ++i) {
    add_ratio(rows.front(), rows[i]);
    const LocalModel other = open_model(context, rows[i].file.path.string());
    rows[i].agreement = agreement_of(first, other,
                                     {.seed = protocol.settings.seed,
                                      .threads = protocol.settings.threads,
                                      .memory_limit = protocol.memory_limit,
                                      .inputs = protocol.inputs,
                                      .resizes = protocol.settings.shapes});
  }
  if (!context.json) return print_comparison(context, rows);
  nlohmann::ordered_json document;
  document["device"] = nlohmann::json(bench.device());
  auto& list = document["models"] = nlohmann::ordered_json::array();
  for (const Compared& row : rows) list.push_back(to_document(row));
  print_json(context, document);
}

}  // namespace litezoo::cli
