#include "cli/ops_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <tuple>

#include "base/statistics.h"
#include "cli/context.h"
#include "cli/given_inputs.h"
#include "cli/input_shapes.h"
#include "cli/local_model.h"
#include "cli/protocol.h"
#include "cli/render.h"
#include "inspector/cost.h"
#include "inspector/input_ranges.h"
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
  std::size_t partition = runtime::kNoNode;
  bool shared_out = false;  // a part of its partition's time
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

  Nanoseconds median(const runtime::NodeTiming& step) const {
    return quantile(times.at({step.subgraph, step.node, step.op}), 0.5);
  }
};

void take_timings(runtime::Session& session, Timings& result) {
  session.run();  // the other session has emptied the caches, which would slow the whole run only
  const auto before = Clock::now();
  session.run();
  result.whole.emplace_back(Clock::now() - before);
  const bool first = result.order.empty();
  std::map<StepKey, Nanoseconds> sums;
  for (const auto& timing : session.run_timed()) {
    const StepKey key(timing.subgraph, timing.node, timing.op);
    if (first && !sums.contains(key)) result.order.push_back(timing);
    sums[key] += timing.time;
  }
  for (const auto& [key, time] : sums) result.times[key].push_back(time);
}

// The model as it is, and with a partition for each node, in turns.
struct BothTimings {
  Timings real, split;
};

BothTimings take_both(runtime::Session& real, runtime::Session& split,
                      const MeasurementSettings& settings) {
  BothTimings result;
  const auto start = Clock::now();
  for (std::size_t round = 0; round < 10 || Clock::now() - start < settings.min_time; ++round) {
    take_timings(real, result.real);
    take_timings(split, result.split);
    if (round > 0 && Clock::now() - start >= settings.max_time) break;
  }
  return result;
}

OpRow row_of(const Graph& graph, const inspector::Cost& cost, const runtime::NodeTiming& timing,
             Nanoseconds time) {
  OpRow row{.subgraph = timing.subgraph,
            .node = timing.node,
            .op = timing.op,
            .engine = timing.engine,
            .time = time,
            .partition = timing.partition};
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
  rows.reserve(groups.size());
  for (auto& [key, row] : groups) rows.push_back(std::move(row));
  std::ranges::stable_sort(rows, std::ranges::greater{}, &OpRow::time);
  return rows;
}

// A partition runs as a whole. Its time is shared out among its nodes as they take it when each is
// a partition of its own.
std::vector<runtime::NodeTiming> share_out(const runtime::NodeTiming& partition, Nanoseconds time,
                                           const std::vector<std::size_t>& nodes,
                                           const Timings& split) {
  std::map<std::size_t, runtime::NodeTiming> alone;
  double sum = 0;
  for (const auto& step : split.order) {
    if (step.subgraph != partition.subgraph || std::ranges::find(nodes, step.node) == nodes.end()) {
      continue;
    }
    auto& own = alone[step.node] = step;
    own.time = split.median(step);
    sum += static_cast<double>(own.time.count());
  }
  std::vector<runtime::NodeTiming> result;
  for (const std::size_t node : nodes) {
    if (!alone.contains(node)) continue;
    runtime::NodeTiming& step = result.emplace_back(alone[node]);
    const double share = static_cast<double>(step.time.count()) / std::max(sum, 1.0);
    step.time = Nanoseconds(std::llround(share * static_cast<double>(time.count())));
    step.partition = partition.partition;
    step.engine = partition.engine;
  }
  return result;
}

OpsReport make_report(const Graph& graph, const BothTimings& timings, const runtime::Plan& plan) {
  OpsReport report;
  const inspector::Cost cost = inspector::cost_of(graph);
  const auto add = [&](const runtime::NodeTiming& step, Nanoseconds time, bool shared) {
    report.nodes.push_back(row_of(graph, cost, step, time));
    report.nodes.back().shared_out = shared;
  };
  for (const auto& step : timings.real.order) {
    const Nanoseconds time = timings.real.median(step);
    report.sum += time;
    const bool several = step.node == runtime::kNoNode && step.subgraph == plan.subgraph &&
                         step.partition < plan.partition_nodes.size();
    const auto nodes =
        several ? share_out(step, time, plan.partition_nodes[step.partition], timings.split)
                : std::vector<runtime::NodeTiming>{};
    if (nodes.empty()) add(step, time, false);
    for (const auto& node : nodes) add(node, node.time, true);
  }
  for (OpRow& row : report.nodes) {
    row.share = static_cast<double>(row.time.count()) /
                static_cast<double>(std::max<std::int64_t>(report.sum.count(), 1));
  }
  report.whole = quantile(timings.real.whole, 0.5);
  report.by_type = group_by_type(report.nodes);
  return report;
}

