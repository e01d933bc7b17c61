#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "runtime/memory.h"

namespace litezoo::cli {

struct LocalModel;

// How far two models' outputs agree on the same inputs. Quantised values are compared as the real
// numbers they stand for.
struct Agreement {
  std::string why_not;      // not empty: they cannot be compared, and this is why
  std::size_t samples = 0;  // pairs of runs
  double top1 = 0;    // share of them whose first outputs have their largest value at one place
  double cosine = 1;  // of all outputs of a run as one vector; the least of the samples
  double largest_difference = 0;  // of one value
  double range = 0;  // of the first model's values: what the difference is large against
};

struct AgreementSettings {
  std::size_t samples = 8;
  std::uint32_t seed = 1;
  std::uint32_t threads = 1;
  Bytes memory_limit = runtime::kDefaultMemoryLimit;
  std::vector<std::string> inputs;   // K=FILE.npy, for both models; one sample then
  std::vector<std::string> resizes;  // K=1x192x192x3, for both
};

// Runs both. Inputs and outputs are matched by position. Throws what runtime::Session throws, and
// Error(usage) for an input that does not fit.
Agreement agreement_of(const LocalModel& first, const LocalModel& second,
                       const AgreementSettings& settings);

// The pure part: adds one pair of runs, each the outputs' values one after the other;
// `first_output` of them belong to output 0. Requires equal lengths.
void add_sample(Agreement& agreement, std::span<const double> first, std::span<const double> second,
                std::size_t first_output);

}  // namespace litezoo::cli
