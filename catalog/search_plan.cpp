#include "catalog/search_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "catalog/input.h"
#include "catalog/latency.h"
#include "catalog/models.h"
#include "catalog/terms.h"
#include "catalog/words.h"

namespace litezoo::catalog {
namespace {

struct SortRow {
  SortKey key;
  std::string_view name;
  std::string_view order;  // columns; the last one is unique
};

// a.id breaks ties: it is in every index, a name is not. Relevance is ranked afterwards: here, any
// order that the full text gives without sorting.
constexpr auto kSorts = std::to_array<SortRow>({
    {SortKey::relevance, "relevance", "artifact_text.rowid"},
    {SortKey::size, "size", "a.order_size, a.id"},
    {SortKey::name, "name", "a.name"},
    {SortKey::model, "model", "m.name, a.order_size, a.id"},
    {SortKey::task, "task",
     "(CASE WHEN a.task_id IS NULL THEN 0 ELSE a.task_id END), a.order_size, a.id"},
    {SortKey::license, "license", "a.license_class, a.order_size, a.id"},
    {SortKey::precision, "precision", "a.precision, a.order_size, a.id"},
    {SortKey::format, "format", "a.format, a.order_size, a.id"},
    {SortKey::publisher, "publisher", "m.publisher, a.order_size, a.id"},
    {SortKey::architecture, "architecture", "m.architecture, a.order_size, a.id"},
    {SortKey::dataset, "dataset", "m.dataset, a.order_size, a.id"},
    {SortKey::here, "here",
     "(a.sha256 = '' OR a.sha256 NOT IN (SELECT sha256 FROM measurement)), "
     "(a.sha256 = '' OR a.sha256 NOT IN (SELECT sha256 FROM stored_file)), a.order_size, a.id"},
});
constexpr std::string_view kDomainOrder = "d.order_size, d.artifact_id";
constexpr std::string_view kSizeOrder = "a.order_size, a.id";
// Unknown sizes are last in either direction.
constexpr std::string_view kLargestFirst =
    "(CASE WHEN a.size IS NULL THEN -1 ELSE a.size END), a.id";

constexpr std::string_view kHasAccuracy =
    "EXISTS(SELECT 1 FROM claim WHERE subject IN (a.name, m.name) AND metric NOT IN "
    "('latency', 'size', 'parameters', 'macs'))";

void require_license(Store& store, const std::string& license) {
  if (license_class(license) != LicenseClass::unknown) return;
  std::vector<std::string> names;
  Query query = store.query("SELECT DISTINCT license FROM model WHERE license <> ''");
  while (query.step()) names.push_back(query.text(0));
  const auto same = [&](const std::string& name) { return to_lower(name) == to_lower(license); };
  if (std::ranges::any_of(names, same)) return;
  for (const std::string_view name : {"permissive", "copyleft", "non-commercial", "unknown"}) {
    names.emplace_back(name);
  }
  const auto near = near_names(license, names);
  throw Error(ErrorKind::usage,
              fmt::format("unknown licence '{}'; {}", escape_for_terminal(license),
                          near.empty() ? "give an SPDX identifier, or permissive, copyleft, "
                                         "non-commercial or unknown"
                                       : "did you mean " + join_names(near) + "?"));
}

void add_license(Store& store, const std::string& license, Plan& plan) {
  if (const auto wanted = parse_license_class(to_lower(license))) {
    plan.conditions.push_back({fmt::format("a.license_class = {}", static_cast<int>(*wanted)), {}});
    return;
  }
  require_license(store, license);
  plan.conditions.push_back({"m.license = ? COLLATE NOCASE", {license}});
}

void add_flag(const std::optional<bool>& wanted, std::string_view is_set, Plan& plan) {
  if (!wanted) return;
  plan.conditions.push_back({fmt::format("{}({})", *wanted ? "" : "NOT ", is_set), {}});
}

void add_text(std::string_view sql, const std::string& value, Plan& plan) {
  if (!value.empty()) plan.conditions.push_back({std::string(sql), {value}});
}

void add_domain(Catalog& catalog, const SearchQuery& query, Plan& plan) {
  if (query.domain.empty()) return;
  const std::string domain = find_domain(catalog, query.domain);
  if (plan.match.empty() && query.task.empty()) {
    plan.tables = "artifact_domain d CROSS JOIN artifact a ON a.id = d.artifact_id";
    plan.conditions.push_back({"d.domain = ?", {domain}});
    if (plan.order == kSizeOrder && !plan.descending) plan.order = kDomainOrder;
  } else {
    plan.conditions.push_back({"'|' || m.domains || '|' LIKE '%|' || ? || '|%'", {domain}});
  }
}

void add_size(const SearchQuery& query, Plan& plan) {
  if (!query.max_size) return;
  const auto most =
      std::min<std::uint64_t>(query.max_size->count, std::numeric_limits<std::int64_t>::max() - 1);
  const std::string_view column = plan.tables.starts_with("artifact_domain") ? "d" : "a";
  plan.conditions.push_back({fmt::format("{}.order_size <= {}", column, most), {}});
}

// What follows an artifact in the plan's order.
void add_after(Catalog& catalog, const SearchQuery& query, Plan& plan) {
  if (query.after.empty()) return;
  Query known = catalog.store().query("SELECT 1 FROM artifact WHERE name = ?");
  if (!known.with(query.after).step()) {
    throw Error(ErrorKind::usage, fmt::format("there is no artifact '{}' to go on after; start "
                                              "from the first page",
                                              escape_for_terminal(query.after)));
  }
  const std::string_view of_artifact =
      plan.order == kDomainOrder ? kSizeOrder : std::string_view(plan.order);
  plan.conditions.push_back(
      {fmt::format("({}) {} (SELECT {} FROM artifact a JOIN model m ON m.id = a.model_id "
                   "WHERE a.name = ?)",
                   plan.order, plan.descending ? '<' : '>', of_artifact),
       {query.after}});
}

std::string json_list(const std::vector<std::string>& values) {
  return nlohmann::json(values).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void add_input(Catalog& catalog, const SearchQuery& query, Plan& plan) {
  if (query.input.empty()) return;
  const auto fed = inputs_fed_by(query.input);
  std::vector<std::string> ids;
  for (const auto& task : tasks(catalog)) {
    if (std::ranges::find(fed, input_of_task(task.id)) != fed.end()) ids.push_back(task.id);
  }
  plan.conditions.push_back(
      {"a.task_id IN (SELECT id FROM task WHERE name IN (SELECT value FROM json_each(?)))",
       {json_list(ids)}});
}

void add_bytes(Catalog& catalog, const SearchQuery& query, Plan& plan) {
  if (query.max_parameters) {
    const std::string most = std::to_string(*query.max_parameters);
    plan.conditions.push_back(
        {fmt::format("coalesce((SELECT parameters FROM inspection WHERE sha256 = a.sha256), "
                     "(SELECT max(value) FROM claim WHERE subject IN (a.name, m.name) AND "
                     "metric = 'parameters')) <= {}",
                     most),
         {}});
  }
  if (query.measured_here) {
    plan.conditions.push_back(
        {fmt::format("{}(a.sha256 <> '' AND a.sha256 IN (SELECT sha256 FROM measurement WHERE "
                     "device = ?))",
                     *query.measured_here ? "" : "NOT "),
         {query.device}});
  }
  if (query.max_latency) {
    plan.conditions.push_back(
        {"a.sha256 NOT IN (SELECT value FROM json_each(?))",
         {json_list(slower_than(catalog.store(), query.device, *query.max_latency))}});
  }
  if (query.digests) {
    plan.conditions.push_back({"a.sha256 <> '' AND a.sha256 IN (SELECT value FROM json_each(?))",
                               {json_list(*query.digests)}});
  }
}

bool names_table(std::string_view sql, std::string_view alias) {
  for (std::size_t at = sql.find(alias); at != std::string_view::npos;
       at = sql.find(alias, at + 1)) {
    const char before = at == 0 ? ' ' : sql[at - 1];
    if (std::isalnum(static_cast<unsigned char>(before)) == 0 && before != '_') return true;
  }
  return false;
}

}  // namespace

Plan plan_of(Catalog& catalog, const SearchQuery& query) {
  Plan plan;
  if (!query.text.empty()) {
    plan.match = match_expression(query.text, tasks(catalog), [&](const std::string& word) {
      return terms_for(catalog.store(), word);
    });
    plan.nothing = plan.match.empty();
  }
  const bool ranked = !plan.match.empty() && query.sort == SortKey::relevance;
  const SortKey key = query.sort == SortKey::relevance && !ranked ? SortKey::size : query.sort;
  plan.order = std::ranges::find(kSorts, key, &SortRow::key)->order;
  plan.descending = query.descending && !ranked;
  if (plan.descending && key == SortKey::size) plan.order = kLargestFirst;
  if (plan.match.empty()) {
    plan.tables = "artifact a";
  } else {
    plan.tables = "artifact_text CROSS JOIN artifact a ON a.id = artifact_text.rowid";
    plan.conditions.push_back({"artifact_text MATCH ?", {plan.match}});
  }
  add_domain(catalog, query, plan);
  if (!query.task.empty()) {
    const std::string task = find_task(catalog, query.task).id;
    plan.conditions.push_back({"a.task_id = (SELECT id FROM task WHERE name = ?)", {task}});
  }
  if (!query.license.empty()) add_license(catalog.store(), query.license, plan);
  add_text("m.publisher = ?", query.publisher, plan);
  add_text("m.architecture = ? COLLATE NOCASE", query.architecture, plan);
  add_text("m.dataset = ? COLLATE NOCASE", query.dataset, plan);
  add_text("'|' || m.languages || '|' LIKE '%|' || ? || '|%'", query.language, plan);
  add_text("instr(char(10) || a.reference_list, char(10) || ? || ':') > 0", query.hub, plan);
  add_text("a.name IN (SELECT artifact FROM example WHERE use_case = ?)", query.use_case, plan);
  add_text("a.precision = ?", query.precision, plan);
  add_input(catalog, query, plan);
  add_bytes(catalog, query, plan);
  if (query.format) add_text("a.format = ?", std::string(to_string(*query.format)), plan);
  add_size(query, plan);
  add_flag(query.fetched, "a.sha256 <> '' AND a.sha256 IN (SELECT sha256 FROM stored_file)", plan);
  add_flag(query.starter, "a.starter = 1", plan);
  add_flag(query.has_accuracy, kHasAccuracy, plan);
  if (!ranked) add_after(catalog, query, plan);
  return plan;
}

std::string from_where(const Plan& plan, std::string_view needed, std::string_view more_tables) {
  std::string where;
  for (const auto& condition : plan.conditions) {
    where += fmt::format("{}({})", where.empty() ? " WHERE " : " AND ", condition.sql);
  }
  const std::string all = fmt::format("{} {} {}", needed, where, plan.order);
  std::string sql = "FROM " + plan.tables;
  if (names_table(all, "m.")) sql += " JOIN model m ON m.id = a.model_id";
  if (names_table(all, "t.")) sql += " LEFT JOIN task t ON t.id = a.task_id";
  if (names_table(all, "f.")) sql += " LEFT JOIN stored_file f ON f.sha256 = a.sha256";
  return fmt::format("{} {}{}", sql, more_tables, where);
}

void bind_conditions(Query& query, const Plan& plan) {
  for (const auto& condition : plan.conditions) {
    for (const auto& text : condition.texts) query.with(text);
  }
}

std::string search_sql(const Plan& plan, const SearchQuery& query) {
  std::string order = plan.order;
  if (plan.descending) {
    for (std::size_t at = 0; (at = order.find(", ", at)) != std::string::npos; at += 7) {
      order.replace(at, 2, " DESC, ");
    }
    order += " DESC";
  }
  std::string sql =
      fmt::format("SELECT a.id, a.name, a.order_size {} ORDER BY {}", from_where(plan, {}), order);
  if (query.limit > 0) sql += fmt::format(" LIMIT {}", query.limit + 1);
  return sql;
}

std::vector<std::string> sort_keys() {
  std::vector<std::string> names;
  names.reserve(std::size(kSorts));
  for (const auto& row : kSorts) names.emplace_back(row.name);
  return names;
}

std::optional<SortKey> parse_sort_key(std::string_view name) noexcept {
  const auto* row = std::ranges::find(kSorts, name, &SortRow::name);
  if (row == kSorts.end()) return std::nullopt;
  return row->key;
}

}  // namespace litezoo::catalog
