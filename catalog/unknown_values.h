#pragma once

#include <vector>

#include "catalog/search.h"
#include "catalog/store.h"

namespace litezoo::catalog {

// The filters of a query whose value no artifact has, in any spelling, each with values like it.
std::vector<UnknownValue> unknown_values(Store& store, const SearchQuery& query);

}  // namespace litezoo::catalog
