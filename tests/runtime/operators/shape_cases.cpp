#include "tests/runtime/operators/loops.h"

// The same elements in another shape or order.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

// All but what has no size, what has half a byte; and strings.
constexpr const char* kStored =
    "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q u8q s16q s32q";
constexpr const char* kViewed =
    "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 str s4 u4 s2 s8q u8q s16q s32q s4q "
    "s2q";
constexpr const char* kPacked =
    "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s4 u4 s2 s8q u8q s16q s32q s4q s2q";

Reference reshaped(Shape shape) {
  return [shape](const Call& call) { return std::vector<Real>{{shape, call.in[0].values}}; };
}

Cases views() {
  Cases cases;
  struct Row {
    std::vector<double> asked;
    Shape shape;
  };
  for (const Row& row :
       {Row{{6, 4}, {6, 4}}, {{-1}, {24}}, {{2, 3, 4, 1}, {2, 3, 4, 1}}, {{4, -1}, {4, 6}}}) {
    cases.push_back({.code = RESHAPE,
                     .edge = "to rank " + std::to_string(row.asked.size()),
                     .inputs = {given({2, 3, 4}), list(row.asked)},
                     .outputs = {result()},
                     .reference = reshaped(row.shape),
                     .types = kViewed});
  }
  cases.push_back({.code = RESHAPE,
                   .edge = "nothing",
                   .inputs = {given({0, 3}), list({3, -1})},
                   .outputs = {result()},
                   .reference = reshaped({3, 0}),
                   .types = kViewed});
  for (const double axis : {0.0, 1.0, 2.0, -1.0}) {
    Shape shape = {2, 3};
    shape.insert(axis < 0 ? shape.end() : shape.begin() + static_cast<std::ptrdiff_t>(axis), 1);
    cases.push_back({.code = EXPAND_DIMS,
                     .edge = "axis " + std::to_string(axis),
                     .inputs = {given({2, 3}), number(axis)},
                     .outputs = {result()},
                     .reference = reshaped(shape),
                     .types = kViewed});
  }
  struct Squeeze {
    std::vector<std::int32_t> axes;
    Shape shape;
  };
  for (const Squeeze& row : {Squeeze{{}, {3, 2}}, {{0}, {3, 1, 2}}, {{0, -2}, {3, 2}}}) {
    cases.push_back({.code = SQUEEZE,
                     .edge = std::to_string(row.axes.size()) + " axes",
                     .inputs = {given({1, 3, 1, 2})},
                     .outputs = {result()},
                     .options = SqueezeOptions{row.axes},
                     .reference = reshaped(row.shape),
                     .types = kViewed});
  }
  return cases;
}

Cases transpositions() {
  Cases cases;
  const std::vector<std::vector<double>> orders = {
      {0},          {1, 0},       {2, 0, 1},       {0, 2, 1},
      {0, 3, 1, 2}, {3, 2, 1, 0}, {4, 1, 3, 0, 2}, {5, 3, 1, 0, 2, 4}};
  for (const auto& order : orders) {
    for (const bool empty : {false, true}) {
      Shape shape = {2, 3, 4, 2, 3, 2};
      shape.resize(order.size());
      if (empty) shape.back() = 0;
      cases.push_back({.code = TRANSPOSE,
                       .edge = "rank " + std::to_string(order.size()),
                       .inputs = {given(shape), list(order)},
                       .outputs = {result()},
                       .reference =
                           [order](const Call& call) {
                             const Real& x = call.in[0];
                             Shape turned;
                             for (const double axis : order) {
                               turned.push_back(x.shape[static_cast<std::size_t>(axis)]);
                             }
                             return std::vector<Real>{generate(turned, [&](const Index& out) {
                               Index at(order.size());
                               for (std::size_t i = 0; i < order.size(); ++i) {
                                 at[static_cast<std::size_t>(order[i])] = out[i];
                               }
                               return x.at(at);
                             })};
                           },
                       .types = kPacked});
    }
  }
  return cases;
}

