#include "runtime/kernels/pad.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "runtime/kernels/dims.h"
#include "runtime/kernels/strided_copy.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kThreadBytes = std::size_t{32} << 10U;

// One element's bytes, and how to repeat it.
struct Filler {
  std::size_t element = 1;
  std::array<std::byte, 16> value{};

  void fill(std::byte* to, std::size_t count) const {
    if (element == 1 || std::ranges::all_of(value, [](std::byte b) { return b == std::byte{}; })) {
      std::memset(to, std::to_integer<int>(value[0]), count * element);
      return;
    }
    for (std::size_t i = 0; i < count; ++i) std::memcpy(to + i * element, value.data(), element);
  }
};

Filler filler_from(const RuntimeTensor& value, std::size_t element) {
  Filler filler{.element = element};
  std::memcpy(filler.value.data(), value.data, element);
  return filler;
}

// Zero: for a quantised tensor its zero point.
Filler zero_filler(const RuntimeTensor& output, std::size_t element) {
  Filler filler{.element = element};
  const bool quantised = output.type == TensorType::INT8 || output.type == TensorType::UINT8 ||
                         output.type == TensorType::INT16;
  if (quantised) {
    const std::int32_t zero = output.zero_point();
    std::memcpy(filler.value.data(), &zero, element);  // little-endian: the low bytes
  }
  return filler;
}

struct PaddedAxis {
  std::size_t size = 0, low = 0, high = 0;
  std::size_t padded() const noexcept { return low + size + high; }
};

// Reads the [rank, 2] tensor of what to add before and behind each axis, sets the output's shape.
std::vector<PaddedAxis> read_paddings(Node& node) {
  const RuntimeTensor& input = node.input(0);
  const auto values = integer_values(node, node.input(1));
  if (values.size() != 2 * input.shape.size()) node.corrupt("it needs two paddings for each axis");
  std::vector<PaddedAxis> axes;
  Shape shape;
  for (std::size_t i = 0; i < input.shape.size(); ++i) {
    const std::int32_t low = checked_dimension(node, values[2 * i]);
    const std::int32_t high = checked_dimension(node, values[2 * i + 1]);
    shape.push_back(checked_dimension(node, std::int64_t{low} + input.shape[i] + high));
    axes.push_back({static_cast<std::size_t>(input.shape[i]), static_cast<std::size_t>(low),
                    static_cast<std::size_t>(high)});
  }
  node.set_shape(0, std::move(shape));
  return axes;
}

// Unpadded axes join the one before them, so that rows are as long as can be.
std::vector<PaddedAxis> merged(const std::vector<PaddedAxis>& axes) {
  std::vector<PaddedAxis> result;
  for (const PaddedAxis& axis : axes) {
    if (!result.empty() && axis.low == 0 && axis.high == 0) {
      PaddedAxis& last = result.back();
      last = {last.size * axis.size, last.low * axis.size, last.high * axis.size};
    } else {
      result.push_back(axis);
    }
  }
  if (result.empty()) result.push_back({1, 0, 0});
  return result;
}

class ConstantPad {
 public:
  ConstantPad(const std::vector<PaddedAxis>& axes, std::size_t element)
      : axes_(merged(axes)), element_(element), row_(axes_.back()) {
    axes_.pop_back();
    for (const PaddedAxis& axis : axes_) rows_ *= axis.padded();
  }

  void run(const std::byte* from, std::byte* to, const Filler& filler,
           const ThreadPool& threads) const {
    const std::size_t row_bytes = row_.padded() * element_;
    if (row_bytes == 0) return;
    threads.parallel_for(rows_, std::max<std::size_t>(kThreadBytes / row_bytes, 1),
                         [&](std::size_t begin, std::size_t end) {
                           for (std::size_t row = begin; row < end; ++row) {
                             write_row(from, to + row * row_bytes, row, filler);
                           }
                         });
  }

 private:
  void write_row(const std::byte* from, std::byte* to, std::size_t row,
                 const Filler& filler) const {
    std::size_t source = 0;
    std::size_t pitch = 1;
    for (std::size_t i = axes_.size(); i-- > 0;) {
      const std::size_t at = row % axes_[i].padded();
      row /= axes_[i].padded();
      if (at < axes_[i].low || at >= axes_[i].low + axes_[i].size) {
        filler.fill(to, row_.padded());
        return;
      }
      source += (at - axes_[i].low) * pitch;
      pitch *= axes_[i].size;
    }
    const std::size_t bytes = row_.size * element_;
    filler.fill(to, row_.low);
    to += row_.low * element_;
    if (bytes > 0) std::memcpy(to, from + source * bytes, bytes);
    filler.fill(to + bytes, row_.high);
  }

