#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/compare_runs.h"
#include "cli/context.h"
#include "cli/facts.h"
#include "cli/inspect_one.h"
#include "cli/model_bytes.h"
#include "cli/protocol.h"
#include "cli/render.h"

namespace litezoo::cli {
namespace {

struct CompareOptions {
  std::vector<std::string> models;
  ProtocolOptions protocol;
  bool all = false;
  bool measure = false;

  const std::string& left() const { return models[0]; }
  const std::string& right() const { return models[1]; }
};

struct FactRow {
  const Fact* fact = nullptr;
  nlohmann::json left, right;
  bool same() const { return left == right; }
};

std::vector<FactRow> compare_facts(const inspector::Report& left, const inspector::Report& right) {
  std::vector<FactRow> rows;
  rows.reserve(facts().size());
  for (const Fact& fact : facts()) rows.push_back({&fact, fact.value(left), fact.value(right)});
  return rows;
}

std::string value_text(const Fact& fact, const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  const auto number = value.get<std::uint64_t>();
  if (fact.unit == "B") return to_text(Bytes{number});
  return number < 10'000 ? std::to_string(number) : count_to_text(number);
}

// "-72.1 %", "x3.2" for more than doubled; empty for texts.
std::string change_text(const FactRow& row) {
  if (row.same()) return "same";
  if (!row.left.is_number() || row.left.get<double>() <= 0) return "";
  const double ratio = row.right.get<double>() / row.left.get<double>();
  return ratio >= 2 ? fmt::format("x{:.1f}", ratio) : fmt::format("{:+.1f} %", 100 * (ratio - 1));
}

nlohmann::ordered_json document(const std::string& left_name, const std::string& right_name,
                                const std::vector<FactRow>& rows,
                                const std::vector<OperatorDifference>& operators) {
  nlohmann::ordered_json result{{"left", left_name}, {"right", right_name}};
  result["facts"] = nlohmann::ordered_json::array();
  for (const FactRow& row : rows) {
    result["facts"].push_back({{"fact", row.fact->name},
                               {"unit", row.fact->unit},
                               {"left", row.left},
                               {"right", row.right},
                               {"same", row.same()}});
  }
  result["operators"] = nlohmann::ordered_json::array();
  for (const OperatorDifference& d : operators) {
    result["operators"].push_back(
        {{"operator", d.name}, {"version", d.version}, {"left", d.left}, {"right", d.right}});
  }
  return result;
}

// A column's title: the end of a path is what tells two models apart.
std::string column_title(const std::string& reference) {
  return escape_for_terminal(reference.substr(reference.rfind('/') + 1));
}

void print_facts(const Context& context, const CompareOptions& options,
                 const std::vector<FactRow>& rows) {
  const std::string left = column_title(options.left()), right = column_title(options.right());
  Table table({{"fact"}, {left}, {right}, {"change"}});
  std::vector<std::string> same;
  for (const FactRow& row : rows) {
    if (row.same() && !options.all) {
      same.emplace_back(row.fact->name);
      continue;
    }
    table.add({std::string(row.fact->name), value_text(*row.fact, row.left),
               value_text(*row.fact, row.right), change_text(row)});
  }
  table.print(context);
  if (!same.empty()) context.out << "\nsame: " << join_names(same) << '\n';
}

void print_operators(const Context& context, const CompareOptions& options,
                     const std::vector<OperatorDifference>& operators) {
  if (operators.empty()) return;
  context.out << '\n';
  const std::string left = column_title(options.left()), right = column_title(options.right());
  Table table(
      {{"operator"}, {"version", Align::right}, {left, Align::right}, {right, Align::right}});
  for (const OperatorDifference& d : operators) {
    table.add({d.name, std::to_string(d.version), std::to_string(d.left), std::to_string(d.right)});
  }
  table.print(context);
}

void compare(Context& context, const CompareOptions& options) {
  if (options.measure) return compare_runs(context, options.models, protocol_of(options.protocol));
  if (options.models.size() > 2) {
    throw Error(ErrorKind::usage,
                "the facts of two models are compared; --measure compares more of them");
  }
  const ModelBytes left = open_bytes(context, options.left());
  const ModelBytes right = open_bytes(context, options.right());
  const auto left_report = full_report(options.left(), left.bytes(), {});
  const auto right_report = full_report(options.right(), right.bytes(), {});
  const auto rows = compare_facts(left_report, right_report);
  const auto operators = operator_differences(left_report.inspection, right_report.inspection);
  if (context.json) {
    print_json(context, document(options.left(), options.right(), rows, operators));
    return;
  }
  print_facts(context, options, rows);
  print_operators(context, options, operators);
}

}  // namespace

void add_compare(CLI::App& command, Context& context) {
  auto options = std::make_shared<CompareOptions>();
  command
      .add_option("models", options->models,
                  "Two model references, or more with --measure; FILE!MEMBER inside a bundle")
      ->required()
      ->expected(2, 64);
  command.add_flag("--measure", options->measure,
                   "Run them in turns: how many times faster, and how far the outputs agree");
  add_protocol_options(command, options->protocol);
  command.add_flag("--all", options->all, "Also what is the same in both");
  add_common_options(command, context);
  command.callback([&context, options] { compare(context, *options); });
}

}  // namespace litezoo::cli
