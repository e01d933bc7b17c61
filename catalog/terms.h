#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/store.h"

namespace litezoo::catalog {

// Words of the full text that a word of a search stands for: itself where it has a digit ("v2",
// "int8"), else those that begin with its stem. Empty when there is none, or too many to list.
std::vector<std::string> terms_for(Store& store, const std::string& word);

// For each word of the text that no artifact has: words like it that some have.
std::vector<std::string> near_terms(Store& store, std::string_view text);

}  // namespace litezoo::catalog
