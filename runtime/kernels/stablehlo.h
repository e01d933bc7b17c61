#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators as the StableHLO specification defines them (https://openxla.org/stablehlo/spec).
Evaluate prepare_stablehlo_gather(Node& node);   // start indices are moved back inside
Evaluate prepare_stablehlo_scatter(Node& node);  // updates that stick out are left out
// Calls the body subgraph once an element of each window.
Evaluate prepare_stablehlo_reduce_window(Node& node);
Evaluate prepare_stablehlo_rng_bit_generator(Node& node);

}  // namespace litezoo::runtime
