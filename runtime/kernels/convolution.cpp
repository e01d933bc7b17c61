#include "runtime/kernels/convolution.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "runtime/kernels/byte_convolution.h"
#include "runtime/kernels/convolution_phases.h"
#include "runtime/kernels/direct_convolution.h"
#include "runtime/kernels/dynamic_quantization.h"
#include "runtime/kernels/gemm.h"
#include "runtime/kernels/line_convolution.h"
#include "runtime/kernels/per_thread.h"
#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kTileElements = 16384;
constexpr std::size_t kChunkDepth = 4096;
constexpr std::size_t kColumnBlock = 64 * kPanelColumns;

void copy_channels(const float* from, std::size_t count, std::int32_t /*zero_point*/, float* to) {
  std::memcpy(to, from, count * sizeof(float));
}

void copy_channels(const std::int16_t* from, std::size_t count, std::int32_t /*zero_point*/,
                   std::int16_t* to) {
  std::memcpy(to, from, count * sizeof(std::int16_t));
}

template <typename X>
void copy_channels(const X* from, std::size_t count, std::int32_t zero_point, std::int16_t* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::int16_t>(from[i] - zero_point);
}

// X: elements of the input; W: packed weights; Sum: accumulators.
template <typename X, typename W, typename Sum>
class Convolution {
 public:
  // What the product takes: float, or integers less their zero point.
  using A = std::conditional_t<std::is_same_v<X, float>, float, std::int16_t>;

  Convolution(const Node& node, const ConvolutionPlan& plan, LinearOutput output)
      : plan_(plan), output_(std::move(output)), phases_(make_phases(node, plan)) {
    if constexpr (!std::is_same_v<X, float>) zero_point_ = node.input(plan.input).zero_point();
    if (output_.kind() == LinearKind::hybrid) zero_point_ = 0;
    group_depth_ = plan.input_channels / plan.groups;
    group_columns_ = plan.output_channels / plan.groups;
    taps_per_chunk_ =
        std::max<std::size_t>(1, kChunkDepth / std::max<std::size_t>(1, group_depth_));
    packed_.resize(phases_.size() * plan.groups);
    scratch_.emplace(node.threads().size(), [this] { return make_scratch(); });
    if (node.input(plan.weights).constant) pack_weights(node);
  }

  void run(const Node& node) {
    if (!node.input(plan_.weights).constant) pack_weights(node);
    const RuntimeTensor& input = node.input(plan_.input);
    const X* x = input.values<X>();
    if (output_.kind() == LinearKind::hybrid) {
      if constexpr (std::is_same_v<X, std::int16_t>) x = quantize(node);
    }
    const std::byte* bias = plan_.bias ? node.input(*plan_.bias).data : nullptr;
    for (std::size_t p = 0; p < phases_.size(); ++p) {
      const std::size_t tile = tile_rows(phases_[p]);
      scratch_->hand_in();
      node.threads().parallel_for(plan_.batch * phases_[p].rows(), std::min<std::size_t>(tile, 16),
                                  [&](std::size_t begin, std::size_t end) {
                                    Scratch& scratch = scratch_->take();
                                    for (std::size_t row = begin; row < end; row += tile) {
                                      const Work work{x, bias, node.output(0).data,
                                                      p, row,  std::min(tile, end - row)};
                                      for (std::size_t group = 0; group < plan_.groups; ++group) {
                                        run_tile(work, group, scratch);
                                      }
                                    }
                                  });
    }
  }

 private:
  struct Work {
    const X* x;
    const std::byte* bias;
    std::byte* y;
    std::size_t phase, first_row, rows;
  };
  struct Scratch {
    Scratch(std::size_t a_size, std::size_t sum_size) : a(a_size), sums(sum_size) {}
    std::vector<A> a;
    std::vector<Sum> sums;
  };

