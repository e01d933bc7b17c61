#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/runtime/kernels/indices.h"
#include "tests/runtime/operators/kind.h"

// A row of the operator tests: a graph of one operator at one edge, the kinds of elements it takes,
// and what it computes, written as a plain loop over real numbers.

namespace litezoo::test {

using Shape = std::vector<std::int32_t>;

// A tensor as its numbers are meant.
struct Real {
  Shape shape;
  std::vector<double> values;  // row-major
  double at(const Index& index) const { return values[offset_of(shape, index)]; }
  std::int32_t whole(std::size_t i) const { return static_cast<std::int32_t>(values[i]); }
};

// The tensor whose element at each index is value(index).
inline Real generate(Shape shape, const std::function<double(const Index&)>& value) {
  auto values = filled<double>(shape, value);
  return {std::move(shape), std::move(values)};
}

// What a reference is given: the inputs as the kernel sees them (absent ones are empty), and what T
// and U stand for.
struct Call {
  std::vector<Real> in;
  Kind t, u;
};
using Reference = std::function<std::vector<Real>(const Call&)>;

// A scale of a tensor of `type`, in place of the kind's own.
struct Step {
  TensorType type;
  float scale;
  std::int64_t zero_point;
};

struct Slot {
  enum class Role : std::uint8_t { given, constant, parameter, absent, result };
  Role role = Role::given;
  // A kind's name, or "T" or "U", which are varied, or "B": a bias, added to the product of T
  // and U (FLOAT32 to FLOAT32, INT64 to INT16, INT32 to the rest).
  std::string_view kind = "T";
  Shape shape = {};
  std::vector<double> values = {};  // empty: random ones
  double low = 0, high = 0;         // of random ones; equal: the kind's own
  std::vector<Step> steps = {};
  std::int32_t channels = -1;  // the axis with a scale a slice

  Slot of(std::string_view other) const;
  Slot between(double least, double most) const;
  Slot scaled(std::vector<Step> own) const;
  Slot by_channel(std::int32_t axis) const;
};

Slot given(Shape shape);                                // computed before
Slot weights(Shape shape);                              // constant
Slot numbers(Shape shape, std::vector<double> values);  // INT32 that say what is to be done:
                                                        // constant, and once more as an input
Slot list(std::vector<double> values);                  // -"- of one dimension
Slot number(double value);                              // -"- of none
Slot absent();
Slot result();

struct OperatorCase {
  BuiltinOperator code;
  std::string edge;  // what is particular to this row
  std::vector<Slot> inputs, outputs;
  OperatorOptions options;
  Reference reference;
  // The kinds that T may be, "f32 s8q"; with a U "f32/s32 f32/s64". A # behind one says that the
  // scale plays no part, a star that the operator takes it and another row or test has the loop.
  std::string types;
  double steps = 1.0;         // how far a result with a scale may be off
  double steps_16 = 0.0;      // the same for INT16 where it differs (0: not)
  double tolerance = 1e-5;    // the same for floats, of the largest
  double least_range = 1e-3;  // that counts as the largest
  double rounding = 0.0;      // the same for integers without a scale
};

enum class Way : std::uint8_t {
  kernels,     // with our own kernels only
  delegate,    // with XNNPACK where it takes the node
  parameters,  // our own kernels, parameters are known in the run only
};

// Runs the case with T and U and compares with its reference; says what is wrong, or nothing.
// Throws what the session throws.
std::string complaint(const OperatorCase& row, const Kind& t, const Kind& u, Way way);

// "f32 s8q#": the words of a list of kinds.
struct Pair {
  std::string_view t, u;  // u is "f32" where there is none
  bool stored, elsewhere;
};
std::vector<Pair> pairs_of(std::string_view types);

// True when a slot takes U.
bool has_second_kind(const OperatorCase& row);
bool has_parameters(const OperatorCase& row);

// The rows, a family a file.
using Cases = std::vector<OperatorCase>;
Cases unary_cases();
Cases binary_cases();
Cases comparison_cases();
Cases reduction_cases();
Cases filter_cases();
Cases product_cases();
Cases pool_cases();
Cases shape_cases();
Cases slice_cases();
Cases join_cases();
Cases gather_cases();
Cases search_cases();
Cases normalization_cases();
Cases conversion_cases();

}  // namespace litezoo::test
