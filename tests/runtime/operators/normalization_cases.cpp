#include "tests/runtime/operators/loops.h"

// Rows brought to a common size.

namespace litezoo::test {
namespace {

using enum BuiltinOperator;
using enum TensorType;

const std::vector<Step> kUnit = {
    {INT8, 1.0F / 256, -128}, {UINT8, 1.0F / 256, 0}, {INT16, 1.0F / 32768, 0}};
const std::vector<Step> kSigned = {{INT8, 1.0F / 128, 0}, {UINT8, 1.0F / 128, 128}};
const std::vector<Step> kLog = {{INT8, 16.0F / 256, 127}, {UINT8, 16.0F / 256, 255}};

// f(row, place in the row) along the last axis.
Reference by_rows(const std::function<double(std::span<const double>, std::size_t)>& f) {
  return [f](const Call& call) {
    Real y = call.in[0];
    const std::size_t length =
        y.shape.empty() ? 1 : static_cast<std::size_t>(std::max(y.shape.back(), 1));
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      y.values[i] = f({&call.in[0].values[i / length * length], length}, i % length);
    }
    return std::vector<Real>{y};
  };
}

double exponentials(std::span<const double> row, double beta) {
  double sum = 0.0;
  for (const double x : row) sum += std::exp(beta * x);
  return sum;
}

}  // namespace

Cases normalization_cases() {
  Cases cases;
  for (const Shape& shape :
       {Shape{5}, Shape{2, 5}, Shape{3, 2, 5}, Shape{2, 1, 3, 37}, Shape{2, 1}, Shape{0, 4}}) {
    const std::string edge = "rank " + std::to_string(shape.size());
    for (const float beta : {1.0F, 0.7F}) {
      cases.push_back({.code = SOFTMAX,
                       .edge = edge,
                       .inputs = {given(shape).between(-5, 5)},
                       .outputs = {result().scaled(kUnit)},
                       .options = SoftmaxOptions{beta},
                       .reference = by_rows([beta](std::span<const double> row, std::size_t i) {
                         const auto b = static_cast<double>(beta);
                         return std::exp(b * row[i]) / exponentials(row, b);
                       }),
                       .types = "f32 s8q u8q s16q",
                       .steps = 4.0});
    }
    cases.push_back({.code = LOG_SOFTMAX,
                     .edge = edge,
                     .inputs = {given(shape).between(-5, 5)},
                     .outputs = {result().scaled(kLog)},
                     .reference = by_rows([](std::span<const double> row, std::size_t i) {
                       return row[i] - std::log(exponentials(row, 1.0));
                     }),
                     .types = "f32 s8q u8q"});
    cases.push_back({.code = L2_NORMALIZATION,
                     .edge = edge,
                     .inputs = {given(shape)},
                     .outputs = {result().scaled(kSigned)},
                     .options = ActivationOptions{},
                     .reference = by_rows([](std::span<const double> row, std::size_t i) {
                       double squares = 0.0;
                       for (const double x : row) squares += x * x;
                       return row[i] / std::sqrt(std::max(squares, 1e-6));
                     }),
                     .types = "f32 s8q u8q"});
  }
  for (const std::int32_t radius : {0, 2, 20}) {
    cases.push_back({.code = LOCAL_RESPONSE_NORMALIZATION,
                     .edge = "radius " + std::to_string(radius),
                     .inputs = {given({1, 2, 3, 7})},
                     .outputs = {result()},
                     .options = LocalResponseNormalizationOptions{radius, 1.0F, 0.5F, 0.75F},
                     .reference = by_rows([radius](std::span<const double> row, std::size_t i) {
                       double squares = 0.0;
                       for (std::size_t k = 0; k < row.size(); ++k) {
                         const auto away =
                             static_cast<std::int32_t>(k) - static_cast<std::int32_t>(i);
                         if (std::abs(away) <= radius) squares += row[k] * row[k];
                       }
                       return row[i] * std::pow(1.0 + 0.5 * squares, -0.75);
                     }),
                     .types = "f32"});
  }
  return cases;
}

}  // namespace litezoo::test
