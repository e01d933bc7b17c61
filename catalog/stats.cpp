#include "catalog/stats.h"

#include <array>

#include "catalog/document.h"
#include "catalog/rows.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

struct Count {
  std::uint64_t Stats::*field;
  std::string_view sql;
};

constexpr auto kCounts = std::to_array<Count>({
    {&Stats::models, "SELECT count(*) FROM model"},
    {&Stats::artifacts, "SELECT count(*) FROM artifact"},
    {&Stats::fetched, "SELECT count(*) FROM stored_file"},
    {&Stats::inspections, "SELECT count(*) FROM inspection"},
    {&Stats::measurements, "SELECT count(*) FROM measurement"},
    {&Stats::claims, "SELECT count(*) FROM claim"},
    {&Stats::devices, "SELECT count(*) FROM device"},
    {&Stats::tasks, "SELECT count(*) FROM task"},
});

std::uint64_t number(Store& store, std::string_view sql) {
  Query query = store.query(sql);
  return query.step() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

std::uint64_t artifacts_with(Store& store, std::string_view term) {
  Query query = store.query("SELECT count(*) FROM artifact_text WHERE artifact_text MATCH ?");
  return query.with(match_of(term)).step() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

}  // namespace

Stats stats(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    Stats result;
    for (const auto& count : kCounts) result.*count.field = number(store, count.sql);
    result.fetched_bytes = {number(store, "SELECT coalesce(sum(size), 0) FROM stored_file")};
    result.schema_version =
        static_cast<std::uint32_t>(number(store, "SELECT user_version FROM pragma_user_version"));
    result.starter = artifacts_with(store, kStarterTerm);
    Query tasks = store.query("SELECT name FROM task");
    while (tasks.step()) {
      const auto artifacts = artifacts_with(store, facet_term(FacetKind::task, tasks.text(0)));
      if (artifacts > 0) result.artifacts_of_task[tasks.text(0)] = artifacts;
    }
    result.file_size = {number(store, kSizeQuery)};
    return result;
  });
}

}  // namespace litezoo::catalog