  std::vector<PaddedAxis> axes_;  // all but the last
  std::size_t element_;
  PaddedAxis row_;
  std::size_t rows_ = 1;
};

// An axis on which element i of the input lands at low + i * step, where that is inside.
struct SpacedAxis {
  std::int64_t size = 0, low = 0, step = 1, padded = 0;
};

Evaluate spaced_copy(Node& node, const std::vector<SpacedAxis>& spaced, std::size_t value_input) {
  const RuntimeTensor& input = node.input(0);
  const std::size_t element = element_bytes(node, input);
  expect_same_type(node, input, node.output(0));
  expect_same_type(node, input, node.input(value_input));
  if (node.input(value_input).size() != 1) node.corrupt("it needs one value to pad with");
  Shape shape;
  for (const SpacedAxis& axis : spaced) shape.push_back(checked_dimension(node, axis.padded));
  node.set_shape(0, shape);
  const auto from = byte_strides(input.shape, element);
  const auto to = byte_strides(shape, element);
  std::vector<CopyAxis> axes;
  std::ptrdiff_t source = 0;
  std::ptrdiff_t target = 0;
  bool empty = false;
  for (std::size_t i = 0; i < spaced.size(); ++i) {
    const auto& [size, low, step, padded] = spaced[i];
    const std::int64_t first = low >= 0 ? 0 : (-low + step - 1) / step;
    const std::int64_t behind =
        padded <= low ? 0 : std::min(size, (padded - low + step - 1) / step);
    const std::int64_t count = std::max<std::int64_t>(behind - first, 0);
    empty = empty || count == 0;
    axes.push_back({static_cast<std::size_t>(count), from[i], count > 1 ? to[i] * step : to[i]});
    source += count > 0 ? from[i] * first : 0;
    target += count > 0 ? to[i] * (low + first * step) : 0;
  }
  if (empty) source = target = 0;
  return [copy = StridedCopy(element, std::move(axes)), source, target, element,
          value_input](const Node& n) {
    const RuntimeTensor& output = n.output(0);
    if (output.size() == 0) return;
    filler_from(n.input(value_input), element).fill(output.data, output.size());
    copy.run(n.input(0).data + source, output.data + target, n.threads());
  };
}

struct MirrorAxis {
  PaddedAxis axis;
  std::size_t shift = 0;  // 1 when the edge is mirrored too

  // Where in the input the element at a position of the output comes from.
  std::size_t source(std::size_t at) const noexcept {
    if (at < axis.low) return axis.low - at - shift;
    const std::size_t inside = at - axis.low;
    return inside < axis.size ? inside : 2 * axis.size + shift - 2 - inside;
  }
};

MirrorAxis mirror_axis(const Node& node, const PaddedAxis& axis, bool reflect) {
  const std::size_t most = reflect ? std::max<std::size_t>(axis.size, 1) - 1 : axis.size;
  if (axis.low > most || axis.high > most) {
    node.corrupt(fmt::format("it mirrors {} and {} elements of an axis of {}", axis.low, axis.high,
                             axis.size));
  }
  return {axis, reflect ? std::size_t{0} : std::size_t{1}};
}

void mirror_row(const MirrorAxis& row, std::size_t bytes, const std::byte* from, std::byte* to) {
  const PaddedAxis& axis = row.axis;
  for (std::size_t i = 0; i < axis.low; ++i) {
    std::memcpy(to + i * bytes, from + row.source(i) * bytes, bytes);
  }
  std::memcpy(to + axis.low * bytes, from, axis.size * bytes);
  for (std::size_t i = axis.low + axis.size; i < axis.padded(); ++i) {
    std::memcpy(to + i * bytes, from + row.source(i) * bytes, bytes);
  }
}

}  // namespace

