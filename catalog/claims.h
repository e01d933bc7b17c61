#pragma once

#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "catalog/catalog.h"

namespace litezoo::catalog {

// Adds a published number; an identical one is kept once. Throws Error(usage) if it names nothing
// or no metric.
void put_claim(Catalog& catalog, const Claim& claim);

// What was published about the artifact or model of that name and, for an artifact, about its
// model. Ordered by comparable group (metric, dataset, split, variant), then source; never
// averaged.
std::vector<Claim> claims(Catalog& catalog, std::string_view artifact_or_model);

}  // namespace litezoo::catalog
