#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Reductions of slices that carry the same segment number. FLOAT32, INT32; numbers are INT32.
// SEGMENT_SUM: one number for each slice along the first dimension, in ascending order.
Evaluate prepare_segment_sum(Node& node);
// UNSORTED_SEGMENT_*: one number for each slice along the leading dimensions that input 1 has, in
// any order; slices with a negative number are left out. Input 2 is the number of segments. A
// segment without slices holds the operator's identity.
Evaluate prepare_unsorted_segment_sum(Node& node);
Evaluate prepare_unsorted_segment_prod(Node& node);
Evaluate prepare_unsorted_segment_max(Node& node);
Evaluate prepare_unsorted_segment_min(Node& node);

}  // namespace litezoo::runtime
