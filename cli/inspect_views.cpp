#include "cli/inspect_views.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <set>

#include "base/text.h"
#include "cli/context.h"
#include "cli/options_json.h"
#include "cli/render.h"
#include "inspector/validate_data.h"

namespace litezoo::cli {
namespace {

// Converters join the names of fused layers; --json has them whole.
constexpr std::size_t kWidestName = 48;
constexpr std::size_t kWidestOptions = 60;

std::string number(std::uint64_t value) {
  return value == 0 ? "-" : std::to_string(value);
}

void print_subgraph_title(const Context& context, const Graph& graph, std::size_t s) {
  if (graph.subgraphs.size() < 2) return;
  if (s > 0) context.out << '\n';
  context.out << fmt::format("subgraph {} '{}'\n", s, escape_for_terminal(graph.subgraphs[s].name));
}

std::string shapes_text(const Subgraph& subgraph, const std::vector<std::int32_t>& tensors) {
  std::string text;
  for (const std::int32_t t : tensors) {
    if (!text.empty()) text += ' ';
    text += t < 0 ? "-" : shape_text(subgraph.tensors[static_cast<std::size_t>(t)].shape);
  }
  return text;
}

std::string quantization_text(const Quantization& q) {
  if (q.blockwise) return fmt::format("blocks of {}", q.blockwise->block_size);
  if (q.scale.empty()) return "";
  if (q.scale.size() == 1) return fmt::format("{:g} ({})", q.scale.front(), q.zero_point.front());
  return fmt::format("{} scales along {}", q.scale.size(), q.quantized_dimension);
}

std::string role_text(const Subgraph& subgraph, std::size_t t) {
  const Tensor& tensor = subgraph.tensors[t];
  const auto index = static_cast<std::int32_t>(t);
  if (std::ranges::find(subgraph.inputs, index) != subgraph.inputs.end()) return "input";
  if (std::ranges::find(subgraph.outputs, index) != subgraph.outputs.end()) return "output";
  if (tensor.external_buffer != 0) return "in another file";
  if (tensor.is_constant()) return tensor.sparsity ? "sparse constant" : "constant";
  return tensor.is_variable ? "variable" : "computed";
}

struct OperatorTotal {
  std::uint64_t count = 0, macs = 0, parameters = 0, moved = 0;
  bool custom = false;
};

std::string percent(std::uint64_t part, std::uint64_t all) {
  return all == 0
             ? std::string("-")
             : fmt::format("{:.1f}", 100.0 * static_cast<double>(part) / static_cast<double>(all));
}

// "0-3 7 9-12", at most that many ranges.
std::string ranges_text(const std::vector<std::size_t>& numbers) {
  constexpr std::size_t kMost = 12;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t end = i + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (texts.size() == kMost) return fmt::format("{} ...", fmt::join(texts, " "));
    texts.push_back(end - i == 1 ? std::to_string(numbers[i])
                                 : fmt::format("{}-{}", numbers[i], numbers[end - 1]));
    i = end;
  }
  return fmt::format("{}", fmt::join(texts, " "));
}

}  // namespace

void print_operators(const Context& context, const inspector::Report& report) {
  std::map<std::pair<std::string, std::int32_t>, OperatorTotal> totals;
  const Graph& graph = report.graph;
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    for (std::size_t n = 0; n < graph.subgraphs[s].operators.size(); ++n) {
      const Operator& op = graph.subgraphs[s].operators[n];
      const inspector::NodeCost& cost = report.cost.nodes[s][n];
      OperatorTotal& total = totals[{operator_name(op), op.version}];
      total.custom = op.code == BuiltinOperator::CUSTOM;
      ++total.count;
      total.macs += cost.macs;
      total.parameters += cost.parameters;
      total.moved += cost.read.count + cost.weights.count + cost.written.count;
    }
  }
  Table table({{"operator"},
               {"version", Align::right},
               {"count", Align::right},
               {"MACs", Align::right},
               {"% of MACs", Align::right},
               {"parameters", Align::right},
               {"bytes moved", Align::right},
               {"kind"}});
  for (const auto& [key, total] : totals) {
    table.add({key.first, std::to_string(key.second), std::to_string(total.count),
               number(total.macs), percent(total.macs, report.cost.macs), number(total.parameters),
               number(total.moved), total.custom ? "custom" : "builtin"});
  }
  table.print(context);
}

