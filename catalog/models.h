#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "catalog/catalog.h"

namespace litezoo::catalog {

// A file of the content-addressed store that the catalog knows to be on this disk.
struct StoredFile {
  std::string sha256;
  Bytes size;
  std::filesystem::path path;
  std::string fetched_at;  // ISO 8601, UTC
};

// An artifact with what belongs to it.
struct Entry {
  Model model;
  Artifact artifact;
  std::optional<StoredFile> file;  // when it has been fetched
};

// Adds the model, or replaces what is known of the one with that name. A task the taxonomy does
// not have is added to it. Throws Error(usage) if the name is empty.
void put_model(Catalog& catalog, const Model& model);

// Adds the artifact, or replaces what is known of the one with that name; a SHA-256 or size that
// is already known is kept where the new value is empty. Throws Error(usage) if the name is
// empty, Error(not_found) if its model is not in the catalog.
void put_artifact(Catalog& catalog, const Artifact& artifact);

std::optional<Model> find_model(Catalog& catalog, std::string_view name);

// Whether an artifact has exactly that name.
bool has_artifact(Catalog& catalog, std::string_view name);

// The one artifact that `reference` means: its exact name; "sha256:" with a digest's first digits
// (or eight or more bare digits); the exact name of a model with one artifact; or a part of the
// name, in any case, that only one has. Throws Error(usage) listing the matches when several
// fit, Error(not_found) with near names when none does.
Entry find_artifact(Catalog& catalog, std::string_view reference);

// All artifacts of a task, smallest first, unknown sizes last: the ranker's candidates.
// Throws Error(usage) with near names when the task is unknown.
std::vector<Entry> artifacts_of_task(Catalog& catalog, std::string_view task);

// Every artifact there is, smallest first, unknown sizes last.
std::vector<Entry> all_artifacts(Catalog& catalog);

// All artifacts of a model, smallest first; none when there is no model of exactly that name.
std::vector<Entry> artifacts_of_model(Catalog& catalog, std::string_view model);

// The starter zoo, smallest first.
std::vector<Entry> starter_artifacts(Catalog& catalog);

// Every artifact that has these bytes.
std::vector<Entry> artifacts_with_digest(Catalog& catalog, std::string_view sha256);

// Notes that these bytes are at `file.path`; an empty fetched_at means now. When `artifact` names
// an artifact without a digest, that artifact gets this digest and size. Throws Error(corrupt) if
// it is known with another digest, Error(not_found) if there is no such artifact ("" = none meant).
void record_fetched(Catalog& catalog, std::string_view artifact, const StoredFile& file);

std::optional<StoredFile> find_file(Catalog& catalog, std::string_view sha256);

// All files that are on this disk, by digest.
std::vector<StoredFile> stored_files(Catalog& catalog);

// Forgets that the bytes are on this disk; what is known about them stays.
void forget_file(Catalog& catalog, std::string_view sha256);

// The taxonomy, by id.
std::vector<Task> tasks(Catalog& catalog);

// The task with that id, display name, synonym or other hub's name, in any case, "-", "_" and
// spaces being equal. Throws Error(usage) with near names when there is none.
Task find_task(Catalog& catalog, std::string_view name);

// The domains that tasks or models have, sorted. find_domain: the one with that name, or
// Error(usage) listing them.
std::vector<std::string> domains(Catalog& catalog);
std::string find_domain(Catalog& catalog, std::string_view name);

}  // namespace litezoo::catalog