  Scratch make_scratch() const {
    std::size_t a_size = 0, rows = 0;
    for (const Phase& phase : phases_) {
      rows = std::max(rows, tile_rows(phase));
      a_size = std::max(a_size, tile_rows(phase) * tile_depth(phase));
    }
    return {a_size + 1, rows * std::min(group_columns_, kColumnBlock)};
  }

  // Of one chunk of taps, padded to the even depth packing may ask for.
  std::size_t tile_depth(const Phase& phase) const {
    return (std::min(phase.taps.size(), taps_per_chunk_) * group_depth_ + 1) / 2 * 2;
  }
  std::size_t tile_rows(const Phase& phase) const {
    return std::clamp<std::size_t>(kTileElements / std::max<std::size_t>(1, tile_depth(phase)), 8,
                                   256);
  }

  void pack_weights(const Node& node) {
    const RuntimeTensor& weights = node.input(plan_.weights);
    if constexpr (std::is_same_v<W, float>) {
      pack_phases(weights.values<float>());
    } else if constexpr (std::is_same_v<W, std::int16_t>) {
      pack_phases(unpack_int16(node, weights).data());
    } else if (weights.type == TensorType::INT8 || weights.type == TensorType::UINT8) {
      pack_phases(weights.values<std::int8_t>());
    } else {
      pack_phases(unpack_int8(node, weights).data());
    }
  }

  void pack_phases(const W* weights) {
    std::vector<W> rows;
    for (std::size_t p = 0; p < phases_.size(); ++p) {
      const auto& taps = phases_[p].taps;
      for (std::size_t group = 0; group < plan_.groups; ++group) {
        auto& chunks = packed_[p * plan_.groups + group];
        chunks.resize((taps.size() + taps_per_chunk_ - 1) / taps_per_chunk_);
        for (std::size_t c = 0; c < chunks.size(); ++c) {
          const std::span<const Phase::Tap> part = chunk_of(phases_[p], c);
          const std::size_t depth = part.size() * group_depth_;
          rows.resize(group_columns_ * depth);
          gather(weights, group, part, rows.data());
          pack_into(chunks[c], rows.data(), {group_columns_, depth, depth, 1});
        }
      }
    }
  }

  std::span<const Phase::Tap> chunk_of(const Phase& phase, std::size_t chunk) const {
    const std::size_t first = chunk * taps_per_chunk_;
    return std::span(phase.taps)
        .subspan(first, std::min(taps_per_chunk_, phase.taps.size() - first));
  }

  void gather(const W* weights, std::size_t group, std::span<const Phase::Tap> taps, W* to) const {
    for (std::size_t n = 0; n < group_columns_; ++n) {
      const W* channel = weights + (group * group_columns_ + n) * plan_.weight_output_stride;
      for (const Phase::Tap& tap : taps) {
        const W* from = channel + tap.index * plan_.weight_tap_stride;
        for (std::size_t i = 0; i < group_depth_; ++i) {
          *to++ = from[i * plan_.weight_input_stride];
        }
      }
    }
  }

  // XNNPACK quantises a hybrid convolution's input one image at a time, except where it turns the
  // convolution into a fully connected layer on pixels. It has none by weights of few bits.
  bool is_quantized_by_pixel(const RuntimeTensor& weights) const {
    return weights.type == TensorType::INT8 && !plan_.transposed && plan_.groups == 1 &&
           std::ranges::all_of(plan_.axes, [](const WindowAxis& axis) {
             return axis.window == 1 && axis.stride == 1 && axis.pad_before == 0;
           });
  }

