#include "runtime/kernels/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <type_traits>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/per_thread.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kThreadValues = std::size_t{8} << 10U;

struct Sampling {
  bool align_corners = false, half_pixel_centers = false;
};

struct Sizes {
  std::size_t batches = 0, in_height = 0, in_width = 0, out_height = 0, out_width = 0, channels = 0;
};

// The input's shape and input 1 give all sizes; sets the output's shape.
Sizes read_sizes(Node& node) {
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  if (input.rank() != 4) node.unsupported("its input does not have rank 4");
  const auto size = integer_values(node, node.input(1));
  if (size.size() != 2) node.corrupt("it needs a height and a width");
  const std::int32_t height = checked_dimension(node, size[0]);
  const std::int32_t width = checked_dimension(node, size[1]);
  const Shape& in = input.shape;
  node.set_shape(0, {in[0], height, width, in[3]});
  if (element_count(node.output(0).shape) > 0 && (in[1] == 0 || in[2] == 0)) {
    node.corrupt("its input is empty");
  }
  const auto unsigned_size = [](std::int32_t n) { return static_cast<std::size_t>(n); };
  return {unsigned_size(in[0]),  unsigned_size(in[1]), unsigned_size(in[2]),
          unsigned_size(height), unsigned_size(width), unsigned_size(in[3])};
}

// For each output position along an axis: the two input positions it lies between, and how far
// from the first to the second.
template <typename Weight>
struct Taps {
  std::vector<std::size_t> low, high;
  std::vector<Weight> weight;
};

template <typename Weight>
Taps<Weight> bilinear_taps(std::size_t in, std::size_t out, const Sampling& sampling) {
  Taps<Weight> taps;
  const bool corners = sampling.align_corners && out > 1;
  const float scale = corners ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                              : static_cast<float>(in) / static_cast<float>(out);
  const auto last = static_cast<float>(in) - 1;
  for (std::size_t i = 0; i < out; ++i) {
    const auto at = static_cast<float>(i);
    const float raw = sampling.half_pixel_centers ? (at + 0.5F) * scale - 0.5F : at * scale;
    const float position = std::clamp(raw, 0.0F, last);
    const auto low = std::min(static_cast<std::size_t>(position), in - 1);
    const float weight = position - static_cast<float>(low);
    taps.low.push_back(low);
    taps.high.push_back(std::min(low + 1, in - 1));
    if constexpr (std::is_same_v<Weight, float>) {
      taps.weight.push_back(weight);
    } else {
      taps.weight.push_back(static_cast<Weight>(std::lrintf(weight * 2048.0F)));
    }
  }
  return taps;
}

// The value between a and b; of integers in 1/2048.
inline float between(float a, float b, float weight) {
  return a + (b - a) * weight;
}
inline std::int32_t between(std::int32_t a, std::int32_t b, std::int32_t weight) {
  return a * 2048 + (b - a) * weight;
}

template <typename T>
inline T finish(float value) {
  return static_cast<T>(value);
}
template <typename T>
inline T finish(std::int32_t value) {
  return static_cast<T>((value + (1 << 21)) >> 22);
}

template <typename T>
class Bilinear {
 public:
  using Wide = std::conditional_t<std::is_same_v<T, float>, float, std::int32_t>;

  Bilinear(const Sizes& sizes, const Sampling& sampling, std::size_t threads)
      : sizes_(sizes),
        lines_(threads, [&] { return std::vector<Wide>(sizes.in_width * sizes.channels); }),
        rows_(bilinear_taps<Wide>(sizes.in_height, sizes.out_height, sampling)),
        columns_(bilinear_taps<Wide>(sizes.in_width, sizes.out_width, sampling)) {
    for (auto* positions : {&columns_.low, &columns_.high}) {
      for (std::size_t& position : *positions) position *= sizes.channels;
    }
  }

