#pragma once

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

// Enters the terms of one document, or of the whole full text, in table term.
void note_terms(Store& store, std::string_view document);
void note_all_terms(Store& store);

}  // namespace litezoo::catalog
