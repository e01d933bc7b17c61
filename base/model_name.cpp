#include "base/model_name.h"

#include <string>

#include "base/text.h"

namespace litezoo {

bool is_model_name(std::string_view name) {
  const std::string lower = to_lower(name);
  return lower.ends_with(".tflite") || lower.ends_with(".lite");
}

bool is_bundle_name(std::string_view name) {
  return to_lower(name).ends_with(".task");
}

}  // namespace litezoo
