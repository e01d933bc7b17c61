#include "cli/profile_view.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/sparkline.h"
#include "ranker/criteria.h"

namespace litezoo::cli {
namespace {

constexpr std::size_t kHistogramWidth = 32;

std::string plural(std::size_t count, std::string_view word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string latency_line(const LatencySummary& summary) {
  std::string text = fmt::format("p50 {}   p90 {}", to_text(summary.p50), to_text(summary.p90));
  if (summary.p90_bound) {
    text += fmt::format(" (at most {}, 95 %)", to_text(*summary.p90_bound));
  }
  if (summary.p99) text += fmt::format("   p99 {}", to_text(*summary.p99));
  return text;
}

std::string runs_line(const LatencySummary& summary) {
  std::string text = plural(summary.runs, "run");
  if (summary.mild_outliers + summary.severe_outliers > 0) {
    text += fmt::format(", {} mild and {} severe outliers among them", summary.mild_outliers,
                        summary.severe_outliers);
  }
  if (summary.voided_runs > 0) text += fmt::format("; {} more voided", summary.voided_runs);
  return text;
}

std::string histogram_line(const Measurement& measurement, const LatencySummary& summary) {
  auto samples = undisturbed(measurement);
  if (samples.empty()) samples = measurement.samples;
  return fmt::format("{} [{}] {}", to_text(summary.min), sparkline(samples, kHistogramWidth),
                     to_text(summary.max));
}

std::string start_line(const Measurement& m) {
  std::string text = fmt::format("load {}, init {}, first run {}", to_text(m.load), to_text(m.init),
                                 to_text(m.first_run));
  if (!m.warmup.empty()) {
    text += fmt::format(", flat after {}", plural(m.warmup.size(), "more run"));
  }
  return text;
}

std::string memory_line(const Measurement& m) {
  return fmt::format("file {}, mapped weights {}, packed weights {}, arena {}",
                     to_text(m.memory.file), to_text(m.memory.mapped_weights),
                     to_text(m.memory.packed_weights), to_text(m.arena));
}

std::string peak_line(const Measurement& m) {
  return fmt::format("peak {}: anonymous {}, PSS {} (above {} of the empty runtime)",
                     to_text(ranker::memory_of(m)), to_text(m.memory.peak_anonymous),
                     to_text(m.memory.peak_pss), to_text(m.baseline_memory));
}

std::string engine_line(const Measurement& m) {
  std::string text = fmt::format("{}, {}; {} of {}, {} fell back", m.engine_version, m.kernels,
                                 plural(m.partitions, "partition"),
                                 plural(m.delegated_nodes, "node"), m.fallback_nodes);
  if (!m.fallback_operators.empty()) {
    text += fmt::format(": {}", fmt::join(m.fallback_operators, ", "));
  }
  return text;
}

std::string how_line(const Measurement& m) {
  const MeasurementSettings& settings = m.settings;
  std::string text = fmt::format("mode {}, {}, {}", settings.mode,
                                 plural(settings.threads, "thread"), m.core_class);
  if (!m.governor.empty()) text += ", governor " + m.governor;
  double slowest = 0;
  double fastest = 0;
  for (const auto& block : m.blocks) {
    if (block.ghz <= 0) continue;
    slowest = slowest == 0 ? block.ghz : std::min(slowest, block.ghz);
    fastest = std::max(fastest, block.ghz);
  }
  if (fastest > 0) text += fmt::format(", {:.2f} to {:.2f} GHz", slowest, fastest);
  if (settings.pace) text += fmt::format(", a run every {}", to_text(*settings.pace));
  for (const auto& shape : settings.shapes) {
    text += fmt::format(", input {}", escape_for_terminal(shape));
  }
  return text + (settings.inputs.empty() ? ", random inputs" : ", the inputs given");
}

std::string blocks_line(const Measurement& m) {
  const auto voided = std::ranges::count_if(
      m.blocks, [](const MeasurementBlock& block) { return !block.voided.empty(); });
  std::string text = fmt::format(
      "{} in {}", plural(m.blocks.size(), "block"),
      m.settings.launches == 1 ? "one process" : fmt::format("{} processes", m.settings.launches));
  if (voided > 0) text += fmt::format(", {} voided: {}", voided, fmt::join(voided_causes(m), ", "));
  return text;
}

std::string trend_line(const Measurement& m) {
  const auto change = trend(m);
  if (!change) return {};
  const double ratio = static_cast<double>(change->last.count()) /
                       static_cast<double>(std::max<std::int64_t>(change->first.count(), 1));
  return fmt::format("p50 {} in the first tenth, {} in the last: {:+.1f} %", to_text(change->first),
                     to_text(change->last), 100 * (ratio - 1));
}

std::string verdict_line(const Profiled& row) {
  const auto& settings = row.measurement.settings;
  return fmt::format("{}: p{:g} against {}, {} of {} over it, {:g} % risk",
                     to_string(row.decision->verdict), settings.percentile * 100,
                     to_text(settings.limit.value_or(Nanoseconds{})), row.decision->over,
                     plural(row.decision->runs, "run"), settings.risk * 100);
}

void print_card(const Context& context, const Profiled& row) {
  const Measurement& m = row.measurement;
  const auto summary = summarise(m);
  if (!summary) return;
  const auto line = [&](std::string_view title, const std::string& text) {
    if (!text.empty()) {
      context.out << fmt::format("  {:<8} {}\n", title, escape_for_terminal(text));
    }
  };
  context.out << escape_for_terminal(row.name) << "  " << to_text(row.size) << '\n';
  if (row.decision) line("verdict", verdict_line(row));
  line("latency", latency_line(*summary));
  line("", histogram_line(m, *summary));
  line("", runs_line(*summary));
  if (m.settings.mode == "sustained") line("trend", trend_line(m));
  line("start", start_line(m));
  line("memory", memory_line(m));
  line("", peak_line(m));
  line("engine", engine_line(m));
  line("how", how_line(m));
  line("", blocks_line(m));
  if (summary->disturbed) {
    line("caution", "every block was disturbed; the figures include that");
  }
}

void print_table(const Context& context, std::span<const Profiled> profiles) {
  Table table({{"model"},
               {"size", Align::right},
               {"p50", Align::right},
               {"p90", Align::right},
               {"p90 at most", Align::right},
               {"runs", Align::right},
               {"voided", Align::right},
               {"init", Align::right},
               {"peak mem", Align::right},
               {"fallback", Align::right},
               {"verdict"},
               {"latency, fast to slow"}});
  for (const Profiled& row : profiles) {
    const auto summary = summarise(row.measurement);
    if (!summary) continue;
    const auto& m = row.measurement;
    table.add({row.name, to_text(row.size), to_text(summary->p50), to_text(summary->p90),
               summary->p90_bound ? to_text(*summary->p90_bound) : "-",
               std::to_string(summary->runs), std::to_string(summary->voided_runs), to_text(m.init),
               to_text(ranker::memory_of(m)), std::to_string(m.fallback_nodes),
               row.decision ? std::string(to_string(row.decision->verdict)) : "-",
               sparkline(undisturbed(m), 16)});
  }
  table.print(context);
}

}  // namespace

void print_profiles(const Context& context, std::span<const Profiled> profiles) {
  if (profiles.size() == 1) return print_card(context, profiles.front());
  print_table(context, profiles);
}

nlohmann::ordered_json profile_document(const Profiled& row) {
  nlohmann::ordered_json document;
  document["name"] = row.name;
  document["size_bytes"] = row.size.count;
  if (const auto summary = summarise(row.measurement)) {
    const auto optional_count = [](const std::optional<Nanoseconds>& time) {
      return time ? nlohmann::ordered_json(time->count()) : nlohmann::ordered_json();
    };
    document["p50_ns"] = summary->p50.count();
    document["p90_ns"] = summary->p90.count();
    document["p90_upper_bound_95_ns"] = optional_count(summary->p90_bound);
    document["p99_ns"] = optional_count(summary->p99);
    document["min_ns"] = summary->min.count();
    document["runs"] = summary->runs;
    document["voided_runs"] = summary->voided_runs;
    document["mild_outliers"] = summary->mild_outliers;
    document["severe_outliers"] = summary->severe_outliers;
    document["disturbed"] = summary->disturbed;
  }
  if (row.decision) {
    document["verdict"] = to_string(row.decision->verdict);
    document["runs_over_the_limit"] = row.decision->over;
    document["runs_judged"] = row.decision->runs;
  }
  document["voided_causes"] = voided_causes(row.measurement);
  document["measurement"] = nlohmann::json(row.measurement);
  return document;
}

}  // namespace litezoo::cli
