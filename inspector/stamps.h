#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

// The smaller entries of Model.metadata, which tools leave in a file.

// The bytes of the last entry of that name (LiteRT lets later ones replace earlier ones); empty
// when there is none.
std::span<const std::byte> metadata_entry(const Graph& graph, std::string_view name);

// min_runtime_version, in TensorFlow's numbering: "1.14.0"; empty when the file does not say.
std::string min_runtime_version(const Graph& graph);

// reduced_precision_support, "fp16bf16accfp32"; empty when the file does not say.
std::string reduced_precision_support(const Graph& graph);

// CONVERSION_METADATA: what the converter says it did.
struct Conversion {
  std::string tensorflow_version;
  std::uint32_t api_version = 0;
  std::string source;  // "saved-model", "keras", "jax", "pytorch", ...; empty = not said
  std::uint64_t model_hash = 0;
  std::vector<std::int32_t> optimization_modes;  // as stored: 1001 ... 3003
  bool allow_custom_ops = false, enable_select_tf_ops = false, force_select_tf_ops = false;
  std::vector<std::vector<std::uint32_t>> sparsity_block_sizes;
};

// nullopt when the file has none or it is damaged.
std::optional<Conversion> read_conversion(const Graph& graph);

// "float16", "dynamic-range", "full-integer", "int16", "quantization-aware-training",
// "random-sparsity", "block-sparsity", "structured-sparsity"; "mode 4711" for others.
std::string optimization_mode_name(std::int32_t mode);

// LiteRtStamp: the file was compiled for one chip.
struct ChipStamp {
  std::string maker, model;  // "Qualcomm", "SM8650"
};
std::optional<ChipStamp> read_chip_stamp(const Graph& graph);

}  // namespace litezoo::inspector
