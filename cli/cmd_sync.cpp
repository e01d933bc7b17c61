#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "catalog/listings.h"
#include "catalog/sync_state.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "fetcher/listing.h"
#include "fetcher/url.h"

namespace litezoo::cli {
namespace {

struct SyncOptions {
  std::vector<std::string> hubs;
  fetcher::ListOptions list;
  std::size_t limit = 0;  // models a hub; 0 = all
  bool full = false;
};

struct Synced {
  std::string hub;
  std::size_t listed = 0, pages = 0;
  catalog::ListingCounts counts;
  bool complete = false;
  std::optional<Error> error;
};

fetcher::ListState read_state(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return {};
  return {.cursor = json.value("cursor", std::string()),
          .since = json.value("since", std::string()),
          .newest = json.value("newest", std::string())};
}

std::string write_state(const fetcher::ListState& state) {
  return dump_json({{"cursor", state.cursor}, {"since", state.since}, {"newest", state.newest}});
}

// Listings of another search are another listing.
std::string key_of(const std::string& hub, const SyncOptions& options) {
  return options.list.search.empty() ? hub : hub + "?" + options.list.search;
}

void add_counts(catalog::ListingCounts& sum, const catalog::ListingCounts& page) {
  sum.models += page.models;
  sum.artifacts += page.artifacts;
  sum.claims += page.claims;
  sum.joined += page.joined;
}

// Each page is in the catalog before where it ended is noted, so that an interrupted listing goes
// on there and loses nothing.
void sync_hub(const Context& context, Workspace& workspace, const SyncOptions& options,
              Synced& synced) {
  const std::string key = key_of(synced.hub, options);
  catalog::Catalog& catalog = workspace.catalog();
  fetcher::ListState state =
      options.full ? fetcher::ListState{} : read_state(catalog::sync_state(catalog, key));
  if (!state.cursor.empty()) context.note(synced.hub + ": going on where it was interrupted");
  std::set<std::string> asked;
  for (bool more = true; more;) {
    InterruptGuard::check();
    auto page = fetcher::list_page(workspace.fetcher().session(), synced.hub, options.list, state);
    std::vector<catalog::Listing> listings;
    listings.reserve(page.models.size());
    for (auto& listed : page.models) {
      listings.push_back({.model = std::move(listed.model),
                          .artifacts = std::move(listed.artifacts),
                          .claims = std::move(listed.claims)});
    }
    add_counts(synced.counts, catalog::put_listings(catalog, listings));
    synced.listed += listings.size();
    ++synced.pages;
    state = page.next;
    if (page.last) {
      state.since = std::max(state.since, state.newest);
      state.newest.clear();
      state.cursor.clear();
      synced.complete = true;
    }
    const bool goes_round = !page.last && !asked.insert(state.cursor).second;
    if (goes_round) state.cursor.clear();
    catalog::put_sync_state(catalog, key, write_state(state));
    if (goes_round) {
      throw Error(ErrorKind::network,
                  "the listing leads back to a page it had before; what it "
                  "listed is in the catalog, try again later");
    }
    more = !page.last && (options.limit == 0 || synced.listed < options.limit);
    if (more && context.shows_progress()) {
      context.note(fmt::format("{}: {} models so far", synced.hub, synced.listed));
    }
  }
}

nlohmann::ordered_json to_document(const Synced& synced) {
  nlohmann::ordered_json row{{"hub", synced.hub},
                             {"models", synced.listed},
                             {"pages", synced.pages},
                             {"new_models", synced.counts.models},
                             {"new_files", synced.counts.artifacts},
                             {"new_claims", synced.counts.claims},
                             {"known_by_digest", synced.counts.joined},
                             {"complete", synced.complete}};
  if (synced.error) {
    row["error"] = {{"kind", to_string(synced.error->kind())}, {"message", synced.error->what()}};
  }
  return row;
}

void print_synced(const Context& context, const std::vector<Synced>& all) {
  Table table({{"hub"},
               {"models listed", Align::right},
               {"new models", Align::right},
               {"new files", Align::right},
               {"new claims", Align::right},
               {"state"}});
  for (const auto& synced : all) {
    std::string state = synced.complete ? "complete" : "to be continued";
    if (synced.error) state = "failed: " + to_string(synced.error->kind());
    table.add({synced.hub, std::to_string(synced.listed), std::to_string(synced.counts.models),
               std::to_string(synced.counts.artifacts), std::to_string(synced.counts.claims),
               state});
  }
  table.print(context);
}

void sync(Context& context, const SyncOptions& options) {
  // Before the first of them is asked.
  for (const auto& hub : options.hubs) fetcher::require_listed(hub);
  const InterruptGuard guard;
  Workspace workspace(context);
  std::vector<Synced> all;
  for (const auto& hub : options.hubs) {
    Synced synced{.hub = hub, .counts = {}, .error = std::nullopt};
    try {
      sync_hub(context, workspace, options, synced);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::usage) throw;
      synced.error = error;
      context.result = exit_code_of(error.kind());
      context.err << fmt::format("litezoo: {}\n", fetcher::about(hub, error.what()));
    }
    all.push_back(std::move(synced));
  }
  if (!context.json) return print_synced(context, all);
  nlohmann::ordered_json document;
  auto& hubs = document["hubs"] = nlohmann::ordered_json::array();
  for (const auto& synced : all) hubs.push_back(to_document(synced));
  print_json(context, document);
}

std::string hubs_help() {
  std::string help = "What to list";
  for (const auto& row : fetcher::hub_lists()) help += fmt::format("; {}: {}", row.form, row.help);
  return help;
}

}  // namespace

void add_sync(CLI::App& command, Context& context) {
  auto options = std::make_shared<SyncOptions>();
  options->hubs = {"hf", "kaggle"};
  command.add_option("hubs", options->hubs, hubs_help())->capture_default_str();
  command.add_option("--search", options->list.search, "Only models whose name holds this");
  command.add_option("--limit", options->limit,
                     "About so many models a hub; the next sync goes on there");
  command.add_flag("--full", options->full,
                   "List everything, not what changed since the last time");
  command.add_flag("--allow-unpinned", options->list.allow_unpinned,
                   "Take files of a manifest that states no digest");
  add_common_options(command, context);
  command.callback([&context, options] { sync(context, *options); });
}

}  // namespace litezoo::cli
