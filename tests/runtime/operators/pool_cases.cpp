#include "tests/runtime/operators/loops.h"
#include "tests/runtime/operators/window.h"

// Pools, and images brought to another size.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

struct Pool {
  BuiltinOperator code;
  const char* types;
};

double pooled(BuiltinOperator code, const std::vector<double>& members) {
  double value = code == MAX_POOL_2D ? -1e300 : 0.0;
  for (const double x : members) {
    value = code == MAX_POOL_2D ? std::max(value, x) : value + (code == L2_POOL_2D ? x * x : x);
  }
  if (code == MAX_POOL_2D) return value;
  value /= static_cast<double>(members.size());
  return code == L2_POOL_2D ? std::sqrt(value) : value;
}

Cases pools() {
  struct Row {
    Padding padding;
    std::int32_t stride, width, height, filter_width, filter_height;
    ActivationFunction activation;
  };
  using Act = ActivationFunction;
  const Row rows[] = {
      {Padding::SAME, 1, 5, 7, 2, 3, Act::NONE},         {Padding::VALID, 2, 5, 7, 2, 3, Act::RELU},
      {Padding::SAME, 3, 5, 7, 2, 3, Act::RELU_N1_TO_1}, {Padding::VALID, 3, 8, 8, 2, 2, Act::NONE},
      {Padding::SAME, 2, 6, 5, 3, 3, Act::RELU6},        {Padding::VALID, 1, 4, 4, 4, 4, Act::NONE},
      {Padding::SAME, 1, 2, 2, 5, 5, Act::NONE},         {Padding::SAME, 2, 4, 4, 1, 1, Act::NONE},
      {Padding::SAME, 4, 8, 8, 2, 2, Act::NONE},         {Padding::SAME, 3, 6, 8, 1, 3, Act::RELU}};
  const Pool table[] = {{AVERAGE_POOL_2D, "f32 s8q u8q s16q"},
                        {MAX_POOL_2D, "f32 s8q u8q s16q"},
                        {L2_POOL_2D, "f32"}};
  Cases cases;
  for (const Pool& pool : table) {
    for (const Row& row : rows) {
      cases.push_back(
          {.code = pool.code,
           .edge = "padding " + std::to_string(static_cast<int>(row.padding)) + " stride " +
                   std::to_string(row.stride) + " window " + std::to_string(row.filter_height),
           .inputs = {given({2, row.height, row.width, 3})},
           .outputs = {result()},
           .options = Pool2DOptions{row.padding, row.stride, row.stride, row.filter_width,
                                    row.filter_height, row.activation},
           .reference =
               [=](const Call& call) {
                 const Line down{row.height, row.filter_height, row.stride, 1, row.padding};
                 const Line across{row.width, row.filter_width, row.stride, 1, row.padding};
                 return std::vector<Real>{
                     generate({2, down.out(), across.out(), 3}, [&](const Index& at) {
                       std::vector<double> members;
                       for (const auto& y : down.taps(at[1])) {
                         for (const auto& x : across.taps(at[2])) {
                           members.push_back(call.in[0].at({at[0], y.at, x.at, at[3]}));
                         }
                       }
                       return fused(row.activation, pooled(pool.code, members));
                     })};
               },
           .types = pool.types});
    }
  }
  return cases;
}

// Where output place i lies in the input.
struct Scale {
  std::int32_t from, to;
  bool aligned, half;
  double operator()(std::int64_t i) const {
    const double step = aligned && to > 1 ? static_cast<double>(from - 1) / (to - 1)
                                          : static_cast<double>(from) / to;
    return half ? (static_cast<double>(i) + 0.5) * step - 0.5 : static_cast<double>(i) * step;
  }
  std::int64_t nearest(std::int64_t i) const {
    const double step = aligned && to > 1 ? static_cast<double>(from - 1) / (to - 1)
                                          : static_cast<double>(from) / to;
    const double place = (static_cast<double>(i) + (half ? 0.5 : 0.0)) * step;
    const double whole = aligned ? std::floor(place + 0.5) : std::floor(place + 1e-6);
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(whole), 0, from - 1);
  }
};

double bilinear(const Real& x, const Index& at, const Scale& down, const Scale& across) {
  const double y = std::max(down(at[1]), 0.0);
  const double z = std::max(across(at[2]), 0.0);
  const auto top = std::min<std::int64_t>(static_cast<std::int64_t>(y), down.from - 1);
  const auto left = std::min<std::int64_t>(static_cast<std::int64_t>(z), across.from - 1);
  const auto bottom = std::min<std::int64_t>(top + 1, down.from - 1);
  const auto right = std::min<std::int64_t>(left + 1, across.from - 1);
  const double v = y - static_cast<double>(top);
  const double h = z - static_cast<double>(left);
  return x.at({at[0], top, left, at[3]}) * (1 - v) * (1 - h) +
         x.at({at[0], bottom, left, at[3]}) * v * (1 - h) +
         x.at({at[0], top, right, at[3]}) * (1 - v) * h +
         x.at({at[0], bottom, right, at[3]}) * v * h;
}

Cases resizes() {
  Cases cases;
  for (const auto& [aligned, half] : {std::pair{false, false}, {true, false}, {false, true}}) {
    for (const std::vector<double>& size :
         {std::vector<double>{7, 9}, {2, 3}, {1, 1}, {4, 5}, {8, 10}}) {
      const Scale down{4, static_cast<std::int32_t>(size[0]), aligned, half};
      const Scale across{5, static_cast<std::int32_t>(size[1]), aligned, half};
      const std::string edge = std::to_string(down.to) + " x " + std::to_string(across.to) +
                               (aligned ? ", corners aligned"
                                : half  ? ", half-pixel centres"
                                        : "");
      const Shape shape = {2, down.to, across.to, 3};
      cases.push_back({.code = RESIZE_BILINEAR,
                       .edge = edge,
                       .inputs = {given({2, 4, 5, 3}), list(size)},
                       .outputs = {result()},
                       .options = ResizeBilinearOptions{aligned, half},
                       .reference =
                           [=](const Call& call) {
                             return std::vector<Real>{generate(shape, [&](const Index& at) {
                               return bilinear(call.in[0], at, down, across);
                             })};
                           },
                       .types = "f32 s8 u8 s16 s8q u8q s16q",
                       .steps_16 = 70.0,
                       .rounding = 0.51});
      cases.push_back(
          {.code = RESIZE_NEAREST_NEIGHBOR,
           .edge = edge,
           .inputs = {given({2, 4, 5, 3}), list(size)},
           .outputs = {result()},
           .options = ResizeNearestNeighborOptions{aligned, half},
           .reference =
               [=](const Call& call) {
                 return std::vector<Real>{generate(shape, [&](const Index& at) {
                   return call.in[0].at({at[0], down.nearest(at[1]), across.nearest(at[2]), at[3]});
                 })};
               },
           .types = "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q u8q s16q s32q"});
    }
  }
  return cases;
}

}  // namespace

Cases pool_cases() {
  Cases cases = pools();
  const Cases more = resizes();
  cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

}  // namespace litezoo::test
