#include "catalog/terms.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "catalog/words.h"

namespace litezoo::catalog {
namespace {

constexpr std::size_t kMostTerms = 16;
constexpr std::int64_t kFewArtifacts = 50'000;
constexpr std::size_t kShortest = 3;
constexpr const char* kBehindAll = "\xff";

// The first term from `first` on that begins with `front`.
std::optional<std::string> next_term(Store& store, const std::string& first,
                                     const std::string& front) {
  Query query =
      store.query("SELECT term FROM artifact_term WHERE term >= ?1 AND term < ?2 LIMIT 1");
  if (!query.with(first, front + kBehindAll).step()) return std::nullopt;
  return query.text(0);
}

bool has_digit(std::string_view word) {
  return word.find_first_of("0123456789") != std::string_view::npos;
}

// Candidates for a mistyped word: in a large catalog only those with its first letter, for the
// others are too many to compare with.
std::vector<std::string> terms_like(Store& store, const std::string& word) {
  Query count = store.query("SELECT max(id) FROM artifact");
  const bool few = count.step() && count.integer(0) < kFewArtifacts;
  const std::string front = few ? std::string() : word.substr(0, 1);
  std::vector<std::string> terms;
  Query query = store.query("SELECT term FROM artifact_vocabulary WHERE term >= ?1 AND term < ?2");
  query.with(front, front + kBehindAll);
  while (query.step()) {
    if (auto term = query.text(0); term.size() >= kShortest) terms.push_back(std::move(term));
  }
  return terms;
}

}  // namespace

std::vector<std::string> terms_for(Store& store, const std::string& word) {
  if (has_digit(word) && next_term(store, word, word) == word) return {word};
  const std::string front = stem(word);
  std::vector<std::string> terms;
  for (auto term = next_term(store, front, front); term;
       term = next_term(store, *term + '\x01', front)) {
    if (terms.size() == kMostTerms) return {};
    terms.push_back(*term);
  }
  return terms;
}

std::vector<std::string> near_terms(Store& store, std::string_view text) {
  std::vector<std::string> result;
  for (const auto& word : words_of(text)) {
    const std::string front = stem(word);
    if (next_term(store, front, front)) continue;
    for (auto& near : near_names(word, terms_like(store, word))) {
      if (std::ranges::find(result, near) == result.end()) result.push_back(std::move(near));
    }
  }
  return result;
}

}  // namespace litezoo::catalog
