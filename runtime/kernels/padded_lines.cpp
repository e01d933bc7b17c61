#include "runtime/kernels/padded_lines.h"

#include <algorithm>
#include <limits>

#include "base/checked.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kAlignment = 16;  // floats

std::size_t line_floats(const PaddedLines::Size& size) noexcept {
  const auto pixel = checked_multiply(size.channels, size.repeat);
  const auto line = pixel ? checked_multiply(*pixel, size.padded_width) : std::nullopt;
  const auto padded =
      line ? checked_add(*line, PaddedLines::kSlack + kAlignment - 1) : std::nullopt;
  return padded ? *padded / kAlignment * kAlignment : std::numeric_limits<std::size_t>::max();
}

// Nothing to add: the lines serve where they lie.
bool is_as_wide(const PaddedLines::Size& size) noexcept {
  return size.repeat == 1 && size.padded_width == static_cast<std::size_t>(size.width);
}

std::size_t size_of(std::int32_t extent) noexcept {
  return static_cast<std::size_t>(extent);
}

// From a window's first tap to its last.
std::size_t extent_of(const WindowAxis& axis) noexcept {
  return size_of(axis.window - 1) * size_of(axis.dilation) + 1;
}

}  // namespace

PaddedLines::Size lines_for(const WindowAxis& height, const WindowAxis& width, std::size_t outputs,
                            std::size_t channels) noexcept {
  const std::size_t before = size_of(width.pad_before);
  return {.height = height.input,
          .width = width.input,
          .channels = channels,
          .pad_before = before,
          .padded_width = std::max(before + size_of(width.input),
                                   (outputs - 1) * size_of(width.stride) + extent_of(width)),
          .kept = std::min(extent_of(height), size_of(height.input))};
}

std::size_t PaddedLines::floats_of(const Size& size) noexcept {
  return checked_multiply(line_floats(size), size.kept + 1)
      .value_or(std::numeric_limits<std::size_t>::max());
}

PaddedLines::PaddedLines(const Size& size)
    : size_(size),
      stride_(line_floats(size)),
      storage_(stride_ * (size.kept + 1) + kAlignment),
      held_(size.kept, -1) {
  const std::size_t past =
      reinterpret_cast<std::uintptr_t>(storage_.data()) / sizeof(float) % kAlignment;
  lines_ = storage_.data() + (past == 0 ? 0 : kAlignment - past);
}

void PaddedLines::show(const float* image) {
  image_ = image;
  std::ranges::fill(held_, -1);
}

const float* PaddedLines::line(std::int64_t row) {
  if (row < 0 || row >= size_.height) return lines_ + size_.kept * stride_;
  if (size_.in_place && is_as_wide(size_)) {
    return image_ + static_cast<std::size_t>(row) * size_.padded_width * size_.channels;
  }
  const std::size_t place = static_cast<std::size_t>(row) % size_.kept;
  float* to = lines_ + place * stride_;
  if (held_[place] != row) {
    fill(row, to);
    held_[place] = row;
  }
  return to;
}

void PaddedLines::fill(std::int64_t row, float* to) const {
  const std::size_t count = static_cast<std::size_t>(size_.width) * size_.channels;
  const float* from = image_ + static_cast<std::size_t>(row) * count;
  to += size_.pad_before * size_.channels * size_.repeat;
  if (size_.repeat == 1) {
    std::copy_n(from, count, to);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) to = std::fill_n(to, size_.repeat, from[i]);
}

ThreadLines::ThreadLines(std::size_t threads, const PaddedLines::Size& size, std::size_t rows)
    : ones_(threads, [&] {
        One one{PaddedLines(size), {}};
        one.rows.reserve(rows);
        return one;
      }) {}

std::size_t ThreadLines::bytes_of(std::size_t threads, const PaddedLines::Size& size) noexcept {
  const auto floats = checked_multiply(threads, PaddedLines::floats_of(size));
  const auto bytes = floats ? checked_multiply(*floats, sizeof(float)) : std::nullopt;
  return bytes.value_or(std::numeric_limits<std::size_t>::max());
}

}  // namespace litezoo::runtime
