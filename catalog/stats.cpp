#include "catalog/stats.h"

#include <array>

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
    {&Stats::starter, "SELECT count(*) FROM artifact WHERE starter = 1"},
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

}  // namespace

Stats stats(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    Stats result;
    for (const auto& count : kCounts) result.*count.field = number(store, count.sql);
    result.fetched_bytes = {number(store, "SELECT coalesce(sum(size), 0) FROM stored_file")};
    result.schema_version =
        static_cast<std::uint32_t>(number(store, "SELECT user_version FROM pragma_user_version"));
    Query query = store.query(
        "SELECT t.name, n.count FROM (SELECT task_id, count(*) AS count FROM artifact "
        "GROUP BY task_id) n JOIN task t ON t.id = n.task_id");
    while (query.step()) {
      result.artifacts_of_task[query.text(0)] = static_cast<std::uint64_t>(query.integer(1));
    }
    result.file_size = {number(store, kSizeQuery)};
    return result;
  });
}

}  // namespace litezoo::catalog
