#pragma once

#include "base/units.h"

namespace litezoo::runtime {

// Times a fixed piece of arithmetic, about 5 ms on a desktop core. It tells nothing about a model;
// its changes tell whether the machine became slower or faster between two moments (frequency,
// throttling, a neighbour), even where no sensor can be read.
Nanoseconds time_anchor();

}  // namespace litezoo::runtime