void print_nodes(const Context& context, const inspector::Report& report) {
  const Graph& graph = report.graph;
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    const Subgraph& subgraph = graph.subgraphs[s];
    print_subgraph_title(context, graph, s);
    Table table({{"node", Align::right},
                 {"operator"},
                 {"version", Align::right},
                 {"inputs"},
                 {"outputs"},
                 {"MACs", Align::right},
                 {"parameters", Align::right},
                 {"bytes read", Align::right},
                 {"bytes written", Align::right},
                 {"XNNPACK"},
                 {"options"}});
    for (std::size_t n = 0; n < subgraph.operators.size(); ++n) {
      const Operator& op = subgraph.operators[n];
      const inspector::NodeCost& cost = report.cost.nodes[s][n];
      const bool is_judged = s == 0 && n < report.xnnpack.refusals.size();
      table.add({std::to_string(n), operator_name(op), std::to_string(op.version),
                 shapes_text(subgraph, op.inputs), shapes_text(subgraph, op.outputs),
                 number(cost.macs), number(cost.parameters),
                 number(cost.read.count + cost.weights.count), number(cost.written.count),
                 !is_judged                           ? "-"
                 : report.xnnpack.refusals[n].empty() ? "yes"
                                                      : "no",
                 elided(options_text(op.options), kWidestOptions)});
    }
    table.print(context);
  }
}

void print_tensors(const Context& context, const inspector::Report& report) {
  const Graph& graph = report.graph;
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    const Subgraph& subgraph = graph.subgraphs[s];
    print_subgraph_title(context, graph, s);
    Table table({{"tensor", Align::right},
                 {"name"},
                 {"type"},
                 {"shape"},
                 {"bytes", Align::right},
                 {"role"},
                 {"scale (zero point)"}});
    for (std::size_t t = 0; t < subgraph.tensors.size(); ++t) {
      const Tensor& tensor = subgraph.tensors[t];
      table.add({std::to_string(t), elided(tensor.name, kWidestName),
                 std::string(tensor_type_name(tensor.type)),
                 shape_text(tensor.shape_signature.empty() ? tensor.shape : tensor.shape_signature),
                 std::to_string(inspector::dense_bytes(tensor).value_or(0)), role_text(subgraph, t),
                 quantization_text(tensor.quantization)});
    }
    table.print(context);
  }
}

void print_memory(const Context& context, const inspector::Report& report) {
  if (report.memory.empty()) return;
  const Subgraph& main = report.graph.subgraphs.front();
  const inspector::MemoryUse& use = report.memory.front();
  context.out << fmt::format(
      "peak of activations  {} at node {}\n"
      "best known plan      {}\n"
      "weights              {}\n"
      "at least to run      {}\n\n",
      to_text(use.peak), use.peak_node, to_text(use.arena), to_text(report.inspection.weight_bytes),
      to_text(inspector::least_memory(report)));
  std::vector<inspector::Lifetime> alive;
  for (const inspector::Lifetime& life : use.lifetimes) {
    if (life.first <= use.peak_node && use.peak_node <= life.last) alive.push_back(life);
  }
  std::ranges::stable_sort(alive, std::ranges::greater{}, &inspector::Lifetime::size);
  Table table({{"alive at the peak"},
               {"type"},
               {"shape"},
               {"bytes", Align::right},
               {"from node", Align::right},
               {"to node", Align::right},
               {"offset", Align::right}});
  for (const inspector::Lifetime& life : alive) {
    const Tensor& tensor = main.tensors[static_cast<std::size_t>(life.tensor)];
    table.add({elided(tensor.name, kWidestName), std::string(tensor_type_name(tensor.type)),
               shape_text(tensor.shape), std::to_string(life.size.count),
               std::to_string(life.first), std::to_string(life.last),
               std::to_string(life.offset.count)});
  }
  table.print(context);
}

