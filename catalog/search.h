#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "catalog/catalog.h"
#include "catalog/license_class.h"

namespace litezoo::catalog {

enum class SortKey { relevance, size, name, task, license };

// What to look for; every field narrows the answer, an empty one does not.
struct SearchQuery {
  std::string text;       // words in names, tasks, descriptions, ...; all must occur, as prefixes
  std::string domain;     // "audio"
  std::string task;       // id, display name or synonym: see find_task
  std::string license;    // SPDX id, or a class: "permissive"
  std::string publisher;  // exact
  std::string architecture;  // exact, in any case, as dataset is
  std::string dataset;
  std::string language;           // BCP 47: "en"
  std::optional<Bytes> max_size;  // artifacts of unknown size do not pass
  std::string precision;          // "int8"
  std::optional<ArtifactFormat> format;
  std::optional<bool> fetched;
  std::optional<bool> starter;
  std::optional<bool> has_accuracy;   // somebody published how good it is
  std::string device;                 // fingerprint of this machine, for SearchRow::measured_here
  SortKey sort = SortKey::relevance;  // without text: by size
  std::size_t limit = 50;             // 0 = all
  std::string after;  // the last artifact of the page before: what follows it in the same order
};

struct SearchRow {
  std::string artifact, model, publisher;
  std::string task;
  std::vector<std::string> domains;
  std::optional<Bytes> size;
  std::string precision;  // of the inspection where there is one
  std::string license;    // SPDX id; empty = not known
  LicenseClass license_class = LicenseClass::unknown;
  ArtifactFormat format = ArtifactFormat::tflite;
  std::string sha256;
  bool fetched = false;
  bool measured_here = false;
  bool starter = false;
};

struct SearchResult {
  std::vector<SearchRow> rows;
  bool more = false;  // there are more than these; by relevance, only 1000 matches are ranked
  // Words of the query's text that occur nowhere, each with names that do: "mobilnet" ->
  // "mobilenet". Filled only when there is no row.
  std::vector<std::string> suggestions;
};

// Throws Error(usage) with near names for a task, domain or licence the catalog does not know, and
// for an `after` that is no artifact.
SearchResult search(Catalog& catalog, const SearchQuery& query);

struct FacetCount {
  std::string value;  // empty = not known
  std::uint64_t count = 0;
};
struct Facet {
  std::string name;                // "domain", "task", "license class", ...
  std::vector<FacetCount> counts;  // most first
};

// How many artifacts that fit the query have which value: what one could narrow by next. The
// query's limit, order and `after` do not count. Throws as search() does.
std::vector<Facet> facets(Catalog& catalog, const SearchQuery& query);

// How a format is shown: "tflite", "task bundle", "saved_model (needs conversion)", "other".
std::string_view format_label(ArtifactFormat format) noexcept;

// "relevance", "size", ...; nullopt for another word.
std::optional<SortKey> parse_sort_key(std::string_view name) noexcept;

}  // namespace litezoo::catalog
