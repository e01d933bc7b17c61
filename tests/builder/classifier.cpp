#include "tests/builder/classifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/float16.h"
#include "tests/builder/model_metadata.h"
#include "tests/builder/random_weights.h"
#include "tests/builder/write_tflite.h"
#include "tests/support/graph_builder.h"

namespace litezoo::builder {
namespace {

constexpr std::int32_t kClasses = 10;

// Channels at width 1 and stride of each depthwise-separable block.
struct Block {
  std::int32_t channels = 0;
  std::int32_t stride = 1;
};
constexpr auto kBlocks =
    std::to_array<Block>({{32, 1}, {64, 2}, {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}});
constexpr std::int32_t kStemChannels = 16;

// Scales of the int8 model: pixels are 0..1, RELU6 bounds what lies between layers, and the random
// weights keep the logits within +-16.
constexpr float kPixelScale = 1.0F / 255;
constexpr float kActivationScale = 6.0F / 255;
constexpr float kLogitScale = 16.0F / 127;

// The kernel of one layer. `channel_axis` counts the output channels.
struct Kernel {
  std::string name;
  std::vector<std::int32_t> shape;
  std::size_t channel_axis = 0;
  std::size_t fan_in = 0;
  bool per_channel = true;
};

class Network {
 public:
  explicit Network(const ClassifierOptions& options) : options_(options), random_(options.seed) {}

  std::vector<std::byte> build();

 private:
  bool is_int8() const { return options_.precision == Precision::int8; }
  std::int32_t version(std::int32_t of_float, std::int32_t of_int8) const {
    return is_int8() ? of_int8 : of_float;
  }
  std::int32_t channels(std::int32_t at_width_1) const {
    return std::max(8, static_cast<std::int32_t>(std::lround(at_width_1 * options_.width / 8)) * 8);
  }
  int named(const std::string& name, int tensor);
  void add(BuiltinOperator code, int version, std::vector<int> inputs, int output,
           OperatorOptions options = {});
  int activation(const std::string& name, std::vector<std::int32_t> shape, float scale,
                 std::int64_t zero_point);
  int weights(const Kernel& kernel);
  int quantized_weights(const Kernel& kernel, const std::vector<float>& values);
  int bias(const std::string& name, std::int32_t count, int input, int kernel);
  int convolution(const std::string& name, int input, std::int32_t outputs, std::int32_t side,
                  std::int32_t stride);
  int depthwise(const std::string& name, int input, std::int32_t stride);
  int head(int features);

