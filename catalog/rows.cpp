#include "catalog/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/license_class.h"

namespace litezoo::catalog {
namespace {

// Text and domains are kept for the artifacts of one model ("a.model_id") or for one ("a.id").
struct IndexStatements {
  std::string_view forget_text, add_text, forget_domains, add_domains;
};

#define LITEZOO_DOCUMENTS_WHERE(column) \
  " FROM artifact a JOIN artifact_document d ON d.id = a.id WHERE " column " = ?1"
#define LITEZOO_INDEX_STATEMENTS(column)                                                    \
  {                                                                                         \
    "INSERT INTO artifact_text(artifact_text, rowid, name, task, description) "             \
    "SELECT 'delete', d.id, d.name, d.task, d.description" LITEZOO_DOCUMENTS_WHERE(column), \
        "INSERT INTO artifact_text(rowid, name, task, description) "                        \
        "SELECT d.id, d.name, d.task, d.description" LITEZOO_DOCUMENTS_WHERE(column),       \
        "DELETE FROM artifact_domain WHERE (domain, order_size, artifact_id) IN "           \
        "(SELECT ?2, a.order_size, a.id FROM artifact a WHERE " column " = ?1)",            \
        "INSERT INTO artifact_domain(domain, order_size, artifact_id) "                     \
        "SELECT ?2, a.order_size, a.id FROM artifact a WHERE " column " = ?1"               \
  }

const std::string kModelByName = fmt::format("{} WHERE m.name = ?", kModelSelect);
const std::string kEntryByName =
    fmt::format("SELECT {} FROM {} WHERE a.name = ?", kEntryColumns, kEntryTables);

constexpr IndexStatements kOfModel = LITEZOO_INDEX_STATEMENTS("a.model_id");
constexpr IndexStatements kOfArtifact = LITEZOO_INDEX_STATEMENTS("a.id");

void forget(Store& store, const IndexStatements& sql, std::int64_t id, const std::string& domains) {
  store.query(sql.forget_text).with(id).run();
  for (const auto& domain : split_list(domains)) {
    store.query(sql.forget_domains).with(id, domain).run();
  }
}

void add(Store& store, const IndexStatements& sql, std::int64_t id, const std::string& domains) {
  store.query(sql.add_text).with(id).run();
  for (const auto& domain : split_list(domains)) {
    store.query(sql.add_domains).with(id, domain).run();
  }
}

struct ModelRow {
  std::int64_t id = 0;
  std::string domains, license;
};

std::optional<ModelRow> model_row(Store& store, const std::string& name) {
  Query query = store.query("SELECT id, domains, license FROM model WHERE name = ?");
  if (!query.with(name).step()) return std::nullopt;
  return ModelRow{.id = query.integer(0), .domains = query.text(1), .license = query.text(2)};
}

std::optional<std::int64_t> id_of(Store& store, std::string_view sql, const std::string& name) {
  Query query = store.query(sql);
  if (!query.with(name).step()) return std::nullopt;
  return query.integer(0);
}

// Puts `value` into an empty `field`; true when it did.
template <typename T>
bool fill(T& field, const T& value) {
  if (!(field == T{}) || value == T{}) return false;
  field = value;
  return true;
}

// The stored model with what it lacks of `other`; nullopt when it lacks nothing.
std::optional<Model> filled_model(Store& store, const Model& other) {
  Query query = store.query(kModelByName);
  query.with(other.name).step();
  Model known = read_model(query);
  bool changed = fill(known.publisher, other.publisher);
  changed |= fill(known.task, other.task);
  changed |= fill(known.domains, other.domains);
  changed |= fill(known.description, other.description);
  changed |= fill(known.architecture, other.architecture);
  changed |= fill(known.dataset, other.dataset);
  changed |= fill(known.license, other.license);
  changed |= fill(known.languages, other.languages);
  changed |= fill(known.link, other.link);
  if (!changed) return std::nullopt;
  return known;
}

std::optional<Artifact> filled_artifact(Store& store, const Artifact& other) {
  Query query = store.query(kEntryByName);
  query.with(other.name).step();
  Artifact known = read_entry(query).artifact;
  bool changed = fill(known.revision, other.revision);
  changed |= fill(known.sha256, other.sha256);
  changed |= fill(known.size, other.size);
  changed |= fill(known.precision, other.precision);
  for (const auto& place : other.references) {
    if (std::ranges::find(known.references, place) != known.references.end()) continue;
    known.references.push_back(place);
    changed = true;
  }
  if (!changed) return std::nullopt;
  return known;
}

}  // namespace

std::int64_t source_id(Store& store, const std::string& text) {
  if (const auto known = id_of(store, "SELECT id FROM source WHERE text = ?", text)) return *known;
  store.query("INSERT INTO source(text) VALUES(?)").with(text).run();
  return store.last_row();
}

std::optional<std::int64_t> task_id(Store& store, const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (const auto known = id_of(store, "SELECT id FROM task WHERE name = ?", name)) return known;
  write_task(store, {.id = name, .display_name = name, .domains = {}, .synonyms = {}},
             Origin::user);
  return store.last_row();
}

bool write_task(Store& store, const Task& task, Origin origin) {
  const bool known = id_of(store, "SELECT id FROM task WHERE name = ?", task.id).has_value();
  store
      .query(
          "INSERT INTO task(name, display_name, domains, synonyms, origin) VALUES(?, ?, ?, ?, ?) "
          "ON CONFLICT(name) DO UPDATE SET display_name = excluded.display_name, "
          "domains = excluded.domains, synonyms = excluded.synonyms, "
          "origin = min(origin, excluded.origin)")
      .with(task.id, task.display_name, join_list(task.domains), join_list(task.synonyms),
            static_cast<int>(origin))
      .run();
  return !known;
}

bool write_model(Store& store, const Model& model, Origin origin, Existing existing) {
  if (model.name.empty()) throw Error(ErrorKind::usage, "a model needs a name: PUBLISHER/NAME");
  const auto known = model_row(store, model.name);
  if (known && existing == Existing::keep) {
    if (auto filled = filled_model(store, model)) write_model(store, *filled, origin);
    return false;
  }
  if (known) forget(store, kOfModel, known->id, known->domains);
  const auto task = task_id(store, model.task);
  const std::string domains = join_list(model.domains);
  store
      .query(
          "INSERT INTO model(name, publisher, task_id, domains, description, architecture, "
          "dataset, license, languages, link, source_id, origin) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT(name) DO UPDATE SET publisher = excluded.publisher, "
          "task_id = excluded.task_id, domains = excluded.domains, "
          "description = excluded.description, architecture = excluded.architecture, "
          "dataset = excluded.dataset, license = excluded.license, "
          "languages = excluded.languages, link = excluded.link, "
          "source_id = excluded.source_id, origin = min(origin, excluded.origin)")
      .with(model.name, model.publisher, task, domains, model.description, model.architecture,
            model.dataset, model.license, join_list(model.languages), model.link,
            source_id(store, model.source), static_cast<int>(origin))
      .run();
  if (!known) return true;
  store.query("UPDATE artifact SET task_id = ?2, license_class = ?3 WHERE model_id = ?1")
      .with(known->id, task, static_cast<int>(license_class(model.license)))
      .run();
  add(store, kOfModel, known->id, domains);
  return false;
}

bool write_artifact(Store& store, const Artifact& artifact, Origin origin, Existing existing) {
  if (artifact.name.empty()) throw Error(ErrorKind::usage, "an artifact needs a name");
  if (!artifact.sha256.empty()) require_digest(artifact.sha256, artifact.name);
  const auto known = id_of(store, "SELECT id FROM artifact WHERE name = ?", artifact.name);
  if (known && existing == Existing::keep) {
    if (auto filled = filled_artifact(store, artifact)) write_artifact(store, *filled, origin);
    return false;
  }
  const auto model = model_row(store, artifact.model);
  if (!model) {
    throw Error(ErrorKind::not_found, fmt::format("model '{}' of artifact '{}' is not in the "
                                                  "catalog; add it first",
                                                  artifact.model, artifact.name));
  }
  if (known) forget_artifact(store, *known);
  store
      .query(
          "INSERT INTO artifact(model_id, name, format, reference_list, revision, sha256, size, "
          "precision, starter, origin, task_id, license_class) "
          "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, m.task_id, ?11 "
          "FROM model m WHERE m.id = ?1 "
          "ON CONFLICT(name) DO UPDATE SET model_id = excluded.model_id, format = excluded.format, "
          "reference_list = excluded.reference_list, revision = excluded.revision, "
          "sha256 = CASE excluded.sha256 WHEN '' THEN sha256 ELSE excluded.sha256 END, "
          "size = coalesce(excluded.size, size), precision = excluded.precision, "
          "starter = excluded.starter, origin = min(origin, excluded.origin), "
          "task_id = excluded.task_id, license_class = excluded.license_class")
      .with(model->id, artifact.name, to_string(artifact.format),
            fmt::format("{}", fmt::join(artifact.references, "\n")), artifact.revision,
            artifact.sha256, artifact.size, artifact.precision, artifact.starter,
            static_cast<int>(origin), static_cast<int>(license_class(model->license)))
      .run();
  const std::int64_t id = known ? *known : store.last_row();
  // An inspection knows the precision better than whoever published the file.
  store
      .query(
          "UPDATE artifact SET precision = i.precision FROM inspection i "
          "WHERE artifact.id = ? AND i.sha256 = artifact.sha256")
      .with(id)
      .run();
  add(store, kOfArtifact, id, model->domains);
  return !known;
}

void forget_artifact(Store& store, std::int64_t artifact) {
  Query query = store.query(
      "SELECT m.domains FROM artifact a JOIN model m ON m.id = a.model_id WHERE a.id = ?");
  if (query.with(artifact).step()) forget(store, kOfArtifact, artifact, query.text(0));
}

void add_artifact(Store& store, std::int64_t artifact) {
  Query query = store.query(
      "SELECT m.domains FROM artifact a JOIN model m ON m.id = a.model_id WHERE a.id = ?");
  if (query.with(artifact).step()) add(store, kOfArtifact, artifact, query.text(0));
}

bool write_claim(Store& store, const Claim& claim, Origin origin, Existing existing) {
  if (claim.artifact_or_model.empty() || claim.metric.empty()) {
    throw Error(ErrorKind::usage,
                fmt::format("a claim needs a metric and what it is about: '{}'", claim.raw));
  }
  const std::int64_t source = source_id(store, claim.source);
  Query query = store.query(
      "SELECT 1 FROM claim WHERE subject = ? AND metric = ? AND dataset = ? AND split = ? "
      "AND variant = ? AND source_id = ? AND raw = ?");
  const bool known = query
                         .with(claim.artifact_or_model, claim.metric, claim.dataset, claim.split,
                               claim.variant, source, claim.raw)
                         .step();
  if (known && existing == Existing::keep) return false;
  store
      .query(
          "INSERT INTO claim(subject, metric, dataset, split, variant, value, unit, raw, "
          "source_id, date, origin) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT DO UPDATE SET value = excluded.value, unit = excluded.unit, "
          "date = excluded.date, origin = min(origin, excluded.origin)")
      .with(claim.artifact_or_model, claim.metric, claim.dataset, claim.split, claim.variant,
            claim.value, claim.unit, claim.raw, source, claim.date, static_cast<int>(origin))
      .run();
  return !known;
}

Entry read_entry(const Query& query) {
  Entry entry;
  entry.artifact = {.name = query.text(0),
                    .model = query.text(8),
                    .format = artifact_format(query.text(1)),
                    .references = split(query.text(2), '\n'),
                    .revision = query.text(3),
                    .sha256 = query.text(4),
                    .size = query.size(5),
                    .precision = query.text(6),
                    .starter = query.integer(7) != 0};
  if (query.text(2).empty()) entry.artifact.references.clear();
  entry.model = {.name = query.text(8),
                 .publisher = query.text(9),
                 .task = query.text(10),
                 .domains = split_list(query.text(11)),
                 .description = query.text(12),
                 .architecture = query.text(13),
                 .dataset = query.text(14),
                 .license = query.text(15),
                 .languages = split_list(query.text(16)),
                 .link = query.text(17),
                 .source = query.text(18)};
  if (!query.is_null(19)) {
    entry.file = StoredFile{.sha256 = query.text(19),
                            .size = query.size(20).value_or(Bytes{}),
                            .path = query.text(21),
                            .fetched_at = query.text(22)};
  }
  return entry;
}

Model read_model(const Query& query) {
  return {.name = query.text(0),
          .publisher = query.text(1),
          .task = query.text(2),
          .domains = split_list(query.text(3)),
          .description = query.text(4),
          .architecture = query.text(5),
          .dataset = query.text(6),
          .license = query.text(7),
          .languages = split_list(query.text(8)),
          .link = query.text(9),
          .source = query.text(10)};
}

Claim read_claim(const Query& query) {
  return {.artifact_or_model = query.text(0),
          .metric = query.text(1),
          .dataset = query.text(2),
          .split = query.text(3),
          .variant = query.text(4),
          .value = query.number(5),
          .unit = query.text(6),
          .raw = query.text(7),
          .source = query.text(8),
          .date = query.text(9)};
}

void require_digest(std::string_view sha256, std::string_view what) {
  if (is_sha256(sha256)) return;
  throw Error(ErrorKind::usage,
              fmt::format("'{}' of '{}' is not a SHA-256; give 64 lower-case hexadecimal digits",
                          sha256, what));
}

}  // namespace litezoo::catalog
