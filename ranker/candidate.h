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
  nowhere,    // no place, or none that may be asked (offline)
};

// An artifact with everything known about it so far.
struct Candidate {
  Model model;
  Artifact artifact;
  std::string license_class;  // "permissive", "copyleft", "non-commercial", "unknown"
  Availability availability = Availability::nowhere;
  std::string unavailable_because;  // for Availability::nowhere
  std::optional<Inspection> inspection;
  std::optional<std::string> cannot_run;  // "CUSTOM 'Foo' at node 7: ..."; set by an inspection
  // Taken on this device with this engine and these settings; never anything else.
  std::optional<Measurement> measurement;
  bool measured_now = false;  // in this walk, so that asking again would not tell more
};

}  // namespace litezoo::ranker
