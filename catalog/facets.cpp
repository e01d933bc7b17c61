#include <fmt/format.h>

#include <array>
#include <string_view>

#include "catalog/search.h"
#include "catalog/search_plan.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

struct FacetRow {
  std::string_view name;
  std::string_view value;  // SQL
  std::string_view tables = {};
};

constexpr std::string_view kMostValues = "40";

constexpr auto kFacets = std::to_array<FacetRow>({
    {"domain", "fd.domain",
     "JOIN artifact_domain fd ON fd.artifact_id = a.id AND fd.order_size = a.order_size AND "
     "fd.domain IN (SELECT DISTINCT domain FROM artifact_domain)"},
    {"task", "coalesce(t.name, '')"},
    {"license class",
     "CASE a.license_class WHEN 1 THEN 'permissive' WHEN 2 THEN 'copyleft' "
     "WHEN 3 THEN 'non-commercial' ELSE 'unknown' END"},
    {"license", "m.license"},
    {"publisher", "m.publisher"},
    {"architecture", "m.architecture"},
    {"dataset", "m.dataset"},
    {"precision", "a.precision"},
    {"format", "a.format"},
    {"size",
     "CASE WHEN a.size IS NULL THEN '' WHEN a.size < 1000000 THEN 'under 1 MB' "
     "WHEN a.size < 10000000 THEN '1 to 10 MB' WHEN a.size < 100000000 THEN '10 to 100 MB' "
     "ELSE '100 MB or more' END"},
    {"language", "m.languages"},
    {"hub", "substr(a.reference_list, 1, max(instr(a.reference_list, ':') - 1, 0))"},
    {"has accuracy",
     "CASE WHEN EXISTS(SELECT 1 FROM claim WHERE subject IN (a.name, m.name) AND metric NOT IN "
     "('latency', 'size', 'parameters', 'macs')) THEN 'yes' ELSE 'no' END"},
    {"fetched", "CASE WHEN f.sha256 IS NULL THEN 'no' ELSE 'yes' END"},
});

}  // namespace

std::vector<Facet> facets(Catalog& catalog, const SearchQuery& query) {
  Store& store = catalog.store();
  return store.read([&] {
    SearchQuery all = query;
    all.after.clear();
    const Plan plan = plan_of(catalog, all);
    std::vector<Facet> result;
    if (plan.nothing) return result;
    for (const auto& row : kFacets) {
      Query counts =
          store.query(fmt::format("SELECT {}, count(*) {} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {}",
                                  row.value, from_where(plan, row.value, row.tables), kMostValues));
      bind_conditions(counts, plan);
      Facet facet{.name = std::string(row.name), .counts = {}};
      while (counts.step()) {
        facet.counts.push_back({counts.text(0), static_cast<std::uint64_t>(counts.integer(1))});
      }
      result.push_back(std::move(facet));
    }
    return result;
  });
}

}  // namespace litezoo::catalog
