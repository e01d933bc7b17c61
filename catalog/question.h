#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/search.h"

namespace litezoo::catalog {

// A search text understood as a question: "small permissive audio classifier under 5 MB".
struct Reading {
  SearchQuery query;                 // the text without what became a filter
  std::vector<std::string> options;  // what was understood: "--license permissive"
};

// What a text says of size ("under 5 MB", "small"), licence class and precision, taken out of it as
// filters; words that say nothing ("a model for") are left out. A filter that is set already is
// kept, and its words stay in the text. Nullopt when nothing is to be taken out, or all says
// nothing.
std::optional<Reading> read_question(const SearchQuery& query);

// The reading of a query whose words fit nothing as they stand, when its reading fits something,
// sizes apart.
std::optional<Reading> understood(Catalog& catalog, const SearchQuery& query);

}  // namespace litezoo::catalog
