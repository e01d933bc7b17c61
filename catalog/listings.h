#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/nouns.h"
#include "catalog/catalog.h"

namespace litezoo::catalog {

// What one source says of one model. Model::source names the source; artifacts name the model.
struct Listing {
  Model model;
  std::vector<Artifact> artifacts;
  std::vector<Claim> claims;  // about the model or one of the artifacts
};

struct ListingCounts {
  std::uint64_t models = 0, artifacts = 0, claims = 0;  // rows that are new
  std::uint64_t joined = 0;  // artifacts that are known by digest under another name
};

// Takes over what sources list, all or nothing, and has committed it on return. Tens of thousands a
// second; a few thousand listings a call keep other writers from waiting long.
//   - A row that is new is added. Of a row that ships with Litezoo only gaps are filled; any other
//     takes the listing's facts, but keeps a digest or size that the listing does not give.
//     A row that says the same already is not written: syncing twice changes nothing.
//   - An artifact whose SHA-256 is known under another name is that one: its references become
//     further places of it. When that is so of all artifacts of a listing, its model is not entered
//     either, and its claims are kept about the model that is known.
// Throws as put_model, put_artifact and put_claim do.
ListingCounts put_listings(Catalog& catalog, std::span<const Listing> listings);

}  // namespace litezoo::catalog
