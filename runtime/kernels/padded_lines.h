#pragma once

#include <cstdint>
#include <vector>

namespace litezoo::runtime {

// Lines of a FLOAT32 image with zeros before and after them, so that a window never leaves them;
// as many at a time as the window is high. For one thread.
class PaddedLines {
 public:
  struct Size {
    std::int32_t height = 0, width = 0;
    std::size_t channels = 0;
    std::size_t repeat = 1;        // copies of each channel, side by side
    std::size_t pad_before = 0;    // positions of zeros
    std::size_t padded_width = 0;  // positions, zeros included; at least pad_before + width
    std::size_t kept = 0;          // lines; a call of line() may drop the one `kept` lines away
  };
  explicit PaddedLines(const Size& size);
  // Floats that lines of such a size take, at most SIZE_MAX.
  static std::size_t floats_of(const Size& size) noexcept;

  // The image that lines are taken from from now on; null is none.
  void show(const float* image);
  // Where line `row` begins, zeros first; a line of zeros above and below the image. Readable for
  // kSlack floats after its end, as tensors are.
  const float* line(std::int64_t row);

  static constexpr std::size_t kSlack = 16;

 private:
  void fill(std::int64_t row, float* to) const;

  Size size_;
  std::size_t stride_;
  const float* image_ = nullptr;
  std::vector<float> storage_;
  float* lines_;                    // aligned, in storage_
  std::vector<std::int64_t> held_;  // which line lies in each place, -1 = none
};

}  // namespace litezoo::runtime
