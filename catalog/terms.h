#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/document.h"
#include "catalog/store.h"

namespace litezoo::catalog {

// Words of the full text that a word of a search stands for: itself where it is a number or has a
// digit and occurs ("v2", "int8"), else those that begin with its stem. Empty when there is none,
// or too many to list.
std::vector<std::string> words_for(Store& store, const std::string& word);

// For each word of the text that no artifact has: words like it that some have.
std::vector<std::string> near_words(Store& store, std::string_view text);

// The values of table term that facet terms of a kind hold.
std::vector<std::string> facet_values(Store& store, FacetKind kind);

// Calls use(std::string_view) with each term of a document that table term has: names' words
// without their mark, no numbers.
template <typename Use>
void for_each_term(std::string_view document, Use use);

// The same, without the terms that document `known` has too.
template <typename Use>
void for_each_new_term(std::string_view document, std::string_view known, Use use);

// Enters a term, the terms of one document, or those of the whole full text in table term.
void note_term(Store& store, std::string_view term);
void note_terms(Store& store, std::string_view document);
void note_all_terms(Store& store);

// Takes the first term, with its mark, off a document.
inline std::string_view take_term(std::string_view& document) {
  const std::size_t end = std::min(document.find(' '), document.size());
  const std::string_view term = document.substr(0, end);
  document.remove_prefix(std::min(end + 1, document.size()));
  return term;
}

template <typename Use>
void for_each_new_term(std::string_view document, std::string_view known, Use use) {
  std::string_view other = take_term(known);
  while (!document.empty()) {
    std::string_view term = take_term(document);
    // Documents are sorted.
    while (other < term && !other.empty()) other = take_term(known);
    if (other == term) continue;
    if (term.starts_with('=')) term.remove_prefix(1);
    if (term.find_first_not_of("0123456789") != std::string_view::npos) use(term);
  }
}

template <typename Use>
void for_each_term(std::string_view document, Use use) {
  for_each_new_term(document, {}, use);
}

}  // namespace litezoo::catalog
