#include "runtime/kernels/direct_convolution.h"

#include <algorithm>
#include <memory>

#include "runtime/kernels/gemm.h"
#include "runtime/kernels/per_thread.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kMostColumns = 4 * kPanelColumns;
constexpr std::int32_t kLeastWidth = 16;
constexpr std::size_t kPieceSums = 4096;  // of one task; stay in the first cache

std::size_t size_of(std::int32_t extent) noexcept {
  return static_cast<std::size_t>(extent);
}

class DirectConvolution {
 public:
  DirectConvolution(const Node& node, const ConvolutionPlan& plan, LinearOutput output)
      : plan_(plan),
        output_(std::move(output)),
        depth_(size_of(plan.axes[2].window) * plan.input_channels),
        stride_((plan.output_channels + kPanelColumns - 1) / kPanelColumns * kPanelColumns),
        piece_(kPieceSums / stride_),
        taps_(size_of(plan.axes[0].window) * size_of(plan.axes[1].window)),
        scratch_(node.threads().size(), [this] {
          return Scratch{std::vector<float>(piece_ * stride_), std::vector<float>(depth_)};
        }) {
    if (node.input(plan.weights).constant) pack_weights(node);
  }

  void run(const Node& node) {
    if (!node.input(plan_.weights).constant) pack_weights(node);
    const Tensors tensors{node.input(plan_.input).values<float>(),
                          plan_.bias ? node.input(*plan_.bias).data : nullptr,
                          node.output(0).mutable_values<float>()};
    const std::size_t lines =
        plan_.batch * size_of(plan_.axes[0].output) * size_of(plan_.axes[1].output);
    const std::size_t pieces = (size_of(plan_.axes[2].output) + piece_ - 1) / piece_;
    scratch_.hand_in();
    node.threads().parallel_for(lines * pieces, 4, [&](std::size_t begin, std::size_t end) {
      Scratch& scratch = scratch_.take();
      for (std::size_t i = begin; i < end; ++i) {
        run_piece(tensors, i / pieces, i % pieces * piece_, scratch);
      }
    });
  }

 private:
  struct Tensors {
    const float* x;
    const std::byte* bias;
    float* y;
  };
  struct Scratch {
    std::vector<float> sums, edge;
  };

  // A matrix for each row of the window. The columns are filled up to whole panels, so that the
  // product has no edges.
  void pack_weights(const Node& node) {
    const float* weights = node.input(plan_.weights).values<float>();
    const std::size_t step = size_of(plan_.axes[2].window) * plan_.weight_tap_stride;
    for (std::size_t i = 0; i < taps_.size(); ++i) {
      pack_into(
          taps_[i], weights + i * step,
          {plan_.output_channels, depth_, plan_.weight_output_stride, plan_.weight_input_stride});
      taps_[i].columns = stride_;
    }
  }

  // Output positions of one line from `first` on.
  void run_piece(const Tensors& tensors, std::size_t line, std::size_t first,
                 Scratch& scratch) const {
    const std::size_t channels = plan_.output_channels;
    const std::size_t width = size_of(plan_.axes[2].output);
    const std::size_t count = std::min(piece_, width - first);
    std::fill_n(scratch.sums.begin(), count * stride_, 0.0F);
    if (tensors.bias != nullptr) {
      for (std::size_t r = 0; r < count; ++r) {
        output_.begin(tensors.bias, 0, channels, scratch.sums.data() + r * stride_);
      }
    }
    add_window(tensors.x, line, first, count, scratch);
    float* y = tensors.y + (line * width + first) * channels;
    for (std::size_t r = 0; r < count; ++r) {
      output_.finish({.count = channels, .output = reinterpret_cast<std::byte*>(y + r * channels)},
                     scratch.sums.data() + r * stride_);
    }
  }

  void add_window(const float* x, std::size_t line, std::size_t first, std::size_t count,
                  Scratch& scratch) const {
    const auto& [deep, high, wide] = plan_.axes;
    const auto row = static_cast<std::int32_t>(line % size_of(high.output));
    const auto slice =
        static_cast<std::int32_t>(line / size_of(high.output) % size_of(deep.output));
    const std::size_t image = line / size_of(high.output) / size_of(deep.output);
    for (std::int32_t d = 0; d < deep.window; ++d) {
      const std::int64_t from_slice = place(deep, slice, d);
      if (from_slice < 0 || from_slice >= deep.input) continue;
      for (std::int32_t h = 0; h < high.window; ++h) {
        const std::int64_t from_row = place(high, row, h);
        if (from_row < 0 || from_row >= high.input) continue;
        const std::size_t at =
            (image * size_of(deep.input) + static_cast<std::size_t>(from_slice)) *
                size_of(high.input) +
            static_cast<std::size_t>(from_row);
        add_line(x + at * size_of(wide.input) * plan_.input_channels,
                 taps_[size_of(d) * size_of(high.window) + size_of(h)], first, count, scratch);
      }
    }
  }

