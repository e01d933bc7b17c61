#pragma once

#include "base/graph.h"
#include "inspector/source.h"

namespace litezoo::inspector {

// Makes sure of what base/graph.h promises. Throws Error(corrupt) for what would lead a reader out
// of bounds or in circles; what LiteRT tolerates becomes a finding, and unusable extras
// (a signature that points nowhere) are dropped.
void validate(Graph& graph, Source& source);

}  // namespace litezoo::inspector
