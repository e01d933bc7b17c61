#include <xnnpack.h>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

namespace litezoo::runtime::xnn {
namespace {

#if LITEZOO_HAS_xnn_define_unary
constexpr bool kRequantizes = true;
#else
constexpr bool kRequantizes = false;
#endif

Reason check_conversion(const RuntimeTensor& input, const RuntimeTensor& output, bool quantizes) {
  const Precision from = precision(input);
  const Precision to = precision(output);
  if (quantizes && is_8bit(from) && from == to && kRequantizes) {
    return input.shape == output.shape &&
                   within(input.scale() / output.scale(), 0x1.0p-8F, 0x1.0p+7F)
               ? nullptr
               : "its scales are too far apart";
  }
  const bool known =
      quantizes ? from == Precision::f32 && is_8bit(to) : is_8bit(from) && to == Precision::f32;
  if (!known) return "XNNPACK does not convert these types";
  return input.shape == output.shape ? nullptr : "its shapes do not fit together";
}

}  // namespace

Reason supports_quantize(const Node& node) {
  if (node.input_count() != 1 || node.output_count() != 1) return "it has not the usual inputs";
  return check_conversion(node.input(0), node.output(0), true);
}

Reason supports_dequantize(const Node& node) {
  if (node.input_count() != 1 || node.output_count() != 1) return "it has not the usual inputs";
  return check_conversion(node.input(0), node.output(0), false);
}

void define_convert(const Node& node, Definition& definition) {
  definition.convert(definition.value(node.input(0)), definition.value(node.output(0)));
}

}  // namespace litezoo::runtime::xnn
