#include "tests/runtime/operators/loops.h"
#include "tests/runtime/operators/window.h"

// Convolutions. T is the image's kind, U the weights'.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;
using Act = ActivationFunction;

const std::vector<Step> kWeights = {
    {INT8, 0.02F, 0}, {UINT8, 0.02F, 110}, {INT4, 0.1F, 0}, {INT2, 0.5F, 0}, {INT16, 0.0004F, 0}};
const std::vector<Step> kSums = {{INT8, 0.6F, 4}, {UINT8, 0.6F, 131}, {INT16, 0.02F, 0}};

double bias(const Call& call, std::int64_t filter) {
  const bool is_there = call.in.size() > 2 && !call.in[2].values.empty();
  return is_there ? call.in[2].values[static_cast<std::size_t>(filter)] : 0.0;
}

std::string edge_of(const char* what, Padding padding, std::int32_t stride, std::int32_t dilation) {
  return std::string(what) + (padding == Padding::SAME ? ", same" : ", valid") + ", stride " +
         std::to_string(stride) + ", dilation " + std::to_string(dilation);
}

struct Edge {
  const char* what;
  Shape image;   // N, H, W, C
  Shape window;  // H, W
  std::int32_t filters, groups;
  Padding padding;
  std::int32_t stride, dilation;
  ActivationFunction activation;
};

const Edge kEdges[] = {
    {"a window", {2, 7, 6, 4}, {3, 2}, 5, 1, Padding::SAME, 1, 1, Act::NONE},
    {"even from odd", {1, 7, 5, 3}, {4, 4}, 2, 1, Padding::SAME, 2, 1, Act::RELU6},
    {"odd from even", {1, 8, 6, 3}, {3, 3}, 2, 1, Padding::SAME, 2, 1, Act::RELU},
    {"inside", {2, 7, 6, 4}, {3, 2}, 5, 1, Padding::VALID, 2, 1, Act::RELU},
    {"dilated", {1, 9, 8, 2}, {3, 2}, 3, 1, Padding::SAME, 1, 2, Act::NONE},
    {"dilated inside", {1, 9, 8, 2}, {3, 2}, 3, 1, Padding::VALID, 1, 3, Act::RELU_N1_TO_1},
    {"a stride beyond the window", {1, 9, 9, 2}, {2, 2}, 3, 1, Padding::VALID, 3, 1, Act::NONE},
    {"a stride past the end", {1, 8, 8, 3}, {2, 2}, 5, 1, Padding::SAME, 4, 1, Act::NONE},
    {"a stride past the end of rows", {1, 8, 5, 3}, {1, 3}, 5, 1, Padding::SAME, 2, 1, Act::RELU},
    {"single pixels of an even image", {1, 8, 8, 4}, {1, 1}, 5, 1, Padding::SAME, 2, 1, Act::NONE},
    {"single pixels", {2, 3, 3, 8}, {1, 1}, 6, 1, Padding::SAME, 1, 1, Act::NONE},
    {"single pixels with a stride", {1, 5, 5, 4}, {1, 1}, 3, 1, Padding::SAME, 2, 1, Act::RELU},
    {"a window as large as the image", {1, 4, 4, 3}, {4, 4}, 2, 1, Padding::VALID, 1, 1, Act::NONE},
    {"a window larger than the image", {1, 2, 2, 3}, {5, 5}, 2, 1, Padding::SAME, 1, 1, Act::NONE},
    {"no image", {0, 4, 4, 3}, {2, 2}, 2, 1, Padding::SAME, 1, 1, Act::NONE},
};

struct Way2 {
  Slot weights, bias;
  std::string types;
};

// With and without a scale a channel, and without a bias.
std::vector<Way2> ways(const Slot& filter, std::int32_t axis, std::int32_t outputs,
                       const std::string& by_tensor, const std::string& by_channel) {
  const Slot w = filter.of("U").scaled(kWeights).between(0, 0);
  const Slot b = weights({outputs}).of("B").between(-3, 3);
  return {{w, b, by_tensor}, {w.by_channel(axis), b, by_channel}, {w, absent(), by_tensor}};
}

std::vector<Real> convolved(const Edge& edge, const Call& call) {
  const Line down{edge.image[1], edge.window[0], edge.stride, edge.dilation, edge.padding};
  const Line across{edge.image[2], edge.window[1], edge.stride, edge.dilation, edge.padding};
  const std::int64_t depth = edge.image[3] / edge.groups;
  return {generate({edge.image[0], down.out(), across.out(), edge.filters}, [&](const Index& at) {
    const std::int64_t first = at[3] / (edge.filters / edge.groups) * depth;
    double sum = bias(call, at[3]);
    for (const auto& y : down.taps(at[1])) {
      for (const auto& x : across.taps(at[2])) {
        for (std::int64_t c = 0; c < depth; ++c) {
          sum += call.in[0].at({at[0], y.at, x.at, first + c}) *
                 call.in[1].at({at[3], y.weight, x.weight, c});
        }
      }
    }
    return fused(edge.activation, sum);
  })};
}

