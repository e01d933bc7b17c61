#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/nouns.h"
#include "catalog/models.h"
#include "catalog/store.h"

namespace litezoo::catalog {

// Nouns <-> rows, for use inside a transaction of the caller.

enum class Origin : int { shipped = 0, user = 1 };

// Id of the text in table source, added when it is new.
std::int64_t source_id(Store& store, const std::string& text);

// Id of the task, added under its own name when it is new; nullopt for "".
std::optional<std::int64_t> task_id(Store& store, const std::string& name);

// What to do with a row of that name or key that is there already.
enum class Existing {
  replace,  // the new facts take its place
  keep,     // it stays, and only gets what it lacked
  refresh,  // a shipped row stays as with keep, the user's is replaced
};

// Each returns true when the row is new.
bool write_task(Store& store, const Task& task, Origin origin);
bool write_model(Store& store, const Model& model, Origin origin,
                 Existing existing = Existing::replace);
bool write_artifact(Store& store, const Artifact& artifact, Origin origin,
                    Existing existing = Existing::replace);
bool write_claim(Store& store, const Claim& claim, Origin origin,
                 Existing existing = Existing::replace);
bool write_device(Store& store, const Device& device, Existing existing);
bool write_inspection(Store& store, const Inspection& inspection, Existing existing);
bool write_measurement(Store& store, const Measurement& measurement);

// Takes an artifact out of the full text, or puts it in. A change of its row or its model's that it
// shows goes between the two: the full text must be told exactly what to forget.
void forget_artifact(Store& store, std::int64_t artifact);
void add_artifact(Store& store, std::int64_t artifact);

// Columns, joins and reader of an Entry: "SELECT " kEntryColumns " FROM " kEntryTables " WHERE".
inline constexpr std::string_view kEntryColumns =
    "a.name, a.format, a.reference_list, a.revision, a.sha256, a.size, a.precision, a.starter, "
    "m.name, m.publisher, coalesce(t.name, ''), m.domains, m.description, m.architecture, "
    "m.dataset, m.license, m.languages, m.link, s.text, f.sha256, f.size, f.path, f.fetched_at";
inline constexpr std::string_view kEntryTables =
    "artifact a JOIN model m ON m.id = a.model_id JOIN source s ON s.id = m.source_id "
    "LEFT JOIN task t ON t.id = m.task_id LEFT JOIN stored_file f ON f.sha256 = a.sha256";
Entry read_entry(const Query& query);

// Columns, tables and readers of the other nouns.
inline constexpr std::string_view kModelSelect =
    "SELECT m.name, m.publisher, coalesce(t.name, ''), m.domains, m.description, m.architecture, "
    "m.dataset, m.license, m.languages, m.link, s.text FROM model m "
    "JOIN source s ON s.id = m.source_id LEFT JOIN task t ON t.id = m.task_id";
Model read_model(const Query& query);
inline constexpr std::string_view kClaimSelect =
    "SELECT c.subject, c.metric, c.dataset, c.split, c.variant, c.value, c.unit, c.raw, s.text, "
    "c.date FROM claim c JOIN source s ON s.id = c.source_id";
Claim read_claim(const Query& query);
inline constexpr std::string_view kMeasurementSelect =
    "SELECT facts, warmup, samples FROM measurement";
Measurement read_measurement(const Query& query);

// Bytes of the catalog's pages, those that are still in the write-ahead log included.
inline constexpr std::string_view kSizeQuery =
    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";

// Throws Error(usage) unless it is 64 lower-case hexadecimal digits.
void require_digest(std::string_view sha256, std::string_view what);

}  // namespace litezoo::catalog
