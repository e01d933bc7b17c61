#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// The custom operators that turn sound into features, with TensorFlow's definitions.
Evaluate prepare_audio_spectrogram(Node& node);
Evaluate prepare_mfcc(Node& node);

}  // namespace litezoo::runtime
