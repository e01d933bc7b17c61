#include "inspector/quantization.h"

#include "inspector/copy.h"
#include "inspector/schema_generated.h"

namespace litezoo::inspector {
namespace {

std::vector<std::int32_t> read_index_vector(const void* table, schema::SparseIndexVector member,
                                            Source& source) {
  if (table == nullptr) return {};
  switch (member) {
    case schema::SparseIndexVector::Int32Vector:
      return copy_vector<std::int32_t>(static_cast<const schema::Int32Vector*>(table)->values(),
                                       source);
    case schema::SparseIndexVector::Uint16Vector:
      return copy_vector<std::int32_t>(static_cast<const schema::Uint16Vector*>(table)->values(),
                                       source);
    case schema::SparseIndexVector::Uint8Vector:
      return copy_vector<std::int32_t>(static_cast<const schema::Uint8Vector*>(table)->values(),
                                       source);
    default:
      return {};
  }
}

}  // namespace

Quantization read_quantization(const schema::QuantizationParameters* table, Source& source) {
  if (table == nullptr) return {};
  Quantization result;
  result.scale = copy_vector<float>(table->scale(), source);
  result.zero_point = copy_vector<std::int64_t>(table->zero_point(), source);
  result.min = copy_vector<float>(table->min(), source);
  result.max = copy_vector<float>(table->max(), source);
  result.quantized_dimension = table->quantized_dimension();
  if (result.zero_point.empty()) result.zero_point.resize(result.scale.size());
  if (const auto* blockwise = table->details_as_BlockwiseQuantization(); blockwise != nullptr) {
    result.blockwise = BlockwiseQuantization{.scales = blockwise->scales(),
                                             .zero_points = blockwise->zero_points(),
                                             .block_size = blockwise->block_size()};
  } else if (table->details_type() != schema::QuantizationDetails::NONE) {
    result.has_unknown_details = true;
  }
  return result;
}

std::optional<Sparsity> read_sparsity(const schema::SparsityParameters* table, Source& source) {
  if (table == nullptr) return std::nullopt;
  Sparsity result;
  result.traversal_order = copy_vector<std::int32_t>(table->traversal_order(), source);
  result.block_map = copy_vector<std::int32_t>(table->block_map(), source);
  if (table->dim_metadata() == nullptr) return result;
  for (const auto* dimension : *table->dim_metadata()) {
    source.charge(sizeof(SparseDimension));
    result.dimensions.push_back(
        {.compressed = dimension->format() == 1,
         .dense_size = dimension->dense_size(),
         .segments = read_index_vector(dimension->array_segments(),
                                       dimension->array_segments_type(), source),
         .indices = read_index_vector(dimension->array_indices(), dimension->array_indices_type(),
                                      source)});
  }
  return result;
}

}  // namespace litezoo::inspector
