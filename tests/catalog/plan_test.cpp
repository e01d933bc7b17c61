#include <doctest/doctest.h>

#include <ostream>
#include <sstream>
#include <string>

#include "catalog/bundle.h"
#include "catalog/search_plan.h"
#include "catalog/store.h"
#include "tests/bench/synthetic_catalog.h"
#include "tests/bench/typical_searches.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

std::string plan_text(Catalog& catalog, const SearchQuery& query) {
  const Plan plan = plan_of(catalog, query);
  std::string text;
  for (const auto& step : plan.steps) {
    Query explained = catalog.store().query("EXPLAIN QUERY PLAN " + search_sql(plan, step));
    bind_where(explained, plan, step);
    while (explained.step()) text += explained.text(3) + '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("no typical search scans a table or sorts all of its hits") {
  Catalog catalog = shipped_catalog();
  std::stringstream bundle;
  bench::write_synthetic_bundle(bundle, 300);
  import_bundle(catalog, bundle);
  for (const auto& search : bench::kTypicalSearches) {
    CAPTURE(search.name);
    std::istringstream lines(plan_text(catalog, search.query()));
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(line);
      const bool in_order = line.find("USING INDEX") != std::string::npos ||
                            line.find("USING COVERING INDEX") != std::string::npos ||
                            line.find("VIRTUAL TABLE INDEX") != std::string::npos;
      if (line.starts_with("SCAN")) CHECK(in_order);
      CHECK(line.find("TEMP B-TREE") == std::string::npos);
    }
  }
}

TEST_CASE("the synthetic bundle is the same every time") {
  std::ostringstream first;
  std::ostringstream second;
  bench::write_synthetic_bundle(first, 50);
  bench::write_synthetic_bundle(second, 50);
  CHECK(first.str() == second.str());
}

}  // namespace litezoo::catalog
