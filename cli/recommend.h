#pragma once

#include <string>

#include "base/nouns.h"
#include "ranker/walk.h"

namespace litezoo::cli {

struct Context;
class Workspace;

// Drives the ranker's walk: fetches, inspects and measures what it asks for, and stores what was
// learnt. Stops in order on Ctrl-C: Error(interrupted), what was measured is kept.
ranker::Walk walk_candidates(const Context& context, Workspace& workspace,
                             const ranker::Constraints& constraints,
                             const MeasurementSettings& settings);

// The answer for people, with the reason each other candidate fell; many that fell alike are
// counted in one row unless `all`.
void print_recommendation(const Context& context, const ranker::Walk& walk,
                          const ranker::Constraints& constraints, bool all);

// The same as JSON.
void print_recommendation_json(const Context& context, const ranker::Walk& walk);

}  // namespace litezoo::cli
