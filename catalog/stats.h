#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/units.h"
#include "catalog/catalog.h"

namespace litezoo::catalog {

struct Stats {
  std::uint64_t models = 0, artifacts = 0, starter = 0, fetched = 0;
  std::uint64_t inspections = 0, measurements = 0, claims = 0, devices = 0, tasks = 0;
  std::map<std::string, std::uint64_t> artifacts_of_task;  // task id -> count; tasks in use only
  Bytes fetched_bytes;                                     // of the files on this disk
  Bytes file_size;                                         // of the catalog itself
  std::uint32_t schema_version = 0;
};

Stats stats(Catalog& catalog);

}  // namespace litezoo::catalog
