#include <type_traits>
#include <variant>

#include "catalog/bundle.h"
#include "catalog/bundle_reader.h"
#include "catalog/deferred_index.h"
#include "catalog/provenance.h"
#include "catalog/rows.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

// Enters rows and counts them by kind.
class Importer {
 public:
  Importer(Store& store, DeferredIndex& deferred) : store_(store), deferred_(deferred) {}

  void add(const BundleLine& line) {
    try {
      std::visit([&](const auto& row) { count(row); }, line.row);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::io) throw;
      fail_at_line(line.number, error.what());
    }
  }
  const ImportResult& result() const noexcept { return result_; }

 private:
  template <typename Noun>
  void count(const Noun& row) {
    if (write(row)) ++(result_.added.*field<Noun>());
    ++(result_.read.*field<Noun>());
  }
  template <typename Noun>
  static constexpr std::uint64_t BundleCounts::*field() {
    if constexpr (std::is_same_v<Noun, Task>) return &BundleCounts::tasks;
    if constexpr (std::is_same_v<Noun, Model>) return &BundleCounts::models;
    if constexpr (std::is_same_v<Noun, Artifact>) return &BundleCounts::artifacts;
    if constexpr (std::is_same_v<Noun, Claim>) return &BundleCounts::claims;
    if constexpr (std::is_same_v<Noun, Device>) return &BundleCounts::devices;
    if constexpr (std::is_same_v<Noun, Inspection>) return &BundleCounts::inspections;
    if constexpr (std::is_same_v<Noun, Measurement>) return &BundleCounts::measurements;
  }

  bool write(const Task& task) {
    if (task.id.empty()) throw Error(ErrorKind::corrupt, "a task without an id");
    Query query = store_.query("SELECT 1 FROM task WHERE name = ?");
    if (query.with(task.id).step()) return false;
    return write_task(store_, task, Origin::user);
  }
  bool write(const Model& model) {
    return write_model(store_, model, Origin::user, Existing::keep);
  }
  bool write(const Artifact& artifact) {
    return write_artifact(store_, artifact, Origin::user, Existing::keep);
  }
  bool write(const Claim& claim) {
    return write_claim(store_, claim, Origin::user, Existing::keep);
  }
  bool write(const Device& device) { return write_device(store_, device, Existing::keep); }
  bool write(const Inspection& inspection) {
    deferred_.restore_indexes();  // artifacts are looked up by digest
    return write_inspection(store_, inspection, Existing::keep);
  }
  bool write(const Measurement& measurement) { return write_measurement(store_, measurement); }

  Store& store_;
  DeferredIndex& deferred_;
  ImportResult result_;
};

bool was_imported(Store& store, const std::string& digest) {
  Query query = store.query("SELECT 1 FROM provenance WHERE digest = ? AND kind = 'bundle'");
  return query.with(digest).step();
}

}  // namespace

ImportResult import_bundle(Catalog& catalog, std::istream& in) {
  Store& store = catalog.store();
  return store.write([&] {
    BundleReader reader(in);
    const std::int64_t entry = add_provenance(store, "bundle", reader.label());
    const FromEntry from(store, entry);
    DeferredIndex deferred(store);
    Importer importer(store, deferred);
    for (auto lines = reader.next(); !lines.empty(); lines = reader.next()) {
      for (const auto& line : lines) importer.add(line);
    }
    deferred.finish();
    ImportResult result = importer.result();
    result.repeated = was_imported(store, reader.digest());
    if (result.repeated && result.added == BundleCounts{}) {
      store.query("DELETE FROM provenance WHERE id = ?").with(entry).run();
    } else {
      close_provenance(store, entry, reader.digest(), reader.lines());
    }
    return result;
  });
}

}  // namespace litezoo::catalog
