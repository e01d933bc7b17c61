#include "catalog/search_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/text.h"
#include "catalog/document.h"
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
  std::string_view order = {};  // columns; the last one is unique. None = by place
};

constexpr auto kSorts = std::to_array<SortRow>({
    {SortKey::relevance, "relevance"},
    {SortKey::size, "size"},
    {SortKey::name, "name", "a.name"},
    {SortKey::model, "model", "m.name, a.place"},
    {SortKey::task, "task", "(CASE WHEN a.task_id IS NULL THEN 0 ELSE a.task_id END), a.place"},
    {SortKey::license, "license", "a.license_class, a.place"},
    {SortKey::precision, "precision", "a.precision, a.place"},
    {SortKey::format, "format", "a.format, a.place"},
    {SortKey::publisher, "publisher", "m.publisher, a.place"},
    {SortKey::architecture, "architecture", "m.architecture, a.place"},
    {SortKey::dataset, "dataset", "m.dataset, a.place"},
    {SortKey::here, "here",
     "(a.sha256 = '' OR a.sha256 NOT IN (SELECT sha256 FROM measurement)), "
     "(a.sha256 = '' OR a.sha256 NOT IN (SELECT sha256 FROM stored_file)), a.place"},
});

constexpr std::int64_t kFirstUnknownSize = kUnknownSize << kIdBits;

constexpr std::string_view kHasAccuracy =
    "EXISTS(SELECT 1 FROM claim WHERE subject IN (a.name, m.name) AND metric NOT IN "
    "('latency', 'size', 'parameters', 'macs'))";

// What a query asks for, as terms of the full text and as conditions of SQL.
struct Parts {
  std::vector<std::string> terms;
  std::vector<Condition> conditions;
};

std::int64_t in_range(std::uint64_t size) {
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(size, std::numeric_limits<std::int64_t>::max()));
}

std::string_view place_of(const Step& step) {
  return step.match.empty() ? "a.place" : "artifact_text.rowid";
}

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

// A facet that the full text has: the term finds, the condition makes sure, for values that differ
// in punctuation only have the same term.
void add_facet(FacetKind kind, const std::string& value, std::string_view sql, Parts& parts) {
  if (value.empty()) return;
  parts.terms.push_back(match_of(facet_term(kind, value)));
  parts.conditions.push_back({std::string(sql), {value}});
}

void add_license(Store& store, const std::string& license, Parts& parts) {
  if (license.empty()) return;
  if (const auto wanted = parse_license_class(to_lower(license))) {
    parts.terms.push_back(match_of(facet_term(FacetKind::license_class, to_string(*wanted))));
    return;
  }
  require_license(store, license);
  add_facet(FacetKind::license, license, "m.license = ? COLLATE NOCASE", parts);
}

void add_flag(const std::optional<bool>& wanted, std::string_view is_set, Parts& parts) {
  if (!wanted) return;
  parts.conditions.push_back({fmt::format("{}({})", *wanted ? "" : "NOT ", is_set), {}});
}

