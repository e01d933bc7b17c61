#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// The custom operator TFLite_Detection_PostProcess of SSD models: box encodings [1, n, >= 4], class
// scores [1, n, classes] and anchors [n, 4] to boxes, classes, scores and their number. 8-bit
// inputs are dequantised. Rows beyond the number are 0.
Evaluate prepare_detection_postprocess(Node& node);

}  // namespace litezoo::runtime
