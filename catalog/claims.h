#pragma once

#include <cstdint>
#include <optional>
#include <string>
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

// Claims that may be compared with each other: about the same task's models, of one metric,
// dataset, split and variant.
struct ClaimGroup {
  std::string metric, dataset, split, variant;
  std::optional<bool> higher_is_better;  // unknown for a metric that is not in the list
  std::vector<Claim> claims;             // by source
  std::uint64_t others = 0;              // claims of the group about other models of that task
};

// claims(), by group in that order.
std::vector<ClaimGroup> claim_groups(Catalog& catalog, std::string_view artifact_or_model);

// Whether more of a metric is better; nullopt when it is not known.
std::optional<bool> higher_is_better(std::string_view metric) noexcept;

}  // namespace litezoo::catalog
