#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "catalog/store.h"

namespace litezoo::catalog {

// The 90th percentile of the newest measurement of these bytes on the device.
std::optional<Nanoseconds> newest_p90(Store& store, std::string_view sha256,
                                      std::string_view device);

// Digests whose newest measurement on the device is above the limit.
std::vector<std::string> slower_than(Store& store, std::string_view device, Nanoseconds limit);

}  // namespace litezoo::catalog
