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

void write_task(Store& store, const Task& task, Origin origin);
void write_model(Store& store, const Model& model, Origin origin);
void write_artifact(Store& store, const Artifact& artifact, Origin origin);
void write_claim(Store& store, const Claim& claim, Origin origin);

// Takes an artifact out of the full text and the domains, or puts it in. A change of its row or its
// model's that these show goes between the two: the full text must be told exactly what to forget.
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

// Throws Error(usage) unless it is 64 lower-case hexadecimal digits.
void require_digest(std::string_view sha256, std::string_view what);

}  // namespace litezoo::catalog