  ClassifierOptions options_;
  test::GraphBuilder builder_;
  RandomWeights random_;
};

int Network::named(const std::string& name, int tensor) {
  builder_.tensor_at(tensor).name = name;
  return tensor;
}

void Network::add(BuiltinOperator code, int version, std::vector<int> inputs, int output,
                  OperatorOptions options) {
  builder_.op(code, std::move(inputs), {output}, std::move(options));
  builder_.last_op().version = version;
}

int Network::activation(const std::string& name, std::vector<std::int32_t> shape, float scale,
                        std::int64_t zero_point) {
  if (!is_int8()) return named(name, builder_.tensor(TensorType::FLOAT32, std::move(shape)));
  return named(name, builder_.tensor(TensorType::INT8, std::move(shape),
                                     test::quantized(scale, zero_point)));
}

int Network::quantized_weights(const Kernel& kernel, const std::vector<float>& values) {
  const auto axis = kernel.channel_axis;
  const auto channels = kernel.per_channel ? static_cast<std::size_t>(kernel.shape[axis]) : 1;
  // The channel axis is the first or the last one, so a channel's values lie next to each other or
  // a channel count apart.
  const auto channel_of = [&](std::size_t i) {
    return axis == 0 ? i / (values.size() / channels) : i % channels;
  };
  std::vector<float> scales(channels, 0.0F);
  for (std::size_t i = 0; i < values.size(); ++i) {
    float& largest = scales[channel_of(i)];
    largest = std::max(largest, std::fabs(values[i]));
  }
  for (float& scale : scales) scale = std::max(scale, 1e-6F) / 127;
  std::vector<std::int8_t> steps(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto step = std::lround(values[i] / scales[channel_of(i)]);
    steps[i] = static_cast<std::int8_t>(std::clamp(step, -127L, 127L));
  }
  auto quantization = test::quantized_by(static_cast<std::int32_t>(axis), std::move(scales));
  return named(kernel.name, builder_.constant(kernel.shape, steps, std::move(quantization)));
}

int Network::weights(const Kernel& kernel) {
  const auto values = random_.draw(element_count(kernel.shape), kernel.fan_in);
  switch (options_.precision) {
    case Precision::float32:
      return named(kernel.name, builder_.constant(kernel.shape, values));
    case Precision::int8:
      return quantized_weights(kernel, values);
    case Precision::float16:
      break;
  }
  const std::vector<Half> halves(values.begin(), values.end());
  const int stored = named(
      kernel.name + "/half",
      builder_.constant_bytes(TensorType::FLOAT16, kernel.shape, std::as_bytes(std::span(halves))));
  const int widened = named(kernel.name, builder_.tensor(TensorType::FLOAT32, kernel.shape));
  add(BuiltinOperator::DEQUANTIZE, 3, {stored}, widened);
  return widened;
}

int Network::bias(const std::string& name, std::int32_t count, int input, int kernel) {
  const auto size = static_cast<std::size_t>(count);
  if (!is_int8()) {
    return named(name, builder_.constant({count}, std::vector<float>(size, 0.0F)));
  }
  std::vector<float> scales = builder_.tensor_at(kernel).quantization.scale;
  for (float& scale : scales) scale *= builder_.tensor_at(input).quantization.scale.front();
  return named(name, builder_.constant({count}, std::vector<std::int32_t>(size, 0),
                                       test::quantized_by(0, std::move(scales))));
}

int Network::convolution(const std::string& name, int input, std::int32_t outputs,
                         std::int32_t side, std::int32_t stride) {
  const auto in = builder_.tensor_at(input).shape;
  const auto fan_in = static_cast<std::size_t>(side) * static_cast<std::size_t>(side) *
                      static_cast<std::size_t>(in[3]);
  const auto kernel = weights({name + "/kernel", {outputs, side, side, in[3]}, 0, fan_in, true});
  const auto added = bias(name + "/bias", outputs, input, kernel);
  const auto output =
      activation(name, {1, in[1] / stride, in[2] / stride, outputs}, kActivationScale, -128);
  Conv2DOptions conv;
  conv.stride_w = conv.stride_h = stride;
  conv.fused_activation_function = ActivationFunction::RELU6;
  add(BuiltinOperator::CONV_2D, version(1, 3), {input, kernel, added}, output, conv);
  return output;
}

int Network::depthwise(const std::string& name, int input, std::int32_t stride) {
  const auto in = builder_.tensor_at(input).shape;
  const auto kernel = weights({name + "/kernel", {1, 3, 3, in[3]}, 3, 9, true});
  const auto added = bias(name + "/bias", in[3], input, kernel);
  const auto output =
      activation(name, {1, in[1] / stride, in[2] / stride, in[3]}, kActivationScale, -128);
  DepthwiseConv2DOptions conv;
  conv.stride_w = conv.stride_h = stride;
  conv.depth_multiplier = 1;
  conv.fused_activation_function = ActivationFunction::RELU6;
  add(BuiltinOperator::DEPTHWISE_CONV_2D, version(1, 3), {input, kernel, added}, output, conv);
  return output;
}

int Network::head(int features) {
  const auto in = builder_.tensor_at(features).shape;
  const auto pooled = activation("pool", {1, 1, 1, in[3]}, kActivationScale, -128);
  Pool2DOptions pool;
  pool.padding = Padding::VALID;
  pool.stride_w = pool.stride_h = 1;
  pool.filter_width = in[2];
  pool.filter_height = in[1];
  add(BuiltinOperator::AVERAGE_POOL_2D, version(1, 2), {features}, pooled, pool);

  const std::vector<std::int32_t> flat_shape = {1, in[3]};
  const auto shape = named("flat/shape", builder_.constant({2}, flat_shape));
  const auto flat = activation("flat", flat_shape, kActivationScale, -128);
  add(BuiltinOperator::RESHAPE, 1, {pooled, shape}, flat, ReshapeOptions{flat_shape});

  const auto fan_in = static_cast<std::size_t>(in[3]);
  const auto kernel = weights({"logits/kernel", {kClasses, in[3]}, 0, fan_in, false});
  const auto added = bias("logits/bias", kClasses, flat, kernel);
  const auto logits = activation("logits", {1, kClasses}, kLogitScale, 0);
  add(BuiltinOperator::FULLY_CONNECTED, version(1, 4), {flat, kernel, added}, logits,
      FullyConnectedOptions{});

  const auto output = activation("probabilities", {1, kClasses}, 1.0F / 256, -128);
  add(BuiltinOperator::SOFTMAX, version(1, 2), {logits}, output, SoftmaxOptions{1.0F});
  return output;
}

std::vector<std::byte> Network::build() {
  const auto side = options_.image_side;
  const auto image = activation("image", {1, side, side, 3}, kPixelScale, -128);
  auto features = convolution("stem", image, channels(kStemChannels), 3, 2);
  for (std::size_t i = 0; i < kBlocks.size(); ++i) {
    const auto name = fmt::format("block{}", i + 1);
    features = depthwise(name + "/depthwise", features, kBlocks[i].stride);
    features = convolution(name + "/pointwise", features, channels(kBlocks[i].channels), 1, 1);
  }
  const auto probabilities = head(features);
  builder_.inputs({image}).outputs({probabilities});
  Graph& graph = builder_.graph();
  graph.description = fmt::format("Synthetic image classifier, width {:.2f}, {}", options_.width,
                                  to_string(options_.precision));
  graph.subgraphs[0].name = "main";
  graph.signatures.push_back(
      {"serving_default", 0, {{"image", image}}, {{"probabilities", probabilities}}});

  ModelMetadata metadata;
  metadata.name = classifier_name(options_);
  metadata.description =
      "Made by Litezoo's model builder: random weights, ten classes, for tests and demonstrations";
  metadata.version = "1";
  metadata.author = "Litezoo";
  metadata.license = "Apache-2.0";
  metadata.min_parser_version = "1.0.0";
  const auto packed = write_metadata(metadata);
  graph.metadata.push_back({"TFLITE_METADATA", packed});
  return write_tflite(graph);
}

}  // namespace

std::string_view to_string(Precision precision) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"float32", "float16", "int8"};
  return kNames[static_cast<std::size_t>(precision)];
}

std::string classifier_name(const ClassifierOptions& options) {
  return fmt::format("classifier-{:.2f}-{}", options.width, to_string(options.precision));
}

std::vector<std::byte> classifier(const ClassifierOptions& options) {
  return Network(options).build();
}

}  // namespace litezoo::builder
