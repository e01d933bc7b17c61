#include "catalog/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/json.h"
#include "base/text.h"
#include "catalog/models.h"
#include "catalog/store.h"
#include "catalog/words.h"

namespace litezoo::catalog {
namespace {

struct SortRow {
  SortKey key;
  std::string_view name;
  std::string_view order;
};

// a.id breaks ties: it is in every index, a name is not.
constexpr auto kSorts = std::to_array<SortRow>({
    {SortKey::relevance, "relevance", "bm25(artifact_text, 10.0, 5.0, 1.0), a.order_size, a.id"},
    {SortKey::size, "size", "a.order_size, a.id"},
    {SortKey::name, "name", "a.name"},
    {SortKey::task, "task", "a.task_id, a.order_size, a.id"},
    {SortKey::license, "license", "a.license_class, a.order_size, a.id"},
});

struct FormatLabel {
  ArtifactFormat format;
  std::string_view label;
};
constexpr auto kFormatLabels = std::to_array<FormatLabel>({
    {ArtifactFormat::tflite, "tflite"},
    {ArtifactFormat::task_bundle, "task bundle"},
    {ArtifactFormat::saved_model, "saved_model (needs conversion)"},
    {ArtifactFormat::other, "other (needs conversion)"},
});

// A query's SQL while it is put together: values are bound in the order they were added.
struct Condition {
  std::string sql;
  std::vector<std::string> texts;
};

struct Plan {
  std::string tables;
  std::vector<Condition> conditions;
  std::string order;
};

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

Plan plan_of(Catalog& catalog, const SearchQuery& query, const std::string& match) {
  Store& store = catalog.store();
  Plan plan;
  if (!match.empty()) {
    plan.tables += "artifact_text CROSS JOIN artifact a ON a.id = artifact_text.rowid";
    plan.conditions.push_back({"artifact_text MATCH ?", {match}});
  } else {
    plan.tables += "artifact a";
  }
  std::string order_size = "a.order_size";
  if (!query.domain.empty()) {
    const std::string domain = find_domain(catalog, query.domain);
    if (match.empty() && query.task.empty()) {
      plan.tables = "artifact_domain d CROSS JOIN artifact a ON a.id = d.artifact_id";
      plan.conditions.push_back({"d.domain = ?", {domain}});
      order_size = "d.order_size";
    } else {
      plan.conditions.push_back({"'|' || m.domains || '|' LIKE '%|' || ? || '|%'", {domain}});
    }
  }
  if (!query.task.empty()) {
    const std::string task = find_task(catalog, query.task).id;
    plan.conditions.push_back({"a.task_id = (SELECT id FROM task WHERE name = ?)", {task}});
  }
  if (!query.license.empty()) add_license(store, query.license, plan);
  if (!query.publisher.empty()) plan.conditions.push_back({"m.publisher = ?", {query.publisher}});
  if (!query.precision.empty()) plan.conditions.push_back({"a.precision = ?", {query.precision}});
  if (query.format) {
    plan.conditions.push_back({"a.format = ?", {std::string(to_string(*query.format))}});
  }
  if (query.max_size) {
    const auto most = std::min<std::uint64_t>(query.max_size->count,
                                              std::numeric_limits<std::int64_t>::max() - 1);
    plan.conditions.push_back({fmt::format("{} <= {}", order_size, most), {}});
  }
  add_flag(query.fetched, "f.sha256 IS NOT NULL", plan);
  add_flag(query.starter, "a.starter = 1", plan);

  const SortKey key =
      match.empty() && query.sort == SortKey::relevance ? SortKey::size : query.sort;
  plan.order = std::ranges::find(kSorts, key, &SortRow::key)->order;
  if (key == SortKey::size && order_size != "a.order_size")
    plan.order = "d.order_size, d.artifact_id";
  return plan;
}

std::string sql_of(const Plan& plan, std::size_t limit) {
  std::string sql = fmt::format(
      "SELECT a.name, m.name, m.publisher, coalesce(t.name, ''), m.domains, a.size, a.precision, "
      "m.license, a.license_class, a.format, a.sha256, f.sha256 IS NOT NULL, "
      "EXISTS(SELECT 1 FROM measurement WHERE sha256 = a.sha256 AND device = ?), a.starter "
      "FROM {} JOIN model m ON m.id = a.model_id LEFT JOIN task t ON t.id = a.task_id "
      "LEFT JOIN stored_file f ON f.sha256 = a.sha256",
      plan.tables);
  for (std::size_t i = 0; i < plan.conditions.size(); ++i) {
    sql += fmt::format("{}{}", i == 0 ? " WHERE " : " AND ", plan.conditions[i].sql);
  }
  sql += " ORDER BY " + plan.order;
  if (limit > 0) sql += fmt::format(" LIMIT {}", limit + 1);
  return sql;
}

SearchRow read_row(const Query& query) {
  return {.artifact = query.text(0),
          .model = query.text(1),
          .publisher = query.text(2),
          .task = query.text(3),
          .domains = split_list(query.text(4)),
          .size = query.size(5),
          .precision = query.text(6),
          .license = query.text(7),
          .license_class = static_cast<LicenseClass>(query.integer(8)),
          .format = artifact_format(query.text(9)),
          .sha256 = query.text(10),
          .fetched = query.integer(11) != 0,
          .measured_here = query.integer(12) != 0,
          .starter = query.integer(13) != 0};
}

// For each word that no artifact has: words like it that some have.
std::vector<std::string> suggestions_for(Store& store, std::string_view text) {
  std::vector<std::string> unknown;
  for (const auto& word : words_of(text)) {
    const std::string front = stem(word);
    Query query = store.query("SELECT 1 FROM artifact_vocabulary WHERE term >= ?1 AND term < ?2");
    if (!query.with(front, front + "\xff").step()) unknown.push_back(word);
  }
  if (unknown.empty()) return {};
  constexpr std::size_t kShortest = 3;
  std::vector<std::string> known;
  Query query = store.query("SELECT term FROM artifact_vocabulary");
  while (query.step()) {
    if (auto term = query.text(0); term.size() >= kShortest) known.push_back(std::move(term));
  }
  std::vector<std::string> result;
  for (const auto& word : unknown) {
    for (auto& near : near_names(word, known)) result.push_back(std::move(near));
  }
  return result;
}

}  // namespace

SearchResult search(Catalog& catalog, const SearchQuery& query) {
  Store& store = catalog.store();
  return store.read([&] {
    SearchResult result;
    std::string match;
    if (!query.text.empty()) {
      match = match_expression(query.text, tasks(catalog));
      if (match.empty()) return result;
    }
    const Plan plan = plan_of(catalog, query, match);
    Query rows = store.query(sql_of(plan, query.limit));
    rows.with(query.device);
    for (const auto& condition : plan.conditions) {
      for (const auto& text : condition.texts) rows.with(text);
    }
    while (rows.step()) result.rows.push_back(read_row(rows));
    if (query.limit > 0 && result.rows.size() > query.limit) {
      result.rows.pop_back();
      result.more = true;
    }
    if (result.rows.empty() && !match.empty()) {
      result.suggestions = suggestions_for(store, query.text);
    }
    return result;
  });
}

std::string_view format_label(ArtifactFormat format) noexcept {
  const auto* row = std::ranges::find(kFormatLabels, format, &FormatLabel::format);
  return row == kFormatLabels.end() ? "other" : row->label;
}

std::optional<SortKey> parse_sort_key(std::string_view name) noexcept {
  const auto* row = std::ranges::find(kSorts, name, &SortRow::name);
  if (row == kSorts.end()) return std::nullopt;
  return row->key;
}

}  // namespace litezoo::catalog
