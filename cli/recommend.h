#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/nouns.h"
#include "catalog/models.h"
#include "cli/protocol.h"
#include "ranker/walk.h"

namespace litezoo::cli {

struct Context;
class Workspace;

// What to choose from.
struct Choices {
  std::vector<catalog::Entry> entries;
  std::set<std::string> in_place;  // artifacts that are no part of the catalog: files as they lie
  std::vector<Claim> claims;       // beside those of the catalog
};

// Everything a selection is made from.
struct Selection {
  Choices choices;
  ranker::Constraints constraints;
  ranker::Aim aim;
  Protocol protocol;
  std::optional<Nanoseconds> budget;                 // of the whole selection
  Nanoseconds max_age = std::chrono::hours(7 * 24);  // of measurements that may prove something
};

// The artifacts of a task; of every task when it is empty.
Choices choices_of_task(Workspace& workspace, const std::string& task);

// The artifacts that a list names: one reference a line, '#' begins a comment, "-" is stdin. What
// the catalog does not have (a path) is taken to be for `task`, because the list says that it fits.
// Throws Error(not_found or usage) naming list and line.
Choices choices_of_list(Workspace& workspace, const std::string& list, const std::string& task);

// Drives the ranker's walk: fetches, inspects and measures what it asks for, and stores what was
// learnt. Fills in what accuracy constraints leave out. Stops in order on Ctrl-C:
// Error(interrupted), what was measured is kept.
ranker::Walk walk_candidates(const Context& context, Workspace& workspace, Selection selection);

// The answer for people, with the reason each other candidate fell; many that fell alike are
// counted in one row unless `all`.
void print_recommendation(const Context& context, const ranker::Walk& walk, bool all);

// The same as JSON: docs/recommend.schema.json.
void print_recommendation_json(const Context& context, const ranker::Walk& walk);

// One sentence: what was chosen, or that nothing was.
std::string conclusion(const ranker::Walk& walk);

// 0 found, 1 none, 3 undecided.
void set_exit_code(Context& context, const ranker::Walk& walk);

}  // namespace litezoo::cli