std::string json_list(const std::vector<std::string>& values) {
  return nlohmann::json(values).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void add_input(Catalog& catalog, const SearchQuery& query, Parts& parts) {
  if (query.input.empty()) return;
  const auto fed = inputs_fed_by(query.input);
  std::vector<std::string> ids;
  std::vector<std::string> terms;
  for (const auto& task : tasks(catalog)) {
    if (std::ranges::find(fed, input_of_task(task.id)) == fed.end()) continue;
    ids.push_back(task.id);
    terms.push_back(match_of(facet_term(FacetKind::task, task.id)));
  }
  if (!terms.empty()) parts.terms.push_back(fmt::format("({})", fmt::join(terms, " OR ")));
  parts.conditions.push_back(
      {"a.task_id IN (SELECT id FROM task WHERE name IN (SELECT value FROM json_each(?)))",
       {json_list(ids)}});
}

void add_bytes(Catalog& catalog, const SearchQuery& query, Parts& parts) {
  if (query.max_parameters) {
    const std::string most = std::to_string(*query.max_parameters);
    parts.conditions.push_back(
        {fmt::format("coalesce((SELECT parameters FROM inspection WHERE sha256 = a.sha256), "
                     "(SELECT max(value) FROM claim WHERE subject IN (a.name, m.name) AND "
                     "metric = 'parameters')) <= {}",
                     most),
         {}});
  }
  if (query.measured_here) {
    parts.conditions.push_back(
        {fmt::format("{}(a.sha256 <> '' AND a.sha256 IN (SELECT sha256 FROM measurement WHERE "
                     "device = ?))",
                     *query.measured_here ? "" : "NOT "),
         {query.device}});
  }
  if (query.max_latency) {
    parts.conditions.push_back(
        {"a.sha256 NOT IN (SELECT value FROM json_each(?))",
         {json_list(slower_than(catalog.store(), query.device, *query.max_latency))}});
  }
  if (query.digests) {
    parts.conditions.push_back({"a.sha256 <> '' AND a.sha256 IN (SELECT value FROM json_each(?))",
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

void add_facets(Catalog& catalog, const SearchQuery& query, Parts& parts) {
  if (!query.domain.empty()) {
    add_facet(FacetKind::domain, find_domain(catalog, query.domain),
              "'|' || m.domains || '|' LIKE '%|' || ? || '|%'", parts);
  }
  if (!query.task.empty()) {
    add_facet(FacetKind::task, find_task(catalog, query.task).id,
              "a.task_id = (SELECT id FROM task WHERE name = ?)", parts);
  }
  add_license(catalog.store(), query.license, parts);
  add_facet(FacetKind::publisher, query.publisher, "m.publisher = ? COLLATE NOCASE", parts);
  add_facet(FacetKind::architecture, query.architecture, "m.architecture = ? COLLATE NOCASE",
            parts);
  add_facet(FacetKind::dataset, query.dataset, "m.dataset = ? COLLATE NOCASE", parts);
  add_facet(FacetKind::language, query.language, "'|' || m.languages || '|' LIKE '%|' || ? || '|%'",
            parts);
  add_facet(FacetKind::hub, query.hub,
            "instr(char(10) || a.reference_list, char(10) || ? || ':') > 0", parts);
  add_facet(FacetKind::precision, query.precision, "a.precision = ? COLLATE NOCASE", parts);
  if (query.format) {
    add_facet(FacetKind::format, std::string(to_string(*query.format)), "a.format = ?", parts);
  }
  if (query.starter == true) parts.terms.push_back(match_of(kStarterTerm));
  add_flag(query.starter, "a.starter = 1", parts);
  add_input(catalog, query, parts);
}

void add_conditions(Catalog& catalog, const SearchQuery& query, Parts& parts) {
  if (!query.use_case.empty()) {
    parts.conditions.push_back(
        {"a.name IN (SELECT artifact FROM example WHERE use_case = ?)", {query.use_case}});
  }
  add_bytes(catalog, query, parts);
  add_flag(query.fetched, "a.sha256 <> '' AND a.sha256 IN (SELECT sha256 FROM stored_file)", parts);
  add_flag(query.has_accuracy, kHasAccuracy, parts);
}

std::string all_of(const std::string& match, const std::vector<std::string>& terms) {
  if (match.empty()) return fmt::format("{}", fmt::join(terms, " AND "));
  return fmt::format("({}){}{}", match, terms.empty() ? "" : " AND ", fmt::join(terms, " AND "));
}

// The steps of a text by relevance: what an earlier expression fits is left out of the later.
std::vector<Step> ranked_steps(const std::vector<std::string>& matches, const Parts& parts,
                               const Step& whole) {
  std::vector<Step> steps;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    Step step = whole;
    step.match =
        i == 0 ? all_of(matches[i], parts.terms)
               : all_of(fmt::format("({}) NOT ({})", matches[i], matches[i - 1]), parts.terms);
    steps.push_back(std::move(step));
  }
  return steps;
}

// Unknown sizes are last in either direction.
std::vector<Step> steps_by_place(const Step& whole, bool descending) {
  if (!descending) return {whole};
  Step known = whole;
  known.below = std::min(whole.below, kFirstUnknownSize);
  Step unknown = whole;
  unknown.above = std::max(whole.above, kFirstUnknownSize - 1);
  return {known, unknown};
}

bool has(Store& store, const Step& step, std::int64_t place) {
  if (place <= step.above || place >= step.below) return false;
  if (step.match.empty()) return true;
  Query query =
      store.query("SELECT 1 FROM artifact_text WHERE artifact_text MATCH ? AND rowid = ?");
  return query.with(step.match, place).step();
}

[[noreturn]] void throw_no_page(std::string_view what, const std::string& after) {
  throw Error(ErrorKind::usage,
              fmt::format("there is no {} '{}' to go on after; start from the first page", what,
                          escape_for_terminal(after)));
}

// Leaves what comes after an artifact in the plan's order.
void go_on_after(Store& store, const std::string& after, Plan& plan) {
  Query query = store.query("SELECT place FROM artifact WHERE name = ?");
  if (!query.with(after).step()) throw_no_page("artifact", after);
  if (!plan.order.empty()) {
    plan.conditions.push_back(
        {fmt::format("({0}) {1} (SELECT {0} FROM artifact a JOIN model m ON m.id = a.model_id "
                     "WHERE a.name = ?)",
                     plan.order, plan.descending ? '<' : '>'),
         {after}});
    return;
  }
  const std::int64_t place = query.integer(0);
  const auto step =
      std::ranges::find_if(plan.steps, [&](const Step& part) { return has(store, part, place); });
  if (step == plan.steps.end()) throw_no_page("match", after);
  (plan.descending ? step->below : step->above) = place;
  plan.steps.erase(plan.steps.begin(), step);
}

}  // namespace

Plan plan_of(Catalog& catalog, const SearchQuery& query) {
  Store& store = catalog.store();
  Plan plan;
  std::vector<std::string> matches;
  if (!query.text.empty()) {
    matches = match_expressions(query.text, tasks(catalog),
                                [&](const std::string& word) { return words_for(store, word); });
    plan.nothing = matches.empty();
  }
  Parts parts;
  add_facets(catalog, query, parts);
  add_conditions(catalog, query, parts);
  plan.whole.match = all_of(matches.empty() ? std::string() : matches.back(), parts.terms);
  if (query.max_size) {
    const auto most = std::min<std::uint64_t>(query.max_size->count, kUnknownSize - 1);
    plan.whole.below = static_cast<std::int64_t>(most + 1) << kIdBits;
    parts.conditions.push_back({fmt::format("a.size <= {}", in_range(query.max_size->count)), {}});
  }
  const bool ranked = !matches.empty() && query.sort == SortKey::relevance;
  plan.order = std::ranges::find(kSorts, query.sort, &SortRow::key)->order;
  plan.descending = query.descending && !ranked;
  if (ranked) {
    plan.steps = ranked_steps(matches, parts, plan.whole);
  } else if (plan.order.empty()) {
    plan.steps = steps_by_place(plan.whole, plan.descending);
  } else {
    plan.steps = {plan.whole};
  }
  plan.conditions = std::move(parts.conditions);
  if (!plan.nothing && !query.after.empty()) go_on_after(store, query.after, plan);
  return plan;
}

std::string from_where(const Plan& plan, const Step& step, std::string_view needed) {
  const std::string_view place = place_of(step);
  std::vector<std::string> all;
  if (!step.match.empty()) all.emplace_back("artifact_text MATCH ?");
  if (step.above != Step{}.above) all.push_back(fmt::format("{} > ?", place));
  if (step.below != Step{}.below) all.push_back(fmt::format("{} < ?", place));
  for (const auto& condition : plan.conditions) all.push_back(fmt::format("({})", condition.sql));
  const std::string where = fmt::format("{}{}", all.empty() ? "" : " WHERE ",  //
                                        fmt::join(all, " AND "));
  const std::string names = fmt::format("{} {} {}", needed, where, plan.order);
  std::string sql = "FROM artifact a";
  if (!step.match.empty()) {
    sql = fmt::format("FROM artifact_text CROSS JOIN artifact a ON a.id = artifact_text.rowid & {}",
                      kIdMask);
  }
  if (names_table(names, "m.")) sql += " JOIN model m ON m.id = a.model_id";
  if (names_table(names, "t.")) sql += " LEFT JOIN task t ON t.id = a.task_id";
  if (names_table(names, "f.")) sql += " LEFT JOIN stored_file f ON f.sha256 = a.sha256";
  return sql + where;
}

void bind_where(Query& query, const Plan& plan, const Step& step) {
  if (!step.match.empty()) query.with(step.match);
  if (step.above != Step{}.above) query.with(step.above);
  if (step.below != Step{}.below) query.with(step.below);
  for (const auto& condition : plan.conditions) {
    for (const auto& text : condition.texts) query.with(text);
  }
}

std::string search_sql(const Plan& plan, const Step& step) {
  std::string order = plan.order.empty() ? std::string(place_of(step)) : plan.order;
  if (plan.descending) {
    for (std::size_t at = 0; (at = order.find(", ", at)) != std::string::npos; at += 7) {
      order.replace(at, 2, " DESC, ");
    }
    order += " DESC";
  }
  return fmt::format("SELECT a.id {} ORDER BY {} LIMIT ?", from_where(plan, step, {}), order);
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
