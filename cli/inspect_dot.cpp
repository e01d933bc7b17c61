#include "cli/inspect_dot.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/render.h"

namespace litezoo::cli {
namespace {

// Inside Graphviz's double quotes.
std::string graphviz_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : escape_for_terminal(text)) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string edge_label(const Tensor& tensor) {
  return fmt::format("{} {}", tensor_type_name(tensor.type), shape_text(tensor.shape));
}

void add_ends(std::string& dot, const Subgraph& subgraph, std::size_t s) {
  for (std::size_t i = 0; i < subgraph.inputs.size(); ++i) {
    const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(subgraph.inputs[i])];
    dot +=
        fmt::format("    s{}_i{} [shape=ellipse label={}];\n", s, i, graphviz_string(tensor.name));
  }
  for (std::size_t i = 0; i < subgraph.outputs.size(); ++i) {
    const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(subgraph.outputs[i])];
    dot +=
        fmt::format("    s{}_o{} [shape=ellipse label={}];\n", s, i, graphviz_string(tensor.name));
  }
}

void add_subgraph(std::string& dot, const inspector::Report& report, std::size_t s) {
  const Subgraph& subgraph = report.graph.subgraphs[s];
  dot +=
      fmt::format("  subgraph cluster_{} {{\n    label={};\n", s, graphviz_string(subgraph.name));
  add_ends(dot, subgraph, s);
  // By tensor: the name of the box it comes from; empty for constants.
  std::vector<std::string> makers(subgraph.tensors.size());
  for (std::size_t i = 0; i < subgraph.inputs.size(); ++i) {
    makers[static_cast<std::size_t>(subgraph.inputs[i])] = fmt::format("s{}_i{}", s, i);
  }
  std::string edges;
  const auto add_edge = [&](std::int32_t t, const std::string& to) {
    if (t < 0 || makers[static_cast<std::size_t>(t)].empty()) return;
    edges +=
        fmt::format("    {} -> {} [label={}];\n", makers[static_cast<std::size_t>(t)], to,
                    graphviz_string(edge_label(subgraph.tensors[static_cast<std::size_t>(t)])));
  };
  for (std::size_t n = 0; n < subgraph.operators.size(); ++n) {
    const Operator& op = subgraph.operators[n];
    const bool delegated =
        s == 0 && n < report.xnnpack.refusals.size() && report.xnnpack.refusals[n].empty();
    dot += fmt::format("    s{}_n{} [fillcolor={} label={}];\n", s, n,
                       delegated ? "palegreen" : "lightgrey",
                       graphviz_string(fmt::format("{} {}", n, operator_name(op))));
    for (const std::int32_t t : op.inputs) add_edge(t, fmt::format("s{}_n{}", s, n));
    for (const std::int32_t t : op.outputs) {
      makers[static_cast<std::size_t>(t)] = fmt::format("s{}_n{}", s, n);
    }
  }
  for (std::size_t i = 0; i < subgraph.outputs.size(); ++i) {
    add_edge(subgraph.outputs[i], fmt::format("s{}_o{}", s, i));
  }
  dot += edges + "  }\n";
}

}  // namespace

std::string to_dot(const inspector::Report& report) {
  std::string dot =
      "digraph model {\n"
      "  // Green: XNNPACK would run it (predicted); grey: a builtin kernel.\n"
      "  node [shape=box style=filled fillcolor=white fontname=Helvetica];\n"
      "  edge [fontname=Helvetica fontsize=9];\n";
  for (std::size_t s = 0; s < report.graph.subgraphs.size(); ++s) add_subgraph(dot, report, s);
  return dot + "}\n";
}

}  // namespace litezoo::cli
