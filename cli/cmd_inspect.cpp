#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/local_model.h"
#include "cli/render.h"
#include "inspector/inspect.h"

namespace litezoo::cli {
namespace {

struct InspectOptions {
  std::vector<std::string> models;
  bool ops = false;
};

struct Inspected {
  std::string name;
  Inspection inspection;
};

Inspected inspect_one(const Context& context, const std::string& reference) {
  const MappedFile file(local_path(context, reference));
  Inspected result{.name = reference, .inspection = inspector::inspect(file.bytes(), reference)};
  result.inspection.sha256 = sha256_of(file.bytes());
  return result;
}

void print_line(const Context& context, std::string_view title, std::string_view value) {
  if (value.empty()) return;
  context.out << fmt::format("{:<13} {}\n", title, escape_for_terminal(value));
}

std::string tensor_text(const TensorInfo& tensor) {
  std::string text = fmt::format("{}  {} {}", tensor.name, tensor_type_name(tensor.type),
                                 shape_text(tensor.shape));
  if (!tensor.scale.empty()) {
    text += fmt::format("  scale {:g} zero point {}", tensor.scale.front(),
                        tensor.zero_point.empty() ? 0 : tensor.zero_point.front());
  }
  return text;
}

std::string operators_text(const Inspection& inspection) {
  std::string text;
  for (const auto& count : inspection.operator_counts) {
    text += fmt::format("{}{}{} x{}", text.empty() ? "" : ", ", count.name,
                        count.custom ? " (custom)" : "", count.count);
  }
  return text;
}

void print_metadata(const Context& context, const ModelMetadata& metadata) {
  print_line(context, "title", metadata.name);
  print_line(context, "description", metadata.description);
  print_line(context, "version", metadata.version);
  print_line(context, "author", metadata.author);
  print_line(context, "licence", metadata.license);
  print_line(context, "packed files",
             fmt::format("{}", fmt::join(metadata.associated_files, ", ")));
  if (!metadata.labels.empty()) {
    print_line(context, "labels",
               fmt::format("{}: {}, ...", metadata.labels.size(), metadata.labels.front()));
  }
}

void print_summary(const Context& context, const Inspected& row) {
  const Inspection& i = row.inspection;
  print_line(context, "file", row.name);
  print_line(context, "size", to_text(i.size));
  print_line(context, "sha256", i.sha256);
  print_line(context, "made by", i.description);
  if (i.metadata) print_metadata(context, *i.metadata);
  print_line(context, "precision", i.precision);
  print_line(context, "parameters",
             fmt::format("{} in {}", count_to_text(i.parameters), to_text(i.weight_bytes)));
  print_line(context, "MACs", i.macs == 0 ? "" : count_to_text(i.macs));
  print_line(context, "activations", fmt::format("{} at the peak", to_text(i.activation_bytes)));
  print_line(context, "graph",
             fmt::format("{} subgraph{}, {} operators, {} tensors", i.subgraphs,
                         i.subgraphs == 1 ? "" : "s", i.operators, i.tensors));
  for (const auto& tensor : i.inputs) print_line(context, "input", tensor_text(tensor));
  for (const auto& tensor : i.outputs) print_line(context, "output", tensor_text(tensor));
  for (const auto& signature : i.signatures) {
    print_line(context, "signature",
               fmt::format("{}({}) -> {}", signature.key, fmt::join(signature.inputs, ", "),
                           fmt::join(signature.outputs, ", ")));
  }
  print_line(context, "operators", operators_text(i));
  print_line(context, "min runtime", i.min_runtime_version);
  for (const Finding& finding : i.findings) {
    print_line(context, "note", fmt::format("{} [{}]", finding.message, finding.code));
  }
}

void print_operators(const Context& context, const Inspected& row) {
  Table table({{"operator"}, {"version", Align::right}, {"count", Align::right}, {"kind"}});
  for (const auto& count : row.inspection.operator_counts) {
    table.add({count.name, std::to_string(count.version), std::to_string(count.count),
               count.custom ? "custom" : "builtin"});
  }
  table.print(context);
}

void inspect(const Context& context, const InspectOptions& options) {
  bool first = true;
  for (const auto& reference : options.models) {
    const Inspected row = inspect_one(context, reference);
    if (context.json) {
      nlohmann::ordered_json document{{"name", row.name}};
      document.update(nlohmann::ordered_json(nlohmann::json(row.inspection)));
      print_json(context, document);
      continue;
    }
    if (!first) context.out << '\n';
    first = false;
    options.ops ? print_operators(context, row) : print_summary(context, row);
  }
}

}  // namespace

void add_inspect(CLI::App& command, Context& context) {
  auto options = std::make_shared<InspectOptions>();
  command.add_option("models", options->models, "Model references")->required();
  command.add_flag("--ops", options->ops, "Operators with versions and counts");
  add_common_options(command, context);
  command.callback([&context, options] { inspect(context, *options); });
}

}  // namespace litezoo::cli
