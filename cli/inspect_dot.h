#pragma once

#include <string>

#include "inspector/report.h"

namespace litezoo::cli {

// The graph in Graphviz's language: a box a node, coloured by who would run it (XNNPACK or the
// builtin kernels), an edge a tensor with its shape. Subgraphs are clusters; constants are left
// out. Names are escaped.
std::string to_dot(const inspector::Report& report);

}  // namespace litezoo::cli
