#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace litezoo::catalog {

class Store;

// One entry of the log of what came from where: the shipped tables of a release ("seed") or a
// bundle that was imported ("bundle").
struct Provenance {
  std::string kind, label;
  std::string digest;       // of what came: the shipped tables, the bundle's bytes before its end
  std::string at;           // ISO 8601, UTC
  std::uint64_t lines = 0;  // of the bundle
  // SHA-256 over the chain of the entry before, a line break, and kind, label, digest, at and lines
  // with one behind each: no entry can be taken out, put in or altered without it showing in all
  // that follow. Empty for entries of Litezoo before chains were kept.
  std::string chain;
  // Rows that came with it and were new then.
  std::uint64_t models = 0, artifacts = 0, claims = 0, measurements = 0;
};

// The log, oldest first.
std::vector<Provenance> provenance(Catalog& catalog);

// Inside a transaction of the caller. add_provenance gives the entry's id; its digest and lines may
// be noted later, by the same transaction.
std::int64_t add_provenance(Store& store, std::string_view kind, std::string_view label);
void close_provenance(Store& store, std::int64_t id, std::string_view digest, std::uint64_t lines);

// Rows that are written while it lives belong to that entry.
class FromEntry {
 public:
  FromEntry(Store& store, std::int64_t entry);
  FromEntry(const FromEntry&) = delete;
  FromEntry& operator=(const FromEntry&) = delete;
  ~FromEntry();

 private:
  Store& store_;
};

// Entries whose chain does not fit, one line each.
std::vector<std::string> check_provenance(Store& store);

}  // namespace litezoo::catalog
