#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "catalog/catalog.h"

namespace litezoo::catalog {

// Stores what the bytes say, replacing an earlier inspection of the same digest.
// Throws Error(usage) if inspection.sha256 is no digest.
void put_inspection(Catalog& catalog, const Inspection& inspection);

std::optional<Inspection> find_inspection(Catalog& catalog, std::string_view sha256);

// Adds the device, or replaces the one with that fingerprint.
void put_device(Catalog& catalog, const Device& device);

std::optional<Device> find_device(Catalog& catalog, std::string_view fingerprint);

std::vector<Device> devices(Catalog& catalog);

// Adds a measurement; an identical one is kept once. Every raw sample is stored. Throws
// Error(not_found) if its device is not in the catalog, Error(usage) if its sha256 is no digest.
void put_measurement(Catalog& catalog, const Measurement& measurement);

// The measurements of these bytes, newest first; of every device when `device` is empty.
std::vector<Measurement> measurements(Catalog& catalog, std::string_view sha256,
                                      std::string_view device = {});

// Of them, those taken by this catalog's own programs: what a bundle brought proves nothing here.
std::vector<Measurement> own_measurements(Catalog& catalog, std::string_view sha256,
                                          std::string_view device);

}  // namespace litezoo::catalog
