#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/kernels/per_thread.h"
#include "runtime/kernels/window.h"

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
    bool in_place = true;          // lines that need no zeros are shown where they lie
  };
  explicit PaddedLines(const Size& size);
  PaddedLines(const PaddedLines&) = delete;
  PaddedLines& operator=(const PaddedLines&) = delete;
  PaddedLines(PaddedLines&&) = default;
  PaddedLines& operator=(PaddedLines&&) = default;
  ~PaddedLines() = default;
  // Floats that lines of such a size take, at most SIZE_MAX.
  static std::size_t floats_of(const Size& size) noexcept;

  // The image that lines are taken from from now on; null is none.
  void show(const float* image);
  // Where line `row` begins, zeros first; a line of zeros above and below the image. Readable for
  // kSlack floats after its end, in place as far as the image is: constants of a file are not.
  const float* line(std::int64_t row);

  static constexpr std::size_t kSlack = 16;
  // Of more floats for one thread, other loops make better use of caches.
  static constexpr std::size_t kMostFloats = std::size_t{1} << 20U;

 private:
  void fill(std::int64_t row, float* to) const;

  Size size_;
  std::size_t stride_;
  const float* image_ = nullptr;
  std::vector<float> storage_;
  float* lines_;                    // aligned, in storage_
  std::vector<std::int64_t> held_;  // which line lies in each place, -1 = none
};

// The lines, of images with so many channels, that a window needs which computes at least `outputs`
// along each.
PaddedLines::Size lines_for(const WindowAxis& height, const WindowAxis& width, std::size_t outputs,
                            std::size_t channels) noexcept;

// Lines for each thread, and room to note where a window's rows lie: made before there are threads
// at work, because nothing may fail then.
class ThreadLines {
 public:
  struct One {
    PaddedLines lines;
    std::vector<const float*> rows;
  };
  ThreadLines(std::size_t threads, const PaddedLines::Size& size, std::size_t rows);
  // What they take, at most SIZE_MAX.
  static std::size_t bytes_of(std::size_t threads, const PaddedLines::Size& size) noexcept;

  // Before each parallel_for.
  void hand_in() noexcept { ones_.hand_in(); }
  // One that no other thread has taken since hand_in().
  One& take() noexcept { return ones_.take(); }

 private:
  PerThread<One> ones_;
};

}  // namespace litezoo::runtime
