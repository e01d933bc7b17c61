#include <limits>
#include <set>

#include "tests/runtime/operators/loops.h"

// Many elements to one: sums, largest, cumulative sums, windows.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

struct Row {
  BuiltinOperator code;
  const char* types;
  double first;
  Function2 combine;
  double low = 0, high = 0;
  double steps = 1.0;
};

constexpr double kInfinite = std::numeric_limits<double>::infinity();

std::vector<Row> rows() {
  const auto add = [](double a, double b) { return a + b; };
  const auto larger = [](double a, double b) { return std::max(a, b); };
  const auto smaller = [](double a, double b) { return std::min(a, b); };
  const char* const ordered = "f32 s8 u8 s16 s32 s64 s8q u8q s16q s32q";
  return {{SUM, "f32 s32 s64 s8q u8q s16q s32q", 0.0, add},
          {MEAN, "f32 s32 s64 s8q u8q s16q s32q", 0.0, add},
          {REDUCE_PROD, "f32 s8 u8 s16 s32 s64 s8q s16q s32q*", 1.0,
           [](double a, double b) { return a * b; }, 0.6, 1.4, 3.0},
          {REDUCE_MAX, ordered, -kInfinite, larger},
          {REDUCE_MIN, ordered, kInfinite, smaller},
          {REDUCE_ANY, "bool", 0.0, larger},
          {REDUCE_ALL, "bool", 1.0, smaller}};
}

std::set<std::size_t> axes_of(const Real& x, const Real& axes) {
  std::set<std::size_t> result;
  const auto rank = static_cast<std::int32_t>(x.shape.size());
  for (std::size_t i = 0; i < axes.values.size(); ++i) {
    const std::int32_t axis = axes.whole(i);
    result.insert(static_cast<std::size_t>(axis < 0 ? axis + rank : axis));
  }
  return result;
}

// `each` sees all elements that meet in one of the output.
Real reduced(const Real& x, const std::set<std::size_t>& axes, bool keep,
             const std::function<double(const std::vector<double>&)>& each) {
  Shape kept = x.shape;
  for (const std::size_t axis : axes) kept[axis] = 1;
  Shape shape;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (keep || !axes.contains(i)) shape.push_back(kept[i]);
  }
  Real result = generate(kept, [&](const Index& out) {
    std::vector<double> members;
    generate(x.shape, [&](const Index& at) {
      Index meets = at;
      for (const std::size_t axis : axes) meets[axis] = 0;
      if (meets == out) members.push_back(x.at(at));
      return 0.0;
    });
    return each(members);
  });
  result.shape = shape;
  return result;
}

Reference reference_of(const Row& row, bool keep) {
  return [row, keep](const Call& call) {
    const bool mean = row.code == MEAN;
    return std::vector<Real>{
        reduced(call.in[0], axes_of(call.in[0], call.in[1]), keep, [&](const auto& members) {
          double value = row.first;
          for (const double x : members) value = row.combine(value, x);
          if (!mean) return value;
          value /= static_cast<double>(members.size());
          return call.t.whole() ? std::trunc(value) : value;
        })};
  };
}

Cases cumulative() {
  Cases cases;
  for (const double axis : {0.0, 1.0, -1.0}) {
    for (const bool exclusive : {false, true}) {
      for (const bool reverse : {false, true}) {
        cases.push_back({.code = CUMSUM,
                         .edge = "axis " + std::to_string(axis),
                         .inputs = {given({2, 3, 4}), number(axis)},
                         .outputs = {result()},
                         .options = CumsumOptions{exclusive, reverse},
                         .reference =
                             [=](const Call& call) {
                               const Real& x = call.in[0];
                               const std::size_t along = *axes_of(x, call.in[1]).begin();
                               return std::vector<Real>{generate(x.shape, [&](const Index& out) {
                                 double sum = 0.0;
                                 Index at = out;
                                 for (at[along] = 0; at[along] < x.shape[along]; ++at[along]) {
                                   const bool before =
                                       reverse ? at[along] > out[along] : at[along] < out[along];
                                   if (before || (!exclusive && at[along] == out[along]))
                                     sum += x.at(at);
                                 }
                                 return sum;
                               })};
                             },
                         .types = "f32 s32 s64 s32q"});
      }
    }
  }
  return cases;
}

