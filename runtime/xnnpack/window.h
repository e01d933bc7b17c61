#pragma once

#include <cstdint>
#include <optional>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime::xnn {

// A window that slides over the two middle dimensions of NHWC: convolutions and pools.
struct Window {
  Padding padding = Padding::VALID;
  std::int32_t height = 1, width = 1;
  std::int32_t stride_h = 1, stride_w = 1;
  std::int32_t dilation_h = 1, dilation_w = 1;
};

// How many places the window has; nullopt when there is none or a number makes no sense.
struct Extent {
  std::int32_t height, width;
};
std::optional<Extent> output_extent(const Shape& input, const Window& window) noexcept;

// Why XNNPACK should not be asked to slide it: a number out of range, or an indirection buffer
// (a pointer for each window element and output pixel) larger than any sane model needs.
const char* check_window(const Window& window, const Shape& input, const Shape& output) noexcept;

// Zeros around the image. XNNPACK's own flag for SAME padding fails where a stride is so long that
// the window never meets the image's end.
struct Margins {
  std::uint32_t top = 0, right = 0, bottom = 0, left = 0;
};
// Requires what check_window() asks for.
Margins margins_of(const Window& window, const Shape& image) noexcept;

constexpr std::uint32_t unsigned_of(std::int32_t value) noexcept {
  return static_cast<std::uint32_t>(value);
}

}  // namespace litezoo::runtime::xnn
