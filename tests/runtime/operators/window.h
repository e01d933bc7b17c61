#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/operator_options.h"

namespace litezoo::test {

// A window that slides along one axis of an image.
struct Line {
  std::int32_t in, window, stride, dilation;
  Padding padding;

  struct Tap {
    std::int64_t at, weight;  // in the image, in the window
  };
  std::int32_t extent() const { return (window - 1) * dilation + 1; }
  std::int32_t out() const {
    return padding == Padding::SAME ? (in + stride - 1) / stride
                                    : (in - extent() + stride) / stride;
  }
  std::int32_t before() const {
    return padding == Padding::SAME ? std::max(0, (out() - 1) * stride + extent() - in) / 2 : 0;
  }
  // Those that lie in the image.
  std::vector<Tap> taps(std::int64_t place) const {
    std::vector<Tap> result;
    for (std::int64_t i = 0; i < window; ++i) {
      const std::int64_t at = place * stride - before() + i * dilation;
      if (at >= 0 && at < in) result.push_back({at, i});
    }
    return result;
  }
};

}  // namespace litezoo::test
