#include "cli/ops_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <tuple>

#include "base/statistics.h"
#include "cli/context.h"
#include "cli/local_model.h"
#include "cli/render.h"
#include "inspector/cost.h"
#include "runtime/inputs.h"
#include "runtime/session.h"

namespace litezoo::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct OpRow {
  std::size_t subgraph = 0, node = 0;
  std::string op, engine, shape;
  Nanoseconds time{};
  double share = 0;
  std::uint64_t macs = 0;
};

struct OpsReport {
  std::vector<OpRow> nodes;    // in the order of execution
  std::vector<OpRow> by_type;  // most time first; `node` is the count
  Nanoseconds sum{};           // of the medians of the nodes
  Nanoseconds whole{};         // median of whole runs without clocks in between
};

double gmacs_per_second(const OpRow& row) {
  return row.time.count() == 0
             ? 0
             : static_cast<double>(row.macs) / static_cast<double>(row.time.count());
}

// Steps of loops occur several times a run; their times are added up.
using StepKey = std::tuple<std::size_t, std::size_t, std::string>;  // subgraph, node, operator
using StepTimes = std::map<StepKey, std::vector<Nanoseconds>>;

struct Timings {
  std::vector<runtime::NodeTiming> order;  // of the first run, each step once
  StepTimes times;
  std::vector<Nanoseconds> whole;
};

Timings take_timings(runtime::Session& session, const MeasurementSettings& settings) {
  Timings result;
  const auto start = Clock::now();
  for (std::size_t run = 0; run < 10 || Clock::now() - start < settings.min_time; ++run) {
    const auto before = Clock::now();
    session.run();
    result.whole.emplace_back(Clock::now() - before);
    std::map<StepKey, Nanoseconds> sums;
    for (const auto& timing : session.run_timed()) {
      const StepKey key(timing.subgraph, timing.node, timing.op);
      if (run == 0 && !sums.contains(key)) result.order.push_back(timing);
      sums[key] += timing.time;
    }
    for (const auto& [key, time] : sums) result.times[key].push_back(time);
    if (run > 0 && Clock::now() - start >= settings.max_time) break;
  }
  return result;
}

OpRow row_of(const Graph& graph, const inspector::Cost& cost, const runtime::NodeTiming& timing,
             Nanoseconds time) {
  OpRow row{.subgraph = timing.subgraph,
            .node = timing.node,
            .op = timing.op,
            .engine = timing.engine,
            .time = time};
  if (timing.subgraph >= graph.subgraphs.size()) return row;
  const Subgraph& subgraph = graph.subgraphs[timing.subgraph];
  if (timing.node >= subgraph.operators.size()) return row;
  const auto& outputs = subgraph.operators[timing.node].outputs;
  if (!outputs.empty()) {
    row.shape = shape_text(subgraph.tensors[static_cast<std::size_t>(outputs.front())].shape);
  }
  row.macs = cost.nodes[timing.subgraph][timing.node].macs;
  return row;
}

std::vector<OpRow> group_by_type(std::span<const OpRow> nodes) {
  std::map<std::pair<std::string, std::string>, OpRow> groups;
  for (const OpRow& node : nodes) {
    OpRow& group = groups[{node.op, node.engine}];
    group.op = node.op;
    group.engine = node.engine;
    group.node += 1;
    group.time += node.time;
    group.share += node.share;
    group.macs += node.macs;
  }
  std::vector<OpRow> rows;
  for (auto& [key, row] : groups) rows.push_back(std::move(row));
  std::ranges::stable_sort(rows, std::ranges::greater{}, &OpRow::time);
  return rows;
}

OpsReport make_report(const Graph& graph, const Timings& timings) {
  OpsReport report;
  const inspector::Cost cost = inspector::cost_of(graph);
  for (const auto& timing : timings.order) {
    const auto& times = timings.times.at({timing.subgraph, timing.node, timing.op});
    report.nodes.push_back(row_of(graph, cost, timing, quantile(times, 0.5)));
    report.sum += report.nodes.back().time;
  }
  for (OpRow& row : report.nodes) {
    row.share = static_cast<double>(row.time.count()) /
                static_cast<double>(std::max<std::int64_t>(report.sum.count(), 1));
  }
  report.whole = quantile(timings.whole, 0.5);
  report.by_type = group_by_type(report.nodes);
  return report;
}