void print_compatibility(const Context& context, const inspector::Report& report) {
  const inspector::RuntimeRequirement& runtime = report.runtime;
  if (!runtime.tensorflow.empty()) {
    context.out << fmt::format("needs TensorFlow {} or newer for {}\n", runtime.tensorflow,
                               join_names(runtime.decided_by));
  }
  if (!runtime.litert.empty()) {
    context.out << fmt::format("needs LiteRT {} (its own numbering) or newer{}{}\n", runtime.litert,
                               runtime.litert_decided_by.empty() ? "" : " for ",
                               join_names(runtime.litert_decided_by));
  }
  if (!runtime.unknown.empty()) {
    context.out << "which release brought it is not known: " << join_names(runtime.unknown) << '\n';
  }
  Table table({{"target"}, {"verdict"}, {"reason"}, {"by"}});
  for (const auto& row : report.compatibility) {
    table.add({row.target, std::string(to_string(row.verdict)), row.reason, row.source});
  }
  table.print(context);
  for (const auto& row : report.compatibility) {
    if (row.nodes.empty()) continue;
    std::map<std::pair<std::string, std::string>, std::vector<std::size_t>> by_rule;
    for (std::size_t i = 0; i < row.nodes.size(); ++i) {
      const std::size_t n = row.nodes[i];
      const bool is_node = n < report.graph.subgraphs.front().operators.size();
      const std::string op =
          is_node ? operator_name(report.graph.subgraphs.front().operators[n]) : "";
      by_rule[{op, row.rules[i]}].push_back(n);
    }
    context.out << '\n';
    Table nodes({{row.target}, {"rule"}, {"nodes"}});
    for (const auto& [rule, numbers] : by_rule) {
      nodes.add({rule.first, rule.second, ranges_text(numbers)});
    }
    nodes.print(context);
  }
}

void print_statistics(const Context& context, const inspector::Report& report) {
  const inspector::OptimizationState& state = report.optimization;
  if (!state.has_statistics) {
    context.out << "no weights\n";
    return;
  }
  Table table({{"weights"},
               {"type"},
               {"shape"},
               {"bytes", Align::right},
               {"zeros %", Align::right},
               {"in blocks of 4 %", Align::right},
               {"different values", Align::right}});
  for (const inspector::WeightStatistics& s : report.statistics) {
    const Tensor& tensor =
        report.graph.subgraphs[s.subgraph].tensors[static_cast<std::size_t>(s.tensor)];
    table.add({elided(tensor.name, kWidestName), std::string(tensor_type_name(tensor.type)),
               shape_text(tensor.shape), std::to_string(s.size.count), percent(s.zeros, s.elements),
               percent(s.zeros_in_blocks, s.elements),
               s.unique ? std::to_string(*s.unique)
                        : fmt::format("more than {}", inspector::kMostUnique)});
  }
  table.print(context);
  context.out << fmt::format("\n{:.1f} % zeros{}{}", 100 * state.zero_share,
                             state.sparse_encoded   ? ", sparse-encoded"
                             : state.zero_share > 0 ? ", not sparse-encoded"
                                                    : "",
                             state.pruned_in_blocks ? ", pruned in blocks" : "");
  if (state.clustered) context.out << "; clustered: few different values";
  if (report.compressed_share) {
    context.out << fmt::format("; deflate would leave about {:.0f} %",
                               100 * *report.compressed_share);
  }
  context.out << '\n';
  for (const auto& chance : state.opportunities) {
    context.out << fmt::format("{}: {} of {} ({})\n", chance.code, to_text(chance.size_then),
                               to_text(chance.size_now), chance.note);
  }
}

void print_labels(const Context& context, const inspector::Report& report) {
  if (!report.inspection.metadata) return;
  for (const std::string& label : report.inspection.metadata->labels) {
    context.out << escape_for_terminal(label) << '\n';
  }
}

}  // namespace litezoo::cli
