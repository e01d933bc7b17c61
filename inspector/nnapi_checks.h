#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "inspector/node_view.h"

// What LiteRT's NNAPI delegate asks of single operators; nnapi_rules.cpp is the table that uses it.

namespace litezoo::inspector::nnapi {

// A set of element types.
using Types = std::uint8_t;
inline constexpr Types kAny = 0;
inline constexpr Types kFloat = 1, kHalf = 2, kInt = 4, kUnsigned = 8, kSigned = 16, kBool = 32;
inline constexpr Types kEight = kUnsigned | kSigned;
inline constexpr Types kFloatOrEight = kFloat | kEight;
inline constexpr Types kNumbers = kFloatOrEight | kInt;

// 0 for types that no rule names.
Types mask_of(TensorType type) noexcept;

// A node, and the NNAPI feature level it is judged at.
struct Node : NodeView {
  int level;

  bool is_of(std::size_t i, Types types) const {
    return input(i) != nullptr && (mask_of(input(i)->type) & types) != 0;
  }
  bool gives(Types types) const {
    return output() != nullptr && (mask_of(output()->type) & types) != 0;
  }
  std::size_t rank(std::size_t i) const { return input(i) == nullptr ? 0 : input(i)->shape.size(); }
  std::size_t given_rank() const { return output() == nullptr ? 0 : output()->shape.size(); }
  // What dynamic-range quantisation makes.
  bool has_float_data_and_eight_bit_weights(std::size_t weights) const {
    return is_of(0, kFloat) && is_of(weights, kEight);
  }
  template <typename Options>
  const Options* options() const {
    return std::get_if<Options>(&op.options);
  }
};

// "its input 0 is INT64", or that there is none.
std::string wrong_type(const Node& n, std::size_t i);

// Each says why the node is not taken at that level; empty = it is. Input 0 must be there.
std::string at_most_four(const Node& n);
std::string add(const Node& n);
std::string multiply(const Node& n);
std::string subtract(const Node& n);
std::string squared_difference(const Node& n);
std::string scalars_are_constant(const Node& n);
std::string batch_matmul(const Node& n);
std::string convolution(const Node& n);
std::string depthwise(const Node& n);
std::string fully_connected(const Node& n);
std::string transpose_convolution(const Node& n);
std::string pool(const Node& n);
std::string l2_pool(const Node& n);
std::string l2_normalization(const Node& n);
std::string softmax(const Node& n);
std::string concatenation(const Node& n);
std::string reshape(const Node& n);
std::string resize_bilinear(const Node& n);
std::string resize_nearest(const Node& n);
std::string pad(const Node& n);
std::string two_inputs(const Node& n);
std::string no_crops(const Node& n);
std::string squeeze(const Node& n);
std::string constant_second(const Node& n);
std::string constant_axis(const Node& n);
std::string split(const Node& n);
std::string split_v(const Node& n);
std::string slice(const Node& n);
std::string gather(const Node& n);
std::string tile(const Node& n);
std::string pack(const Node& n);
std::string unpack(const Node& n);
std::string fill(const Node& n);
std::string no_scalar(const Node& n);
std::string mean(const Node& n);
std::string reduces_something(const Node& n);
std::string arg(const Node& n);
std::string top_k(const Node& n);
std::string select(const Node& n);
std::string cast(const Node& n);
std::string dequantize(const Node& n);
std::string quantize(const Node& n);
std::string densify(const Node& n);
std::string float_weights(const Node& n);
std::string not_hybrid(const Node& n);
std::string lstm(const Node& n);
std::string float_values(const Node& n);
std::string float_output(const Node& n);
std::string lsh_projection(const Node& n);

}  // namespace litezoo::inspector::nnapi
