#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that look for elements by their values.
Evaluate prepare_topk(Node& node);  // equal values: the lower index first; NaN last
Evaluate prepare_where(Node& node);
Evaluate prepare_unique(Node& node);
Evaluate prepare_bucketize(Node& node);
Evaluate prepare_hashtable_lookup(Node& node);

}  // namespace litezoo::runtime