  void run(const T* from, T* to, const ThreadPool& threads) {
    const std::size_t in_row = sizes_.in_width * sizes_.channels;
    const std::size_t out_row = sizes_.out_width * sizes_.channels;
    lines_.hand_in();
    threads.parallel_for(
        sizes_.batches * sizes_.out_height, std::max<std::size_t>(kThreadValues / out_row, 1),
        [&](std::size_t begin, std::size_t end) {
          std::vector<Wide>& line = lines_.take();
          for (std::size_t row = begin; row < end; ++row) {
            const std::size_t y = row % sizes_.out_height;
            const T* image = from + row / sizes_.out_height * sizes_.in_height * in_row;
            const T* top = image + rows_.low[y] * in_row;
            const T* bottom = image + rows_.high[y] * in_row;
            const Wide weight = rows_.weight[y];
            for (std::size_t i = 0; i < in_row; ++i) {
              line[i] = between(static_cast<Wide>(top[i]), static_cast<Wide>(bottom[i]), weight);
            }
            stretch(line.data(), to + row * out_row);
          }
        });
  }

 private:
  void stretch(const Wide* line, T* to) const {
    switch (sizes_.channels) {
      case 1:
        return stretch_by<1>(line, to);
      case 2:
        return stretch_by<2>(line, to);
      case 3:
        return stretch_by<3>(line, to);
      case 4:
        return stretch_by<4>(line, to);
      default:
        return stretch_by<0>(line, to);
    }
  }

  // Channels known to the compiler, or 0.
  template <std::size_t Known>
  void stretch_by(const Wide* line, T* to) const {
    const std::size_t channels = Known == 0 ? sizes_.channels : Known;
    for (std::size_t x = 0; x < sizes_.out_width; ++x, to += channels) {
      const Wide* left = line + columns_.low[x];
      const Wide* right = line + columns_.high[x];
      const Wide weight = columns_.weight[x];
      for (std::size_t c = 0; c < channels; ++c) {
        to[c] = finish<T>(between(left[c], right[c], weight));
      }
    }
  }

  Sizes sizes_;
  PerThread<std::vector<Wide>> lines_;
  Taps<Wide> rows_, columns_;
};

template <typename T>
Evaluate bilinear(const Node& node, const Sizes& sizes, const Sampling& sampling) {
  auto resize = std::make_shared<Bilinear<T>>(sizes, sampling, node.threads().size());
  return [resize](const Node& n) {
    resize->run(n.input(0).values<T>(), n.output(0).mutable_values<T>(), n.threads());
  };
}

// LiteRT's ResizeBilinearInteger: positions in 1/1024, from a scale that is rounded to 1/1024.
Taps<std::int64_t> integer_taps(std::size_t in_size, std::size_t out_size,
                                const Sampling& sampling) {
  Taps<std::int64_t> taps;
  const auto in = static_cast<std::int64_t>(in_size);
  const auto out = static_cast<std::int64_t>(out_size);
  const bool corners = sampling.align_corners && out > 1;
  const std::int64_t scale =
      corners ? (1024 * (in - 1) + (out - 1) / 2) / (out - 1) : (1024 * in + out / 2) / out;
  for (std::int64_t i = 0; i < out; ++i) {
    const std::int64_t at = i * scale + (sampling.half_pixel_centers ? scale / 2 - 512 : 0);
    const std::int64_t low = std::clamp<std::int64_t>(at / 1024, 0, in - 1);
    const std::int64_t high = std::clamp<std::int64_t>((at + 1023) / 1024, 0, in - 1);
    taps.low.push_back(static_cast<std::size_t>(low));
    taps.high.push_back(static_cast<std::size_t>(high));
    taps.weight.push_back(low == high ? 0 : at - 1024 * low);
  }
  return taps;
}

Evaluate bilinear_int16(const Sizes& sizes, const Sampling& sampling) {
  return [sizes, rows = integer_taps(sizes.in_height, sizes.out_height, sampling),
          columns = integer_taps(sizes.in_width, sizes.out_width, sampling)](const Node& n) {
    const auto* from = n.input(0).values<std::int16_t>();
    auto* to = n.output(0).mutable_values<std::int16_t>();
    const std::size_t pitch = sizes.in_width * sizes.channels;
    for (std::size_t row = 0; row < sizes.batches * sizes.out_height; ++row) {
      const std::size_t y = row % sizes.out_height;
      const auto* image = from + row / sizes.out_height * sizes.in_height * pitch;
      const auto* top = image + rows.low[y] * pitch;
      const auto* bottom = image + rows.high[y] * pitch;
      const std::int64_t down = rows.weight[y];
      for (std::size_t x = 0; x < sizes.out_width; ++x) {
        const std::size_t left = columns.low[x] * sizes.channels;
        const std::size_t right = columns.high[x] * sizes.channels;
        const std::int64_t across = columns.weight[x];
        for (std::size_t c = 0; c < sizes.channels; ++c) {
          const std::int64_t above = top[left + c] * (1024 - across) + top[right + c] * across;
          const std::int64_t below =
              bottom[left + c] * (1024 - across) + bottom[right + c] * across;
          const std::int64_t sum = above * (1024 - down) + below * down;
          constexpr std::int64_t kHalf = 1 << 19;
          *to++ = static_cast<std::int16_t>((sum + (sum > 0 ? kHalf : -kHalf)) / (1 << 20));
        }
      }
    }
  };
}

