#include "catalog/unknown_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "catalog/document.h"
#include "catalog/terms.h"

namespace litezoo::catalog {
namespace {

// Tasks, domains and licences are not among them: an unknown one is an error of its own.
struct Filter {
  FacetKind kind;
  std::string_view name;
  std::string SearchQuery::*value;
  std::string_view column;  // where a facet term may stand for another spelling; or none
};
constexpr auto kFilters = std::to_array<Filter>({
    {FacetKind::publisher, "publisher", &SearchQuery::publisher, "m.publisher"},
    {FacetKind::architecture, "architecture", &SearchQuery::architecture, "m.architecture"},
    {FacetKind::dataset, "dataset", &SearchQuery::dataset, "m.dataset"},
    {FacetKind::language, "language", &SearchQuery::language, ""},
    {FacetKind::hub, "hub", &SearchQuery::hub, ""},
    {FacetKind::precision, "precision", &SearchQuery::precision, "a.precision"},
});

// Artifacts with the facet term that the first parameter names.
std::string with_term(std::string_view columns) {
  return fmt::format(
      "SELECT {} FROM artifact_text CROSS JOIN artifact a ON a.id = "
      "artifact_text.rowid & {} JOIN model m ON m.id = a.model_id "
      "WHERE artifact_text MATCH ?",
      columns, kIdMask);
}

// As an artifact with that facet writes it.
std::string spelled(Store& store, const Filter& filter, const std::string& value) {
  if (filter.column.empty()) return value;
  Query query = store.query(with_term(filter.column) + " LIMIT 1");
  query.with(match_of(facet_term(filter.kind, value)));
  return query.step() ? query.text(0) : value;
}

// Values that differ in punctuation only share a term, but are others.
bool is_spelled_so(Store& store, const Filter& filter, const std::string& value) {
  if (filter.column.empty()) return true;
  Query query = store.query(
      fmt::format("{} AND {} = ? COLLATE NOCASE LIMIT 1", with_term("1"), filter.column));
  return query.with(match_of(facet_term(filter.kind, value)), value).step();
}

// As the terms have it, for comparing: without the mark of the kind.
std::string plain(FacetKind kind, std::string_view value) {
  return facet_term(kind, value).substr(facet_term(kind, {}).size());
}

}  // namespace

std::vector<UnknownValue> unknown_values(Store& store, const SearchQuery& query) {
  std::vector<UnknownValue> result;
  for (const Filter& filter : kFilters) {
    const std::string& value = query.*filter.value;
    if (value.empty()) continue;
    const auto known = facet_values(store, filter.kind);
    const std::string wanted = plain(filter.kind, value);
    const bool occurs = std::ranges::find(known, wanted) != known.end();
    if (occurs && is_spelled_so(store, filter, value)) continue;
    UnknownValue unknown{.filter = std::string(filter.name), .value = value, .near = {}};
    for (const auto& near : near_names(wanted, known)) {
      unknown.near.push_back(spelled(store, filter, near));
    }
    result.push_back(std::move(unknown));
  }
  return result;
}

}  // namespace litezoo::catalog
