#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "fetcher/session.h"

namespace litezoo::fetcher {

// What a hub lists of one model: the files that are models, with what is stated of them.
struct Listed {
  Model model;
  std::vector<Artifact> artifacts;
  std::vector<Claim> claims;
  std::string changed;  // when, as the hub writes it; sorts by time. Empty = it does not say
};

// Where a listing stands, so that a later run goes on with it.
struct ListState {
  std::string cursor;  // of the page to ask next; empty = the listing begins
  std::string since;   // the newest change that the last complete listing brought
  std::string newest;  // the newest of the listing under way
  bool operator==(const ListState&) const = default;
};

struct ListOptions {
  std::string search;           // part of the name; empty = all
  bool allow_unpinned = false;  // take files of a manifest that states no digest
};

struct ListPage {
  std::vector<Listed> models;
  ListState next;
  bool last = false;
};

// One row a kind of hub: the extension point, one file list_<name>.cpp each. `what` is the hub's
// text after the prefix.
struct HubList {
  std::string_view prefix;  // "hf"; empty = for paths and addresses, which `takes` tells
  std::string_view form;    // "hf[:OWNER]"
  std::string_view help;
  ListPage (*page)(Session& session, const std::string& what, const ListOptions& options,
                   const ListState& state);
};
std::span<const HubList> hub_lists() noexcept;

// Throws Error(usage) when the hub cannot be listed, saying what can, or where its models are.
void require_listed(const std::string& hub);

// The next page of a hub's listing. Hubs that tell when a model changed list the newest first and
// end where `state.since` begins. Requests keep to the hub's rate limits. Throws what
// require_listed does, Error(network), Error(not_found), Error(corrupt) for a bad manifest.
ListPage list_page(Session& session, const std::string& hub, const ListOptions& options,
                   const ListState& state);

ListPage list_hf(Session& session, const std::string& what, const ListOptions& options,
                 const ListState& state);
ListPage list_kaggle(Session& session, const std::string& what, const ListOptions& options,
                     const ListState& state);
ListPage list_github(Session& session, const std::string& what, const ListOptions& options,
                     const ListState& state);
ListPage list_npm(Session& session, const std::string& what, const ListOptions& options,
                  const ListState& state);
ListPage list_manifest(Session& session, const std::string& what, const ListOptions& options,
                       const ListState& state);
ListPage list_directory(Session& session, const std::string& what, const ListOptions& options,
                        const ListState& state);

}  // namespace litezoo::fetcher
