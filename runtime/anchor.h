#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "base/units.h"

namespace litezoo::runtime {

struct AnchorTime {
  Nanoseconds arithmetic{};  // products of small matrices: the core's own speed
  Nanoseconds stream{};  // copying more than the second-level cache holds: shared memory's speed
};

// A fixed piece of work, about 10 ms on a desktop core. It tells nothing about a model; its changes
// tell whether the machine became slower or faster between two moments (frequency, throttling, a
// neighbour), even where no sensor can be read. Takes 8 MB while it lives: make it before the
// memory of the empty process is noted.
class Anchor {
 public:
  Anchor();
  AnchorTime time();

 private:
  Nanoseconds time_stream();

  std::vector<std::byte> from_, to_;
};

}  // namespace litezoo::runtime
