#pragma once

#include <string>
#include <string_view>

#include "catalog/catalog.h"

namespace litezoo::catalog {

// Where the listing of a hub stands, in the words of whoever lists it; empty = never listed.
std::string sync_state(Catalog& catalog, std::string_view hub);
void put_sync_state(Catalog& catalog, std::string_view hub, std::string_view state);

}  // namespace litezoo::catalog
