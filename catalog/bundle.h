#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>

#include "catalog/catalog.h"

namespace litezoo::catalog {

// A bundle is UTF-8 text, one JSON object a line, each with one key that names what it holds:
//   {"litezoo_bundle": {"version": 1, "label": "lab bench 3", "created_at":
//   "2026-02-03T04:05:06Z", "provenance": [...]}}   what had come into that catalog: provenance.h
//   {"task": ...} {"model": ...} {"artifact": ...} {"claim": ...}
//   {"device": ...} {"inspection": ...} {"measurement": ...}      the nouns of base/json.h
//   {"end": {"lines": 123, "sha256": "..."}}                      over all bytes before this line
// A row comes after the rows it refers to. Readers skip keys they do not know within an object,
// and refuse lines they do not know and newer versions.
inline constexpr int kBundleVersion = 1;

struct ExportOptions {
  std::string label;        // who made it; kept by whoever imports it
  bool everything = false;  // also what the program ships and what was never inspected or measured
};

struct BundleCounts {
  std::uint64_t tasks = 0, models = 0, artifacts = 0, claims = 0;
  std::uint64_t devices = 0, inspections = 0, measurements = 0;
  auto operator<=>(const BundleCounts&) const = default;
};

// Writes the user's rows: models and artifacts that were added, fetched, inspected or measured,
// with their claims, all inspections, devices and measurements. Paths of this machine stay here.
BundleCounts export_bundle(Catalog& catalog, std::ostream& out, const ExportOptions& options = {});

struct ImportResult {
  BundleCounts read;      // lines of the bundle
  BundleCounts added;     // rows that were new
  bool repeated = false;  // this very bundle had been imported before; nothing was done
};

// Merges a bundle, all or nothing. What is known stays; a row that is there already only gets what
// it lacked, a measurement or claim that is there is not added again. Throws Error(corrupt) naming
// the line if the bundle is malformed, cut off or altered, Error(usage) if it is of a newer
// version.
ImportResult import_bundle(Catalog& catalog, std::istream& in);

}  // namespace litezoo::catalog
