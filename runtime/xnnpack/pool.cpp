#include <xnnpack.h>

#include <array>
#include <cstring>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"
#include "runtime/xnnpack/window.h"

namespace litezoo::runtime::xnn {
namespace {

struct Pool {
  Window window;
  ActivationFunction activation = ActivationFunction::NONE;
};

Pool pool_of(const Node& node) {
  const auto options = node.options<Pool2DOptions>();
  return {{options.padding, options.filter_height, options.filter_width, options.stride_h,
           options.stride_w, 1, 1},
          options.fused_activation_function};
}

Reason check(const Node& node, const Pool& pool) {
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  if (input.rank() != 4 || output.rank() != 4 || input.shape[3] != output.shape[3]) {
    return "its shapes do not fit together";
  }
  if (const char* reason = check_window(pool.window, input.shape, output.shape)) return reason;
  if (pool.window.height * pool.window.width == 1) return "its window is a single element";
  if (pool.window.stride_h > pool.window.height || pool.window.stride_w > pool.window.width) {
    return "its stride is larger than its window";
  }
  return clamp_of(pool.activation) ? nullptr : "its activation is not a clamp";
}

// MediaPipe's options are a C struct: padding (1 same, 2 valid), stride width and height, filter
// width and height, activation.
std::optional<Window> custom_window(const Node& node) {
  std::array<std::int32_t, 5> numbers{};
  const auto bytes = node.op().custom_options;
  if (bytes.size() < sizeof(numbers)) return std::nullopt;
  std::memcpy(numbers.data(), bytes.data(), sizeof(numbers));
  if (numbers[0] != 1 && numbers[0] != 2) return std::nullopt;
  return Window{numbers[0] == 1 ? Padding::SAME : Padding::VALID,
                numbers[4],
                numbers[3],
                numbers[2],
                numbers[1],
                1,
                1};
}

Reason check_index_pool(const RuntimeTensor& image, const RuntimeTensor& pooled,
                        const RuntimeTensor& index, const std::optional<Window>& window) {
  if (!window) return "its options are missing";
  if (image.rank() != 4 || pooled.rank() != 4 || image.shape[3] != pooled.shape[3] ||
      index.shape != pooled.shape) {
    return "its shapes do not fit together";
  }
  if (common_precision({&image, &pooled}) != Precision::f32 || index.type != TensorType::INT32 ||
      index.size() == 0) {
    return "it takes floats and 32-bit indices only";
  }
  if (const char* reason = check_window(*window, image.shape, pooled.shape)) return reason;
  if (window->stride_h != window->height || window->stride_w != window->width) {
    return "its stride differs from its window";
  }
  return window->height * window->width == 1 ? "its window is a single element" : nullptr;
}

}  // namespace

Reason supports_average_pool_2d(const Node& node) {
  if (common_precision({&node.input(0), &node.output(0)}) != Precision::f32) {
    return "XNNPACK averages floats only";
  }
  return check(node, pool_of(node));
}

void define_average_pool_2d(const Node& node, Definition& definition) {
  const auto [window, activation] = pool_of(node);
  const Range range = *clamp_of(activation);
  const Margins around = margins_of(window, node.input(0).shape);
  xnn::check(xnn_define_average_pooling_2d(
                 definition.subgraph(), around.top, around.right, around.bottom, around.left,
                 unsigned_of(window.height), unsigned_of(window.width),
                 unsigned_of(window.stride_h), unsigned_of(window.stride_w), range.min, range.max,
                 definition.value(node.input(0)), definition.value(node.output(0)), 0),
             "define an average pool");
}

Reason supports_max_pool_2d(const Node& node) {
  if (!same_representation(node.input(0), node.output(0))) {
    return "input and output differ in type or scale";
  }
  return check(node, pool_of(node));
}

void define_max_pool_2d(const Node& node, Definition& definition) {
  const auto [window, activation] = pool_of(node);
  const Range range = *clamp_of(activation);
  const Margins around = margins_of(window, node.input(0).shape);
  xnn::check(xnn_define_max_pooling_2d(
                 definition.subgraph(), around.top, around.right, around.bottom, around.left,
                 unsigned_of(window.height), unsigned_of(window.width),
                 unsigned_of(window.stride_h), unsigned_of(window.stride_w), 1, 1, range.min,
                 range.max, definition.value(node.input(0)), definition.value(node.output(0)), 0),
             "define a max pool");
}

Reason supports_argmax_pool_2d(const Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(2);
  return check_index_pool(node.input(0), node.output(0), node.output(1), custom_window(node));
}

void define_argmax_pool_2d(const Node& node, Definition& definition) {
  const Window window = *custom_window(node);
  const Margins around = margins_of(window, node.input(0).shape);
  xnn::check(
      xnn_define_argmax_pooling_2d(
          definition.subgraph(), around.top, around.right, around.bottom, around.left,
          unsigned_of(window.height), unsigned_of(window.width), definition.value(node.input(0)),
          definition.value(node.output(0)), definition.value(node.output(1)), 0),
      "define an argmax pool");
}

}  // namespace litezoo::runtime::xnn
