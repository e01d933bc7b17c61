#pragma once

#include <array>
#include <string_view>

#include "catalog/search.h"

namespace litezoo::bench {

struct TypicalSearch {
  std::string_view name;
  catalog::SearchQuery (*query)();
};

// What people ask most; tests/catalog/plan_test.cpp holds that none of them scans a whole table.
inline constexpr auto kTypicalSearches = std::to_array<TypicalSearch>({
    {"domain audio", [] { return catalog::SearchQuery{.domain = "audio"}; }},
    {"task pose under 5 MB",
     [] {
       return catalog::SearchQuery{.task = "image-pose-detection", .max_size = Bytes{5'000'000}};
     }},
    {"task segmentation, permissive",
     [] { return catalog::SearchQuery{.task = "image-segmentation", .license = "permissive"}; }},
    {"task classification, int8",
     [] { return catalog::SearchQuery{.task = "image-classification", .precision = "int8"}; }},
    {"publisher", [] { return catalog::SearchQuery{.publisher = "org3"}; }},
    {"a rare word", [] { return catalog::SearchQuery{.text = "mobilenet_v2_17"}; }},
    {"a family", [] { return catalog::SearchQuery{.text = "movenet"}; }},
    {"a family and a precision", [] { return catalog::SearchQuery{.text = "mobilenet int8"}; }},
    {"a synonym", [] { return catalog::SearchQuery{.text = "wake word"}; }},
    {"the smallest of all", [] { return catalog::SearchQuery{.sort = catalog::SortKey::size}; }},
});

// What costs most: words that half of the catalog has, few of many matches, words that are nowhere.
inline constexpr auto kHarderSearches = std::to_array<TypicalSearch>({
    {"words that 40 % have", [] { return catalog::SearchQuery{.text = "image classification"}; }},
    {"a text, three facets",
     [] {
       return catalog::SearchQuery{
           .text = "movenet", .domain = "audio", .license = "AGPL-3.0-only", .precision = "uint8"};
     }},
    {"a beginning", [] { return catalog::SearchQuery{.text = "mob"}; }},
    {"a mistyped word", [] { return catalog::SearchQuery{.text = "mobilnet"}; }},
    {"words that never meet", [] { return catalog::SearchQuery{.text = "mobilenet movenet"}; }},
});

}  // namespace litezoo::bench
