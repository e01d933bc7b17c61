#include "inspector/stamps.h"

#include <flatbuffers/flatbuffers.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file.h"
#include "inspector/conversion_schema_generated.h"
#include "inspector/copy.h"

namespace litezoo::inspector {
namespace {

namespace format = schema::conversion;

// LiteRT's compiler writes maker and model into two fields of this size, filled up with zeros.
constexpr std::size_t kStampField = 125;

std::string until_zero(std::string_view text) {
  return std::string(text.substr(0, text.find('\0')));
}

constexpr auto kSources = std::to_array<std::string_view>(
    {"", "saved-model", "keras", "concrete-functions", "graph-def", "session", "jax", "pytorch"});

struct Mode {
  std::int32_t number;
  std::string_view name;
};

constexpr auto kModes = std::to_array<Mode>({{1001, "float16"},
                                             {1002, "dynamic-range"},
                                             {1003, "full-integer"},
                                             {1004, "int16"},
                                             {2000, "quantization-aware-training"},
                                             {3001, "random-sparsity"},
                                             {3002, "block-sparsity"},
                                             {3003, "structured-sparsity"}});

void read_options(const format::ConversionOptions* options, Conversion& result, Source& source) {
  if (options == nullptr) return;
  result.optimization_modes =
      copy_vector<std::int32_t>(options->model_optimization_modes(), source);
  result.allow_custom_ops = options->allow_custom_ops();
  result.enable_select_tf_ops = options->enable_select_tf_ops();
  result.force_select_tf_ops = options->force_select_tf_ops();
  if (options->sparsity_block_sizes() == nullptr) return;
  for (const auto* size : *options->sparsity_block_sizes()) {
    source.charge(sizeof(std::vector<std::uint32_t>));
    result.sparsity_block_sizes.push_back(copy_vector<std::uint32_t>(size->values(), source));
  }
}

Conversion read_tables(const format::ConversionMetadata& table, Source& source) {
  Conversion result;
  if (const auto* environment = table.environment()) {
    result.tensorflow_version = copy_string(environment->tensorflow_version(), source);
    result.api_version = environment->api_version();
    result.model_hash = environment->model_hash();
    const auto type = static_cast<std::size_t>(environment->model_type());
    if (type < kSources.size()) result.source = kSources[type];
  }
  read_options(table.options(), result, source);
  return result;
}

}  // namespace

std::span<const std::byte> metadata_entry(const Graph& graph, std::string_view name) {
  std::span<const std::byte> last;
  for (const MetadataEntry& entry : graph.metadata) {
    if (entry.name == name) last = entry.data;
  }
  return last;
}

std::string min_runtime_version(const Graph& graph) {
  return until_zero(as_text(metadata_entry(graph, "min_runtime_version")));
}

std::string reduced_precision_support(const Graph& graph) {
  return until_zero(as_text(metadata_entry(graph, "reduced_precision_support")));
}

std::optional<Conversion> read_conversion(const Graph& graph) {
  const auto bytes = metadata_entry(graph, "CONVERSION_METADATA");
  if (bytes.empty()) return std::nullopt;
  const std::vector<std::byte> aligned(bytes.begin(), bytes.end());
  const auto* data = reinterpret_cast<const std::uint8_t*>(aligned.data());
  flatbuffers::Verifier verifier(data, aligned.size());
  if (!verifier.VerifyBuffer<format::ConversionMetadata>(nullptr)) return std::nullopt;
  try {
    Source source(aligned, "CONVERSION_METADATA");
    return read_tables(*format::GetConversionMetadata(data), source);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string optimization_mode_name(std::int32_t mode) {
  const auto* const row = std::ranges::find(kModes, mode, &Mode::number);
  return row == kModes.end() ? fmt::format("mode {}", mode) : std::string(row->name);
}

std::optional<ChipStamp> read_chip_stamp(const Graph& graph) {
  const std::string_view stamp = as_text(metadata_entry(graph, "LiteRtStamp"));
  if (stamp.size() < 2 * kStampField) return std::nullopt;
  return ChipStamp{.maker = until_zero(stamp.substr(0, kStampField)),
                   .model = until_zero(stamp.substr(kStampField, kStampField))};
}

}  // namespace litezoo::inspector
