#include "catalog/listings.h"

#include <map>
#include <optional>
#include <string>

#include "catalog/deferred_index.h"
#include "catalog/rows.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

struct Known {
  std::string artifact, model;
};

// The artifact that has these bytes under another name; nullopt also when this name is known.
std::optional<Known> known_elsewhere(Store& store, const Artifact& artifact) {
  if (artifact.sha256.empty()) return std::nullopt;
  Query query = store.query(
      "SELECT a.name, m.name FROM artifact a JOIN model m ON m.id = a.model_id "
      "WHERE a.sha256 = ?1 AND a.sha256 <> '' "
      "AND NOT EXISTS(SELECT 1 FROM artifact WHERE name = ?2) ORDER BY a.id LIMIT 1");
  if (!query.with(artifact.sha256, artifact.name).step()) return std::nullopt;
  return Known{.artifact = query.text(0), .model = query.text(1)};
}

void put(Store& store, const Listing& listing, ListingCounts& counts) {
  std::map<std::string, std::string> renamed;  // the listing's names -> those of the catalog
  std::vector<Artifact> own;
  std::string model;
  for (const auto& artifact : listing.artifacts) {
    const auto known = known_elsewhere(store, artifact);
    if (!known) {
      own.push_back(artifact);
      continue;
    }
    Artifact place = artifact;
    place.name = known->artifact;
    place.model = known->model;
    write_artifact(store, place, Origin::user, Existing::keep);
    renamed[artifact.name] = known->artifact;
    model = known->model;
    ++counts.joined;
  }
  if (own.empty() && !renamed.empty()) {
    renamed[listing.model.name] = model;
  } else if (write_model(store, listing.model, Origin::user, Existing::refresh)) {
    ++counts.models;
  }
  for (const auto& artifact : own) {
    if (write_artifact(store, artifact, Origin::user, Existing::refresh)) ++counts.artifacts;
  }
  for (Claim claim : listing.claims) {
    const auto name = renamed.find(claim.artifact_or_model);
    if (name != renamed.end()) claim.artifact_or_model = name->second;
    if (write_claim(store, claim, Origin::user, Existing::replace)) ++counts.claims;
  }
}

}  // namespace

ListingCounts put_listings(Catalog& catalog, std::span<const Listing> listings) {
  Store& store = catalog.store();
  return store.write([&] {
    ListingCounts counts;
    DeferredIndex deferred(store, DeferredIndex::Others::stay);
    for (const auto& listing : listings) put(store, listing, counts);
    deferred.finish();
    return counts;
  });
}

}  // namespace litezoo::catalog
