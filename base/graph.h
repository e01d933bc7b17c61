#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/builtin_operator.h"
#include "base/operator_options.h"
#include "base/tensor_type.h"

namespace litezoo {

// What a .tflite file says, as plain values: the inspector makes it, the runtime runs it.
//
// A Graph made by inspector::read_graph is valid: every index is in range, dimensions are -1 (not
// known) or more, their products do not overflow, dense constants hold the bytes that shape and
// type ask for (sparse ones fewer), and subgraphs do not call each other in a circle. Spans are
// views into the bytes the graph was read from, which must outlive it.

struct BlockwiseQuantization {
  std::int32_t scales = -1;       // tensor index
  std::int32_t zero_points = -1;  // tensor index, -1 when absent
  std::int32_t block_size = 0;
};

struct Quantization {
  std::vector<float> scale;              // one, or one per slice along quantized_dimension
  std::vector<std::int64_t> zero_point;  // as many as scale (filled up with 0)
  std::int32_t quantized_dimension = 0;
  std::vector<float> min, max;  // calibration ranges; not used to run
  std::optional<BlockwiseQuantization> blockwise;
  bool has_unknown_details = false;  // a custom or multi-axis scheme this build cannot use
  bool empty() const noexcept { return scale.empty() && !blockwise; }
};

struct SparseDimension {
  bool compressed = false;             // SPARSE_CSR when true, DENSE otherwise
  std::int32_t dense_size = 0;         // DENSE only
  std::vector<std::int32_t> segments;  // SPARSE_CSR only
  std::vector<std::int32_t> indices;   // SPARSE_CSR only
};

// SparsityParameters of the schema: how the data of a sparse constant unfolds.
struct Sparsity {
  std::vector<std::int32_t> traversal_order;
  std::vector<std::int32_t> block_map;
  std::vector<SparseDimension> dimensions;  // one per traversal_order entry
};

struct Tensor {
  std::string name;
  TensorType type = TensorType::FLOAT32;
  std::vector<std::int32_t> shape;            // row-major; a dynamic dimension is stored as written
  std::vector<std::int32_t> shape_signature;  // -1 = dynamic; empty when the shape is fixed
  bool has_rank = false;
  bool is_variable = false;
  std::uint32_t buffer = 0;  // index in the file; equal index = shared data
  Quantization quantization;
  std::optional<Sparsity> sparsity;
  std::span<const std::byte> data;    // constant data; empty when the tensor is computed
  std::uint32_t external_buffer = 0;  // 0 = none; else the weights lie in another file
  bool is_constant() const noexcept { return !data.empty(); }
};

struct Operator {
  BuiltinOperator code = BuiltinOperator::CUSTOM;
  std::string custom_code;  // the name of a CUSTOM operator
  std::int32_t version = 1;
  std::vector<std::int32_t> inputs;  // tensor indices; -1 = an optional input that is absent
  std::vector<std::int32_t> outputs;
  std::vector<std::int32_t> intermediates;
  OperatorOptions options;  // the struct that belongs to `code`; monostate when the file has none
  std::span<const std::byte> custom_options;  // a CUSTOM operator's own bytes, often a FlexBuffer
  // The options of another union member than `code` asks for, or no options where they are needed.
  bool options_mismatch = false;
};

struct Subgraph {
  std::string name;
  std::vector<Tensor> tensors;
  std::vector<std::int32_t> inputs, outputs;  // tensor indices
  std::vector<Operator> operators;            // in the order of execution
};

struct SignatureTensor {
  std::string name;
  std::int32_t tensor = 0;
};

struct Signature {
  std::string key;
  std::int32_t subgraph = 0;
  std::vector<SignatureTensor> inputs, outputs;
};

// One entry of Model.metadata.
struct MetadataEntry {
  std::string name;
  std::span<const std::byte> data;
};

// Weights that lie in another file beside the model.
struct ExternalBuffer {
  std::uint32_t id = 0;  // Tensor::external_buffer
  std::string file;      // name of its group; empty when the file names none
  std::uint64_t offset = 0, length = 0;
  std::string packing;
};

struct Graph {
  std::uint32_t schema_version = 3;
  std::string description;
  std::vector<Subgraph> subgraphs;  // [0] is the main one
  std::vector<Signature> signatures;
  std::vector<MetadataEntry> metadata;
  std::vector<ExternalBuffer> external_buffers;
  std::size_t buffer_count = 0;
  std::size_t buffers_inside = 0;    // that hold bytes inside the FlatBuffer
  std::size_t buffers_outside = 0;   // whose bytes lie elsewhere in the file
  std::uint64_t buffer_bytes = 0;    // of both
  std::size_t flatbuffer_bytes = 0;  // where an appended archive may begin
};

// "CONV_2D", or for a custom operator its own name.
std::string operator_name(const Operator& op);

// Number of elements; a dynamic (-1) dimension counts as 1. Requires a shape that read_graph
// accepted.
std::size_t element_count(std::span<const std::int32_t> shape) noexcept;

}  // namespace litezoo