Cases convolutions() {
  Cases cases;
  std::vector<Edge> edges(std::begin(kEdges), std::end(kEdges));
  edges.push_back({"two groups", {2, 7, 6, 4}, {3, 2}, 6, 2, Padding::SAME, 1, 1, Act::NONE});
  for (const Edge& edge : edges) {
    const Slot filter =
        weights({edge.filters, edge.window[0], edge.window[1], edge.image[3] / edge.groups});
    const std::string plain =
        "f32/f32 f32/s8q f32/u8q f32/s4q f32/s2q s8q/s8q s8q/s4q s8q/s2q u8q/u8q s16q/s8q "
        "s16q/s4q s16q/s2q";
    for (const Way2& way : ways(filter, 0, edge.filters, plain, plain)) {
      cases.push_back({.code = CONV_2D,
                       .edge = edge_of(edge.what, edge.padding, edge.stride, edge.dilation),
                       .inputs = {given(edge.image), way.weights, way.bias},
                       .outputs = {result().scaled(kSums)},
                       .options = Conv2DOptions{.padding = edge.padding,
                                                .stride_w = edge.stride,
                                                .stride_h = edge.stride,
                                                .fused_activation_function = edge.activation,
                                                .dilation_w_factor = edge.dilation,
                                                .dilation_h_factor = edge.dilation},
                       .reference = [edge](const Call& call) { return convolved(edge, call); },
                       .types = way.types});
    }
  }
  return cases;
}

Cases depthwise() {
  Cases cases;
  for (const Edge& edge : kEdges) {
    for (const std::int32_t multiplier : {1, 2}) {
      const std::int32_t outputs = edge.image[3] * multiplier;
      const Slot filter = weights({1, edge.window[0], edge.window[1], outputs});
      const std::string plain =
          "f32/f32 f32/s8q f32/u8q f32/s4q f32/s2q s8q/s8q s8q/s4q s8q/s2q u8q/u8q s16q/s8q "
          "s16q/s4q s16q/s2q";
      for (const Way2& way : ways(filter, 3, outputs, plain, plain)) {
        cases.push_back(
            {.code = DEPTHWISE_CONV_2D,
             .edge = edge_of(edge.what, edge.padding, edge.stride, edge.dilation) + ", times " +
                     std::to_string(multiplier),
             .inputs = {given(edge.image), way.weights, way.bias},
             .outputs = {result().scaled(kSums)},
             .options = DepthwiseConv2DOptions{.padding = edge.padding,
                                               .stride_w = edge.stride,
                                               .stride_h = edge.stride,
                                               .depth_multiplier = multiplier,
                                               .fused_activation_function = edge.activation,
                                               .dilation_w_factor = edge.dilation,
                                               .dilation_h_factor = edge.dilation},
             .reference =
                 [=](const Call& call) {
                   const Line down{edge.image[1], edge.window[0], edge.stride, edge.dilation,
                                   edge.padding};
                   const Line across{edge.image[2], edge.window[1], edge.stride, edge.dilation,
                                     edge.padding};
                   return std::vector<Real>{generate(
                       {edge.image[0], down.out(), across.out(), outputs}, [&](const Index& at) {
                         double sum = bias(call, at[3]);
                         for (const auto& y : down.taps(at[1])) {
                           for (const auto& x : across.taps(at[2])) {
                             sum += call.in[0].at({at[0], y.at, x.at, at[3] / multiplier}) *
                                    call.in[1].at({0, y.weight, x.weight, at[3]});
                           }
                         }
                         return fused(edge.activation, sum);
                       })};
                 },
             .types = way.types});
      }
    }
  }
  return cases;
}

