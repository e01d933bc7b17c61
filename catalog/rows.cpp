#include "catalog/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/deferred_index.h"
#include "catalog/document.h"
#include "catalog/filled.h"
#include "catalog/license_class.h"
#include "catalog/terms.h"

namespace litezoo::catalog {
namespace {

const std::string kModelByName = fmt::format("{} WHERE m.name = ?", kModelSelect);
const std::string kEntryByName =
    fmt::format("SELECT {} FROM {} WHERE a.name = ?", kEntryColumns, kEntryTables);

std::optional<std::int64_t> id_of(Store& store, std::string_view sql, const std::string& name) {
  Query query = store.query(sql);
  if (!query.with(name).step()) return std::nullopt;
  return query.integer(0);
}

constexpr std::size_t kMostRemembered = 4096;

// What was looked up before, where that is kept.
template <typename LookUp>
std::int64_t remembered(std::unordered_map<std::string, std::int64_t>* ids, const std::string& name,
                        LookUp look_up) {
  if (ids == nullptr) return look_up();
  if (const auto known = ids->find(name); known != ids->end()) return known->second;
  if (ids->size() == kMostRemembered) ids->clear();
  return ids->emplace(name, look_up()).first->second;
}

Model known_model(Store& store, const std::string& name) {
  Query query = store.query(kModelByName);
  query.with(name).step();
  return read_model(query);
}

using ModelRow = DeferredIndex::ModelInHand;

// The model of that name, kept at hand for the next artifact, or else in `own`; nullptr if there
// is none.
const ModelRow* model_row(Store& store, const std::string& name, std::optional<ModelRow>& own) {
  auto* deferred = store.deferred_index();
  const auto* in_hand = deferred != nullptr ? deferred->in_hand(name) : nullptr;
  if (in_hand != nullptr) return in_hand;
  const auto id = id_of(store, "SELECT id FROM model WHERE name = ?", name);
  if (!id) return nullptr;
  ModelRow row{.id = *id, .task = std::nullopt, .model = known_model(store, name)};
  row.task = task_id(store, row.model.task);
  return deferred != nullptr ? &deferred->take_in_hand(std::move(row))
                             : &own.emplace(std::move(row));
}

std::vector<std::int64_t> artifacts_of(Store& store, std::int64_t model) {
  std::vector<std::int64_t> ids;
  Query query = store.query("SELECT id FROM artifact WHERE model_id = ?");
  query.with(model);
  while (query.step()) ids.push_back(query.integer(0));
  return ids;
}

// A user's row takes what a source says anew; a shipped one only what it lacked.
bool only_fills(Existing existing, Origin known) {
  return existing == Existing::keep || (existing == Existing::refresh && known == Origin::shipped);
}

// A row that says the same already is not written, and its text not put in again.
template <typename Noun>
bool same(const Noun& a, const Noun& b) {
  return nlohmann::json(a) == nlohmann::json(b);
}

Artifact known_artifact(Store& store, const std::string& name) {
  Query query = store.query(kEntryByName);
  query.with(name).step();
  return read_entry(query).artifact;
}

// False when there is one of that name.
bool insert_model(Store& store, const Model& model, Origin origin) {
  const auto task = task_id(store, model.task);
  store
      .query(
          "INSERT INTO model(name, publisher, task_id, domains, description, architecture, "
          "dataset, license, languages, link, source_id, origin, provenance_id) "
          "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(name) DO NOTHING")
      .with(model.name, model.publisher, task, join_list(model.domains), model.description,
            model.architecture, model.dataset, model.license, join_list(model.languages),
            model.link, source_id(store, model.source), static_cast<int>(origin),
            store.provenance())
      .run();
  if (store.changed_rows() == 0) return false;
  if (auto* deferred = store.deferred_index(); deferred != nullptr) {
    deferred->take_in_hand({.id = store.last_row(), .task = task, .model = model});
  }
  return true;
}

void update_model(Store& store, std::int64_t id, const Model& model) {
  if (auto* deferred = store.deferred_index(); deferred != nullptr) deferred->put_down();
  const auto artifacts = artifacts_of(store, id);
  for (const std::int64_t artifact : artifacts) forget_artifact(store, artifact);
  const auto task = task_id(store, model.task);
  store
      .query(
          "UPDATE model SET publisher = ?2, task_id = ?3, domains = ?4, description = ?5, "
          "architecture = ?6, dataset = ?7, license = ?8, languages = ?9, link = ?10, "
          "source_id = ?11 WHERE id = ?1")
      .with(id, model.publisher, task, join_list(model.domains), model.description,
            model.architecture, model.dataset, model.license, join_list(model.languages),
            model.link, source_id(store, model.source))
      .run();
  store.query("UPDATE artifact SET task_id = ?2, license_class = ?3 WHERE model_id = ?1")
      .with(id, task, static_cast<int>(license_class(model.license)))
      .run();
  for (const std::int64_t artifact : artifacts) add_artifact(store, artifact);
}

std::string places_of(const Artifact& artifact) {
  return fmt::format("{}", fmt::join(artifact.references, "\n"));
}

// An inspection knows the precision better than whoever published the file.
std::string precision_of(Store& store, const Artifact& artifact) {
  if (artifact.sha256.empty()) return artifact.precision;
  const auto* deferred = store.deferred_index();
  if (deferred != nullptr && !deferred->has_inspections()) return artifact.precision;
  Query query = store.query("SELECT precision FROM inspection WHERE sha256 = ?");
  return query.with(artifact.sha256).step() ? query.text(0) : artifact.precision;
}

// As view artifact_document has it.
std::string text_of(const Artifact& artifact, const std::string& precision,
                    const std::string& places, const Model& model) {
  const std::string domains = join_list(model.domains);
  const std::string languages = join_list(model.languages);
  return document_of({.name = artifact.name,
                      .task = model.task,
                      .domains = domains,
                      .description = model.description,
                      .architecture = model.architecture,
                      .dataset = model.dataset,
                      .publisher = model.publisher,
                      .license = model.license,
                      .license_class = to_string(license_class(model.license)),
                      .languages = languages,
                      .precision = precision,
                      .format = to_string(artifact.format),
                      .references = places,
                      .starter = artifact.starter});
}

// False when there is one of that name.
bool insert_artifact(Store& store, const Artifact& artifact, const ModelRow& model, Origin origin) {
  const std::string precision = precision_of(store, artifact);
  const std::string places = places_of(artifact);
  store
      .query(
          "INSERT INTO artifact(model_id, name, format, reference_list, revision, sha256, size, "
          "precision, starter, origin, task_id, license_class, provenance_id) "
          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
          "ON CONFLICT(name) DO NOTHING")
      .with(model.id, artifact.name, to_string(artifact.format), places, artifact.revision,
            artifact.sha256, artifact.size, precision, artifact.starter, static_cast<int>(origin),
            model.task, static_cast<int>(license_class(model.model.license)), store.provenance())
      .run();
  if (store.changed_rows() == 0) return false;
  const std::int64_t id = store.last_row();
  if (id > kIdMask) throw Error(ErrorKind::io, "the catalog is full: it holds 2^28 artifacts");
  if (auto* deferred = store.deferred_index(); deferred != nullptr) {
    deferred->added(place_of(artifact.size, id), text_of(artifact, precision, places, model.model));
  } else {
    add_artifact(store, id);
  }
  return true;
}

void update_artifact(Store& store, std::int64_t id, const Artifact& artifact,
                     const ModelRow& model) {
  forget_artifact(store, id);
  store
      .query(
          "UPDATE artifact SET model_id = ?2, format = ?3, reference_list = ?4, revision = ?5, "
          "sha256 = ?6, size = ?7, precision = ?8, starter = ?9, task_id = ?10, "
          "license_class = ?11 WHERE id = ?1")
      .with(id, model.id, to_string(artifact.format), places_of(artifact), artifact.revision,
            artifact.sha256, artifact.size, precision_of(store, artifact), artifact.starter,
            model.task, static_cast<int>(license_class(model.model.license)))
      .run();
  add_artifact(store, id);
}

// Shipped rows count as shipped, whoever else brings them.
void lower_origin(Store& store, std::string_view sql, std::int64_t id, Origin origin) {
  store.query(sql).with(id, static_cast<int>(origin)).run();
}

}  // namespace

std::int64_t source_id(Store& store, const std::string& text) {
  auto* deferred = store.deferred_index();
  return remembered(deferred != nullptr ? &deferred->known_ids().sources : nullptr, text, [&] {
    if (const auto known = id_of(store, "SELECT id FROM source WHERE text = ?", text)) {
      return *known;
    }
    store.query("INSERT INTO source(text) VALUES(?)").with(text).run();
    return store.last_row();
  });
}

std::optional<std::int64_t> task_id(Store& store, const std::string& name) {
  if (name.empty()) return std::nullopt;
  auto* deferred = store.deferred_index();
  return remembered(deferred != nullptr ? &deferred->known_ids().tasks : nullptr, name, [&] {
    if (const auto known = id_of(store, "SELECT id FROM task WHERE name = ?", name)) return *known;
    write_task(store, {.id = name, .display_name = name, .domains = {}, .synonyms = {}},
               Origin::user);
    return store.last_row();
  });
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
  if (insert_model(store, model, origin)) return true;
  Query row = store.query("SELECT id, origin FROM model WHERE name = ?");
  row.with(model.name).step();
  const std::int64_t id = row.integer(0);
  const bool fills = only_fills(existing, static_cast<Origin>(row.integer(1)));
  const Model known = known_model(store, model.name);
  const Model wanted = fills ? filled(known, model) : model;
  if (!same(known, wanted)) update_model(store, id, wanted);
  lower_origin(store, "UPDATE model SET origin = ?2 WHERE id = ?1 AND origin > ?2", id, origin);
  return false;
}

bool write_artifact(Store& store, const Artifact& artifact, Origin origin, Existing existing) {
  if (artifact.name.empty()) throw Error(ErrorKind::usage, "an artifact needs a name");
  if (!artifact.sha256.empty()) require_digest(artifact.sha256, artifact.name);
  for (const auto& place : artifact.references) {
    if (place.find('\n') == std::string::npos) continue;
    throw Error(ErrorKind::corrupt,
                fmt::format("artifact '{}' has a place with a line break in it: '{}'",
                            escape_for_terminal(artifact.name), escape_for_terminal(place)));
  }
  if (artifact.size && !std::in_range<std::int64_t>(artifact.size->count)) {
    throw Error(ErrorKind::usage, fmt::format("artifact '{}' cannot have {} bytes", artifact.name,
                                              artifact.size->count));
  }
  std::optional<ModelRow> own;
  const auto* model = model_row(store, artifact.model, own);
  if (model != nullptr && insert_artifact(store, artifact, *model, origin)) return true;
  Query query = store.query("SELECT id, origin FROM artifact WHERE name = ?");
  const bool is_known = query.with(artifact.name).step();
  if (!is_known || (model == nullptr && existing != Existing::keep)) {
    throw Error(ErrorKind::not_found, fmt::format("model '{}' of artifact '{}' is not in the "
                                                  "catalog; add it first",
                                                  artifact.model, artifact.name));
  }
  const std::int64_t id = query.integer(0);
  const bool fills = only_fills(existing, static_cast<Origin>(query.integer(1)));
  const Artifact known = known_artifact(store, artifact.name);
  Artifact wanted = fills ? filled(known, artifact) : artifact;
  fill(wanted.sha256, known.sha256);
  fill(wanted.size, known.size);
  if (!same(known, wanted)) {
    update_artifact(store, id, wanted, *model_row(store, wanted.model, own));
  }
  lower_origin(store, "UPDATE artifact SET origin = ?2 WHERE id = ?1 AND origin > ?2", id, origin);
  return false;
}

void forget_artifact(Store& store, std::int64_t artifact) {
  if (auto* deferred = store.deferred_index(); deferred != nullptr) {
    return deferred->forget(artifact);
  }
  store
      .query(
          "INSERT INTO artifact_text(artifact_text, rowid, words) "
          "SELECT 'delete', place, words FROM artifact_document WHERE id = ?")
      .with(artifact)
      .run();
}

void add_artifact(Store& store, std::int64_t artifact) {
  if (store.deferred_index() != nullptr) return;
  Query document = store.query("SELECT place, words FROM artifact_document WHERE id = ?");
  if (!document.with(artifact).step()) return;
  const std::string words = document.text(1);
  store.query("INSERT INTO artifact_text(rowid, words) VALUES(?, ?)")
      .with(document.integer(0), words)
      .run();
  note_terms(store, words);
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
          "source_id, date, origin, provenance_id) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT DO UPDATE SET value = excluded.value, unit = excluded.unit, "
          "date = excluded.date, origin = min(origin, excluded.origin)")
      .with(claim.artifact_or_model, claim.metric, claim.dataset, claim.split, claim.variant,
            claim.value, claim.unit, claim.raw, source, claim.date, static_cast<int>(origin),
            store.provenance())
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
