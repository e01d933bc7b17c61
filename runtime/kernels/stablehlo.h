#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators as the StableHLO specification defines them (https://openxla.org/stablehlo/spec).
Evaluate prepare_stablehlo_gather(Node& node);   // start indices are moved back inside
Evaluate prepare_stablehlo_scatter(Node& node);  // updates that stick out are left out
// Calls the body subgraph once an element of each window.
Evaluate prepare_stablehlo_reduce_window(Node& node);
// What it keeps. Throws Error for a node that makes no sense.
std::size_t stablehlo_reduce_window_bytes(const Node& node);
Evaluate prepare_stablehlo_rng_bit_generator(Node& node);

// On the stored numbers, whatever their scale; shapes are broadcast. BOOL: or, and.
Evaluate prepare_stablehlo_add(Node& node);
Evaluate prepare_stablehlo_multiply(Node& node);
Evaluate prepare_stablehlo_maximum(Node& node);
Evaluate prepare_stablehlo_minimum(Node& node);
Evaluate prepare_stablehlo_and(Node& node);

}  // namespace litezoo::runtime
