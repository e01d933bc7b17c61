#include "tests/runtime/operators/loops.h"

// Parts of a tensor, and what is put around or between.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

constexpr const char* kStored =
    "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q u8q s16q s32q";
// Zero is the number that is stored.
constexpr const char* kScaleless =
    "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s8q# u8q# s16q# s32q#";
constexpr const char* kPacked =
    "f32 f16 bf16 f64 c64 bool s8 u8 s16 u16 s32 u32 s64 u64 s4 u4 s2 s8q u8q s16q s32q s4q s2q";

// Zero of a tensor with a scale is its zero point, and so it is of one without.
Reference padded(std::vector<double> amounts, double with = 0.0) {
  return [=](const Call& call) {
    const Real& x = call.in[0];
    const double value = call.in.size() > 2 ? call.in[2].values[0] : with;
    Shape shape = x.shape;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      shape[i] += static_cast<std::int32_t>(amounts[2 * i] + amounts[2 * i + 1]);
    }
    return std::vector<Real>{generate(shape, [&](Index at) {
      for (std::size_t i = 0; i < at.size(); ++i) {
        at[i] -= static_cast<std::int64_t>(amounts[2 * i]);
        if (at[i] < 0 || at[i] >= x.shape[i]) return value;
      }
      return x.at(at);
    })};
  };
}

Cases pads() {
  struct Row {
    Shape shape;
    std::vector<double> amounts;
  };
  Cases cases;
  for (const Row& row : {Row{{3}, {2, 1}},
                         {{2, 3}, {0, 1, 2, 0}},
                         {{1, 2, 3, 2}, {0, 0, 1, 2, 3, 1, 0, 1}},
                         {{2, 3, 4, 5}, {0, 0, 1, 1, 1, 1, 0, 0}},
                         {{0, 3}, {1, 1, 0, 2}},
                         {{1, 2, 1, 2, 2}, {0, 0, 1, 0, 0, 1, 0, 0, 2, 2}}}) {
    const auto rank = static_cast<std::int32_t>(row.shape.size());
    for (const char* index : {"s32", "s64"}) {
      const std::string edge = "rank " + std::to_string(rank) + " by " + index;
      const Slot amounts = numbers({rank, 2}, row.amounts).of(index);
      // The ranges hold zero, so that padding with it is exact.
      cases.push_back({.code = PAD,
                       .edge = edge,
                       .inputs = {given(row.shape).between(-1, 2), amounts},
                       .outputs = {result()},
                       .reference = padded(row.amounts),
                       .types = kPacked});
      cases.push_back({.code = PADV2,
                       .edge = edge,
                       .inputs = {given(row.shape), amounts, weights({}).between(1, 2)},
                       .outputs = {result()},
                       .reference = padded(row.amounts),
                       .types = kPacked});
    }
  }
  for (const auto mode : {MirrorPadMode::REFLECT, MirrorPadMode::SYMMETRIC}) {
    const std::vector<double> amounts = {1, 1, 0, 2, 2, 1};
    const std::int64_t edge = mode == MirrorPadMode::REFLECT ? 0 : 1;
    cases.push_back({.code = MIRROR_PAD,
                     .edge = edge == 0 ? "reflected" : "symmetric",
                     .inputs = {given({2, 3, 4}), numbers({3, 2}, amounts)},
                     .outputs = {result()},
                     .options = MirrorPadOptions{mode},
                     .reference =
                         [=](const Call& call) {
                           const Shape& from = call.in[0].shape;
                           return std::vector<Real>{generate({4, 5, 7}, [&](Index at) {
                             for (std::size_t i = 0; i < at.size(); ++i) {
                               at[i] -= static_cast<std::int64_t>(amounts[2 * i]);
                               if (at[i] < 0) at[i] = -at[i] - edge;
                               if (at[i] >= from[i]) at[i] = 2 * from[i] - 2 - at[i] + edge;
                             }
                             return call.in[0].at(at);
                           })};
                         },
                     .types = kStored});
  }
  return cases;
}

Cases cuts() {
  Cases cases;
  struct Row {
    Shape shape;
    std::vector<double> begin, size;
    Shape out;
  };
  for (const Row& row : {Row{{3, 4, 2}, {1, 0, 1}, {2, -1, 1}, {2, 4, 1}},
                         {{5}, {2}, {3}, {3}},
                         {{3, 4}, {0, 0}, {-1, -1}, {3, 4}},
                         {{3, 4}, {1, 2}, {0, 2}, {0, 2}},
                         {{2, 2, 3, 1, 2}, {1, 0, 1, 0, 0}, {1, 2, 2, 1, -1}, {1, 2, 2, 1, 2}}}) {
    for (const char* index : {"s32", "s64"}) {
      cases.push_back(
          {.code = SLICE,
           .edge = "rank " + std::to_string(row.shape.size()) + " by " + index,
           .inputs = {given(row.shape), list(row.begin).of(index), list(row.size).of(index)},
           .outputs = {result()},
           .reference =
               [row](const Call& call) {
                 return std::vector<Real>{generate(row.out, [&](Index at) {
                   for (std::size_t i = 0; i < at.size(); ++i) {
                     at[i] += static_cast<std::int64_t>(row.begin[i]);
                   }
                   return call.in[0].at(at);
                 })};
               },
           .types = std::string(kPacked) + " str"});
    }
  }
  return cases;
}

