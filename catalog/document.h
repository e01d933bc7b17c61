#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

struct sqlite3;

namespace litezoo::catalog {

// What the full text holds of an artifact: terms with a blank between, each once.
//   movenet             a word of its task, domains, description, ... (words.h)
//   =movenet            a word of its name
//   #p=google           what it can be narrowed by: a letter for the kind, and the value
// So words, names and facets are asked for, alone or together, in one index.
struct DocumentParts {
  std::string_view name, task, domains, description, architecture, dataset, publisher, license,
      license_class, languages, precision, format, references;  // as the tables have them
  bool starter = false;
};
std::string document_of(const DocumentParts& parts);

enum class FacetKind : char {
  architecture = 'a',
  license_class = 'c',
  domain = 'd',
  format = 'f',
  language = 'g',
  hub = 'h',
  license = 'l',
  publisher = 'p',
  precision = 'q',
  dataset = 's',
  task = 't',
};

// A term of that kind; values that differ in case or punctuation only have the same.
std::string facet_term(FacetKind kind, std::string_view value);
std::string name_term(std::string_view word);
inline constexpr std::string_view kStarterTerm = "#starter";

// A term as an expression of FTS5.
std::string match_of(std::string_view term);

// Makes document_of known to SQL as search_document(...): its parts in order, `starter` last. View
// artifact_document calls it. Throws Error(internal) if SQLite refuses.
void register_document(sqlite3* database);

// An artifact's rowid in the full text: its size in bytes, then its id, so that whatever is looked
// for is found smallest first. Unknown sizes are behind all others.
inline constexpr int kIdBits = 28;
inline constexpr std::int64_t kIdMask = (std::int64_t{1} << kIdBits) - 1;
inline constexpr std::int64_t kUnknownSize = (std::int64_t{1} << 35) - 1;
std::int64_t place_of(const std::optional<Bytes>& size, std::int64_t id) noexcept;

}  // namespace litezoo::catalog