  const std::int16_t* quantize(const Node& node) {
    const RuntimeTensor& input = node.input(plan_.input);
    const RuntimeTensor& weights = node.input(plan_.weights);
    const std::size_t parts =
        is_quantized_by_pixel(weights) ? plan_.batch * phases_.front().rows() : plan_.batch;
    const QuantizeRow quantize_part =
        weights.type == TensorType::INT8 ? quantize_asymmetric : quantize_asymmetric_builtin;
    const std::size_t part = parts == 0 ? 0 : input.size() / parts;
    quantized_.resize(input.size());
    part_scales_.resize(parts);
    node.threads().parallel_for(parts, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        part_scales_[i] =
            quantize_part({input.values<float>() + i * part, part}, quantized_.data() + i * part)
                .scale;
      }
    });
    return quantized_.data();
  }

  // Of the input that made this row.
  float input_scale(std::size_t row, std::size_t batch) const {
    if (part_scales_.empty()) return 1.0F;
    return part_scales_[part_scales_.size() == plan_.batch ? batch : row];
  }

  struct RowPlace {
    std::size_t batch = 0;
    Position index{};
  };
  static RowPlace place_of(const Phase& phase, std::size_t row) {
    RowPlace place;
    for (std::size_t i = 3; i-- > 0;) {
      const auto n = static_cast<std::size_t>(phase.grid[i]);
      place.index[i] = static_cast<std::int32_t>(row % n);
      row /= n;
    }
    place.batch = row;
    return place;
  }

  // The inputs that meet the taps of the chunk, zeros outside the image.
  void gather_inputs(const Work& work, std::size_t group, std::size_t chunk, A* to) const {
    const Phase& phase = phases_[work.phase];
    const std::span<const Phase::Tap> taps = chunk_of(phase, chunk);
    const std::size_t stride = (taps.size() * group_depth_ + 1) / 2 * 2;
    for (std::size_t r = 0; r < work.rows; ++r) {
      const RowPlace place = place_of(phase, work.first_row + r);
      A* out = to + r * stride;
      for (const Phase::Tap& tap : taps) {
        const X* from = input_at(work.x, place, tap.offset);
        if (from == nullptr) {
          std::fill_n(out, group_depth_, A{0});
        } else {
          copy_channels(from + group * group_depth_, group_depth_, zero_point_, out);
        }
        out += group_depth_;
      }
    }
  }

  const X* input_at(const X* x, const RowPlace& place, const Position& offset) const {
    std::size_t at = place.batch;
    for (std::size_t i = 0; i < 3; ++i) {
      const WindowAxis& axis = plan_.axes[i];
      const std::int64_t step = plan_.transposed ? 1 : axis.stride;
      const std::int64_t position = place.index[i] * step + offset[i];
      if (position < 0 || position >= axis.input) return nullptr;
      at = at * static_cast<std::size_t>(axis.input) + static_cast<std::size_t>(position);
    }
    return x + at * plan_.input_channels;
  }

  void run_tile(const Work& work, std::size_t group, Scratch& scratch) const {
    const auto& chunks = packed_[work.phase * plan_.groups + group];
    for (std::size_t block = 0; block < group_columns_; block += kColumnBlock) {
      const std::size_t width = std::min(kColumnBlock, group_columns_ - block);
      const std::size_t first = group * group_columns_ + block;
      for (std::size_t r = 0; r < work.rows; ++r) {
        output_.begin(work.bias, first, width, scratch.sums.data() + r * width);
      }
      for (std::size_t c = 0; c < chunks.size(); ++c) {
        if (block == 0 || chunks.size() > 1) gather_inputs(work, group, c, scratch.a.data());
        const std::size_t stride = (chunks[c].depth + 1) / 2 * 2;
        const std::size_t panel = block / kPanelColumns;
        const std::size_t panels = (width + kPanelColumns - 1) / kPanelColumns;
        multiply_add(RowBlock<const A>{scratch.a.data(), work.rows, stride}, chunks[c],
                     {panel, panel + panels}, RowBlock<Sum>{scratch.sums.data(), work.rows, width});
      }
      for (std::size_t r = 0; r < work.rows; ++r) finish_row(work, r, first, width, scratch);
    }
  }

  void finish_row(const Work& work, std::size_t r, std::size_t first, std::size_t width,
                  const Scratch& scratch) const {
    const Phase& phase = phases_[work.phase];
    const RowPlace place = place_of(phase, work.first_row + r);
    std::size_t at = place.batch;
    for (std::size_t i = 0; i < 3; ++i) {
      const WindowAxis& axis = plan_.axes[i];
      const std::int32_t step = plan_.transposed ? axis.stride : 1;
      at = at * static_cast<std::size_t>(axis.output) +
           static_cast<std::size_t>(phase.origin[i] + place.index[i] * step);
    }
    constexpr std::size_t kBytes = std::is_same_v<Sum, std::int64_t> ? 2 : 4;
    const bool narrow = output_.kind() == LinearKind::int8 || output_.kind() == LinearKind::uint8;
    output_.finish(
        {.bias = work.bias,
         .first = first,
         .count = width,
         .input_scale = input_scale(work.first_row + r, place.batch),
         .output = work.y + (at * plan_.output_channels + first) * (narrow ? 1 : kBytes)},
        scratch.sums.data() + r * width);
  }

  ConvolutionPlan plan_;
  LinearOutput output_;
  std::vector<Phase> phases_;
  std::int32_t zero_point_ = 0;
  std::size_t group_depth_ = 0, group_columns_ = 0, taps_per_chunk_ = 1;
  std::vector<std::vector<PackedMatrix<W>>> packed_;  // by phase and group, one a chunk
  std::vector<std::int16_t> quantized_;               // hybrid
  std::vector<float> part_scales_;
  std::optional<PerThread<Scratch>> scratch_;
};