// A partition in a subgraph that is called is one step of many nodes and has no number of its own.
std::string node_text(const OpRow& row) {
  if (row.node == runtime::kNoNode) return "-";
  return row.subgraph == 0 ? std::to_string(row.node)
                           : fmt::format("{}:{}", row.subgraph, row.node);
}

std::string engine_text(const OpRow& row) {
  if (row.partition == runtime::kNoNode) return row.engine;
  return fmt::format("{} {}", row.engine, row.partition);
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
        engine_text(row)};
    if (with_shape) cells.push_back(row.shape);
    table.add(std::move(cells));
  }
  table.print(context);
}

void print_csv(const Context& context, const OpsReport& report) {
  context.out << "subgraph,node,op,engine,partition,time_ns,share,macs,gmacs_per_second,"
                 "output_shape\n";
  for (const OpRow& row : report.nodes) {
    std::string op = row.op;
    std::ranges::replace(op, '"', '\'');
    const auto number = [](std::size_t value) {
      return value == runtime::kNoNode ? std::string() : std::to_string(value);
    };
    context.out << fmt::format("{},{},\"{}\",{},{},{},{:.6f},{},{:.3f},{}\n", row.subgraph,
                               number(row.node), op, row.engine, number(row.partition),
                               row.time.count(), row.share, row.macs, gmacs_per_second(row),
                               row.shape);
  }
}

nlohmann::ordered_json to_document(const OpRow& row) {
  const auto number = [](std::size_t value) {
    return value == runtime::kNoNode ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
  };
  return {{"subgraph", row.subgraph},
          {"node", number(row.node)},
          {"op", row.op},
          {"engine", row.engine},
          {"partition", number(row.partition)},
          {"time_is_share_of_partition", row.shared_out},
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
                     {"macs", row.macs},
                     {"gmacs_per_second", gmacs_per_second(row)}});
  }
  print_json(context, document);
}

// The graph with the shapes that its tensors have in the session.
Graph with_shapes_of(const runtime::Session& session, Graph graph) {
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    const auto shapes = session.tensor_shapes(s);
    for (std::size_t t = 0; t < shapes.size(); ++t) graph.subgraphs[s].tensors[t].shape = shapes[t];
  }
  return graph;
}

}  // namespace

void report_ops(const Context& context, const std::string& reference, const Protocol& protocol,
                bool csv) {
  const MeasurementSettings& settings = protocol.settings;
  const LocalModel model = open_model(context, reference);
  const auto given = given_inputs(model.graph, protocol.inputs, settings.shapes);
  runtime::SessionOptions options{.threads = settings.threads,
                                  .memory_limit = protocol.memory_limit,
                                  .input_shapes = given.shapes,
                                  .packed_weights = runtime::make_packed_weights()};
  const auto open = [&] { return runtime::Session(model.graph, options); };
  auto real = with_resize_hint(model.graph, given.shapes, open);
  options.split_partitions = true;
  auto split = open();
  for (runtime::Session* session : {&real, &split}) {
    runtime::fill_random(*session, settings.seed, inspector::input_ranges(model.graph));
    runtime::copy_inputs(*session, given.views());
    session->run();
  }
  const Graph graph = with_shapes_of(real, model.graph);
  const OpsReport report = make_report(graph, take_both(real, split, settings), real.plan());
  if (csv) return print_csv(context, report);
  if (context.json) return print_document(context, reference, report);
  print_rows(context, "node", report.nodes, true);
  context.out << '\n';
  print_rows(context, "count", report.by_type, false);
  context.note(fmt::format("sum of the nodes {}, whole run {} (medians)", to_text(report.sum),
                           to_text(report.whole)));
  if (std::ranges::any_of(report.nodes, &OpRow::shared_out)) {
    context.note(
        "XNNPACK runs a partition as a whole; its time is shared out among its nodes as "
        "they take it alone");
  }
}

}  // namespace litezoo::cli
