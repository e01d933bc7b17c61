#pragma once

#include <string_view>

#include "catalog/catalog.h"

namespace litezoo::catalog {

// The shipped tables as text (data/README.md says what is in them), and their digest.
//   seed(catalog, {.tasks = data::file("tasks.tsv"), .models = data::file("models.tsv"),
//                  .artifacts = data::file("artifacts.tsv"), .claims = data::file("claims.tsv"),
//                  .examples = data::file("examples.tsv"), .digest = data::digest()});
struct SeedTables {
  std::string_view tasks, models, artifacts, claims;
  std::string_view examples = {};
  std::string_view digest;  // names this content; the catalog remembers which it has
};

// Puts the shipped facts into the catalog, all or nothing; does nothing when they are there.
// Rows of an earlier release that are no longer shipped go, unless they were fetched, inspected
// or measured; rows the user added always stay. True when something was written.
// Throws Error(corrupt) naming table and line if a table is malformed.
bool seed(Catalog& catalog, const SeedTables& tables);

}  // namespace litezoo::catalog