template <typename X, typename W, typename Sum>
Evaluate make(const Node& node, const ConvolutionPlan& plan, LinearOutput output) {
  auto convolution = std::make_shared<Convolution<X, W, Sum>>(node, plan, std::move(output));
  return [convolution](const Node& running) { convolution->run(running); };
}

}  // namespace

bool is_pixelwise(const ConvolutionPlan& plan) noexcept {
  return std::ranges::all_of(plan.axes, [](const WindowAxis& axis) {
    return axis.window == 1 && axis.stride == 1 && axis.pad_before == 0 &&
           axis.input == axis.output;
  });
}

Evaluate prepare_convolution(const Node& node, const ConvolutionPlan& plan) {
  if (node.input(plan.weights).size() == 0) node.corrupt("its filter is empty");
  if (node.output(0).size() == 0) return [](const Node&) {};
  const RuntimeTensor* bias = plan.bias ? &node.input(*plan.bias) : nullptr;
  LinearOutput output(node, {.input = &node.input(plan.input),
                             .weights = &node.input(plan.weights),
                             .bias = bias,
                             .output = &node.output(0),
                             .channels = plan.output_channels,
                             .activation = plan.activation,
                             .quantized_bias_type = plan.quantized_bias_type});
  if (suits_byte_convolution(node, plan)) return prepare_byte_convolution(node, plan, output);
  switch (output.kind()) {
    case LinearKind::float32:
      if (suits_line_convolution(plan)) return prepare_line_convolution(node, plan, output);
      if (suits_direct_convolution(plan)) {
        return prepare_direct_convolution(node, plan, std::move(output));
      }
      return make<float, float, float>(node, plan, std::move(output));
    case LinearKind::int8:
      return make<std::int8_t, std::int8_t, std::int32_t>(node, plan, std::move(output));
    case LinearKind::uint8:
      return make<std::uint8_t, std::int16_t, std::int32_t>(node, plan, std::move(output));
    case LinearKind::int16:
      return make<std::int16_t, std::int8_t, std::int64_t>(node, plan, std::move(output));
    case LinearKind::hybrid:
      return make<std::int16_t, std::int8_t, std::int32_t>(node, plan, std::move(output));
  }
  node.unsupported("its types are not supported");
}

}  // namespace litezoo::runtime