std::vector<std::size_t> nearest_positions(std::size_t in, std::size_t out,
                                           const Sampling& sampling, bool fixed_point) {
  std::vector<std::size_t> positions;
  const bool corners = sampling.align_corners && out > 1;
  const float scale = corners ? static_cast<float>(in - 1) / static_cast<float>(out - 1)
                              : static_cast<float>(in) / static_cast<float>(out);
  const float offset = sampling.half_pixel_centers ? 0.5F : 0.0F;
  for (std::size_t i = 0; i < out; ++i) {
    const float at = (static_cast<float>(i) + offset) * scale;
    std::size_t position = 0;
    if (fixed_point) {
      position = (i * ((in << 16U) / out + 1)) >> 16U;
    } else {
      position = static_cast<std::size_t>(sampling.align_corners ? std::round(at) : std::floor(at));
    }
    positions.push_back(std::min(position, in - 1));
  }
  return positions;
}

}  // namespace

Evaluate prepare_resize_bilinear(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  if (!node.value_known(1)) return kDeferred;
  const auto options = node.options_or_default<ResizeBilinearOptions>();
  const Sampling sampling{options.align_corners, options.half_pixel_centers};
  const Sizes sizes = read_sizes(node);
  if (node.output(0).size() == 0) return [](const Node&) {};
  node.expect_type(node.input(0),
                   {TensorType::FLOAT32, TensorType::INT8, TensorType::UINT8, TensorType::INT16});
  switch (node.input(0).type) {
    case TensorType::FLOAT32:
      return bilinear<float>(node, sizes, sampling);
    case TensorType::INT8:
      return bilinear<std::int8_t>(node, sizes, sampling);
    case TensorType::UINT8:
      return bilinear<std::uint8_t>(node, sizes, sampling);
    default:
      return bilinear_int16(sizes, sampling);
  }
}

Evaluate prepare_resize_nearest_neighbor(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  if (!node.value_known(1)) return kDeferred;
  const auto options = node.options_or_default<ResizeNearestNeighborOptions>();
  const Sampling sampling{options.align_corners, options.half_pixel_centers};
  const Sizes sizes = read_sizes(node);
  if (node.output(0).size() == 0) return [](const Node&) {};
  const std::size_t pixel = sizes.channels * element_bytes(node, node.input(0));
  // LiteRT's kernel for uint8 steps in 1/65536.
  const bool fixed_point = node.input(0).type == TensorType::UINT8 && !sampling.align_corners &&
                           !sampling.half_pixel_centers;
  return [sizes, pixel,
          rows = nearest_positions(sizes.in_height, sizes.out_height, sampling, fixed_point),
          columns = nearest_positions(sizes.in_width, sizes.out_width, sampling, fixed_point)](
             const Node& n) {
    const std::size_t out_row = sizes.out_width * pixel;
    n.threads().parallel_for(
        sizes.batches * sizes.out_height, std::max<std::size_t>(kThreadValues * 4 / out_row, 1),
        [&](std::size_t begin, std::size_t end) {
          const std::byte* before = nullptr;
          for (std::size_t row = begin; row < end; ++row) {
            const std::size_t line =
                row / sizes.out_height * sizes.in_height + rows[row % sizes.out_height];
            const std::byte* from = n.input(0).data + line * sizes.in_width * pixel;
            std::byte* to = n.output(0).data + row * out_row;
            if (from == before) {
              std::memcpy(to, to - out_row, out_row);
              continue;
            }
            before = from;
            for (std::size_t x = 0; x < sizes.out_width; ++x) {
              std::memcpy(to + x * pixel, from + columns[x] * pixel, pixel);
            }
          }
        });
  };
}

}  // namespace litezoo::runtime
