#include "catalog/document.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "catalog/words.h"

namespace litezoo::catalog {
namespace {

// Gathers terms, and gives them sorted and each once.
class Terms {
 public:
  void add_words(std::string_view text) {
    for_each_word(text, [&](std::string_view word) { terms_.emplace_back(word); });
  }
  void add_name(std::string_view name) {
    for_each_word(name, [&](std::string_view word) { terms_.push_back(name_term(word)); });
  }
  void add_facet(FacetKind kind, std::string_view value) {
    if (!value.empty()) terms_.push_back(facet_term(kind, value));
  }
  void add_facets(FacetKind kind, std::string_view list) {
    while (!list.empty()) {
      const std::size_t end = std::min(list.find('|'), list.size());
      add_facet(kind, list.substr(0, end));
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }
  // The scheme of each line.
  void add_hubs(std::string_view references) {
    while (!references.empty()) {
      const std::size_t end = std::min(references.find('\n'), references.size());
      const std::size_t colon = references.substr(0, end).find(':');
      if (colon != std::string_view::npos) add_facet(FacetKind::hub, references.substr(0, colon));
      references.remove_prefix(std::min(end + 1, references.size()));
    }
  }
  void add(std::string_view term) { terms_.emplace_back(term); }

  std::string text() && {
    std::ranges::sort(terms_);
    terms_.erase(std::unique(terms_.begin(), terms_.end()), terms_.end());
    std::string result;
    for (const auto& term : terms_) {
      result += term;
      result += ' ';
    }
    return result;
  }

 private:
  std::vector<std::string> terms_;
};

constexpr int kArguments = 14;

void search_document(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  try {
    const auto text = [&](int i) {
      const auto* bytes = static_cast<const char*>(sqlite3_value_blob(values[i]));
      const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[i]));
      return bytes == nullptr ? std::string_view() : std::string_view(bytes, size);
    };
    const std::string document = document_of({.name = text(0),
                                              .task = text(1),
                                              .domains = text(2),
                                              .description = text(3),
                                              .architecture = text(4),
                                              .dataset = text(5),
                                              .publisher = text(6),
                                              .license = text(7),
                                              .license_class = text(8),
                                              .languages = text(9),
                                              .precision = text(10),
                                              .format = text(11),
                                              .references = text(12),
                                              .starter = sqlite3_value_int(values[13]) != 0});
    sqlite3_result_text64(context, document.data(), document.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } catch (...) {  // an exception must not pass through SQLite
    sqlite3_result_error_nomem(context);
  }
}

}  // namespace

std::string facet_term(FacetKind kind, std::string_view value) {
  std::string term = {'#', static_cast<char>(kind), '='};
  for (const char c : to_lower(value)) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    term += plain ? c : '_';
  }
  return term;
}

std::string name_term(std::string_view word) {
  return '=' + std::string(word);
}

std::string match_of(std::string_view term) {
  return '"' + std::string(term) + '"';
}

std::string document_of(const DocumentParts& parts) {
  Terms terms;
  terms.add_name(parts.name);
  for (const std::string_view text :
       {parts.task, parts.domains, parts.description, parts.architecture, parts.dataset,
        parts.precision, parts.license}) {
    terms.add_words(text);
  }
  terms.add_facet(FacetKind::architecture, parts.architecture);
  terms.add_facet(FacetKind::license_class, parts.license_class);
  terms.add_facets(FacetKind::domain, parts.domains);
  terms.add_facet(FacetKind::format, parts.format);
  terms.add_facets(FacetKind::language, parts.languages);
  terms.add_hubs(parts.references);
  terms.add_facet(FacetKind::license, parts.license);
  terms.add_facet(FacetKind::publisher, parts.publisher);
  terms.add_facet(FacetKind::precision, parts.precision);
  terms.add_facet(FacetKind::dataset, parts.dataset);
  terms.add_facet(FacetKind::task, parts.task);
  if (parts.starter) terms.add(kStarterTerm);
  return std::move(terms).text();
}

std::int64_t place_of(const std::optional<Bytes>& size, std::int64_t id) noexcept {
  const auto known = [&] {
    return std::min(size->count, static_cast<std::uint64_t>(kUnknownSize - 1));
  };
  return (size ? static_cast<std::int64_t>(known()) : kUnknownSize) << kIdBits | id;
}

void register_document(sqlite3* database) {
  const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  const int code = sqlite3_create_function_v2(database, "search_document", kArguments, flags,
                                              nullptr, search_document, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    throw Error(ErrorKind::internal, "SQLite does not take the function search_document");
  }
}

}  // namespace litezoo::catalog
