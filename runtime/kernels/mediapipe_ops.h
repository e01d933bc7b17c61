#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Custom operators of MediaPipe's models, all FLOAT32. The first three hold their options as the
// packed C structs of TensorFlow Lite (32-bit little-endian fields), the others as FlexBuffers.

// Convolution2DTransposeBias: input, filter, bias; its output size follows from the padding.
Evaluate prepare_transpose_conv_bias(Node& node);
// MaxPoolingWithArgmax2D: the greatest of a window, and where in the window it was.
Evaluate prepare_max_pool_argmax(Node& node);
// MaxUnpooling2D: puts values back where MaxPoolingWithArgmax2D found them, zeros elsewhere.
Evaluate prepare_max_unpooling(Node& node);

// TransformTensorBilinear: an image seen through an affine map (the first two rows of a 4 x 4
// matrix), zeros outside. In mediapipe_transform.cpp, as the next two.
Evaluate prepare_transform_tensor(Node& node);
// TransformLandmarks: points through such a map.
Evaluate prepare_transform_landmarks(Node& node);
// Landmarks2TransformMatrix, version 2: the map from an upright crop around some landmarks.
Evaluate prepare_landmarks_to_matrix(Node& node);

}  // namespace litezoo::runtime
