#include "runtime/xnnpack/window.h"

#include <algorithm>

namespace litezoo::runtime::xnn {
namespace {

constexpr std::int32_t kMaxWindow = 1 << 14;
constexpr std::uint64_t kMaxIndirections = std::uint64_t{1} << 24U;

// nullopt when the window is larger than a VALID input.
std::optional<std::int32_t> places(std::int64_t input, std::int64_t size, std::int64_t stride,
                                   std::int64_t dilation, Padding padding) noexcept {
  if (size < 1 || stride < 1 || dilation < 1 || input < 1) return std::nullopt;
  const std::int64_t reach = (size - 1) * dilation + 1;
  const std::int64_t room = padding == Padding::SAME ? input : input - reach + 1;
  if (room < 1) return std::nullopt;
  return static_cast<std::int32_t>((room + stride - 1) / stride);
}

}  // namespace

std::optional<Extent> output_extent(const Shape& input, const Window& window) noexcept {
  if (input.size() != 4) return std::nullopt;
  if (window.padding != Padding::SAME && window.padding != Padding::VALID) return std::nullopt;
  const auto height =
      places(input[1], window.height, window.stride_h, window.dilation_h, window.padding);
  const auto width =
      places(input[2], window.width, window.stride_w, window.dilation_w, window.padding);
  if (!height || !width) return std::nullopt;
  return Extent{*height, *width};
}

const char* check_window(const Window& window, const Shape& input, const Shape& output) noexcept {
  for (const std::int32_t number : {window.height, window.width, window.stride_h, window.stride_w,
                                    window.dilation_h, window.dilation_w}) {
    if (number < 1 || number > kMaxWindow) return "its window, stride or dilation is out of range";
  }
  const auto extent = output_extent(input, window);
  if (!extent || output.size() != 4 || output[0] != input[0] || output[1] != extent->height ||
      output[2] != extent->width) {
    return "its output has another shape than its window asks for";
  }
  const auto pixels =
      static_cast<std::uint64_t>(extent->height) * static_cast<std::uint64_t>(extent->width);
  const auto taps =
      static_cast<std::uint64_t>(window.height) * static_cast<std::uint64_t>(window.width);
  if (pixels > kMaxIndirections || taps > kMaxIndirections / pixels) {
    return "its window has too many places";
  }
  return nullptr;
}

Margins margins_of(const Window& window, const Shape& image) noexcept {
  if (window.padding == Padding::VALID) return {};
  const auto missing = [](std::int64_t input, std::int64_t size, std::int64_t stride,
                          std::int64_t dilation) {
    const std::int64_t last = (input + stride - 1) / stride - 1;
    const std::int64_t reach = last * stride + (size - 1) * dilation + 1;
    return static_cast<std::uint32_t>(std::max<std::int64_t>(reach - input, 0));
  };
  const std::uint32_t rows = missing(image[1], window.height, window.stride_h, window.dilation_h);
  const std::uint32_t columns = missing(image[2], window.width, window.stride_w, window.dilation_w);
  return {rows / 2, columns - columns / 2, rows - rows / 2, columns / 2};
}

}  // namespace litezoo::runtime::xnn
