#pragma once

#include <string>

namespace litezoo::cli {

struct Context;
struct Protocol;

// `profile --ops`: runs the model in this process with a clock around each step and prints the
// median time of each node, its share, output shape, MACs, GMAC/s and engine, then the same by
// operator; as a table, JSON (--json) or CSV.
void report_ops(const Context& context, const std::string& reference, const Protocol& protocol,
                bool csv);

}  // namespace litezoo::cli
