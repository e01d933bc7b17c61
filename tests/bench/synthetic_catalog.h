#pragma once

#include <cstdint>
#include <iosfwd>

namespace litezoo::bench {

// Writes a bundle (catalog/bundle.h) of `artifacts` made-up artifacts with names, tasks, licences,
// sizes and precisions as hubs have them, three artifacts a model on average. The same count
// gives the same bytes, save for the line that holds the time.
void write_synthetic_bundle(std::ostream& out, std::uint64_t artifacts);

}  // namespace litezoo::bench
