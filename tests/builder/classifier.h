#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace litezoo::builder {

enum class Precision { float32, float16, int8 };

struct ClassifierOptions {
  double width = 1;  // multiplies every layer's channels
  Precision precision = Precision::float32;
  std::uint32_t seed = 1;        // of the weights
  std::int32_t image_side = 64;  // pixels; a multiple of 16
};

// "float32", "float16", "int8".
std::string_view to_string(Precision precision) noexcept;

// "classifier-0.50-int8".
std::string classifier_name(const ClassifierOptions& options);

// The .tflite file of an image classifier after MobileNet's plan (3x3 convolution, then
// depthwise-separable blocks, average pooling, fully connected, softmax; ten classes) with random
// weights: it has the speed and memory of a real model of its shape and recognises nothing. float16
// keeps the weights as float16 behind DEQUANTIZE; int8 is quantised throughout, per channel in the
// convolutions. The same options give the same bytes on every machine.
std::vector<std::byte> classifier(const ClassifierOptions& options);

}  // namespace litezoo::builder