Evaluate prepare_pad(Node& node) {
  node.expect_inputs(2, 3);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  const std::size_t element = element_bytes(node, input);
  const bool has_value = node.has_input(2);
  if (has_value) {
    expect_same_type(node, input, node.input(2));
    if (node.input(2).size() != 1) node.corrupt("it needs one value to pad with");
  }
  if (!node.value_known(1)) return kDeferred;
  ConstantPad pad(read_paddings(node), element);
  return [pad = std::move(pad), has_value, element,
          zero = zero_filler(node.output(0), element)](const Node& n) {
    const Filler filler = has_value ? filler_from(n.input(2), element) : zero;
    pad.run(n.input(0).data, n.output(0).data, filler, n.threads());
  };
}

Evaluate prepare_mirror_pad(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.output(0));
  std::size_t bytes = element_bytes(node, input);
  if (!node.value_known(1)) return kDeferred;
  const bool reflect = node.options<MirrorPadOptions>().mode == MirrorPadMode::REFLECT;
  std::vector<PaddedAxis> paddings = read_paddings(node);
  if (node.output(0).size() == 0) return [](const Node&) {};
  while (paddings.size() > 1 && paddings.back().low == 0 && paddings.back().high == 0) {
    bytes *= paddings.back().size;
    paddings.pop_back();
  }
  if (paddings.empty()) paddings.push_back({1, 0, 0});
  std::vector<MirrorAxis> axes;
  axes.reserve(paddings.size());
  for (const PaddedAxis& axis : paddings) axes.push_back(mirror_axis(node, axis, reflect));
  const MirrorAxis row = axes.back();
  axes.pop_back();
  std::size_t rows = 1;
  for (const MirrorAxis& axis : axes) rows *= axis.axis.padded();
  return [axes = std::move(axes), row, rows, bytes](const Node& n) {
    const std::byte* from = n.input(0).data;
    std::byte* to = n.output(0).data;
    const std::size_t row_bytes = row.axis.padded() * bytes;
    const std::size_t grain = std::max<std::size_t>(kThreadBytes / row_bytes, 1);
    n.threads().parallel_for(rows, grain, [&](std::size_t begin, std::size_t end) {
      for (std::size_t r = begin; r < end; ++r) {
        std::size_t rest = r;
        std::size_t source = 0;
        std::size_t pitch = 1;
        for (std::size_t i = axes.size(); i-- > 0;) {
          source += axes[i].source(rest % axes[i].axis.padded()) * pitch;
          rest /= axes[i].axis.padded();
          pitch *= axes[i].axis.size;
        }
        mirror_row(row, bytes, from + source * row.axis.size * bytes, to + r * row_bytes);
      }
    });
  };
}

Evaluate prepare_stablehlo_pad(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const auto& options = node.options<StablehloPadOptions>();
  const Shape& shape = node.input(0).shape;
  if (options.edge_padding_low.size() != shape.size() ||
      options.edge_padding_high.size() != shape.size() ||
      options.interior_padding.size() != shape.size()) {
    node.corrupt("it needs three paddings for each axis");
  }
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  std::vector<SpacedAxis> axes;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t low = options.edge_padding_low[i];
    const std::int64_t high = options.edge_padding_high[i];
    const std::int64_t inside = options.interior_padding[i];
    if (low > kMost || low < -kMost || high > kMost || high < -kMost || inside < 0 ||
        inside > kMost - 1) {
      node.corrupt("a padding is out of range");
    }
    const std::int64_t spread = shape[i] > 0 ? (shape[i] - 1) * (inside + 1) + 1 : 0;
    axes.push_back({shape[i], low, inside + 1, std::max<std::int64_t>(low + spread + high, 0)});
  }
  return spaced_copy(node, axes, 1);
}

Evaluate prepare_dilate(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  if (!node.value_known(1)) return kDeferred;
  const Shape& shape = node.input(0).shape;
  const auto steps = integer_values(node, node.input(1));
  if (steps.size() != shape.size()) node.corrupt("it needs one dilation for each axis");
  std::vector<SpacedAxis> axes;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (steps[i] < 1) node.corrupt("a dilation is less than 1");
    const std::int64_t step = checked_dimension(node, steps[i]);
    axes.push_back({shape[i], 0, step, shape[i] > 0 ? (shape[i] - 1) * step + 1 : 0});
  }
  return spaced_copy(node, axes, 2);
}

}  // namespace litezoo::runtime
