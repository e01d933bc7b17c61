#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/units.h"
#include "catalog/catalog.h"

namespace litezoo::catalog {

// What is wrong with the catalog, one line each with the next step; empty when it is whole: its
// tables and indexes and the database's pages; where these are right, references between rows, the
// full text, the chain of what came from where, and that noted files are there with their size.
std::vector<std::string> verify(Catalog& catalog);

// Copies the catalog, as one state of it while others read and write, to a new file. Throws
// Error(usage) if `target` exists, Error(io) if it cannot be written.
void back_up(Catalog& catalog, const std::filesystem::path& target);

struct Compaction {
  Bytes before, after;
};

// Gives unused pages back to the disk and merges the full text. Needs as much free disk as the
// catalog takes. Throws Error(io) while others use the catalog.
Compaction compact(Catalog& catalog);

}  // namespace litezoo::catalog
