#include "cli/inspect_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <ostream>

#include "base/text.h"
#include "cli/context.h"
#include "cli/render.h"

namespace litezoo::cli {
namespace {

constexpr std::size_t kLongestValue = 160;
constexpr std::size_t kMostTensors = 4;
constexpr std::size_t kMostNotes = 4;

std::string shortened(std::string text, std::size_t most = kLongestValue) {
  if (text.size() <= most) return text;
  // Not in the middle of a character.
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0U) == 0x80) --most;
  text.resize(most);
  return text + "...";
}

void print_line(const Context& context, std::string_view title, std::string_view value) {
  if (value.empty()) return;
  context.out << fmt::format("{:<13} {}\n", title,
                             escape_for_terminal(shortened(std::string(value))));
}

std::string times(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string content_text(const inspector::TensorMetadata& tensor) {
  std::string text;
  if (tensor.content == inspector::ContentKind::image) {
    text = tensor.color_space.empty() ? "image" : tensor.color_space + " image";
  } else if (tensor.content != inspector::ContentKind::unknown) {
    text = to_string(tensor.content);
  }
  if (tensor.sample_rate_hz > 0) text += fmt::format(" at {} Hz", tensor.sample_rate_hz);
  if (!tensor.process.normalization.empty()) {
    const auto& n = tensor.process.normalization.front();
    if (!n.mean.empty() && !n.std.empty()) {
      text += fmt::format("{}normalised (x-{:g})/{:g}", text.empty() ? "" : ", ", n.mean.front(),
                          n.std.front());
    }
  }
  return text;
}

std::string tensor_text(const TensorInfo& tensor) {
  std::string text = fmt::format("{}  {} {}", shortened(tensor.name, 40),
                                 tensor_type_name(tensor.type), shape_text(tensor.shape));
  if (!tensor.scale.empty()) {
    text += fmt::format("  scale {:g} zero point {}", tensor.scale.front(),
                        tensor.zero_point.empty() ? 0 : tensor.zero_point.front());
  }
  return text;
}

void print_tensors(const Context& context, std::string_view title,
                   const std::vector<TensorInfo>& tensors,
                   const std::vector<inspector::TensorMetadata>* metadata) {
  for (std::size_t i = 0; i < std::min(tensors.size(), kMostTensors); ++i) {
    std::string text = tensor_text(tensors[i]);
    if (metadata != nullptr && i < metadata->size()) {
      const std::string content = content_text((*metadata)[i]);
      if (!content.empty()) text += "  " + content;
    }
    print_line(context, title, text);
  }
  if (tensors.size() > kMostTensors) {
    print_line(context, "", fmt::format("and {} more: --tensors", tensors.size() - kMostTensors));
  }
}

void print_purpose(const Context& context, const inspector::DomainGuess& guess) {
  if (guess.domain.empty()) return;
  print_line(
      context, "for",
      fmt::format("{}{}{} (guessed at {:.0f} %: {})", guess.domain, guess.task.empty() ? "" : ", ",
                  guess.task, 100 * guess.confidence, guess.reason));
}

void print_publisher(const Context& context, const ModelMetadata& metadata) {
  print_line(context, "title", metadata.name);
  print_line(context, "description", metadata.description);
  print_line(context, "version", metadata.version);
  print_line(context, "author", metadata.author);
  print_line(context, "licence", metadata.license);
  if (!metadata.associated_files.empty()) {
    print_line(context, "packed files",
               fmt::format("{}", fmt::join(metadata.associated_files, ", ")));
  }
  if (metadata.labels.empty()) return;
  const auto shown = std::min<std::size_t>(3, metadata.labels.size());
  print_line(
      context, "labels",
      fmt::format("{}: {}, ... (all: --labels)", metadata.labels.size(),
                  fmt::join(metadata.labels.begin(),
                            metadata.labels.begin() + static_cast<std::ptrdiff_t>(shown), ", ")));
}

void print_precision(const Context& context, const inspector::Report& report) {
  const inspector::OptimizationState& state = report.optimization;
  std::string text = state.precision;
  if (state.per_channel) text += ", per channel";
  if (state.sparse_encoded) text += ", sparse-encoded";
  if (!state.converter.empty()) {
    text += fmt::format("; the converter says {}", fmt::join(state.converter, ", "));
  }
  if (!report.reduced_precision.empty()) text += "; may run as " + report.reduced_precision;
  print_line(context, "precision", text);
}

void print_cost(const Context& context, const inspector::Report& report) {
  std::vector<std::string> types;
  types.reserve(report.optimization.weights.size());
  for (const auto& total : report.optimization.weights) {
    types.push_back(fmt::format("{} {}", to_text(total.size), tensor_type_name(total.type)));
  }
  print_line(context, "parameters",
             fmt::format("{} in {}{}{}", count_to_text(report.cost.parameters),
                         to_text(report.cost.weights), types.size() > 1 ? ": " : "",
                         types.size() > 1 ? fmt::format("{}", fmt::join(types, ", ")) : ""));
  std::uint64_t moved = 0;
  if (!report.cost.nodes.empty()) {
    for (const auto& node : report.cost.nodes.front()) {
      moved += node.read.count + node.weights.count + node.written.count;
    }
  }
  print_line(context, "per run",
             fmt::format("{} MACs, {} moved; input {}, output {}", count_to_text(report.cost.macs),
                         to_text(Bytes{moved}), to_text(report.inspection.input_bytes),
                         to_text(report.inspection.output_bytes)));
  if (report.memory.empty()) return;
  const auto& use = report.memory.front();
  print_line(
      context, "memory",
      fmt::format("at least {}: weights and {} of activations at node {}",
                  to_text(inspector::least_memory(report)), to_text(use.peak), use.peak_node));
}

std::string operators_text(const Inspection& inspection) {
  std::map<std::string, std::uint64_t> counts;
  for (const auto& count : inspection.operator_counts) {
    counts[count.name + (count.custom ? " (custom)" : "")] += count.count;
  }
  std::vector<std::pair<std::string, std::uint64_t>> rows(counts.begin(), counts.end());
  std::ranges::stable_sort(rows, std::ranges::greater{},
                           &std::pair<std::string, std::uint64_t>::second);
  constexpr std::size_t kMost = 6;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(kMost, rows.size()); ++i) {
    texts.push_back(fmt::format("{} x{}", shortened(rows[i].first, 40), rows[i].second));
  }
  if (rows.size() > kMost) texts.push_back(fmt::format("{} more: --ops", rows.size() - kMost));
  return fmt::format("{}", fmt::join(texts, ", "));
}

