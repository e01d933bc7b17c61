#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "runtime/kernels/kernel.h"
#include "runtime/memory.h"
#include "runtime/xnnpack/xnn.h"

namespace litezoo::runtime::xnn {

// A subgraph while it is being defined, and the constants that have to live as long as its runtime.
class Definition {
 public:
  enum class Use : std::uint8_t {
    streamed,  // read while running, also a few bytes past its end
    packed,    // read once, while the runtime is created
  };

  // External tensors get the ids 0, 1, ... in this order, inputs first. Throws Error(unsupported).
  Definition(std::span<const RuntimeTensor* const> inputs,
             std::span<const RuntimeTensor* const> outputs);

  xnn_subgraph* subgraph() const noexcept { return subgraph_.get(); }

  // The value of a tensor, defined when it is first asked for.
  std::uint32_t value(const RuntimeTensor& tensor, Use use = Use::streamed);
  // Weights with one scale a channel of dimension `channel_dimension` (or one for all), under
  // another shape when `shape` is not empty. A channel's scale below `least_scale` becomes that.
  std::uint32_t filter(const RuntimeTensor& tensor, std::size_t channel_dimension,
                       float least_scale, std::span<const std::size_t> shape = {});
  // A bias of an 8-bit operator takes its scale from input and filter.
  std::uint32_t bias(const RuntimeTensor& tensor, const RuntimeTensor& input,
                     const RuntimeTensor& filter);
  // A FLOAT32 tensor quantised while running, a scale for each slice of its last `depth`
  // dimensions, and weights that an operator multiplies it with: INT8, one scale a channel of
  // dimension `channel_dimension` or one for all. Releases with qd8 only: else Error(unsupported).
  std::uint32_t dynamic(const RuntimeTensor& tensor, std::size_t depth,
                        std::span<const std::size_t> shape = {});
  std::uint32_t dynamic_filter(const RuntimeTensor& tensor, std::size_t channel_dimension,
                               std::span<const std::size_t> shape = {});
  void convert(std::uint32_t input, std::uint32_t output);
  void reshape(std::uint32_t input, std::uint32_t output, std::span<const std::size_t> shape);
  // An intermediate value with the type and scale of `like` but another shape.
  std::uint32_t temporary(const RuntimeTensor& like, std::span<const std::size_t> shape);
  // `values` as a float constant of this shape.
  std::uint32_t constant(std::vector<float> values, std::span<const std::size_t> shape);

  // Moves out what the runtime needs besides the subgraph.
  std::deque<std::vector<std::byte>> take_constants() { return std::move(constants_); }

 private:
  struct Value {
    std::span<const std::size_t> shape;
    const void* data = nullptr;
    std::uint32_t external = 0, flags = 0;
  };
  std::uint32_t define(const RuntimeTensor& tensor, const Value& value);
  const void* keep(std::span<const std::byte> bytes);
  const float* keep_scales(std::vector<float> scales);

  SubgraphHandle subgraph_;
  std::map<const RuntimeTensor*, std::uint32_t> values_;
  std::map<std::pair<const RuntimeTensor*, std::size_t>, std::uint32_t> dynamic_;  // and depth
  std::deque<std::vector<std::byte>> constants_;
};

// Dimensions as XNNPACK wants them; a scalar is {1}.
std::vector<std::size_t> dimensions(const Shape& shape);

}  // namespace litezoo::runtime::xnn
