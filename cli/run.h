#pragma once

#include <iosfwd>

namespace litezoo::cli {

// The whole program: parses, runs one command, turns every Error into one line on `err`, and gives
// the process's exit code.
int run(int argument_count, const char* const* arguments, std::ostream& out, std::ostream& err);

}  // namespace litezoo::cli