void print_graph(const Context& context, const inspector::Report& report) {
  const Inspection& i = report.inspection;
  print_line(context, "graph",
             fmt::format("{}, {}, {}", times(i.subgraphs, "subgraph"),
                         times(i.operators, "operator"), times(i.tensors, "tensor")));
  print_line(context, "operators", operators_text(i));
  for (std::size_t s = 0; s < std::min<std::size_t>(3, i.signatures.size()); ++s) {
    const SignatureInfo& signature = i.signatures[s];
    print_line(context, "signature",
               fmt::format("{}({}) -> {}", signature.key, fmt::join(signature.inputs, ", "),
                           fmt::join(signature.outputs, ", ")));
  }
  if (i.signatures.size() > 3) {
    print_line(context, "", fmt::format("and {} more: --json", i.signatures.size() - 3));
  }
}

void print_targets(const Context& context, const inspector::Report& report) {
  const inspector::RuntimeRequirement& runtime = report.runtime;
  if (!runtime.tensorflow.empty()) {
    print_line(context, "needs",
               fmt::format("TensorFlow {}{} or newer, for {}", runtime.tensorflow,
                           runtime.litert.empty() ? "" : " or LiteRT " + runtime.litert,
                           runtime.decided_by.front()));
  }
  if (report.chip) {
    print_line(context, "compiled for", report.chip->maker + " " + report.chip->model);
  }
  std::map<std::string_view, std::vector<std::string>> by_verdict;
  for (const auto& row : report.compatibility) {
    if (row.target == "flex" || row.target == "custom-operators" || row.target == "npu") {
      if (row.verdict == inspector::Verdict::partly) print_line(context, "note", row.reason);
      continue;
    }
    if (row.target == "xnnpack")
      print_line(context, "XNNPACK", row.reason);
    else
      by_verdict[to_string(row.verdict)].push_back(row.target);
  }
  std::string text;
  for (const auto& [verdict, targets] : by_verdict) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", verdict, fmt::join(targets, ", "));
  }
  print_line(context, "runs on", text.empty() ? "" : text + " (why: --compat)");
}

void print_chances(const Context& context, const inspector::OptimizationState& state) {
  for (const auto& chance : state.opportunities) {
    print_line(context, "could be",
               fmt::format("{}: {} of {} ({})", chance.code, to_text(chance.size_then),
                           to_text(chance.size_now), chance.note));
  }
}

}  // namespace

void print_summary(const Context& context, const std::string& name,
                   const inspector::Report& report) {
  const Inspection& i = report.inspection;
  print_line(context, "file", name);
  print_line(context, "size", to_text(i.size));
  print_line(context, "sha256", i.sha256);
  print_line(context, "made by", i.description);
  print_purpose(context, report.domain);
  if (i.metadata) print_publisher(context, *i.metadata);
  print_precision(context, report);
  print_cost(context, report);
  const bool has_metadata = report.metadata && !report.metadata->subgraphs.empty();
  const auto* const described = has_metadata ? &report.metadata->subgraphs.front() : nullptr;
  print_tensors(context, "input", i.inputs, described == nullptr ? nullptr : &described->inputs);
  print_tensors(context, "output", i.outputs, described == nullptr ? nullptr : &described->outputs);
  print_graph(context, report);
  print_targets(context, report);
  print_chances(context, report.optimization);
  for (std::size_t n = 0; n < std::min(kMostNotes, i.findings.size()); ++n) {
    print_line(context, "note", fmt::format("{} [{}]", i.findings[n].message, i.findings[n].code));
  }
  if (i.findings.size() > kMostNotes) {
    print_line(context, "", fmt::format("and {} more: --json", i.findings.size() - kMostNotes));
  }
}

}  // namespace litezoo::cli
