#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "base/units.h"
#include "catalog/catalog.h"
#include "catalog/license_class.h"

namespace litezoo::catalog {

enum class SortKey {
  relevance,
  size,
  name,
  model,
  task,
  license,
  precision,
  format,
  publisher,
  architecture,
  dataset,
  here,  // measured or fetched ones first
};

// What to look for; every field narrows the answer, an empty one does not.
struct SearchQuery {
  std::string text;       // words in names, tasks, descriptions, ...; all must occur, as prefixes
  std::string domain;     // "audio"
  std::string task;       // id, display name or synonym: see find_task
  std::string input;      // what is fed to it: see inputs_fed_by
  std::string license;    // SPDX id, or a class: "permissive"
  std::string publisher;  // exact, in any case, as the two below are
  std::string architecture;
  std::string dataset;
  std::string language;           // BCP 47: "en"
  std::string hub;                // scheme of a place it can be had from: "tfhub", "hf", "https"
  std::string use_case;           // of the example apps: "pose_estimation"
  std::optional<Bytes> max_size;  // artifacts of unknown size do not pass
  std::optional<std::uint64_t> max_parameters;  // counted by an inspection, else as published
  std::string precision;                        // "int8"
  std::optional<ArtifactFormat> format;
  std::optional<bool> fetched;
  std::optional<bool> starter;
  std::optional<bool> has_accuracy;   // somebody published how good it is
  std::optional<bool> measured_here;  // on `device`
  // Leaves out what was measured on `device` with a 90th percentile above; unmeasured ones stay.
  std::optional<Nanoseconds> max_latency;
  std::optional<std::vector<std::string>> digests;  // only these bytes
  std::string device;                 // fingerprint of this machine, for SearchRow::measured_here
  SortKey sort = SortKey::relevance;  // without text: by size
  bool descending = false;            // not by relevance
  std::size_t limit = 50;             // 0 = all
  std::string after;  // the last artifact of the page before: what follows it in the same order
};

struct SearchRow {
  std::string artifact, model, publisher;
  std::string task;
  std::vector<std::string> domains;
  std::string architecture, dataset;
  std::vector<std::string> languages;
  std::optional<Bytes> size;
  std::optional<std::uint64_t> parameters;  // where it was inspected
  std::string precision;                    // of the inspection where there is one
  std::string license;                      // SPDX id; empty = not known
  LicenseClass license_class = LicenseClass::unknown;
  ArtifactFormat format = ArtifactFormat::tflite;
  std::string sha256;
  bool fetched = false;
  bool measured_here = false;
  std::optional<Nanoseconds> p90_here;  // of the newest measurement on the query's device
  bool starter = false;
};

// A value of a filter ("publisher") that no artifact has, with those like it that some have.
struct UnknownValue {
  std::string filter, value;
  std::vector<std::string> near;
};

struct SearchResult {
  std::vector<SearchRow> rows;
  bool more = false;  // there are more than these
  // Words of the query's text that occur nowhere, each with names that do: "mobilnet" ->
  // "mobilenet". Filled only when there is no row.
  std::vector<std::string> suggestions;
  std::vector<UnknownValue> unknown;  // filled only when there is no row
};

// What fits, in order. By relevance: first what has all words of the text in its name, then what
// has words there that begin with them, then names with fewer and fewer of them, last what has them
// elsewhere; each of these, and whatever is asked without a text, smallest first. Throws
// Error(usage) with near names for a task, domain or licence the catalog does not know, and for an
// `after` that is no artifact or no match.
SearchResult search(Catalog& catalog, const SearchQuery& query);

struct FacetCount {
  std::string value;  // empty = not known
  std::uint64_t count = 0;
};
struct Facet {
  std::string name;                // "domain", "task", "license class", ...
  std::vector<FacetCount> counts;  // most first, 40 at most
  std::uint64_t others = 0;        // further values
};

// How many artifacts that fit the query have which value: what one could narrow by next. All that
// fit are counted, those with several domains, languages or hubs once for each; the query's limit,
// order and `after` do not matter. `runnable`: the bytes that run here, where they are known.
// Throws as search() does.
std::vector<Facet> facets(Catalog& catalog, const SearchQuery& query,
                          const std::optional<std::vector<std::string>>& runnable = {});

// How a format is shown: "tflite", "task bundle", "saved_model (needs conversion)", "other".
std::string_view format_label(ArtifactFormat format) noexcept;

// True for what has to be made into a .tflite file before it can run; how_to_convert says in one
// line how, and is empty for the others.
bool needs_conversion(ArtifactFormat format) noexcept;
std::string_view how_to_convert(ArtifactFormat format) noexcept;

// "relevance", "size", ...; nullopt for another word.
std::optional<SortKey> parse_sort_key(std::string_view name) noexcept;
std::vector<std::string> sort_keys();

// The use cases of TensorFlow Lite's example apps, by name.
struct UseCase {
  std::string name, input;
  std::uint64_t artifacts = 0;
};
std::vector<UseCase> use_cases(Catalog& catalog);

}  // namespace litezoo::catalog