// Blocks of `height` x `width` pixels between space and depth or batches.
Cases spaces() {
  Cases cases;
  for (const std::int32_t block : {1, 2, 3}) {
    cases.push_back({.code = SPACE_TO_DEPTH,
                     .edge = "block " + std::to_string(block),
                     .inputs = {given({2, 2 * block, 3 * block, 3})},
                     .outputs = {result()},
                     .options = BlockSizeOptions{block},
                     .reference =
                         [block](const Call& call) {
                           return std::vector<Real>{
                               generate({2, 2, 3, 3 * block * block}, [&](const Index& at) {
                                 const std::int64_t place = at[3] / 3;
                                 return call.in[0].at({at[0], at[1] * block + place / block,
                                                       at[2] * block + place % block, at[3] % 3});
                               })};
                         },
                     .types = kStored});
    cases.push_back(
        {.code = DEPTH_TO_SPACE,
         .edge = "block " + std::to_string(block),
         .inputs = {given({2, 2, 3, 3 * block * block})},
         .outputs = {result()},
         .options = BlockSizeOptions{block},
         .reference =
             [block](const Call& call) {
               return std::vector<Real>{
                   generate({2, 2 * block, 3 * block, 3}, [&](const Index& at) {
                     const std::int64_t place = at[1] % block * block + at[2] % block;
                     return call.in[0].at({at[0], at[1] / block, at[2] / block, place * 3 + at[3]});
                   })};
             },
         .types = kStored});
  }
  // Padded by `low` and `high` rows and one column.
  for (const auto& [low, high] : {std::pair{0, 0}, {1, 1}, {2, 0}}) {
    const double first = low;
    const double last = high;
    const std::int32_t height = 4 + low + high;
    cases.push_back(
        {.code = SPACE_TO_BATCH_ND,
         .edge = "padded by " + std::to_string(low),
         .inputs = {given({2, 4, 2, 3}).between(1, 3), list({2, 1}),
                    numbers({2, 2}, {first, last, 0, 1})},
         .outputs = {result()},
         .reference =
             [low = low, height](const Call& call) {
               return std::vector<Real>{generate({4, height / 2, 3, 3}, [&](const Index& at) {
                 const std::int64_t row = at[1] * 2 + at[0] / 2 - low;
                 const bool inside = row >= 0 && row < 4 && at[2] < 2;
                 return inside ? call.in[0].at({at[0] % 2, row, at[2], at[3]}) : 0.0;
               })};
             },
         .types = kStored});
    cases.push_back(
        {.code = BATCH_TO_SPACE_ND,
         .edge = "cropped by " + std::to_string(low),
         .inputs = {given({4, 4, 2, 3}), list({2, 1}), numbers({2, 2}, {first, last, 0, 1})},
         .outputs = {result()},
         .reference =
             [low = low, high = high](const Call& call) {
               return std::vector<Real>{generate({2, 8 - low - high, 1, 3}, [&](const Index& at) {
                 const std::int64_t row = at[1] + low;
                 return call.in[0].at({at[0] + 2 * (row % 2), row / 2, at[2], at[3]});
               })};
             },
         .types = kStored});
  }
  return cases;
}

Cases repetitions() {
  Cases cases;
  struct Row {
    Shape shape;
    std::vector<double> times;
  };
  for (const Row& row : {Row{{2, 1, 3}, {2, 3, 1}},
                         {{3}, {4}},
                         {{2, 2}, {1, 1}},
                         {{2, 2}, {0, 3}},
                         {{2, 1, 3, 2, 2}, {1, 2, 1, 3, 2}}}) {
    cases.push_back({.code = TILE,
                     .edge = "rank " + std::to_string(row.shape.size()),
                     .inputs = {given(row.shape), list(row.times)},
                     .outputs = {result()},
                     .reference =
                         [](const Call& call) {
                           const Real& x = call.in[0];
                           Shape shape = x.shape;
                           for (std::size_t i = 0; i < shape.size(); ++i) {
                             shape[i] *= call.in[1].whole(i);
                           }
                           return std::vector<Real>{generate(shape, [&](Index at) {
                             for (std::size_t i = 0; i < at.size(); ++i) at[i] %= x.shape[i];
                             return x.at(at);
                           })};
                         },
                     .types = std::string(kStored) + " str"});
  }
  for (const auto& [from, to] : {std::pair{Shape{1, 3, 1}, std::vector<double>{2, 4, 3, 2}},
                                 {Shape{}, {3, 2}},
                                 {Shape{2, 3}, {2, 3}},
                                 {Shape{1, 3}, {0, 3}},
                                 {Shape{1, 2, 1, 2}, {2, 1, 2, 1, 2, 2, 2, 2}}}) {
    cases.push_back({.code = BROADCAST_TO,
                     .edge = "to rank " + std::to_string(to.size()),
                     .inputs = {given(from), list(to)},
                     .outputs = {result()},
                     .reference =
                         [](const Call& call) {
                           Shape shape;
                           for (std::size_t i = 0; i < call.in[1].values.size(); ++i) {
                             shape.push_back(call.in[1].whole(i));
                           }
                           return std::vector<Real>{generate(
                               shape, [&](const Index& at) { return met_by(call.in[0], at); })};
                         },
                     .types = kPacked});
  }
  return cases;
}

Cases sizes() {
  Cases cases;
  for (const Shape& shape : {Shape{2, 3, 4}, Shape{}, Shape{0, 7}}) {
    std::vector<double> extents(shape.begin(), shape.end());
    const auto rank = static_cast<std::int32_t>(shape.size());
    for (const char* out : {"s32", "s64"}) {
      cases.push_back({.code = SHAPE,
                       .edge = out,
                       .inputs = {given(shape)},
                       .outputs = {result().of(out)},
                       .options = OutputTypeOptions{kind(out).type},
                       .reference =
                           [=](const Call&) {
                             return std::vector<Real>{{{rank}, extents}};
                           },
                       .types = kViewed});
    }
    cases.push_back({.code = RANK,
                     .inputs = {given(shape)},
                     .outputs = {result().of("s32")},
                     .reference =
                         [=](const Call&) {
                           return std::vector<Real>{{{}, {static_cast<double>(rank)}}};
                         },
                     .types = kViewed});
  }
  cases.push_back({.code = BROADCAST_ARGS,
                   .inputs = {numbers({3}, {1, 4, 1}).of("T"), numbers({2}, {1, 5}).of("T")},
                   .outputs = {result()},
                   .reference =
                       [](const Call&) {
                         return std::vector<Real>{{{3}, {1, 4, 5}}};
                       },
                   .types = "s32 s64 s32q#"});
  return cases;
}

}  // namespace

Cases shape_cases() {
  Cases cases;
  for (Cases (*some)() : {views, transpositions, spaces, repetitions, sizes}) {
    const Cases more = some();
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace litezoo::test
