#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators on tables from strings to int64 or from int64 to strings, which outlive a run. A table
// is filled once; later imports change nothing, as in LiteRT.
Evaluate prepare_hashtable(Node& node);
Evaluate prepare_hashtable_find(Node& node);
Evaluate prepare_hashtable_import(Node& node);
Evaluate prepare_hashtable_size(Node& node);

}  // namespace litezoo::runtime
