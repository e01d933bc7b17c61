#pragma once

#include <cstddef>
#include <cstring>
#include <deque>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/graph.h"

namespace litezoo::test {

// The schema's type of a C++ element type; chars count as INT8/UINT8.
template <typename T>
constexpr TensorType tensor_type_of() {
  if constexpr (std::is_same_v<T, float>) return TensorType::FLOAT32;
  if constexpr (std::is_same_v<T, double>) return TensorType::FLOAT64;
  if constexpr (std::is_same_v<T, bool>) return TensorType::BOOL;
  if constexpr (std::is_same_v<T, std::int8_t>) return TensorType::INT8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return TensorType::UINT8;
  if constexpr (std::is_same_v<T, std::int16_t>) return TensorType::INT16;
  if constexpr (std::is_same_v<T, std::uint16_t>) return TensorType::UINT16;
  if constexpr (std::is_same_v<T, std::int32_t>) return TensorType::INT32;
  if constexpr (std::is_same_v<T, std::uint32_t>) return TensorType::UINT32;
  if constexpr (std::is_same_v<T, std::int64_t>) return TensorType::INT64;
  if constexpr (std::is_same_v<T, std::uint64_t>) return TensorType::UINT64;
}

// Per-tensor quantisation.
inline Quantization quantized(float scale, std::int64_t zero_point) {
  Quantization quantization;
  quantization.scale = {scale};
  quantization.zero_point = {zero_point};
  return quantization;
}

// Per-channel, all zero points 0.
inline Quantization quantized_by(std::int32_t dimension, std::vector<float> scales) {
  Quantization quantization;
  quantization.zero_point.assign(scales.size(), 0);
  quantization.scale = std::move(scales);
  quantization.quantized_dimension = dimension;
  return quantization;
}

// Builds a Graph in memory. Tensors are named t0, t1, ... and known by their index.
//
//   GraphBuilder b;
//   const int x = b.input(TensorType::FLOAT32, {1, 4});
//   const int w = b.constant<float>({2}, {1, 2});
//   const int y = b.output(TensorType::FLOAT32, {1, 4});
//   b.op(BuiltinOperator::ADD, {x, w}, {y}, AddOptions{});
//   run_graph(b.graph(), ...);
//
// Keeps the constants' bytes: must outlive what runs the graph.
class GraphBuilder {
 public:
  GraphBuilder() { graph_.subgraphs.emplace_back(); }
  GraphBuilder(const GraphBuilder&) = delete;
  GraphBuilder& operator=(const GraphBuilder&) = delete;

  // A computed tensor. Kernels decide its shape; the one here is what the file would claim.
  int tensor(TensorType type, std::vector<std::int32_t> shape = {}, Quantization quantization = {});
  // A tensor that is an input or an output of the subgraph.
  int input(TensorType type, std::vector<std::int32_t> shape, Quantization quantization = {});
  int output(TensorType type, std::vector<std::int32_t> shape = {}, Quantization quantization = {});
  // State that outlives a run.
  int variable(TensorType type, std::vector<std::int32_t> shape, Quantization quantization = {});
  int constant_bytes(TensorType type, std::vector<std::int32_t> shape,
                     std::span<const std::byte> bytes, Quantization quantization = {});
  template <typename T>
  int constant(std::vector<std::int32_t> shape, const std::vector<T>& values,
               Quantization quantization = {}) {
    return constant_bytes(tensor_type_of<T>(), std::move(shape), std::as_bytes(std::span(values)),
                          std::move(quantization));
  }
  template <typename T>
  int constant(std::vector<std::int32_t> shape, std::initializer_list<T> values,
               Quantization quantization = {}) {
    return constant_bytes(tensor_type_of<T>(), std::move(shape),
                          std::as_bytes(std::span(values.begin(), values.size())),
                          std::move(quantization));
  }

  // -1 stands for an optional input that is absent.
  GraphBuilder& op(BuiltinOperator code, std::vector<std::int32_t> inputs,
                   std::vector<std::int32_t> outputs, OperatorOptions options = {});
  GraphBuilder& custom(std::string name, std::vector<std::int32_t> inputs,
                       std::vector<std::int32_t> outputs,
                       std::vector<std::uint8_t> custom_options = {});
  // Marks existing tensors as outputs (inputs) of the subgraph.
  GraphBuilder& outputs(std::vector<std::int32_t> tensors);
  GraphBuilder& inputs(std::vector<std::int32_t> tensors);

  // All later calls belong to a new subgraph; returns its index.
  int subgraph();
  Tensor& tensor_at(int index) { return current().tensors.at(static_cast<std::size_t>(index)); }
  Operator& last_op() { return current().operators.back(); }
  Graph& graph() noexcept { return graph_; }

 private:
  Subgraph& current() { return graph_.subgraphs.back(); }
  std::span<const std::byte> keep(std::span<const std::byte> bytes);
  Graph graph_;
  std::deque<std::vector<std::byte>> data_;
};

}  // namespace litezoo::test
