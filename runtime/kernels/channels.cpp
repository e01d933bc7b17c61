#include "runtime/kernels/channels.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace litezoo::runtime {

ChannelView channel_view(const Node& node, const RuntimeTensor& tensor) {
  const Quantization& quantization = tensor.quantization();
  const std::string& name = tensor.definition->name;
  const auto dimension = static_cast<std::size_t>(quantization.quantized_dimension);
  if (quantization.quantized_dimension < 0 || dimension >= tensor.shape.size() ||
      quantization.scale.size() != static_cast<std::size_t>(tensor.shape[dimension]) ||
      quantization.zero_point.size() != quantization.scale.size()) {
    node.corrupt(fmt::format("tensor '{}' has {} scales, which its shape does not fit", name,
                             quantization.scale.size()));
  }
  for (const float scale : quantization.scale) {
    if (!std::isfinite(scale) || scale < 0.0F) {
      node.corrupt(fmt::format("tensor '{}' has the scale {}", name, scale));
    }
  }
  for (const std::int64_t zero_point : quantization.zero_point) {
    if (zero_point < std::numeric_limits<std::int16_t>::min() ||
        zero_point > std::numeric_limits<std::int16_t>::max()) {
      node.corrupt(fmt::format("tensor '{}' has the zero point {}", name, zero_point));
    }
  }
  ChannelView view;
  view.channels = quantization.scale.size();
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    const auto extent = static_cast<std::size_t>(tensor.shape[i]);
    if (i < dimension) view.outer *= extent;
    if (i > dimension) view.inner *= extent;
  }
  return view;
}

}  // namespace litezoo::runtime
