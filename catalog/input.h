#pragma once

#include <span>
#include <string>
#include <string_view>

namespace litezoo::catalog {

// What a model takes in: "image", "audio", "text", "video", "sensor", "tabular", "multimodal".
std::span<const std::string_view> inputs() noexcept;

// That of a task, by its id; empty when the id does not tell.
std::string_view input_of_task(std::string_view task) noexcept;

// What can be fed from `source`: itself, and for video also models that take one image, once a
// frame. Throws Error(usage) listing the inputs for another name.
std::span<const std::string_view> inputs_fed_by(std::string_view source);

}  // namespace litezoo::catalog
