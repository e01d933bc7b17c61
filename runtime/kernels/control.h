#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that run other subgraphs of the model. Their outputs have the subgraph's shapes; where
// only a run can tell these, they are deferred.
Evaluate prepare_if(Node& node);
Evaluate prepare_while(Node& node);  // also STABLEHLO_WHILE; bounded by max_loop_iterations
Evaluate prepare_call(Node& node);
Evaluate prepare_call_once(Node& node);            // CALL_ONCE: in the session's first run only
Evaluate prepare_stablehlo_composite(Node& node);  // runs its decomposition
Evaluate prepare_stablehlo_case(Node& node);

}  // namespace litezoo::runtime
