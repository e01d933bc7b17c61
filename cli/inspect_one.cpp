#include "cli/inspect_one.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/bundle.h"
#include "cli/context.h"
#include "cli/inspect_json.h"
#include "cli/render.h"
#include "runtime/session.h"

namespace litezoo::cli {
namespace {

inspector::Compatibility own_verdict(const Graph& graph) {
  using inspector::Verdict;
  inspector::Compatibility result{.target = "litezoo", .source = "this build's table of operators"};
  std::size_t elsewhere = 0;
  for (const auto& node : runtime::unsupported_nodes(graph)) {
    if (node.subgraph != 0) {
      ++elsewhere;
      continue;
    }
    result.nodes.push_back(node.node);
    result.rules.push_back(node.reason);
  }
  const bool runs = result.nodes.empty() && elsewhere == 0;
  result.verdict = runs ? Verdict::yes : Verdict::no;
  result.reason = runs ? std::string("it can run every node")
                       : fmt::format("it cannot run {} nodes", result.nodes.size() + elsewhere);
  if (graph.subgraphs.empty() || graph.schema_version != 3) {
    result.verdict = Verdict::no;
    result.reason = "it runs graphs of schema version 3 only";
  }
  return result;
}

struct Member {
  inspector::ArchiveEntry entry;
  std::string summary;              // one line for people
  nlohmann::ordered_json document;  // null when it is no model
  ExitCode result = ExitCode::done;
};

Member inspect_member(const Bundle& bundle, const inspector::ArchiveEntry& entry,
                      const ReportOptions& options, GraphDetail detail) {
  Member result{.entry = entry, .summary = {}, .document = {}};
  try {
    use_member_report(bundle, entry, options, [&](const inspector::Report& report) {
      result.summary =
          fmt::format("{}, {} parameters, {} MACs", report.inspection.precision,
                      count_to_text(report.cost.parameters), count_to_text(report.cost.macs));
      result.document = report_json(bundle.name + "!" + entry.name, report, detail);
    });
  } catch (const Error& error) {
    bundle.require_all_had();
    result.summary = error.what();
    result.result = exit_code_of(error.kind());
    result.document = {{"error", {{"kind", to_string(error.kind())}, {"message", error.what()}}}};
  }
  return result;
}

std::vector<Member> inspect_members(const Bundle& bundle, const ReportOptions& options,
                                    GraphDetail detail) {
  std::vector<Member> result;
  for (const auto& [entry, is_model] : bundle.members) {
    result.push_back(is_model ? inspect_member(bundle, entry, options, detail)
                              : Member{.entry = entry, .summary = {}, .document = {}});
  }
  return result;
}

}  // namespace

inspector::Report full_report(const std::string& name, std::span<const std::byte> bytes,
                              const ReportOptions& options) {
  inspector::Report report =
      inspector::report_on(bytes, name, options.weights, options.buffer_tables);
  if (options.with_sha256) report.inspection.sha256 = sha256_of(bytes);
  report.compatibility.push_back(own_verdict(report.graph));
  return report;
}

bool may_look_from_afar(const ReportOptions& options) noexcept {
  return !options.fetch && !options.with_sha256 && options.weights == inspector::Weights::untouched;
}

ReportOptions suited(ReportOptions options, const HeldBytes& model) {
  if (!model.whole) options.buffer_tables = inspector::BufferTables::inferred;
  return options;
}

void use_member_report(const Bundle& bundle, const inspector::ArchiveEntry& entry,
                       const ReportOptions& options, const UseReport& use) {
  const HeldBytes member = bundle.open(entry);
  try {
    const auto report =
        full_report(bundle.name + "!" + entry.name, member.bytes, suited(options, member));
    bundle.require_all_had();
    use(report);
  } catch (const Error&) {
    bundle.require_all_had();
    throw;
  }
}

void print_bundle(Context& context, const Bundle& bundle, const ReportOptions& options,
                  GraphDetail detail) {
  const auto members = inspect_members(bundle, options, detail);
  for (const Member& member : members) context.result = worse_of(context.result, member.result);
  if (context.json) {
    nlohmann::ordered_json document{
        {"name", bundle.name}, {"container", "zip"}, {"size", bundle.size}, {"members", nullptr}};
    document["members"] = nlohmann::ordered_json::array();
    for (const Member& member : members) {
      document["members"].push_back({{"name", member.entry.name},
                                     {"bytes", member.entry.size},
                                     {"packed_bytes", member.entry.packed_size},
                                     {"method", member.entry.method},
                                     {"model", member.document}});
    }
    print_json(context, document);
    return;
  }
  Table table({{"member"}, {"bytes", Align::right}, {"packed", Align::right}, {"what"}});
  for (const Member& member : members) {
    table.add({member.entry.name, std::to_string(member.entry.size),
               std::to_string(member.entry.packed_size), member.summary});
  }
  table.print(context);
  const auto model = std::ranges::find_if(
      members, [](const Member& m) { return !m.summary.empty() && m.result == ExitCode::done; });
  if (model == members.end()) return;
  context.out << fmt::format("inspect one: litezoo inspect '{}!{}'\n",
                             escape_for_terminal(bundle.name),
                             escape_for_terminal(model->entry.name));
}

}  // namespace litezoo::cli