// Windows over a tensor of two axes.
Cases windows() {
  struct Window {
    ReduceWindowFunction function;
    std::string types;
    double first;
    Function2 combine;
  };
  const auto both = [](double a, double b) { return a != 0.0 && b != 0.0 ? 1.0 : 0.0; };
  const auto either = [](double a, double b) { return a != 0.0 || b != 0.0 ? 1.0 : 0.0; };
  const char* const numbers_of = "f32 f64 s8 u8 s16 u16 s32 u32 s64 u64 s8q# u8q# s16q# s32q#";
  const Window table[] = {
      {ReduceWindowFunction::ADD, std::string(numbers_of) + " bool*", 0, std::plus<>()},
      {ReduceWindowFunction::MUL, std::string(numbers_of) + " bool", 1, std::multiplies<>()},
      {ReduceWindowFunction::MINIMUM, std::string(numbers_of) + " bool", 6,
       [](double a, double b) { return std::min(a, b); }},
      {ReduceWindowFunction::MAXIMUM, std::string(numbers_of) + " bool", 0,
       [](double a, double b) { return std::max(a, b); }},
      {ReduceWindowFunction::ALL, std::string(numbers_of) + " bool", 1, both},
      {ReduceWindowFunction::ANY, std::string(numbers_of) + " bool", 0, either}};
  Cases cases;
  for (const Window& window : table) {
    for (const std::int32_t dilation : {1, 2}) {
      Slot first = weights({});
      first.values = {window.first};
      cases.push_back(
          {.code = REDUCE_WINDOW,
           .edge = "dilation " + std::to_string(dilation),
           .inputs = {given({4, 5}).between(-2, 2), first, list({2, 2}).of("s64"),
                      list({1, 2}).of("s64"), list({1.0, static_cast<double>(dilation)}).of("s64")},
           .outputs = {result()},
           .options = ReduceWindowOptions{window.function},
           .reference =
               [=](const Call& call) {
                 const std::int32_t width = (5 - 1 - dilation) / 2 + 1;
                 return std::vector<Real>{generate({3, width}, [&](const Index& out) {
                   double value = window.first;
                   for (std::int64_t i = 0; i < 2; ++i) {
                     for (std::int64_t k = 0; k < 2; ++k) {
                       value = window.combine(
                           value, call.in[0].at({out[0] + i, out[1] * 2 + k * dilation}));
                     }
                   }
                   return value;
                 })};
               },
           .types = window.types});
    }
  }
  return cases;
}

// Rows of equal segment numbers to one row.
Cases segments() {
  struct Segments {
    BuiltinOperator code;
    double first;
    Function2 combine;
  };
  const Segments table[] = {
      {UNSORTED_SEGMENT_SUM, 0, std::plus<>()},
      {UNSORTED_SEGMENT_PROD, 1, std::multiplies<>()},
      {UNSORTED_SEGMENT_MAX, -kInfinite, [](double a, double b) { return std::max(a, b); }},
      {UNSORTED_SEGMENT_MIN, kInfinite, [](double a, double b) { return std::min(a, b); }},
      {SEGMENT_SUM, 0, std::plus<>()}};
  Cases cases;
  for (const Segments& row : table) {
    const bool sorted = row.code == SEGMENT_SUM;
    std::vector<Slot> inputs = {given({4, 3}), list(sorted ? std::vector<double>{0, 0, 1, 2}
                                                           : std::vector<double>{2, 0, -1, 1})};
    if (!sorted) inputs.push_back(number(3));
    cases.push_back({.code = row.code,
                     .edge = "rows",
                     .inputs = inputs,
                     .outputs = {result()},
                     .reference =
                         [row](const Call& call) {
                           return std::vector<Real>{generate({3, 3}, [&](const Index& out) {
                             double value = row.first;
                             for (std::int64_t i = 0; i < 4; ++i) {
                               if (call.in[1].whole(static_cast<std::size_t>(i)) != out[0])
                                 continue;
                               value = row.combine(value, call.in[0].at({i, out[1]}));
                             }
                             return value;
                           })};
                         },
                     .types = "f32 s32 s32q"});
  }
  return cases;
}

}  // namespace

Cases reduction_cases() {
  struct Edge {
    Shape shape;
    std::vector<double> axes;
  };
  const Edge edges[] = {{{2, 3, 4}, {2}},
                        {{2, 3, 4}, {0}},
                        {{2, 3, 4}, {1}},
                        {{2, 3, 4}, {0, 2}},
                        {{2, 3, 4}, {-1}},
                        {{2, 3, 4}, {1, 1}},
                        {{2, 3, 4}, {0, 1, 2}},
                        {{3, 37}, {1}},
                        {{1, 5, 1}, {1}},
                        {{2, 3, 2, 3}, {1, 2}},
                        {{37, 3}, {0}},
                        {{2, 3, 2, 3, 2}, {1, 3}},
                        {{7}, {0}},
                        {{2, 1, 2, 3, 2, 2}, {5, 0, 3}}};
  Cases cases;
  for (const Row& row : rows()) {
    for (const Edge& edge : edges) {
      for (const bool keep : {false, true}) {
        // A mean of one number in steps of another scale, a sum of many that stays in range.
        const std::vector<Step> out =
            row.code == SUM
                ? std::vector<Step>{{INT8, 0.9F, -3}, {UINT8, 0.9F, 120}, {INT16, 0.04F, 0}}
                : std::vector<Step>{};
        const bool same = row.code == REDUCE_MAX || row.code == REDUCE_MIN;
        cases.push_back({.code = row.code,
                         .edge = std::to_string(edge.shape.size()) + " axes, of them " +
                                 std::to_string(edge.axes.size()) + ", the first " +
                                 std::to_string(static_cast<int>(edge.axes.front())),
                         .inputs = {given(edge.shape).between(row.low, row.high), list(edge.axes)},
                         .outputs = {same ? result() : result().scaled(out)},
                         .options = ReducerOptions{keep},
                         .reference = reference_of(row, keep),
                         .types = row.types,
                         .steps = row.steps});
      }
    }
  }
  for (Cases (*more)() : {cumulative, windows, segments}) {
    const Cases some = more();
    cases.insert(cases.end(), some.begin(), some.end());
  }
  return cases;
}

}  // namespace litezoo::test