// Of a {3, 4, 5}: which element the first of the output is, and by how much each axis steps.
Cases strided_cuts() {
  struct Row {
    const char* edge;
    std::vector<double> begin, end, stride;
    StridedSliceOptions options;
    Shape out;
    Index first, step;         // of the input's axes
    std::vector<int> axis_of;  // the input's axis of each of the output's, -1 for a new one
  };
  const Row rows[] = {
      {"backwards",
       {0, 1, 4},
       {3, 4, 0},
       {2, 1, -2},
       {},
       {2, 3, 2},
       {0, 1, 4},
       {2, 1, -2},
       {0, 1, 2}},
      {"masks",
       {1, 1, 1},
       {2, 2, 4},
       {1, 1, 1},
       {.begin_mask = 1, .end_mask = 2},
       {2, 3, 3},
       {0, 1, 1},
       {1, 1, 1},
       {0, 1, 2}},
      {"an axis less",
       {0, 2, 1},
       {3, 3, 4},
       {1, 1, 2},
       {.shrink_axis_mask = 2},
       {3, 2},
       {0, 2, 1},
       {1, 0, 2},
       {0, 2}},
      {"an axis more",
       {0, 1, 1},
       {9, 3, 3},
       {1, 1, 1},
       {.new_axis_mask = 1},
       {1, 2, 2, 5},
       {1, 1, 0},
       {1, 1, 1},
       {-1, 0, 1, 2}},
      {"an ellipsis",
       {1, 0, -2},
       {3, 0, 5},
       {1, 1, 1},
       {.ellipsis_mask = 2},
       {2, 4, 2},
       {1, 0, 3},
       {1, 1, 1},
       {0, 1, 2}},
      {"lengths",
       {1, 1, 0},
       {2, 2, 5},
       {1, 1, 1},
       {.offset = true},
       {2, 2, 5},
       {1, 1, 0},
       {1, 1, 1},
       {0, 1, 2}},
      {"a stride beyond the end",
       {0, 0, 0},
       {3, 4, 5},
       {7, 3, 2},
       {},
       {1, 2, 3},
       {0, 0, 0},
       {7, 3, 2},
       {0, 1, 2}},
      {"nothing", {1, 2, 0}, {1, 4, 5}, {1, 1, 1}, {}, {0, 2, 5}, {1, 2, 0}, {1, 1, 1}, {0, 1, 2}}};
  Cases cases;
  for (const Row& row : rows) {
    cases.push_back({.code = STRIDED_SLICE,
                     .edge = row.edge,
                     .inputs = {given({3, 4, 5}), list(row.begin), list(row.end), list(row.stride)},
                     .outputs = {result()},
                     .options = row.options,
                     .reference =
                         [row](const Call& call) {
                           return std::vector<Real>{generate(row.out, [&](const Index& out) {
                             Index at = row.first;
                             for (std::size_t i = 0; i < out.size(); ++i) {
                               if (row.axis_of[i] < 0) continue;
                               const auto axis = static_cast<std::size_t>(row.axis_of[i]);
                               at[axis] += out[i] * row.step[axis];
                             }
                             return call.in[0].at(at);
                           })};
                         },
                     .types = std::string(kPacked) + " str"});
  }
  return cases;
}

Cases reversals() {
  Cases cases;
  for (const std::vector<double>& axes : {std::vector<double>{0}, {1}, {-1}, {1, 2}, {}}) {
    cases.push_back({.code = REVERSE_V2,
                     .edge = std::to_string(axes.size()) + " axes",
                     .inputs = {given({2, 3, 4}), list(axes)},
                     .outputs = {result()},
                     .reference =
                         [axes](const Call& call) {
                           return std::vector<Real>{generate({2, 3, 4}, [&](Index at) {
                             for (const double axis : axes) {
                               const auto i = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
                               at[i] = call.in[0].shape[i] - 1 - at[i];
                             }
                             return call.in[0].at(at);
                           })};
                         },
                     .types = kStored});
  }
  for (const char* lengths : {"s32", "s64"}) {
    for (const bool swapped : {false, true}) {
      cases.push_back({.code = REVERSE_SEQUENCE,
                       .edge = std::string(lengths) + (swapped ? " along the first axis" : ""),
                       .inputs = {given({2, 2, 3}), list({2, 1}).of(lengths)},
                       .outputs = {result()},
                       .options = ReverseSequenceOptions{swapped ? 0 : 1, swapped ? 1 : 0},
                       .reference =
                           [swapped](const Call& call) {
                             const std::size_t along = swapped ? 0 : 1;
                             return std::vector<Real>{generate({2, 2, 3}, [&](Index at) {
                               const auto batch = static_cast<std::size_t>(at[1 - along]);
                               const std::int32_t length = call.in[1].whole(batch);
                               if (at[along] < length) at[along] = length - 1 - at[along];
                               return call.in[0].at(at);
                             })};
                           },
                       .types = kStored});
    }
  }
  return cases;
}

