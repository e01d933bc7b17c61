#include "catalog/terms.h"

#include <algorithm>

#include "base/text.h"
#include "catalog/words.h"

namespace litezoo::catalog {
namespace {

constexpr std::size_t kMostWords = 256;
constexpr std::size_t kShortest = 3;
constexpr const char* kBehindAll = "\xff";
constexpr std::string_view kDigits = "0123456789";

bool is_number(std::string_view word) {
  return word.find_first_not_of(kDigits) == std::string_view::npos;
}
bool has_digit(std::string_view word) {
  return word.find_first_of(kDigits) != std::string_view::npos;
}

bool occurs(Store& store, const std::string& word) {
  Query query = store.query("SELECT 1 FROM term WHERE text = ?");
  return query.with(word).step();
}

// Terms that begin with `front`, at most `most`.
std::vector<std::string> terms_from(Store& store, const std::string& front, std::size_t most) {
  std::vector<std::string> terms;
  Query query = store.query("SELECT text FROM term WHERE text >= ?1 AND text < ?2 LIMIT ?3");
  query.with(front, front + kBehindAll, static_cast<std::int64_t>(most));
  while (query.step()) terms.push_back(query.text(0));
  return terms;
}

// Candidates for a mistyped word: those with its first letter, or where they are few, all.
std::vector<std::string> words_like(Store& store, const std::string& word) {
  constexpr std::size_t kFew = 20'000;
  constexpr std::size_t kMany = 200'000;
  auto terms = terms_from(store, {}, kFew);
  if (terms.size() == kFew) terms = terms_from(store, word.substr(0, 1), kMany);
  std::erase_if(terms, [](const std::string& term) {
    return term.size() < kShortest || term.starts_with('#');
  });
  return terms;
}

}  // namespace

std::vector<std::string> words_for(Store& store, const std::string& word) {
  if (is_number(word) || (has_digit(word) && occurs(store, word))) return {word};
  auto words = terms_from(store, stem(word), kMostWords + 1);
  if (words.size() > kMostWords) words.clear();
  return words;
}

std::vector<std::string> near_words(Store& store, std::string_view text) {
  std::vector<std::string> result;
  for (const auto& word : words_of(text)) {
    if (is_number(word) || !terms_from(store, stem(word), 1).empty()) continue;
    for (auto& near : near_names(word, words_like(store, word))) {
      if (std::ranges::find(result, near) == result.end()) result.push_back(std::move(near));
    }
  }
  return result;
}

std::vector<std::string> facet_values(Store& store, FacetKind kind) {
  const std::string front = facet_term(kind, {});
  std::vector<std::string> values;
  Query query = store.query("SELECT text FROM term WHERE text >= ?1 AND text < ?2");
  query.with(front, front + kBehindAll);
  while (query.step()) values.push_back(query.text(0).substr(front.size()));
  return values;
}

void note_term(Store& store, std::string_view term) {
  store.query("INSERT OR IGNORE INTO term(text) VALUES(?)").with(term).run();
}

void note_terms(Store& store, std::string_view document) {
  for_each_term(document, [&](std::string_view term) { note_term(store, term); });
}

void note_all_terms(Store& store) {
  store.execute(
      "INSERT OR IGNORE INTO term(text) SELECT ltrim(term, '=') FROM artifact_vocabulary "
      "WHERE term GLOB '*[^=0-9]*'");
}

}  // namespace litezoo::catalog
