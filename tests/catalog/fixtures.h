#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "catalog/catalog.h"
#include "catalog/seed.h"
#include "data/data.h"

namespace litezoo::catalog {

// A catalog file in a directory of its own.
struct CatalogFile {
  TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "catalog.db";
};

inline SeedTables shipped_tables() {
  return {.tasks = data::file("tasks.tsv"),
          .models = data::file("models.tsv"),
          .artifacts = data::file("artifacts.tsv"),
          .claims = data::file("claims.tsv"),
          .examples = data::file("examples.tsv"),
          .digest = data::digest()};
}

inline Catalog shipped_catalog() {
  Catalog catalog(":memory:");
  seed(catalog, shipped_tables());
  return catalog;
}

// 64 hexadecimal digits that begin with `prefix`.
inline std::string digest(std::string prefix) {
  prefix.resize(64, '0');
  return prefix;
}

struct Failure {
  ErrorKind kind = ErrorKind::internal;
  std::string message;
};

// The Error that `body` throws; fails the test when it throws none.
template <typename Body>
Failure failure_of(Body body) {
  try {
    body();
  } catch (const Error& error) {
    return {error.kind(), error.what()};
  }
  return {ErrorKind::internal, "no error"};
}

}  // namespace litezoo::catalog