Cases insertions() {
  Cases cases;
  for (const char* index : {"s32", "s64"}) {
    for (const double row : {0.0, 1.0, 9.0, -4.0}) {
      cases.push_back(
          {.code = DYNAMIC_UPDATE_SLICE,
           .edge = std::string(index) + " from row " + std::to_string(row),
           .inputs = {given({4, 5}), given({2, 3}), list({row, 2}).of(index)},
           .outputs = {result()},
           .reference =
               [row](const Call& call) {
                 const auto top = static_cast<std::int64_t>(std::clamp(row, 0.0, 2.0));
                 return std::vector<Real>{generate({4, 5}, [&](const Index& at) {
                   const bool inside = at[0] >= top && at[0] < top + 2 && at[1] >= 2;
                   return inside ? call.in[1].at({at[0] - top, at[1] - 2}) : call.in[0].at(at);
                 })};
               },
           .types = kPacked});
    }
  }
  cases.push_back(
      {.code = DILATE,
       .inputs = {given({2, 3}), list({2, 3}), weights({}).between(1, 2)},
       .outputs = {result()},
       .reference =
           [](const Call& call) {
             return std::vector<Real>{generate({3, 7}, [&](const Index& at) {
               const bool own = at[0] % 2 == 0 && at[1] % 3 == 0;
               return own ? call.in[0].at({at[0] / 2, at[1] / 3}) : call.in[2].values[0];
             })};
           },
       .types = kStored});
  cases.push_back({.code = STABLEHLO_PAD,
                   .inputs = {given({3, 4}), weights({}).between(1, 2)},
                   .outputs = {result()},
                   .options = StablehloPadOptions{{1, -1}, {0, 2}, {1, 0}},
                   .reference =
                       [](const Call& call) {
                         return std::vector<Real>{generate({6, 5}, [&](const Index& at) {
                           const std::int64_t row = at[0] - 1;
                           const std::int64_t column = at[1] + 1;
                           const bool own = row >= 0 && row % 2 == 0 && column < 4;
                           return own ? call.in[0].at({row / 2, column}) : call.in[1].values[0];
                         })};
                       },
                   .types = kStored});
  cases.push_back({.code = MATRIX_DIAG,
                   .inputs = {given({2, 3}).between(-1, 2)},
                   .outputs = {result()},
                   .reference =
                       [](const Call& call) {
                         return std::vector<Real>{generate({2, 3, 3}, [&](const Index& at) {
                           return at[1] == at[2] ? call.in[0].at({at[0], at[1]}) : 0.0;
                         })};
                       },
                   .types = kScaleless});
  cases.push_back(
      {.code = MATRIX_SET_DIAG,
       .inputs = {given({2, 3, 4}), given({2, 3})},
       .outputs = {result()},
       .reference =
           [](const Call& call) {
             return std::vector<Real>{generate({2, 3, 4}, [&](const Index& at) {
               return at[1] == at[2] ? call.in[1].at({at[0], at[1]}) : call.in[0].at(at);
             })};
           },
       .types = kStored});
  return cases;
}

Cases fills() {
  Cases cases;
  for (const Shape& shape : {Shape{2, 3}, Shape{}, Shape{0, 2}}) {
    const std::vector<double> extents(shape.begin(), shape.end());
    if (extents.empty()) continue;
    for (const char* index : {"s32", "s64"}) {
      cases.push_back({.code = FILL,
                       .edge = index,
                       .inputs = {list(extents).of(index), given({})},
                       .outputs = {result()},
                       .reference =
                           [shape](const Call& call) {
                             return std::vector<Real>{generate(
                                 shape, [&](const Index&) { return call.in[1].values[0]; })};
                           },
                       .types = std::string(kStored) + " str"});
    }
  }
  struct Row {
    double start, limit, step;
  };
  for (const Row& row : {Row{1, 7, 2}, {6, 1, -2}, {3, 3, 1}}) {
    const auto one = [](double value) { return number(value).of("T"); };
    cases.push_back({.code = RANGE,
                     .edge = "from " + std::to_string(row.start),
                     .inputs = {one(row.start), one(row.limit), one(row.step)},
                     .outputs = {result()},
                     .reference =
                         [row](const Call&) {
                           Real range;
                           for (double x = row.start; row.step > 0 ? x < row.limit : x > row.limit;
                                x += row.step) {
                             range.values.push_back(x);
                           }
                           range.shape = {static_cast<std::int32_t>(range.values.size())};
                           return std::vector<Real>{range};
                         },
                     .types = "f32 s32 s64 s32q#"});
  }
  return cases;
}

}  // namespace

Cases slice_cases() {
  Cases cases;
  for (Cases (*some)() : {pads, cuts, strided_cuts, reversals, insertions, fills}) {
    const Cases more = some();
    cases.insert(cases.end(), more.begin(), more.end());
  }
  return cases;
}

}  // namespace litezoo::test
