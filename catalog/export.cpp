#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <ostream>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "catalog/bundle.h"
#include "catalog/claims.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/provenance.h"
#include "catalog/rows.h"
#include "catalog/samples.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

// Lines go out with their digest taken on the way.
class Writer {
 public:
  explicit Writer(std::ostream& out) : out_(out) {}

  void line(std::string_view kind, const nlohmann::json& value) {
    const std::string text = dump_json({{std::string(kind), value}}) + '\n';
    hash_.update(as_bytes(text));
    write(text);
    ++lines_;
  }
  void end() {
    const nlohmann::json last = {{"lines", lines_}, {"sha256", hash_.finish()}};
    write(dump_json({{"end", last}}) + '\n');
    out_.flush();
    require_written();
  }

 private:
  void write(const std::string& text) {
    out_.write(text.data(), static_cast<std::streamsize>(text.size()));
    require_written();
  }
  void require_written() const {
    if (!out_) throw Error(ErrorKind::io, "cannot write the bundle; is the disk full?");
  }

  std::ostream& out_;
  Sha256 hash_;
  std::uint64_t lines_ = 0;
};

// What the user has to do with: table aliases a and m.
constexpr std::string_view kOfUser =
    "(a.origin <> 0 OR (a.sha256 <> '' AND (a.sha256 IN (SELECT sha256 FROM stored_file) OR "
    "a.sha256 IN (SELECT sha256 FROM inspection) OR a.sha256 IN (SELECT sha256 FROM "
    "measurement))))";

std::string condition(const ExportOptions& options) {
  return options.everything ? "1" : std::string(kOfUser);
}

std::uint64_t write_tasks(Store& store, Writer& writer, const ExportOptions& options) {
  std::uint64_t count = 0;
  Query query = store.query(
      "SELECT name, display_name, domains, synonyms FROM task WHERE origin >= ? ORDER BY name");
  query.with(options.everything ? 0 : 1);
  for (; query.step(); ++count) {
    writer.line("task", Task{.id = query.text(0),
                             .display_name = query.text(1),
                             .domains = split_list(query.text(2)),
                             .synonyms = split_list(query.text(3))});
  }
  return count;
}

void write_models(Store& store, Writer& writer, const ExportOptions& options,
                  BundleCounts& counts) {
  Query query = store.query(fmt::format("SELECT {} FROM {} WHERE {} ORDER BY m.id, a.id",
                                        kEntryColumns, kEntryTables, condition(options)));
  std::string model;
  while (query.step()) {
    Entry entry = read_entry(query);
    if (entry.model.name != model) {
      model = entry.model.name;
      writer.line("model", entry.model);
      ++counts.models;
    }
    // Where a file lies on this machine means nothing elsewhere.
    std::erase_if(entry.artifact.references, [](const std::string& reference) {
      return reference.starts_with('/') || reference.starts_with("file:");
    });
    writer.line("artifact", entry.artifact);
    ++counts.artifacts;
  }
}

std::uint64_t write_claims(Store& store, Writer& writer, const ExportOptions& options) {
  std::uint64_t count = 0;
  Query query = store.query(fmt::format("{} WHERE c.origin >= ? ORDER BY c.id", kClaimSelect));
  query.with(options.everything ? 0 : 1);
  for (; query.step(); ++count) writer.line("claim", read_claim(query));
  return count;
}

std::uint64_t write_facts(Store& store, Writer& writer, std::string_view kind) {
  std::uint64_t count = 0;
  Query query = store.query(fmt::format("SELECT facts FROM {} ORDER BY 1", kind));
  for (; query.step(); ++count) {
    writer.line(kind, parse_json(query.text(0), fmt::format("a row of {}", kind)));
  }
  return count;
}

std::uint64_t write_measurements(Store& store, Writer& writer) {
  std::uint64_t count = 0;
  Query query = store.query(fmt::format("{} ORDER BY digest", kMeasurementSelect));
  for (; query.step(); ++count) writer.line("measurement", read_measurement(query));
  return count;
}

nlohmann::json provenance_document(Catalog& catalog) {
  auto entries = nlohmann::json::array();
  for (const auto& entry : provenance(catalog)) {
    entries.push_back({{"kind", entry.kind},
                       {"label", entry.label},
                       {"digest", entry.digest},
                       {"at", entry.at},
                       {"lines", entry.lines},
                       {"chain", entry.chain}});
  }
  return entries;
}

}  // namespace

BundleCounts export_bundle(Catalog& catalog, std::ostream& out, const ExportOptions& options) {
  Store& store = catalog.store();
  // One transaction, so that the bundle is one state of the catalog while others write.
  return store.snapshot([&] {
    BundleCounts counts;
    Writer writer(out);
    writer.line("litezoo_bundle", {{"version", kBundleVersion},
                                   {"label", options.label},
                                   {"created_at", timestamp()},
                                   {"provenance", provenance_document(catalog)}});
    counts.tasks = write_tasks(store, writer, options);
    write_models(store, writer, options, counts);
    counts.claims = write_claims(store, writer, options);
    counts.devices = write_facts(store, writer, "device");
    counts.inspections = write_facts(store, writer, "inspection");
    counts.measurements = write_measurements(store, writer);
    writer.end();
    return counts;
  });
}

}  // namespace litezoo::catalog
