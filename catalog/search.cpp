#include "catalog/search.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/json.h"
#include "base/text.h"
#include "catalog/latency.h"
#include "catalog/search_plan.h"
#include "catalog/store.h"
#include "catalog/terms.h"
#include "catalog/unknown_values.h"

namespace litezoo::catalog {
namespace {

struct FormatRow {
  ArtifactFormat format;
  std::string_view label;
  std::string_view how_to_convert = {};
};
constexpr auto kFormats = std::to_array<FormatRow>({
    {ArtifactFormat::tflite, "tflite"},
    {ArtifactFormat::task_bundle, "task bundle"},
    {ArtifactFormat::saved_model, "saved_model (needs conversion)",
     "unpack it into DIR, then with Python's tensorflow: tflite_convert --saved_model_dir DIR "
     "--output_file model.tflite; litezoo catalog add model.tflite"},
    {ArtifactFormat::other, "other (needs conversion)",
     "get it from the link, take the .tflite file out of it or convert it with its framework's "
     "TFLite converter; litezoo catalog add model.tflite"},
});

const FormatRow& row_of(ArtifactFormat format) noexcept {
  const auto* row = std::ranges::find(kFormats, format, &FormatRow::format);
  return row == kFormats.end() ? kFormats.back() : *row;
}

constexpr std::string_view kRow =
    "SELECT a.name, m.name, m.publisher, coalesce(t.name, ''), m.domains, a.size, a.precision, "
    "m.license, a.license_class, a.format, a.sha256, f.sha256 IS NOT NULL, "
    "EXISTS(SELECT 1 FROM measurement WHERE sha256 = a.sha256 AND device = ?2), a.starter, "
    "m.architecture, m.dataset, m.languages, "
    "(SELECT parameters FROM inspection WHERE sha256 = a.sha256) "
    "FROM artifact a JOIN model m ON m.id = a.model_id LEFT JOIN task t ON t.id = a.task_id "
    "LEFT JOIN stored_file f ON f.sha256 = a.sha256 WHERE a.id = ?1";

SearchRow read_row(Store& store, std::int64_t artifact, const std::string& device) {
  Query query = store.query(kRow);
  query.with(artifact, device).step();
  SearchRow row{.artifact = query.text(0),
                .model = query.text(1),
                .publisher = query.text(2),
                .task = query.text(3),
                .domains = split_list(query.text(4)),
                .architecture = query.text(14),
                .dataset = query.text(15),
                .languages = split_list(query.text(16)),
                .size = query.size(5),
                .parameters = std::nullopt,
                .precision = query.text(6),
                .license = query.text(7),
                .license_class = static_cast<LicenseClass>(query.integer(8)),
                .format = artifact_format(query.text(9)),
                .sha256 = query.text(10),
                .fetched = query.integer(11) != 0,
                .measured_here = query.integer(12) != 0,
                .p90_here = std::nullopt,
                .starter = query.integer(13) != 0};
  if (!query.is_null(17)) row.parameters = static_cast<std::uint64_t>(query.integer(17));
  if (row.measured_here) row.p90_here = newest_p90(store, row.sha256, device);
  return row;
}

// Adds ids of a step to `ids` until there are `most`.
void add_ids(Store& store, const Plan& plan, const Step& step, std::size_t most,
             std::vector<std::int64_t>& ids) {
  Query rows = store.query(search_sql(plan, step));
  bind_where(rows, plan, step);
  rows.with(static_cast<std::int64_t>(most - ids.size()));
  while (rows.step()) ids.push_back(rows.integer(0));
}

// Ids of what fits, in order, at most that many. Steps of a text cost the more the later they come:
// when all there is has been found, the others are left out.
std::vector<std::int64_t> ids_of(Store& store, const Plan& plan, std::size_t most) {
  const bool worth_counting = plan.steps.size() > 2;
  std::optional<std::size_t> all;
  std::vector<std::int64_t> ids;
  for (const auto& step : plan.steps) {
    add_ids(store, plan, step, most, ids);
    if (ids.size() == most) break;
    if (worth_counting && !all) {
      std::vector<std::int64_t> whole;
      add_ids(store, plan, plan.whole, most, whole);
      all = whole.size();
    }
    if (all == ids.size()) break;
  }
  return ids;
}

}  // namespace

SearchResult search(Catalog& catalog, const SearchQuery& query) {
  Store& store = catalog.store();
  return store.read([&] {
    SearchResult result;
    const Plan plan = plan_of(catalog, query);
    if (plan.nothing) return result;
    constexpr std::size_t kAll = std::numeric_limits<std::int32_t>::max();
    const std::size_t limit = query.limit == 0 ? kAll : std::min(query.limit, kAll);
    auto ids = ids_of(store, plan, limit + 1);
    if (ids.size() > limit) {
      ids.resize(limit);
      result.more = true;
    }
    for (const std::int64_t id : ids) result.rows.push_back(read_row(store, id, query.device));
    if (result.rows.empty() && !query.text.empty() && query.after.empty()) {
      result.suggestions = near_words(store, query.text);
    }
    if (result.rows.empty()) result.unknown = unknown_values(store, query);
    return result;
  });
}

std::string_view format_label(ArtifactFormat format) noexcept {
  return row_of(format).label;
}

bool needs_conversion(ArtifactFormat format) noexcept {
  return !how_to_convert(format).empty();
}

std::string_view how_to_convert(ArtifactFormat format) noexcept {
  return row_of(format).how_to_convert;
}

std::vector<UseCase> use_cases(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<UseCase> result;
    Query query = store.query(
        "SELECT e.use_case, min(e.input), count(*) FROM example e JOIN artifact a "
        "ON a.name = e.artifact GROUP BY 1 ORDER BY 1");
    while (query.step()) {
      result.push_back({.name = query.text(0),
                        .input = query.text(1),
                        .artifacts = static_cast<std::uint64_t>(query.integer(2))});
    }
    return result;
  });
}

}  // namespace litezoo::catalog
