#include "runtime/kernels/byte_layer.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "runtime/kernels/weights.h"
#include "runtime/memory.h"

namespace litezoo::runtime {
namespace {

// Rows are read where they lie in a tensor.
static_assert(kTensorAlignment >= kReadOn);

constexpr std::size_t kMostSegments = 1024;
constexpr std::size_t kMostCopied = std::size_t{1} << 16U;  // of all rows at once
constexpr std::size_t kLeastRows = 8;
constexpr std::size_t kLeastWork = std::size_t{1} << 17U;  // products, of one thread

std::size_t rows_at_once(const ByteLayerPlan& plan) noexcept {
  const std::size_t fit = kMostCopied / std::max<std::size_t>(plan.copied, 1);
  return std::clamp(fit / kLeastRows * kLeastRows, kLeastRows, kMostByteRows);
}

std::size_t rounded_up(std::size_t count, std::size_t to) noexcept {
  return (count + to - 1) / to * to;
}

ByteRows rows_for(const ByteLayerPlan& plan) {
  const std::size_t rows = rows_at_once(plan);
  return {.segments = std::vector<const std::byte*>(rows * plan.segments),
          .copied = std::vector<std::byte>(rows * plan.copied + kReadOn)};
}

bool is_byte(std::int64_t zero_point, TensorType type) noexcept {
  return type == TensorType::UINT8 ? zero_point >= 0 && zero_point <= 255
                                   : zero_point >= -128 && zero_point <= 127;
}

bool has_byte_zero_point(const RuntimeTensor& tensor) noexcept {
  return std::ranges::all_of(tensor.quantization().zero_point, [&](std::int64_t zero_point) {
    return is_byte(zero_point, tensor.type);
  });
}

// What is subtracted from unsigned weights to make them signed: their zero point where all fit
// then.
std::int32_t shift_of(const RuntimeTensor& weights) {
  const std::int32_t zero_point = weights.zero_point();
  const auto* values = weights.values<std::uint8_t>();
  const auto [least, most] = std::minmax_element(values, values + weights.size());
  return *least - zero_point >= -128 && *most - zero_point <= 127 ? zero_point : 128;
}

// The sums of the weights of each column, for whole panels.
std::vector<std::uint32_t> pack(const std::byte* source, std::int32_t shift,
                                const ByteLayerPlan& plan, ByteMatrix& to) {
  to.columns = plan.columns;
  to.segments = plan.segments;
  to.depth = plan.depth;
  to.panels.resize(to.panel_count() * to.panel_bytes());
  std::vector<std::uint32_t> sums(to.panel_count() * kBytePanel);
  const std::size_t quad_bytes = kBytePanel * kByteQuad;
  for (std::size_t n = 0; n < plan.columns; ++n) {
    std::int8_t* column =
        to.panels.data() + n / kBytePanel * to.panel_bytes() + n % kBytePanel * kByteQuad;
    std::uint32_t sum = 0;
    for (std::size_t s = 0; s < plan.segments; ++s) {
      const std::byte* from = source + n * plan.column_stride + s * plan.segment_stride;
      for (std::size_t k = 0; k < plan.depth; ++k) {
        // Modulo 256 signed and unsigned bytes are the same.
        const auto value = static_cast<std::int8_t>(
            std::to_integer<std::int32_t>(from[k * plan.depth_stride]) - shift);
        column[k / kByteQuad * quad_bytes + k % kByteQuad] = value;
        sum += static_cast<std::uint32_t>(value);
      }
      column += to.quads() * quad_bytes;
    }
    sums[n] = sum;
  }
  return sums;
}

}  // namespace

bool suits_byte_layer(const LinearTensors& tensors, const ByteLayerPlan& plan) noexcept {
  const RuntimeTensor& input = *tensors.input;
  const RuntimeTensor& weights = *tensors.weights;
  const bool kinds = tensors.output->type == input.type &&
                     ((input.type == TensorType::UINT8 && weights.type == TensorType::UINT8) ||
                      (input.type == TensorType::INT8 && is_small_integer(weights.type)));
  const bool constant = weights.constant && weights.data != nullptr &&
                        (tensors.bias == nullptr || tensors.bias->constant);
  // The file's own constants cannot be read past their end.
  return has_byte_dot_products() && kinds && constant && !input.constant &&
         !weights.quantization().blockwise && has_byte_zero_point(input) &&
         has_byte_zero_point(*tensors.output) &&
         (weights.type != TensorType::UINT8 || has_byte_zero_point(weights)) &&
         plan.segments <= kMostSegments && plan.copied <= kMostCopied && plan.depth > 0;
}

std::size_t byte_layer_bytes(const ByteLayerPlan& plan, std::size_t threads) noexcept {
  const std::size_t rows = rows_at_once(plan);
  const std::size_t columns = rounded_up(plan.columns, kBytePanel);
  const auto depth = checked_multiply(plan.segments, rounded_up(plan.depth, kByteQuad) + 8);
  const auto weights = depth ? checked_multiply(columns, *depth) : std::nullopt;
  const auto row = checked_add(plan.segments * sizeof(std::byte*), plan.copied);
  const auto places = row ? checked_multiply(*row, rows * threads) : std::nullopt;
  const auto all = weights && places ? checked_add(*weights, *places) : std::nullopt;
  return all.value_or(std::numeric_limits<std::size_t>::max());
}

ByteLayer::ByteLayer(const Node& node, const LinearTensors& tensors, const ByteLayerPlan& plan,
                     const LinearOutput& output)
    : most_rows_(rows_at_once(plan)), rows_(node.threads().size(), [&] { return rows_for(plan); }) {
  const RuntimeTensor& weights = *tensors.weights;
  const bool is_unsigned = weights.type == TensorType::UINT8;
  const std::int32_t shift = is_unsigned ? shift_of(weights) : 0;
  std::vector<std::int8_t> unpacked;
  const auto* source = weights.data;
  if (weights.type == TensorType::INT4 || weights.type == TensorType::INT2) {
    unpacked = unpack_int8(node, weights);
    source = reinterpret_cast<const std::byte*>(unpacked.data());
  }
  const std::vector<std::uint32_t> sums = pack(source, shift, plan, weights_);

  const LinearOutput::Requantization how = output.requantization();
  output_.row_factor = is_unsigned ? shift - weights.zero_point() : 0;
  output_.low = how.low;
  output_.high = how.high;
  output_.zero_point = how.zero_point;
  output_.is_signed = !is_unsigned;
  output_.scale.assign(sums.size(), 0.0F);
  std::ranges::copy(how.scales, output_.scale.begin());
  output_.start.assign(sums.size(), 0);
  const auto input_zero =
      static_cast<std::uint32_t>(tensors.input->zero_point() + (is_unsigned ? 0 : 128));
  const std::uint32_t all = input_zero * static_cast<std::uint32_t>(output_.row_factor) *
                            static_cast<std::uint32_t>(plan.segments * plan.depth);
  for (std::size_t n = 0; n < plan.columns; ++n) {
    const std::int32_t bias = tensors.bias != nullptr ? tensors.bias->values<std::int32_t>()[n] : 0;
    output_.start[n] =
        static_cast<std::int32_t>(static_cast<std::uint32_t>(bias) - input_zero * sums[n] - all);
  }
}

void ByteLayer::run(const ThreadPool& threads, std::size_t rows, std::byte* y,
                    const FindRows& find) {
  if (rows == 0 || weights_.columns == 0) return;
  const std::size_t share = (rows + threads.size() - 1) / threads.size();
  const std::size_t step = std::min(rounded_up(share, kLeastRows), most_rows_);
  const std::size_t pieces = (rows + step - 1) / step;
  // Few rows: cut the panels too, so that every thread has some.
  const std::size_t wanted = pieces >= threads.size() ? 1 : threads.size();
  const std::size_t panels = weights_.panel_count();
  const std::size_t panel_step = (panels + wanted - 1) / wanted;
  const std::size_t blocks = (panels + panel_step - 1) / panel_step;
  const std::size_t work = step * panel_step * weights_.panel_bytes();
  rows_.hand_in();
  threads.parallel_for(pieces * blocks, kLeastWork / std::max<std::size_t>(work, 1) + 1,
                       [&](std::size_t begin, std::size_t end) {
                         ByteRows& places = rows_.take();
                         for (std::size_t i = begin; i < end; ++i) {
                           const std::size_t first = i % pieces * step, block = i / pieces;
                           const std::size_t count = std::min(step, rows - first);
                           find(first, count, places);
                           multiply({.segments = places.segments.data(),
                                     .rows = count,
                                     .weights = &weights_,
                                     .first_panel = block * panel_step,
                                     .last_panel = std::min((block + 1) * panel_step, panels),
                                     .output = &output_,
                                     .y = y + first * weights_.columns});
                         }
                       });
}

}  // namespace litezoo::runtime
