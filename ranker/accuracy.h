#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ranker/candidate.h"

namespace litezoo::ranker {

// "top1@ImageNet/val>=0.7". Numbers compare only within one metric, dataset and split, so a
// constraint that leaves any of them out must mean one group of the candidates' claims.
struct AccuracyConstraint {
  std::string metric;  // empty = any
  std::string data;    // "dataset" or "dataset/split"; empty = any
  double value = 0;    // a fraction where the claims are fractions or percent
  bool at_least = true;
  std::string text;  // as the user wrote it
};

// Reads "METRIC@DATASET/SPLIT>=0.7", "WER@librispeech<=6%", "top1>=70%", "0.7". Throws
// Error(usage) when it is none of them.
AccuracyConstraint parse_accuracy(const std::string& text);

// Claims that may be compared with each other.
struct AccuracyGroup {
  std::string metric, dataset, split;
  auto operator<=>(const AccuracyGroup&) const = default;
};

// "top1@ImageNet/val".
std::string name_of(const AccuracyGroup& group);

// The groups of what is claimed of the quality of these candidates, sorted.
std::vector<AccuracyGroup> accuracy_groups(std::span<const Candidate> candidates);

// Fills in what the user left out. The constraint comes back as it was when no claim fits it.
// Throws Error(usage) listing the groups when it could mean several.
AccuracyConstraint resolve(const AccuracyConstraint& constraint,
                           std::span<const AccuracyGroup> groups);

// The claimed value that counts for a candidate: of its own claims, else its model's; claims for
// another precision are left out; of several the worst. nullopt when nothing is claimed.
std::optional<double> claimed_accuracy(const Candidate& candidate,
                                       const AccuracyConstraint& constraint);

}  // namespace litezoo::ranker
