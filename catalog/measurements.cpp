#include "catalog/measurements.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "catalog/deferred_index.h"
#include "catalog/rows.h"
#include "catalog/samples.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

template <typename T>
T parsed(const std::string& text, std::string_view what) {
  return parse_json(text, fmt::format("{} in the catalog", what)).get<T>();
}

// A file's precision is shown and searched by artifact.
void set_precision(Store& store, const Inspection& inspection) {
  std::vector<std::int64_t> ids;
  Query query = store.query("SELECT id FROM artifact WHERE sha256 = ? AND sha256 <> ''");
  query.with(inspection.sha256);
  while (query.step()) ids.push_back(query.integer(0));
  for (const std::int64_t id : ids) {
    forget_artifact(store, id);
    store.query("UPDATE artifact SET precision = ? WHERE id = ?")
        .with(inspection.precision, id)
        .run();
    add_artifact(store, id);
  }
}

bool is_known(Store& store, std::string_view sql, const std::string& key) {
  Query query = store.query(sql);
  return query.with(key).step();
}

}  // namespace

bool write_inspection(Store& store, const Inspection& inspection, Existing existing) {
  require_digest(inspection.sha256, "an inspection");
  const bool known =
      is_known(store, "SELECT 1 FROM inspection WHERE sha256 = ?", inspection.sha256);
  if (known && existing == Existing::keep) return false;
  if (auto* deferred = store.deferred_index(); deferred != nullptr) deferred->expect_inspections();
  store
      .query(
          "INSERT INTO inspection(sha256, precision, parameters, macs, facts) "
          "VALUES(?, ?, ?, ?, ?) ON CONFLICT(sha256) DO UPDATE SET "
          "precision = excluded.precision, parameters = excluded.parameters, "
          "macs = excluded.macs, facts = excluded.facts")
      .with(inspection.sha256, inspection.precision,
            static_cast<std::int64_t>(inspection.parameters),
            static_cast<std::int64_t>(inspection.macs), dump_json(inspection))
      .run();
  set_precision(store, inspection);
  return !known;
}

bool write_device(Store& store, const Device& device, Existing existing) {
  if (device.fingerprint.empty()) throw Error(ErrorKind::usage, "a device needs a fingerprint");
  const bool known =
      is_known(store, "SELECT 1 FROM device WHERE fingerprint = ?", device.fingerprint);
  if (known && existing == Existing::keep) return false;
  store
      .query(
          "INSERT INTO device(fingerprint, facts) VALUES(?, ?) "
          "ON CONFLICT(fingerprint) DO UPDATE SET facts = excluded.facts")
      .with(device.fingerprint, dump_json(device))
      .run();
  return !known;
}

bool write_measurement(Store& store, const Measurement& measurement) {
  require_digest(measurement.sha256, "a measurement");
  if (!is_known(store, "SELECT 1 FROM device WHERE fingerprint = ?", measurement.device)) {
    throw Error(ErrorKind::not_found,
                fmt::format("device '{}' of the measurement is not in the catalog; add it first",
                            measurement.device));
  }
  const std::string digest = sha256_of(as_bytes(dump_json(measurement)));
  if (is_known(store, "SELECT 1 FROM measurement WHERE digest = ?", digest)) return false;
  Measurement facts = measurement;
  facts.warmup.clear();
  facts.samples.clear();
  store
      .query(
          "INSERT INTO measurement(digest, sha256, device, engine, engine_version, threads, "
          "taken_at, warmup, samples, facts, provenance_id) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .with(digest, measurement.sha256, measurement.device, measurement.engine,
            measurement.engine_version, static_cast<std::int64_t>(measurement.settings.threads),
            measurement.taken_at, pack_samples(measurement.warmup),
            pack_samples(measurement.samples), dump_json(facts), store.provenance())
      .run();
  return true;
}

Measurement read_measurement(const Query& query) {
  auto measurement = parsed<Measurement>(query.text(0), "a measurement");
  measurement.warmup = unpack_samples(query.text(1));
  measurement.samples = unpack_samples(query.text(2));
  return measurement;
}

void put_inspection(Catalog& catalog, const Inspection& inspection) {
  Store& store = catalog.store();
  store.write([&] { write_inspection(store, inspection, Existing::replace); });
}

std::optional<Inspection> find_inspection(Catalog& catalog, std::string_view sha256) {
  Store& store = catalog.store();
  return store.read([&]() -> std::optional<Inspection> {
    Query query = store.query("SELECT facts FROM inspection WHERE sha256 = ?");
    if (!query.with(sha256).step()) return std::nullopt;
    return parsed<Inspection>(query.text(0), "an inspection");
  });
}

void put_device(Catalog& catalog, const Device& device) {
  Store& store = catalog.store();
  store.write([&] { write_device(store, device, Existing::replace); });
}

std::optional<Device> find_device(Catalog& catalog, std::string_view fingerprint) {
  Store& store = catalog.store();
  return store.read([&]() -> std::optional<Device> {
    Query query = store.query("SELECT facts FROM device WHERE fingerprint = ?");
    if (!query.with(fingerprint).step()) return std::nullopt;
    return parsed<Device>(query.text(0), "a device");
  });
}

std::vector<Device> devices(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<Device> result;
    Query query = store.query("SELECT facts FROM device ORDER BY fingerprint");
    while (query.step()) result.push_back(parsed<Device>(query.text(0), "a device"));
    return result;
  });
}

void put_measurement(Catalog& catalog, const Measurement& measurement) {
  Store& store = catalog.store();
  store.write([&] { write_measurement(store, measurement); });
}

namespace {

std::vector<Measurement> measurements_where(Catalog& catalog, std::string_view condition,
                                            std::string_view sha256, std::string_view device) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<Measurement> result;
    Query query =
        store.query(fmt::format("{} WHERE sha256 = ?1 AND {} ORDER BY taken_at DESC, id DESC",
                                kMeasurementSelect, condition));
    query.with(sha256, device);
    while (query.step()) result.push_back(read_measurement(query));
    return result;
  });
}

}  // namespace

std::vector<Measurement> measurements(Catalog& catalog, std::string_view sha256,
                                      std::string_view device) {
  return measurements_where(catalog, "(device = ?2 OR ?2 = '')", sha256, device);
}

std::vector<Measurement> own_measurements(Catalog& catalog, std::string_view sha256,
                                          std::string_view device) {
  return measurements_where(catalog, "device = ?2 AND provenance_id IS NULL", sha256, device);
}

}  // namespace litezoo::catalog
