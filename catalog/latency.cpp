#include "catalog/latency.h"

#include <fmt/format.h>

#include "base/latency.h"
#include "catalog/rows.h"

namespace litezoo::catalog {

std::optional<Nanoseconds> newest_p90(Store& store, std::string_view sha256,
                                      std::string_view device) {
  Query query =
      store.query(fmt::format("{} WHERE sha256 = ? AND device = ? ORDER BY taken_at DESC, id DESC "
                              "LIMIT 1",
                              kMeasurementSelect));
  if (!query.with(sha256, device).step()) return std::nullopt;
  const auto summary = summarise(read_measurement(query));
  if (!summary) return std::nullopt;
  return summary->p90;
}

std::vector<std::string> slower_than(Store& store, std::string_view device, Nanoseconds limit) {
  std::vector<std::string> measured;
  {
    Query query = store.query("SELECT DISTINCT sha256 FROM measurement WHERE device = ?");
    query.with(device);
    while (query.step()) measured.push_back(query.text(0));
  }
  std::erase_if(measured, [&](const std::string& sha256) {
    const auto p90 = newest_p90(store, sha256, device);
    return !p90 || *p90 <= limit;
  });
  return measured;
}

}  // namespace litezoo::catalog
