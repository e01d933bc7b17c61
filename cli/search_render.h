#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "base/units.h"
#include "catalog/search.h"

namespace litezoo::cli {

struct Context;

// One artifact as every listing names its facts; unknown ones are null.
nlohmann::ordered_json search_row_document(const catalog::SearchRow& row);

// "facets": each one's values, most first; "further_values": how many of a facet are not listed.
nlohmann::ordered_json facets_document(const std::vector<catalog::Facet>& facets);

// The rows as a table. `frame_budget`: what one image of a video may take.
void print_search_rows(const Context& context, const catalog::SearchResult& result,
                       std::optional<Nanoseconds> frame_budget);

// RFC 4180, with the names of search_row_document as first line; lists are joined by '|'.
void print_search_csv(const Context& context, const catalog::SearchResult& result);

void print_facets(const Context& context, const std::vector<catalog::Facet>& facets);

void print_use_cases(const Context& context, const std::vector<catalog::UseCase>& cases);

}  // namespace litezoo::cli
