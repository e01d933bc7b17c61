#pragma once

#include <chrono>
#include <string>

#include "ranker/candidate.h"

namespace litezoo::ranker {

// A fetchable candidate of a known size.
inline Candidate candidate_of(const std::string& name, std::uint64_t size) {
  Candidate candidate;
  candidate.model = {
      .name = name, .task = "image-classification", .domains = {"image"}, .license = "Apache-2.0"};
  candidate.artifact = {.name = name, .model = name, .size = Bytes{size}};
  candidate.license_class = "permissive";
  candidate.availability = Availability::fetchable;
  return candidate;
}

// As many undisturbed runs of one latency as asked for.
inline Measurement measurement_of(Nanoseconds latency, std::size_t runs) {
  Measurement measurement;
  measurement.samples.assign(runs, latency);
  measurement.blocks = {{.first = 0, .count = runs}};
  measurement.baseline_memory = Bytes{1'000'000};
  measurement.peak_memory = Bytes{3'000'000};
  return measurement;
}

inline Inspection inspection_of(std::uint64_t size) {
  Inspection inspection;
  inspection.size = Bytes{size};
  inspection.precision = "float32";
  return inspection;
}

}  // namespace litezoo::ranker
