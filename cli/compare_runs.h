#pragma once

#include <string>
#include <vector>

#include "cli/protocol.h"

namespace litezoo::cli {

struct Context;

// `compare --measure`: the models' latency and memory side by side, how many times faster each is
// than the first with an interval, and how far its outputs agree with the first one's on the same
// inputs. The models take turns, several processes each, so that a slow phase of the machine meets
// all of them.
void compare_runs(Context& context, const std::vector<std::string>& references,
                  const Protocol& protocol);

}  // namespace litezoo::cli