// A partition is one step of many nodes and has no number of its own.
std::string node_text(const OpRow& row) {
  if (row.node == runtime::kNoNode) return "-";
  return row.subgraph == 0 ? std::to_string(row.node)
                           : fmt::format("{}:{}", row.subgraph, row.node);
}

void print_rows(const Context& context, std::string_view first_title, std::span<const OpRow> rows,
                bool with_shape) {
  std::vector<Column> columns{{first_title, Align::right},
                              {"op"},
                              {"time", Align::right},
                              {"share", Align::right},
                              {"MACs", Align::right},
                              {"GMAC/s", Align::right},
                              {"engine"}};
  if (with_shape) columns.push_back({"output"});
  Table table(std::move(columns));
  for (const OpRow& row : rows) {
    std::vector<std::string> cells{
        node_text(row),
        row.op,
        to_text(row.time),
        fmt::format("{:.1f} %", 100 * row.share),
        row.macs == 0 ? "" : count_to_text(row.macs),
        row.macs == 0 ? "" : fmt::format("{:.1f}", gmacs_per_second(row)),
        row.engine};
    if (with_shape) cells.push_back(row.shape);
    table.add(std::move(cells));
  }
  table.print(context);
}

void print_csv(const Context& context, const OpsReport& report) {
  context.out << "subgraph,node,op,engine,time_ns,share,macs,output_shape\n";
  for (const OpRow& row : report.nodes) {
    std::string op = row.op;
    std::ranges::replace(op, '"', '\'');
    context.out << fmt::format("{},{},\"{}\",{},{},{:.6f},{},{}\n", row.subgraph,
                               row.node == runtime::kNoNode ? "" : std::to_string(row.node), op,
                               row.engine, row.time.count(), row.share, row.macs, row.shape);
  }
}

nlohmann::ordered_json to_document(const OpRow& row) {
  const auto node =
      row.node == runtime::kNoNode ? nlohmann::ordered_json() : nlohmann::ordered_json(row.node);
  return {{"subgraph", row.subgraph},
          {"node", node},
          {"op", row.op},
          {"engine", row.engine},
          {"time_ns", row.time.count()},
          {"share", row.share},
          {"macs", row.macs},
          {"gmacs_per_second", gmacs_per_second(row)},
          {"output_shape", row.shape}};
}

void print_document(const Context& context, const std::string& name, const OpsReport& report) {
  nlohmann::ordered_json document{
      {"model", name}, {"sum_ns", report.sum.count()}, {"whole_ns", report.whole.count()}};
  auto& nodes = document["nodes"] = nlohmann::ordered_json::array();
  for (const OpRow& row : report.nodes) nodes.push_back(to_document(row));
  auto& types = document["by_type"] = nlohmann::ordered_json::array();
  for (const OpRow& row : report.by_type) {
    types.push_back({{"op", row.op},
                     {"engine", row.engine},
                     {"count", row.node},
                     {"time_ns", row.time.count()},
                     {"share", row.share},
                     {"macs", row.macs}});
  }
  print_json(context, document);
}

}  // namespace

void report_ops(const Context& context, const std::string& reference,
                const MeasurementSettings& settings, bool csv) {
  const LocalModel model = open_model(context, reference);
  runtime::Session session(model.graph, {.threads = settings.threads});
  runtime::fill_random(session.inputs(), settings.seed);
  session.run();
  const OpsReport report = make_report(model.graph, take_timings(session, settings));
  if (csv) return print_csv(context, report);
  if (context.json) return print_document(context, reference, report);
  print_rows(context, "node", report.nodes, true);
  context.out << '\n';
  print_rows(context, "count", report.by_type, false);
  context.note(fmt::format("sum of the nodes {}, whole run {} (medians)", to_text(report.sum),
                           to_text(report.whole)));
}

}  // namespace litezoo::cli
