#include <xnnpack.h>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

namespace litezoo::runtime::xnn {

Reason supports_resize_bilinear(const Node& node) {
  if (node.input_count() != 2 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  if (!same_representation(input, output)) return "input and output differ in type or scale";
  const auto options = node.options_or_default<ResizeBilinearOptions>();
  if (options.align_corners && options.half_pixel_centers) return "its options contradict";
  if (input.rank() != 4 || output.rank() != 4 || input.shape[0] != output.shape[0] ||
      input.shape[3] != output.shape[3]) {
    return "its shapes do not fit together";
  }
  for (const std::size_t axis : {1U, 2U}) {
    if (input.shape[axis] >= (1 << 24) || output.shape[axis] >= (1 << 24)) {
      return "its image is too large";
    }
  }
  return node.input(1).constant ? nullptr : "its size is computed";
}

void define_resize_bilinear(const Node& node, Definition& definition) {
  const auto options = node.options_or_default<ResizeBilinearOptions>();
  const std::uint32_t flags = options.align_corners        ? XNN_FLAG_ALIGN_CORNERS
                              : options.half_pixel_centers ? 0
                                                           : XNN_FLAG_TENSORFLOW_LEGACY_MODE;
  check(xnn_define_static_resize_bilinear_2d(
            definition.subgraph(), static_cast<std::size_t>(node.output(0).shape[1]),
            static_cast<std::size_t>(node.output(0).shape[2]), definition.value(node.input(0)),
            definition.value(node.output(0)), flags),
        "define a bilinear resize");
}

}  // namespace litezoo::runtime::xnn
