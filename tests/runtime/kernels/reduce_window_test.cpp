#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/random_values.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;
using Longs = std::vector<std::int64_t>;
using enum ReduceWindowFunction;

struct Window {
  Dims shape;
  Longs sizes, strides, dilations;
};

const Window kWindows[] = {
    {{7}, {3}, {1}, {1}},
    {{9}, {3}, {2}, {3}},
    {{3, 5, 4}, {1, 2, 4}, {1, 3, 1}, {1, 2, 1}},
    {{4, 6}, {2, 2}, {2, 2}, {1, 1}},
    {{1, 8, 8, 3}, {1, 3, 2, 1}, {1, 2, 1, 1}, {1, 1, 3, 1}},
    {{3}, {4}, {1}, {1}},  // it does not fit anywhere
    {{0, 3}, {1, 2}, {1, 1}, {1, 1}},
    {{}, {}, {}, {}},
};

Dims shape_after(const Window& w) {
  Dims shape;
  for (std::size_t i = 0; i < w.shape.size(); ++i) {
    const std::int64_t reach = (w.sizes[i] - 1) * w.dilations[i] + 1;
    shape.push_back(static_cast<std::int32_t>(
        w.shape[i] < reach ? 0 : (w.shape[i] - reach) / w.strides[i] + 1));
  }
  return shape;
}

template <typename T, typename Combine>
std::vector<T> reference(const Window& w, const std::vector<T>& x, T first, Combine combine) {
  Dims sizes(w.sizes.begin(), w.sizes.end());
  return filled<T>(shape_after(w), [&](const Index& out) {
    T sum = first;
    filled<char>(sizes, [&](const Index& at) {
      Index from;
      for (std::size_t i = 0; i < out.size(); ++i) {
        from.push_back(out[i] * w.strides[i] + at[i] * w.dilations[i]);
      }
      sum = combine(sum, x[offset_of(w.shape, from)]);
      return '\0';
    });
    return sum;
  });
}

template <typename T>
RunResult reduce(const Window& w, const std::vector<T>& x, T first, ReduceWindowFunction function) {
  GraphBuilder b;
  const auto list = [&b](const Longs& values) {
    return b.constant<std::int64_t>({static_cast<std::int32_t>(values.size())}, values);
  };
  const int in = b.input(tensor_type_of<T>(), w.shape);
  const int begin = b.input(tensor_type_of<T>(), {});
  const int sizes = list(w.sizes), strides = list(w.strides), dilations = list(w.dilations);
  b.op(BuiltinOperator::REDUCE_WINDOW, {in, begin, sizes, strides, dilations},
       {b.output(tensor_type_of<T>())}, ReduceWindowOptions{function});
  return run_graph(b.graph(), {x, std::vector<T>{first}});
}

template <typename T>
void check_numbers() {
  for (const Window& w : kWindows) {
    const auto x = random_values<T>(count_of(w.shape), 0, 9, 3);
    const struct {
      ReduceWindowFunction function;
      T first;
      T (*combine)(T, T);
    } cases[] = {{ADD, T{2}, [](T a, T b) { return static_cast<T>(a + b); }},
                 {MUL, T{1}, [](T a, T b) { return static_cast<T>(a * b); }},
                 {MINIMUM, T{5}, [](T a, T b) { return std::min(a, b); }},
                 {MAXIMUM, T{4}, [](T a, T b) { return std::max(a, b); }}};
    for (const auto& c : cases) {
      CAPTURE(static_cast<int>(c.function));
      CAPTURE(w.shape.size());
      const RunResult result = reduce(w, x, c.first, c.function);
      CHECK(result.shape() == shape_after(w));
      CHECK(result.values<T>() == reference<T>(w, x, c.first, c.combine));
    }
  }
}

}  // namespace

TEST_CASE("REDUCE_WINDOW folds each window as a plain loop does") {
  check_numbers<float>();
  check_numbers<double>();
  check_numbers<std::int8_t>();
  check_numbers<std::uint8_t>();
  check_numbers<std::int16_t>();
  check_numbers<std::int32_t>();
  check_numbers<std::int64_t>();
  check_numbers<std::uint32_t>();
}

TEST_CASE("REDUCE_WINDOW tells whether all or any flags are set") {
  const Window w{{2, 3}, {1, 2}, {1, 1}, {1, 1}};
  const std::vector<bool> x{true, true, false, false, false, true};
  CHECK(reduce<bool>(w, x, true, ALL).values<bool>() ==
        std::vector<bool>{true, false, false, false});
  CHECK(reduce<bool>(w, x, false, ANY).values<bool>() ==
        std::vector<bool>{true, true, false, true});
}

TEST_CASE("REDUCE_WINDOW refuses windows and functions that make no sense") {
  const std::vector<float> x(12, 1.0F);
  const struct {
    const char* name;
    Window window;
    ReduceWindowFunction function;
  } cases[] = {
      {"no size", {{3, 4}, {0, 1}, {1, 1}, {1, 1}}, ADD},
      {"a negative stride", {{3, 4}, {1, 1}, {1, -1}, {1, 1}}, ADD},
      {"a dilation of 2^40", {{3, 4}, {2, 1}, {1, 1}, {std::int64_t{1} << 40, 1}}, ADD},
      {"a list too short", {{3, 4}, {1}, {1, 1}, {1, 1}}, ADD},
      {"no function", {{3, 4}, {1, 1}, {1, 1}, {1, 1}}, UNSUPPORTED},
      {"an unknown function", {{3, 4}, {1, 1}, {1, 1}, {1, 1}}, ReduceWindowFunction{99}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK_THROWS_WITH_AS(reduce<float>(c.window, x, 0.0F, c.function),
                         doctest::Contains("REDUCE_WINDOW"), Error);
  }
}

}  // namespace litezoo::test
