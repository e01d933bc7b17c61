#include "inspector/walk.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "inspector/buffers.h"
#include "inspector/copy.h"
#include "inspector/operator_options.h"
#include "inspector/quantization.h"
#include "inspector/schema_generated.h"

namespace litezoo::inspector {
namespace {

// A list may name one table any number of times, so its length is charged before memory is taken.
template <typename T>
void make_room(std::vector<T>& list, std::size_t count, Source& source) {
  source.charge(count * (sizeof(T) / 4));
  list.reserve(count);
}

Tensor read_tensor(const schema::Tensor& table, std::size_t buffers, std::size_t subgraph,
                   std::size_t index, Source& source) {
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
  if (tensor.buffer >= buffers && tensor.buffer != 0) {
    source.fail(fmt::format("{} uses buffer {}, but the file has {}",
                            tensor_label(subgraph, index, tensor.name), tensor.buffer, buffers));
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
                       std::size_t buffers, std::size_t index, Source& source) {
  Subgraph subgraph;
  subgraph.name = copy_string(table.name(), source);
  subgraph.inputs = copy_vector<std::int32_t>(table.inputs(), source);
  subgraph.outputs = copy_vector<std::int32_t>(table.outputs(), source);
  if (table.tensors() != nullptr) {
    make_room(subgraph.tensors, table.tensors()->size(), source);
    for (const auto* tensor : *table.tensors()) {
      subgraph.tensors.push_back(
          read_tensor(*tensor, buffers, index, subgraph.tensors.size(), source));
    }
  }
  if (table.operators() != nullptr) {
    make_room(subgraph.operators, table.operators()->size(), source);
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

std::vector<MetadataEntry> read_metadata(const schema::Model& model, Buffers& buffers,
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
    result.push_back({std::move(name), buffers.follow(table->buffer())});
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

Graph walk(const schema::Model& model, BufferTables buffer_tables, Source& source) {
  Graph graph;
  Buffers buffers(model, buffer_tables, source);
  graph.schema_version = model.version();
  graph.description = copy_string(model.description(), source);
  graph.flatbuffer_bytes = source.bytes().size();
  if (model.subgraphs() != nullptr) {
    make_room(graph.subgraphs, model.subgraphs()->size(), source);
    for (const auto* subgraph : *model.subgraphs()) {
      graph.subgraphs.push_back(
          read_subgraph(model, *subgraph, buffers.size(), graph.subgraphs.size(), source));
    }
  }
  buffers.fill(graph);
  graph.signatures = read_signatures(model, source);
  graph.metadata = read_metadata(model, buffers, source);
  graph.external_buffers = read_external_buffers(model, source);
  buffers.count(graph);
  return graph;
}

}  // namespace litezoo::inspector