// Each input pixel spreads over a window of the output. Inputs: shape, weights, image, bias.
Cases transposed() {
  struct Row {
    Padding padding;
    std::int32_t stride, height, width;  // of the output
    Shape window;
  };
  Cases cases;
  for (const Row& row : {Row{Padding::SAME, 1, 3, 4, {3, 2}},
                         {Padding::SAME, 2, 6, 8, {3, 2}},
                         {Padding::SAME, 2, 5, 7, {4, 4}},
                         {Padding::VALID, 1, 5, 5, {3, 2}},
                         {Padding::VALID, 3, 9, 11, {3, 2}},
                         {Padding::VALID, 3, 7, 10, {1, 1}}}) {
    const std::string plain =
        "f32/f32 f32/s8q f32/u8q f32/s4q f32/s2q s8q/s8q s8q/s4q s8q/s2q u8q/u8q s16q/s8q "
        "s16q/s4q s16q/s2q";
    for (const bool by_channel : {false, true}) {
      for (const bool biased : {true, false}) {
        const Line down{row.height, row.window[0], row.stride, 1, row.padding};
        const Line across{row.width, row.window[1], row.stride, 1, row.padding};
        Slot w = weights({5, row.window[0], row.window[1], 4}).of("U").scaled(kWeights);
        if (by_channel) w = w.by_channel(0);
        const double height = row.height;
        const double width = row.width;
        cases.push_back(
            {.code = TRANSPOSE_CONV,
             .edge = edge_of("to an image", row.padding, row.stride, 1),
             .inputs = {list({2, height, width, 5}), w, given({2, 3, 4, 4}),
                        biased ? weights({5}).of("B").between(-3, 3) : absent()},
             .outputs = {result().scaled(kSums)},
             .options = TransposeConvOptions{row.padding, row.stride, row.stride, Act::NONE},
             .reference =
                 [=](const Call& call) {
                   return std::vector<Real>{generate({2, row.height, row.width, 5}, [&](const Index&
                                                                                            at) {
                     double sum = biased ? call.in[3].values[static_cast<std::size_t>(at[3])] : 0.0;
                     for (std::int64_t y = 0; y < 3; ++y) {
                       for (std::int64_t x = 0; x < 4; ++x) {
                         const std::int64_t i = at[1] - y * row.stride + down.before();
                         const std::int64_t k = at[2] - x * row.stride + across.before();
                         if (i < 0 || i >= row.window[0] || k < 0 || k >= row.window[1]) continue;
                         for (std::int64_t c = 0; c < 4; ++c) {
                           sum += call.in[2].at({at[0], y, x, c}) * call.in[1].at({at[3], i, k, c});
                         }
                       }
                     }
                     return sum;
                   })};
                 },
             .types = plain});
      }
    }
  }
  return cases;
}

Cases three_axes() {
  Cases cases;
  for (const auto padding : {Padding::SAME, Padding::VALID}) {
    const Line deep{4, 2, 1, 1, padding};
    const Line down{5, 3, 2, 1, padding};
    const Line across{4, 2, 1, 1, padding};
    cases.push_back(
        {.code = CONV_3D,
         .edge = edge_of("a window", padding, 2, 1),
         .inputs = {given({1, 4, 5, 4, 2}), weights({2, 3, 2, 2, 3}), weights({3})},
         .outputs = {result()},
         .options = Conv3DOptions{.padding = padding,
                                  .stride_d = 1,
                                  .stride_w = 1,
                                  .stride_h = 2,
                                  .fused_activation_function = Act::RELU},
         .reference =
             [=](const Call& call) {
               return std::vector<Real>{
                   generate({1, deep.out(), down.out(), across.out(), 3}, [&](const Index& at) {
                     double sum = bias(call, at[4]);
                     for (const auto& z : deep.taps(at[1])) {
                       for (const auto& y : down.taps(at[2])) {
                         for (const auto& x : across.taps(at[3])) {
                           for (std::int64_t c = 0; c < 2; ++c) {
                             sum += call.in[0].at({0, z.at, y.at, x.at, c}) *
                                    call.in[1].at({z.weight, y.weight, x.weight, c, at[4]});
                           }
                         }
                       }
                     }
                     return std::max(sum, 0.0);
                   })};
             },
         .types = "f32"});
    const Line wide{8, 2, 2, 1, padding};
    const Line high{padding == Padding::SAME ? 5 : 7, 3, 1, 1, padding};
    const Line far{padding == Padding::SAME ? 4 : 5, 2, 1, 1, padding};
    cases.push_back(
        {.code = CONV_3D_TRANSPOSE,
         .edge = edge_of("to a volume", padding, 2, 1),
         .inputs = {list({1, static_cast<double>(far.in), static_cast<double>(high.in), 8, 3}),
                    weights({2, 3, 2, 3, 2}), given({1, 4, 5, 4, 2}), weights({3})},
         .outputs = {result()},
         .options = Conv3DOptions{.padding = padding, .stride_d = 1, .stride_w = 2, .stride_h = 1},
         .reference =
             [=](const Call& call) {
               return std::vector<Real>{generate({1, far.in, high.in, 8, 3}, [&](const Index& at) {
                 double sum = call.in[3].values[static_cast<std::size_t>(at[4])];
                 for (std::int64_t z = 0; z < 4; ++z) {
                   for (std::int64_t y = 0; y < 5; ++y) {
                     for (std::int64_t x = 0; x < 4; ++x) {
                       const std::int64_t h = at[1] - z + far.before();
                       const std::int64_t i = at[2] - y + high.before();
                       const std::int64_t k = at[3] - x * 2 + wide.before();
                       if (h < 0 || h >= 2 || i < 0 || i >= 3 || k < 0 || k >= 2) continue;
                       for (std::int64_t c = 0; c < 2; ++c) {
                         sum += call.in[2].at({0, z, y, x, c}) * call.in[1].at({h, i, k, at[4], c});
                       }
                     }
                   }
                 }
                 return sum;
               })};
             },
         .types = "f32"});
  }
  return cases;
}

}  // namespace

Cases filter_cases() {
  Cases cases = convolutions();
  for (Cases (*some)() : {depthwise, transposed, three_axes}) {
    const Cases more = some();
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace litezoo::test
