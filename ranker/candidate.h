#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/nouns.h"

namespace litezoo::ranker {

// Whether the bytes of a candidate can be looked at.
enum class Availability {
  here,       // in the store or on disk
  fetchable,  // a place is known that this build can ask
  nowhere,    // no place is known
  forbidden,  // a place is known, but may not be asked now (offline)
};

enum class Fit { yes, partly, no, unknown };

// What a kind of hardware or runtime would make of a file.
struct TargetFit {
  std::string target;  // "gpu", "nnapi", ...
  Fit fit = Fit::unknown;
  std::string reason;
};

// What only a look at the file tells, with this build's tables.
struct FileFacts {
  std::optional<std::string> cannot_run;    // "CUSTOM 'Foo' at node 7: ..."
  std::vector<std::string> not_in_xnnpack;  // "GATHER at node 7: ..."
  std::vector<TargetFit> targets;
};

// An artifact with everything known about it so far.
struct Candidate {
  Model model;
  Artifact artifact;
  std::string license_class;  // "permissive", "copyleft", "non-commercial", "unknown"
  Availability availability = Availability::nowhere;
  std::string unavailable_because;       // for nowhere and forbidden
  std::vector<Claim> claims;             // about it or its model
  std::optional<Inspection> inspection;  // of these bytes, maybe from an earlier look
  std::optional<FileFacts> file;
  // Taken on this device with this engine, these settings and not long ago; never anything else.
  std::optional<Measurement> measurement;
  std::optional<Measurement> confirmation;  // the same by another process
  bool measured_now = false;  // in this walk, so that asking again would not tell more
  // A latency that does not count (elsewhere, outdated, other settings): for the order only.
  std::optional<Nanoseconds> expected;
};

}  // namespace litezoo::ranker
