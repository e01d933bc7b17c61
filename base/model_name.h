#pragma once

#include <string_view>

namespace litezoo {

// True for the names of TensorFlow Lite models, .tflite and .lite, whatever their case.
bool is_model_name(std::string_view name);

// True for the names of bundles of models, .task, whatever their case.
bool is_bundle_name(std::string_view name);

}  // namespace litezoo
