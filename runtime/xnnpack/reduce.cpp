#include <xnnpack.h>

#include <limits>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

// MEAN over height and width is a global average pool.

namespace litezoo::runtime::xnn {
namespace {

bool is_over_height_and_width(const Node& node) {
  const auto axes = constant_integers(node.input(1));
  if (!axes || axes->size() != 2 || node.input(0).rank() != 4) return false;
  const std::int64_t a = (*axes)[0] < 0 ? (*axes)[0] + 4 : (*axes)[0];
  const std::int64_t b = (*axes)[1] < 0 ? (*axes)[1] + 4 : (*axes)[1];
  return (a == 1 && b == 2) || (a == 2 && b == 1);
}

// Newer releases drop the two dimensions without this flag; in Debian 12's the bit means nothing.
constexpr std::uint32_t keep_dimensions(bool keep) noexcept {
#ifdef XNN_FLAG_KEEP_DIMS
  return keep ? XNN_FLAG_KEEP_DIMS : 0;
#else
  static_cast<void>(keep);
  return 0;
#endif
}

}  // namespace

Reason supports_mean(const Node& node) {
  if (node.input_count() != 2 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  const Precision precision = common_precision({&input, &output});
  if (precision == Precision::other) return "XNNPACK does not do it for this type";
  if (!is_over_height_and_width(node)) return "it is not over height and width";
  if (output.size() !=
      static_cast<std::size_t>(input.shape[0]) * static_cast<std::size_t>(input.shape[3])) {
    return "its shapes do not fit together";
  }
  if (is_8bit(precision) && !within(input.scale() / output.scale(), 0x1.0p-8F, 0x1.0p+8F)) {
    return "its scales are too far apart";
  }
  return nullptr;
}

void define_mean(const Node& node, Definition& definition) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  check(xnn_define_global_average_pooling_2d(
            definition.subgraph(), -kInfinity, kInfinity, definition.value(node.input(0)),
            definition.value(node.output(0)), keep_dimensions(node.output(0).rank() == 4)),
        "define a global average pool");
}

}  // namespace litezoo::runtime::xnn
