#include <numeric>

#include "tests/runtime/operators/loops.h"

// What is largest, where something is, and how often.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

Cases extremes() {
  Cases cases;
  for (const auto code : {ARG_MAX, ARG_MIN}) {
    for (const double axis : {0.0, 1.0, -1.0}) {
      for (const char* out : {"s32", "s64"}) {
        cases.push_back({.code = code,
                         .edge = std::string(out) + " along " + std::to_string(axis),
                         .inputs = {given({4, 5, 19}), number(axis)},
                         .outputs = {result().of(out)},
                         .options = OutputTypeOptions{kind(out).type},
                         .reference =
                             [=](const Call& call) {
                               const Real& x = call.in[0];
                               const auto along = static_cast<std::size_t>(axis < 0 ? 2 : axis);
                               Shape shape = x.shape;
                               shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(along));
                               return std::vector<Real>{generate(shape, [&](Index at) {
                                 at.insert(at.begin() + static_cast<std::ptrdiff_t>(along), 0);
                                 Index best = at;
                                 for (; at[along] < x.shape[along]; ++at[along]) {
                                   const double a = x.at(at);
                                   const double b = x.at(best);
                                   if (code == ARG_MAX ? a > b : a < b) best = at;
                                 }
                                 return static_cast<double>(best[along]);
                               })};
                             },
                         .types = "f32 bool s8 u8 s16 s32 s64 s8q u8q s16q s32q"});
      }
    }
  }
  return cases;
}

Cases tops() {
  Cases cases;
  for (const double k : {1.0, 3.0, 7.0, 0.0}) {
    for (const char* index : {"s32", "s16"}) {
      cases.push_back({.code = TOPK_V2,
                       .edge = std::to_string(k) + " by " + index,
                       .inputs = {given({2, 7}), number(k)},
                       .outputs = {result(), result().of(index)},
                       .reference =
                           [k](const Call& call) {
                             const auto count = static_cast<std::int32_t>(k);
                             Real values{{2, count}, {}};
                             Real places{{2, count}, {}};
                             for (std::int64_t row = 0; row < 2; ++row) {
                               std::vector<std::int64_t> order(7);
                               std::iota(order.begin(), order.end(), 0);
                               std::ranges::stable_sort(order, std::greater<>(),
                                                        [&](std::int64_t i) {
                                                          return call.in[0].at({row, i});
                                                        });
                               for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
                                 values.values.push_back(call.in[0].at({row, order[i]}));
                                 places.values.push_back(static_cast<double>(order[i]));
                               }
                             }
                             return std::vector<Real>{values, places};
                           },
                       .types = "f32 f64 bool s8 u8 s16 s32 u32 s64 s8q u8q s16q s32q"});
    }
  }
  return cases;
}

std::vector<Real> places_of(const Call& call) {
  const Real& x = call.in[0];
  Real places{{0, static_cast<std::int32_t>(x.shape.size())}, {}};
  generate(x.shape, [&](const Index& at) {
    if (x.at(at) != 0.0) {
      ++places.shape[0];
      places.values.insert(places.values.end(), at.begin(), at.end());
    }
    return 0.0;
  });
  return {places};
}

std::vector<Real> distinct(const Call& call) {
  Real values{{0}, {}};
  Real places{call.in[0].shape, {}};
  for (const double value : call.in[0].values) {
    const auto found = std::ranges::find(values.values, value);
    places.values.push_back(static_cast<double>(found - values.values.begin()));
    if (found == values.values.end()) values.values.push_back(value);
  }
  values.shape[0] = static_cast<std::int32_t>(values.values.size());
  return {values, places};
}

}  // namespace

Cases search_cases() {
  Cases cases = extremes();
  const Cases more = tops();
  cases.insert(cases.end(), more.begin(), more.end());
  for (const Shape& shape : {Shape{3, 4}, Shape{7}, Shape{2, 1, 3}, Shape{0, 3}}) {
    cases.push_back({.code = WHERE,
                     .edge = "rank " + std::to_string(shape.size()),
                     .inputs = {given(shape).between(-1, 1)},
                     .outputs = {result().of("s64")},
                     .reference = places_of,
                     .types = "f32 f64 bool s8 u8 s16 s32 u32 s64 s8q# u8q# s16q# s32q#"});
  }
  for (const char* index : {"s32", "s64"}) {
    cases.push_back({.code = UNIQUE,
                     .edge = index,
                     .inputs = {given({23}).between(-2, 2)},
                     .outputs = {result(), result().of(index)},
                     .options = OutputTypeOptions{kind(index).type},
                     .reference = distinct,
                     .types = "f32 f64 bool s8 u8 s16 s32 u32 s64 s8q u8q s16q s32q"});
  }
  cases.push_back({.code = BUCKETIZE,
                   .inputs = {given({3, 5})},
                   .outputs = {result().of("s32")},
                   .options = BucketizeOptions{{-0.5F, 0.0F, 0.5F, 2.0F}},
                   .reference = each([](double x) {
                     const double bounds[] = {-0.5, 0.0, 0.5, 2.0};
                     return static_cast<double>(
                         std::ranges::count_if(bounds, [x](double bound) { return x >= bound; }));
                   }),
                   .types = "f32 f64 s32 s64 s32q#"});
  return cases;
}

}  // namespace litezoo::test
