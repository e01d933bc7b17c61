#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// NON_MAX_SUPPRESSION_V4 and V5: of boxes that overlap the one with the best score; V5 with the
// Gaussian decay of scores of Bodla et al., "Soft-NMS". float32 only, as in LiteRT.
Evaluate prepare_non_max_suppression(Node& node);

}  // namespace litezoo::runtime
