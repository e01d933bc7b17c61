#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "tests/runtime/operators/case.h"

// Loops that several families share.

namespace litezoo::test {

using Function = std::function<double(double)>;
using Function2 = std::function<double(double, double)>;

inline Reference each(const Function& f) {
  return [f](const Call& call) {
    Real y = call.in[0];
    for (double& value : y.values) value = f(value);
    return std::vector<Real>{y};
  };
}

// numpy's rule.
inline Shape broadcast_shape(const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int32_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int32_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    shape[shape.size() - 1 - i] = x == 1 ? y : x;
  }
  return shape;
}

// The element of x that meets `index` of a shape that x was broadcast to.
inline double met_by(const Real& x, const Index& index) {
  Index own(x.shape.size());
  for (std::size_t i = 0; i < own.size(); ++i) {
    own[i] = x.shape[i] == 1 ? 0 : index[index.size() - own.size() + i];
  }
  return x.at(own);
}

inline Real broadcast(const Real& a, const Real& b, const Function2& f) {
  return generate(broadcast_shape(a.shape, b.shape),
                  [&](const Index& index) { return f(met_by(a, index), met_by(b, index)); });
}

inline Reference each_pair(const Function2& f) {
  return [f](const Call& call) { return std::vector<Real>{broadcast(call.in[0], call.in[1], f)}; };
}

inline double fused(ActivationFunction activation, double x) {
  switch (activation) {
    case ActivationFunction::RELU:
      return std::max(x, 0.0);
    case ActivationFunction::RELU6:
      return std::clamp(x, 0.0, 6.0);
    case ActivationFunction::RELU_N1_TO_1:
      return std::clamp(x, -1.0, 1.0);
    default:
      return x;
  }
}

// Pairs of shapes that broadcast in every way there is.
struct ShapePair {
  const char* edge;
  Shape a, b;
};
inline std::vector<ShapePair> broadcasts() {
  return {{"equal shapes", {2, 3, 4}, {2, 3, 4}},
          {"a number", {2, 3, 4}, {}},
          {"a number first", {}, {2, 3}},
          {"an inner axis", {4}, {2, 3, 4}},
          {"an outer axis", {2, 3, 4}, {2, 1, 1}},
          {"both", {2, 1, 4}, {1, 3, 1}},
          {"rank 5", {2, 3, 1, 4, 1}, {3, 2, 1, 5}},
          {"rank 6", {1, 2, 1, 2, 1, 2}, {2, 1, 2, 1, 2, 1}},
          {"nothing", {0, 3}, {1, 3}},
          {"a vector's length and a rest", {1, 67}, {1, 67}}};
}

}  // namespace litezoo::test