  static std::int64_t place(const WindowAxis& axis, std::int32_t output,
                            std::int32_t tap) noexcept {
    return std::int64_t{output} * axis.stride + std::int64_t{tap} * axis.dilation - axis.pad_before;
  }

  // One row of the window over one line of the image. Where the window reaches over its ends, it
  // meets zeros.
  void add_line(const float* x, const PackedMatrix<float>& weights, std::size_t first,
                std::size_t count, Scratch& scratch) const {
    const WindowAxis& axis = plan_.axes[2];
    const std::size_t step = size_of(axis.stride) * plan_.input_channels;
    const PanelRange panels{0, stride_ / kPanelColumns};
    const std::int64_t room = std::int64_t{axis.input} - axis.window + axis.pad_before;
    const auto begin = static_cast<std::int64_t>(first);
    const std::int64_t end = begin + static_cast<std::int64_t>(count);
    const std::int64_t inside = std::clamp<std::int64_t>(
        (std::int64_t{axis.pad_before} + axis.stride - 1) / axis.stride, begin, end);
    const std::int64_t outside =
        std::clamp<std::int64_t>(room < 0 ? 0 : room / axis.stride + 1, inside, end);
    const auto sums_of = [&](std::int64_t position) {
      return scratch.sums.data() + static_cast<std::size_t>(position - begin) * stride_;
    };
    const auto add_edge = [&](std::int64_t position) {
      copy_edge(x, position * axis.stride - axis.pad_before, scratch.edge);
      multiply_add(RowBlock<const float>{scratch.edge.data(), 1, depth_}, weights, panels,
                   RowBlock<float>{sums_of(position), 1, stride_});
    };
    for (std::int64_t i = begin; i < inside; ++i) add_edge(i);
    if (inside < outside) {
      const auto at = static_cast<std::size_t>(inside * axis.stride - axis.pad_before);
      const auto rows = static_cast<std::size_t>(outside - inside);
      multiply_add(RowBlock<const float>{x + at * plan_.input_channels, rows, step}, weights,
                   panels, RowBlock<float>{sums_of(inside), rows, stride_});
    }
    for (std::int64_t i = outside; i < end; ++i) add_edge(i);
  }

  void copy_edge(const float* x, std::int64_t start, std::vector<float>& edge) const {
    const WindowAxis& axis = plan_.axes[2];
    const std::size_t channels = plan_.input_channels;
    for (std::int32_t i = 0; i < axis.window; ++i) {
      float* to = edge.data() + size_of(i) * channels;
      const std::int64_t at = start + i;
      if (at < 0 || at >= axis.input) {
        std::fill_n(to, channels, 0.0F);
      } else {
        std::copy_n(x + static_cast<std::size_t>(at) * channels, channels, to);
      }
    }
  }

  ConvolutionPlan plan_;
  LinearOutput output_;
  std::size_t depth_;                      // of one row of the window
  std::size_t stride_;                     // output channels in whole panels
  std::size_t piece_;                      // positions of one task
  std::vector<PackedMatrix<float>> taps_;  // by row of the window
  PerThread<Scratch> scratch_;
};

}  // namespace

bool suits_direct_convolution(const ConvolutionPlan& plan) noexcept {
  const WindowAxis& wide = plan.axes[2];
  return !plan.transposed && plan.groups == 1 && wide.dilation == 1 && wide.output >= kLeastWidth &&
         plan.output_channels > 0 && plan.output_channels <= kMostColumns &&
         plan.weight_tap_stride == plan.input_channels * plan.weight_input_stride;
}

Evaluate prepare_direct_convolution(const Node& node, const ConvolutionPlan& plan,
                                    LinearOutput output) {
  auto convolution = std::make_shared<DirectConvolution>(node, plan, std::move(output));
  return [convolution](const Node& running) { convolution->run(running); };
}

}  // namespace litezoo::runtime
