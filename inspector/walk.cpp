#include "inspector/walk.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/checked.h"
#include "inspector/copy.h"
#include "inspector/operator_options.h"
#include "inspector/quantization.h"
#include "inspector/schema_generated.h"

namespace litezoo::inspector {
namespace {

using ByteSpans = std::vector<std::span<const std::byte>>;

// Bytes that lie in the file, outside the FlatBuffer. An offset of 0 or 1 means that there are
// none; converters write 1 as a place holder.
std::span<const std::byte> outside_bytes(std::uint64_t offset, std::uint64_t size,
                                         const std::string& whose, const Source& source) {
  if (offset <= 1 || size == 0) return {};
  const auto end = checked_add(offset, size);
  if (!end || *end > source.bytes().size()) {
    source.fail(fmt::format("{} lies at {} with {} bytes, beyond the file's {}: it is truncated",
                            whose, offset, size, source.bytes().size()));
  }
  return source.bytes().subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
}

ByteSpans read_buffers(const schema::Model& model, Graph& graph, Source& source) {
  ByteSpans result;
  if (model.buffers() == nullptr) return result;
  source.charge(model.buffers()->size() * sizeof(ByteSpans::value_type) / 4);
  result.reserve(model.buffers()->size());
  for (const auto* buffer : *model.buffers()) {
    auto bytes = view_bytes(buffer->data());
    if (!bytes.empty()) {
      ++graph.buffers_inside;
    } else {
      bytes = outside_bytes(buffer->offset(), buffer->size(),
                            fmt::format("buffer {}", result.size()), source);
      if (!bytes.empty()) ++graph.buffers_outside;
    }
    graph.buffer_bytes += bytes.size();
    result.push_back(bytes);
  }
  return result;
}

Tensor read_tensor(const schema::Tensor& table, const ByteSpans& buffers, std::size_t subgraph,
                   std::size_t index, Source& source) {
  source.charge(sizeof(Tensor) / 4);
  Tensor tensor;
  tensor.name = copy_string(table.name(), source);
  tensor.type = static_cast<TensorType>(table.type());
  tensor.shape = copy_vector<std::int32_t>(table.shape(), source);
  tensor.shape_signature = copy_vector<std::int32_t>(table.shape_signature(), source);
  tensor.has_rank = table.has_rank();
  tensor.is_variable = table.is_variable();
  tensor.buffer = table.buffer();
  tensor.quantization = read_quantization(table.quantization(), source);
  tensor.sparsity = read_sparsity(table.sparsity(), source);
  tensor.external_buffer = table.external_buffer();
  if (tensor.buffer < buffers.size()) {
    tensor.data = buffers[tensor.buffer];
  } else if (tensor.buffer != 0) {
    source.fail(fmt::format("{} uses buffer {}, but the file has {}",
                            tensor_label(subgraph, index, tensor.name), tensor.buffer,
                            buffers.size()));
  }
  return tensor;
}

Operator read_operator(const schema::Model& model, const schema::Operator& table,
                       const std::string& label, Source& source) {
  const auto* codes = model.operator_codes();
  if (codes == nullptr || table.opcode_index() >= codes->size()) {
    source.fail(fmt::format("{} has operator code {}, but the file lists {}", label,
                            table.opcode_index(), codes == nullptr ? 0 : codes->size()));
  }
  source.charge(sizeof(Operator) / 4);
  const schema::OperatorCode& code = *codes->Get(table.opcode_index());
  Operator op;
  op.code = static_cast<BuiltinOperator>(
      std::max<std::int32_t>(code.builtin_code(), code.deprecated_builtin_code()));
  op.version = code.version();
  if (op.code == BuiltinOperator::CUSTOM) op.custom_code = copy_string(code.custom_code(), source);
  op.inputs = copy_vector<std::int32_t>(table.inputs(), source);
  op.outputs = copy_vector<std::int32_t>(table.outputs(), source);
  op.intermediates = copy_vector<std::int32_t>(table.intermediates(), source);
  ReadOptions options = read_operator_options(table, op.code, source);
  op.options = std::move(options.options);
  op.options_mismatch = options.mismatch;
  op.custom_options = view_bytes(table.custom_options());
  if (op.custom_options.empty()) {
    op.custom_options =
        outside_bytes(table.large_custom_options_offset(), table.large_custom_options_size(),
                      label + "'s options", source);
  }
  return op;
}

Subgraph read_subgraph(const schema::Model& model, const schema::SubGraph& table,
                       const ByteSpans& buffers, std::size_t index, Source& source) {
  source.charge(sizeof(Subgraph) / 4);
  Subgraph subgraph;
  subgraph.name = copy_string(table.name(), source);
  subgraph.inputs = copy_vector<std::int32_t>(table.inputs(), source);
  subgraph.outputs = copy_vector<std::int32_t>(table.outputs(), source);
  if (table.tensors() != nullptr) {
    subgraph.tensors.reserve(table.tensors()->size());
    for (const auto* tensor : *table.tensors()) {
      subgraph.tensors.push_back(
          read_tensor(*tensor, buffers, index, subgraph.tensors.size(), source));
    }
  }
  if (table.operators() != nullptr) {
    subgraph.operators.reserve(table.operators()->size());
    for (const auto* op : *table.operators()) {
      const std::string label =
          fmt::format("subgraph {}, node {}", index, subgraph.operators.size());
      subgraph.operators.push_back(read_operator(model, *op, label, source));
    }
  }
  return subgraph;
}

std::vector<SignatureTensor> read_signature_tensors(
    const flatbuffers::Vector<flatbuffers::Offset<schema::TensorMap>>* maps, Source& source) {
  std::vector<SignatureTensor> result;
  if (maps == nullptr) return result;
  for (const auto* map : *maps) {
    source.charge(sizeof(SignatureTensor));
    result.push_back(
        {copy_string(map->name(), source), static_cast<std::int32_t>(map->tensor_index())});
  }
  return result;
}

std::vector<Signature> read_signatures(const schema::Model& model, Source& source) {
  std::vector<Signature> result;
  if (model.signature_defs() == nullptr) return result;
  for (const auto* table : *model.signature_defs()) {
    source.charge(sizeof(Signature));
    result.push_back({.key = copy_string(table->signature_key(), source),
                      .subgraph = static_cast<std::int32_t>(table->subgraph_index()),
                      .inputs = read_signature_tensors(table->inputs(), source),
                      .outputs = read_signature_tensors(table->outputs(), source)});
  }
  return result;
}

std::vector<MetadataEntry> read_metadata(const schema::Model& model, const ByteSpans& buffers,
                                         Source& source) {
  std::vector<MetadataEntry> result;
  if (model.metadata() == nullptr) return result;
  for (const auto* table : *model.metadata()) {
    source.charge(sizeof(MetadataEntry));
    std::string name = copy_string(table->name(), source);
    if (table->buffer() >= buffers.size()) {
      source.findings.add("metadata-buffer",
                          fmt::format("metadata entry {} has no buffer", result.size()));
      continue;
    }
    result.push_back({std::move(name), buffers[table->buffer()]});
  }
  return result;
}

std::vector<ExternalBuffer> read_external_buffers(const schema::Model& model, Source& source) {
  std::vector<ExternalBuffer> result;
  if (model.external_buffers() == nullptr) return result;
  const auto* groups = model.external_buffer_groups();
  for (const auto* table : *model.external_buffers()) {
    source.charge(sizeof(ExternalBuffer));
    ExternalBuffer buffer{.id = table->id(),
                          .file = {},
                          .offset = table->offset(),
                          .length = table->length(),
                          .packing = copy_string(table->packing(), source)};
    if (groups != nullptr && table->group() < groups->size()) {
      buffer.file = copy_string(groups->Get(table->group())->name(), source);
    }
    result.push_back(std::move(buffer));
  }
  return result;
}

}  // namespace

Graph walk(const schema::Model& model, Source& source) {
  Graph graph;
  const ByteSpans buffers = read_buffers(model, graph, source);
  graph.schema_version = model.version();
  graph.description = copy_string(model.description(), source);
  graph.buffer_count = buffers.size();
  graph.flatbuffer_bytes = source.bytes().size();
  if (model.subgraphs() != nullptr) {
    graph.subgraphs.reserve(model.subgraphs()->size());
    for (const auto* subgraph : *model.subgraphs()) {
      graph.subgraphs.push_back(
          read_subgraph(model, *subgraph, buffers, graph.subgraphs.size(), source));
    }
  }
  graph.signatures = read_signatures(model, source);
  graph.metadata = read_metadata(model, buffers, source);
  graph.external_buffers = read_external_buffers(model, source);
  return graph;
}

}  // namespace litezoo::inspector
