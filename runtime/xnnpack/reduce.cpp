#include <xnnpack.h>

#include <algorithm>
#include <limits>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

// MEAN and SUM. Before static_reduce only a MEAN over height and width goes, as a global average
// pool.

namespace litezoo::runtime::xnn {
namespace {

// Sorted, each once; nullopt when one lies outside or they are computed.
std::optional<std::vector<std::size_t>> axes_of(const Node& node) {
  const auto values = constant_integers(node.input(1));
  if (!values || values->empty()) return std::nullopt;
  const std::int64_t rank = node.input(0).rank();
  std::vector<std::size_t> axes;
  for (const std::int64_t value : *values) {
    if (value < -rank || value >= rank) return std::nullopt;
    axes.push_back(static_cast<std::size_t>(value < 0 ? value + rank : value));
  }
  std::ranges::sort(axes);
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

bool fits(const RuntimeTensor& input, const RuntimeTensor& output,
          std::span<const std::size_t> axes) {
  std::size_t kept = input.size();
  for (const std::size_t axis : axes) kept /= static_cast<std::size_t>(input.shape[axis]);
  return output.size() == kept &&
         (output.rank() == input.rank() || output.shape.size() + axes.size() == input.shape.size());
}

#if LITEZOO_HAS_xnn_define_static_reduce
constexpr bool kAnyAxes = true;
#else
constexpr bool kAnyAxes = false;

constexpr std::uint32_t keep_dimensions(bool keep) noexcept {
  // Some releases drop the two dimensions without this flag; in Debian 12's the bit means nothing.
#ifdef XNN_FLAG_KEEP_DIMS
  return keep ? XNN_FLAG_KEEP_DIMS : 0;
#else
  static_cast<void>(keep);
  return 0;
#endif
}
#endif

}  // namespace

Reason supports_reduce(const Node& node) {
  if (node.input_count() != 2 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  const Precision precision = common_precision({&input, &output});
  if (precision == Precision::other) return "XNNPACK does not do it for this type";
  if (node.op().code == BuiltinOperator::SUM && precision != Precision::f32) {
    return "XNNPACK sums floats only";
  }
  const auto axes = axes_of(node);
  if (!axes) return "its axes are computed or out of range";
  const bool over_image = input.rank() == 4 && *axes == std::vector<std::size_t>{1, 2};
  if (!over_image && !kAnyAxes) return "it is not over height and width";
  if (!fits(input, output, *axes)) return "its shapes do not fit together";
  if (is_8bit(precision) && !within(input.scale() / output.scale(), 0x1.0p-8F, 0x1.0p+8F)) {
    return "its scales are too far apart";
  }
  return nullptr;
}

void define_reduce(const Node& node, Definition& definition) {
  const std::uint32_t input = definition.value(node.input(0));
  const std::uint32_t output = definition.value(node.output(0));
  const bool keeps = node.output(0).rank() == node.input(0).rank();
#if LITEZOO_HAS_xnn_define_static_reduce
  const std::vector<std::size_t> axes = *axes_of(node);
  const auto type = node.op().code == BuiltinOperator::SUM ? xnn_reduce_sum : xnn_reduce_mean;
  check(xnn_define_static_reduce(definition.subgraph(), type, axes.size(), axes.data(), input,
                                 output, keeps ? XNN_FLAG_KEEP_DIMS : 0),
        "define a reduction");
#else
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  check(xnn_define_global_average_pooling_2d(definition.subgraph(), -kInfinity, kInfinity, input,
                                             output, keep_dimensions(keeps)),
        "define a global average pool");
#endif
}

}  // namespace litezoo::runtime::xnn
