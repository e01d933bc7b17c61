#include "cli/search_render.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "base/json.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/render.h"

namespace litezoo::cli {
namespace {

using nlohmann::ordered_json;

template <typename T, typename Value>
ordered_json or_null(const std::optional<T>& value, Value convert) {
  return value ? ordered_json(convert(*value)) : ordered_json();
}

std::string here_text(const catalog::SearchRow& row) {
  if (row.p90_here) return "p90 " + to_text(*row.p90_here);
  if (row.measured_here) return "measured";
  return row.fetched ? "fetched" : "";
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

std::string csv_text(const ordered_json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return csv_field(value.get<std::string>());
  if (!value.is_array()) return value.dump();
  std::string list;
  for (const auto& part : value) list += (list.empty() ? "" : "|") + part.get<std::string>();
  return csv_field(list);
}

}  // namespace

ordered_json search_row_document(const catalog::SearchRow& row) {
  return {{"name", row.artifact},
          {"model", row.model},
          {"publisher", row.publisher},
          {"task", row.task},
          {"domains", row.domains},
          {"architecture", row.architecture},
          {"dataset", row.dataset},
          {"languages", row.languages},
          {"size_bytes", or_null(row.size, [](Bytes size) { return size.count; })},
          {"parameters", or_null(row.parameters, [](std::uint64_t count) { return count; })},
          {"precision", row.precision},
          {"license", row.license},
          {"license_class", catalog::to_string(row.license_class)},
          {"format", to_string(row.format)},
          {"needs_conversion", catalog::needs_conversion(row.format)},
          {"sha256", row.sha256},
          {"fetched", row.fetched},
          {"measured_here", row.measured_here},
          {"p90_here_ns", or_null(row.p90_here, [](Nanoseconds time) { return time.count(); })},
          {"starter", row.starter}};
}

ordered_json facets_document(const std::vector<catalog::Facet>& facets) {
  ordered_json counted = ordered_json::object();
  ordered_json others = ordered_json::object();
  for (const auto& facet : facets) {
    auto& counts = counted[facet.name] = ordered_json::array();
    for (const auto& row : facet.counts) {
      counts.push_back({{"value", row.value}, {"artifacts", row.count}});
    }
    if (facet.others > 0) others[facet.name] = facet.others;
  }
  return {{"facets", counted}, {"further_values", others}};
}

void print_search_rows(const Context& context, const catalog::SearchResult& result,
                       std::optional<Nanoseconds> frame_budget) {
  Table table({{"name"},
               {"task"},
               {"size", Align::right},
               {"precision"},
               {"licence"},
               {"format"},
               {"here"}});
  bool converts = false;
  for (const auto& row : result.rows) {
    converts = converts || catalog::needs_conversion(row.format);
    table.add({row.artifact, row.task, row.size ? to_text(*row.size) : "?",
               row.precision.empty() ? "?" : row.precision,
               row.license.empty() ? "unknown" : row.license,
               std::string(catalog::format_label(row.format)), here_text(row)});
  }
  table.print(context);
  context.note(
      fmt::format("{} artifact{}{}", result.rows.size(), result.rows.size() == 1 ? "" : "s",
                  result.more ? fmt::format("; there are more: --after '{}'",
                                            escape_for_terminal(result.rows.back().artifact))
                              : ""));
  if (converts) context.note("needs conversion: `litezoo show NAME` says how");
  if (frame_budget) {
    std::string limit = to_text(*frame_budget);
    std::erase(limit, ' ');
    context.note(
        fmt::format("models that take one image run once a frame, which has {}; those "
                    "measured slower on this device are left out, the others are not "
                    "measured yet: litezoo recommend --task TASK --max-p90 {}",
                    limit, limit));
  }
}

void print_search_csv(const Context& context, const catalog::SearchResult& result) {
  const auto print_line = [&](const ordered_json& row, auto text_of) {
    std::string line;
    for (const auto& [name, value] : row.items()) {
      line += (line.empty() ? "" : ",") + text_of(name, value);
    }
    context.out << line << "\r\n";
  };
  print_line(search_row_document({}), [](const std::string& name, const auto&) { return name; });
  for (const auto& row : result.rows) {
    print_line(search_row_document(row),
               [](const std::string&, const ordered_json& value) { return csv_text(value); });
  }
}

void print_facets(const Context& context, const std::vector<catalog::Facet>& facets) {
  Table table({{"facet"}, {"value"}, {"artifacts", Align::right}});
  for (const auto& facet : facets) {
    for (const auto& row : facet.counts) {
      table.add(
          {facet.name, row.value.empty() ? "(not known)" : row.value, std::to_string(row.count)});
    }
    if (facet.others > 0) table.add({facet.name, fmt::format("({} more)", facet.others), ""});
  }
  table.print(context);
}

void print_use_cases(const Context& context, const std::vector<catalog::UseCase>& cases) {
  Table table({{"use case"}, {"input"}, {"artifacts", Align::right}});
  for (const auto& row : cases) table.add({row.name, row.input, std::to_string(row.artifacts)});
  table.print(context);
  context.note("litezoo search --example USE_CASE lists its models");
}

}  // namespace litezoo::cli
