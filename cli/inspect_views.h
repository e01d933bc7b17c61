#pragma once

#include "inspector/report.h"

namespace litezoo::cli {

struct Context;

// The tables of `inspect`, one for each option that asks for one.

// --ops: by operator and version: how many, and what they cost together.
void print_operators(const Context& context, const inspector::Report& report);
// --nodes: each node with its shapes, its cost and who would run it.
void print_nodes(const Context& context, const inspector::Report& report);
// --tensors: each tensor with type, shape, size and quantisation.
void print_tensors(const Context& context, const inspector::Report& report);
// --memory: which activations make the peak, and from when to when they live.
void print_memory(const Context& context, const inspector::Report& report);
// --compat: the verdict on each target, then the nodes and rules behind it.
void print_compatibility(const Context& context, const inspector::Report& report);
// --stats: zeros, different values and compressibility; wants Weights::measured.
void print_statistics(const Context& context, const inspector::Report& report);
// --labels: one label a line.
void print_labels(const Context& context, const inspector::Report& report);

}  // namespace litezoo::cli
