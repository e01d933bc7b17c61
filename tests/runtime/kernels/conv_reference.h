#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace litezoo::test {

// A convolution of two spatial axes, written as plainly as possible, in double precision on real
// values. Layouts as in TensorFlow Lite: images NHWC, filters OHWI.
struct ConvCase {
  std::int32_t batch = 1, height = 1, width = 1, channels = 1;
  std::int32_t filters = 1, filter_height = 1, filter_width = 1, groups = 1;
  std::int32_t stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  bool same = true;

  std::int32_t filter_channels() const { return channels / groups; }
  static std::int32_t out(std::int32_t in, std::int32_t window, std::int32_t stride, bool same) {
    return same ? (in + stride - 1) / stride : (in - window + stride) / stride;
  }
  std::int32_t out_height() const {
    return out(height, (filter_height - 1) * dilation_h + 1, stride_h, same);
  }
  std::int32_t out_width() const {
    return out(width, (filter_width - 1) * dilation_w + 1, stride_w, same);
  }
};

template <typename T>
double at(const std::vector<T>& values, std::array<std::int32_t, 4> shape, std::int32_t a,
          std::int32_t b, std::int32_t c, std::int32_t d) {
  const std::int32_t index = ((a * shape[1] + b) * shape[2] + c) * shape[3] + d;
  return static_cast<double>(values[static_cast<std::size_t>(index)]);
}

inline std::int32_t pad_before(std::int32_t in, std::int32_t out, std::int32_t window,
                               std::int32_t stride) {
  return std::max(0, (out - 1) * stride + window - in) / 2;
}

// x and w as real values (already less their zero points, not scaled), no bias.
template <typename X, typename W>
std::vector<double> reference_conv(const ConvCase& c, const std::vector<X>& x,
                                   const std::vector<W>& w) {
  const std::array<std::int32_t, 4> x_shape{c.batch, c.height, c.width, c.channels};
  const std::array<std::int32_t, 4> w_shape{c.filters, c.filter_height, c.filter_width,
                                            c.filter_channels()};
  const std::int32_t extent_h = (c.filter_height - 1) * c.dilation_h + 1;
  const std::int32_t extent_w = (c.filter_width - 1) * c.dilation_w + 1;
  const std::int32_t top = c.same ? pad_before(c.height, c.out_height(), extent_h, c.stride_h) : 0;
  const std::int32_t left = c.same ? pad_before(c.width, c.out_width(), extent_w, c.stride_w) : 0;
  std::vector<double> y;
  for (std::int32_t b = 0; b < c.batch; ++b) {
    for (std::int32_t oy = 0; oy < c.out_height(); ++oy) {
      for (std::int32_t ox = 0; ox < c.out_width(); ++ox) {
        for (std::int32_t f = 0; f < c.filters; ++f) {
          const std::int32_t first = f / (c.filters / c.groups) * c.filter_channels();
          double sum = 0;
          for (std::int32_t i = 0; i < c.filter_height; ++i) {
            for (std::int32_t j = 0; j < c.filter_width; ++j) {
              const std::int32_t iy = oy * c.stride_h - top + i * c.dilation_h;
              const std::int32_t ix = ox * c.stride_w - left + j * c.dilation_w;
              if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width) continue;
              for (std::int32_t k = 0; k < c.filter_channels(); ++k) {
                sum += at(x, x_shape, b, iy, ix, first + k) * at(w, w_shape, f, i, j, k);
              }
            }
          }
          y.push_back(sum);
        }
      }
    }
  }
  return y;
}

}  // namespace litezoo::test
