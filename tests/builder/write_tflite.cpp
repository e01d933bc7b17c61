#include "tests/builder/write_tflite.h"

#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "inspector/schema_generated.h"
#include "tests/builder/write_options.h"

namespace litezoo::builder {
namespace {

using File = flatbuffers::FlatBufferBuilder;
template <typename T>
using Offsets = std::vector<flatbuffers::Offset<T>>;

// Codes above this only fit the wide field; the narrow one then says so with this value.
constexpr std::int32_t kNarrowCodeEnd = 127;

template <typename T>
flatbuffers::Offset<flatbuffers::Vector<T>> vector_of(File& file, const std::vector<T>& values) {
  return values.empty() ? 0 : file.CreateVector(values);
}

flatbuffers::Offset<schema::Buffer> write_buffer(File& file, std::span<const std::byte> data) {
  if (data.empty()) return schema::CreateBuffer(file);
  file.ForceVectorAlignment(data.size(), 1, 16);
  const auto bytes =
      file.CreateVector(reinterpret_cast<const std::uint8_t*>(data.data()), data.size());
  return schema::CreateBuffer(file, bytes);
}

flatbuffers::Offset<schema::QuantizationParameters> write_quantization(File& file,
                                                                       const Quantization& q) {
  if (q.blockwise || q.has_unknown_details) {
    throw Error(ErrorKind::unsupported,
                "the builder writes per-tensor and per-channel scales only");
  }
  if (q.empty() && q.min.empty() && q.max.empty()) return 0;
  const auto min = vector_of(file, q.min);
  const auto max = vector_of(file, q.max);
  const auto scale = vector_of(file, q.scale);
  const auto zero_point = vector_of(file, q.zero_point);
  schema::QuantizationParametersBuilder table(file);
  table.add_min(min);
  table.add_max(max);
  table.add_scale(scale);
  table.add_zero_point(zero_point);
  table.add_quantized_dimension(q.quantized_dimension);
  return table.Finish();
}

flatbuffers::Offset<schema::Tensor> write_tensor(File& file, const Tensor& tensor) {
  if (tensor.sparsity) {
    throw Error(ErrorKind::unsupported, "the builder does not write sparse tensors");
  }
  const auto shape = file.CreateVector(tensor.shape);
  const auto signature = vector_of(file, tensor.shape_signature);
  const auto name = file.CreateString(tensor.name);
  const auto quantization = write_quantization(file, tensor.quantization);
  schema::TensorBuilder table(file);
  table.add_shape(shape);
  table.add_type(static_cast<std::int8_t>(tensor.type));
  table.add_buffer(tensor.buffer);
  table.add_name(name);
  table.add_quantization(quantization);
  table.add_is_variable(tensor.is_variable);
  table.add_shape_signature(signature);
  table.add_has_rank(tensor.has_rank);
  table.add_external_buffer(tensor.external_buffer);
  return table.Finish();
}

// The file's operator table: one entry for each code, version and custom name in use.
class OperatorCodes {
 public:
  explicit OperatorCodes(const Graph& graph) {
    for (const auto& subgraph : graph.subgraphs) {
      for (const auto& op : subgraph.operators) {
        if (index_.emplace(key(op), order_.size()).second) order_.push_back(&op);
      }
    }
  }

  std::uint32_t index_of(const Operator& op) const {
    return static_cast<std::uint32_t>(index_.at(key(op)));
  }

  Offsets<schema::OperatorCode> write(File& file) const {
    Offsets<schema::OperatorCode> result;
    for (const Operator* op : order_) {
      const bool custom = op->code == BuiltinOperator::CUSTOM;
      const auto name =
          custom ? file.CreateString(op->custom_code) : flatbuffers::Offset<flatbuffers::String>();
      const auto code = static_cast<std::int32_t>(op->code);
      const auto narrow = static_cast<std::int8_t>(std::min(code, kNarrowCodeEnd));
      result.push_back(schema::CreateOperatorCode(file, narrow, name, op->version, code));
    }
    return result;
  }

 private:
  using Key = std::tuple<BuiltinOperator, std::int32_t, std::string>;
  static Key key(const Operator& op) { return {op.code, op.version, op.custom_code}; }

  std::map<Key, std::size_t> index_;
  std::vector<const Operator*> order_;
};

flatbuffers::Offset<schema::Operator> write_operator(File& file, const Operator& op,
                                                     const OperatorCodes& codes) {
  const auto inputs = file.CreateVector(op.inputs);
  const auto outputs = file.CreateVector(op.outputs);
  const auto intermediates = vector_of(file, op.intermediates);
  const WrittenOptions options = write_options(file, op);
  flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> custom;
  if (!op.custom_options.empty()) {
    custom = file.CreateVector(reinterpret_cast<const std::uint8_t*>(op.custom_options.data()),
                               op.custom_options.size());
  }
  schema::OperatorBuilder table(file);
  table.add_opcode_index(codes.index_of(op));
  table.add_inputs(inputs);
  table.add_outputs(outputs);
  table.add_intermediates(intermediates);
  table.add_custom_options(custom);
  if (options.type != 0) {
    table.add_builtin_options_type(static_cast<schema::BuiltinOptions>(options.type));
    table.add_builtin_options(options.table);
  }
  return table.Finish();
}

flatbuffers::Offset<schema::SubGraph> write_subgraph(File& file, const Subgraph& subgraph,
                                                     const OperatorCodes& codes) {
  Offsets<schema::Tensor> tensors;
  for (const auto& tensor : subgraph.tensors) tensors.push_back(write_tensor(file, tensor));
  Offsets<schema::Operator> operators;
  for (const auto& op : subgraph.operators) operators.push_back(write_operator(file, op, codes));
  const auto tensor_vector = file.CreateVector(tensors);
  const auto inputs = file.CreateVector(subgraph.inputs);
  const auto outputs = file.CreateVector(subgraph.outputs);
  const auto operator_vector = file.CreateVector(operators);
  const auto name = file.CreateString(subgraph.name);
  return schema::CreateSubGraph(file, tensor_vector, inputs, outputs, operator_vector, name);
}

Offsets<schema::TensorMap> write_tensor_map(File& file,
                                            const std::vector<SignatureTensor>& tensors) {
  Offsets<schema::TensorMap> result;
  for (const auto& tensor : tensors) {
    result.push_back(schema::CreateTensorMap(file, file.CreateString(tensor.name),
                                             static_cast<std::uint32_t>(tensor.tensor)));
  }
  return result;
}

flatbuffers::Offset<schema::SignatureDef> write_signature(File& file, const Signature& signature) {
  const auto inputs = file.CreateVector(write_tensor_map(file, signature.inputs));
  const auto outputs = file.CreateVector(write_tensor_map(file, signature.outputs));
  const auto key = file.CreateString(signature.key);
  return schema::CreateSignatureDef(file, inputs, outputs, key,
                                    static_cast<std::uint32_t>(signature.subgraph));
}

// A group for each.
Offsets<schema::ExternalBufferGroup> write_groups(File& file, const Graph& graph) {
  Offsets<schema::ExternalBufferGroup> result;
  for (const auto& buffer : graph.external_buffers) {
    result.push_back(schema::CreateExternalBufferGroup(file, file.CreateString(buffer.file)));
  }
  return result;
}

Offsets<schema::ExternalBuffer> write_external_buffers(File& file, const Graph& graph) {
  Offsets<schema::ExternalBuffer> result;
  for (const auto& buffer : graph.external_buffers) {
    const auto packing = file.CreateString(buffer.packing);
    result.push_back(schema::CreateExternalBuffer(file, buffer.id,
                                                  static_cast<std::uint32_t>(result.size()),
                                                  buffer.offset, buffer.length, packing));
  }
  return result;
}

// Buffer 0 is the format's empty one; a tensor without data may point at any buffer.
std::vector<std::span<const std::byte>> collect_buffers(const Graph& graph) {
  std::vector<std::span<const std::byte>> buffers(1);
  for (const auto& subgraph : graph.subgraphs) {
    for (const auto& tensor : subgraph.tensors) {
      if (tensor.buffer >= buffers.size()) buffers.resize(std::size_t{tensor.buffer} + 1);
      if (!tensor.data.empty()) buffers[tensor.buffer] = tensor.data;
    }
  }
  return buffers;
}

}  // namespace

std::vector<std::byte> write_tflite(const Graph& graph) {
  File file(1024);
  auto buffers = collect_buffers(graph);
  const OperatorCodes codes(graph);

  Offsets<schema::Metadata> metadata;
  for (const auto& entry : graph.metadata) {
    metadata.push_back(schema::CreateMetadata(file, file.CreateString(entry.name),
                                              static_cast<std::uint32_t>(buffers.size())));
    buffers.push_back(entry.data);
  }
  Offsets<schema::Buffer> buffer_tables;
  for (const auto data : buffers) buffer_tables.push_back(write_buffer(file, data));
  Offsets<schema::SubGraph> subgraphs;
  for (const auto& subgraph : graph.subgraphs) {
    subgraphs.push_back(write_subgraph(file, subgraph, codes));
  }
  Offsets<schema::SignatureDef> signatures;
  for (const auto& signature : graph.signatures) {
    signatures.push_back(write_signature(file, signature));
  }

  const auto code_vector = file.CreateVector(codes.write(file));
  const auto subgraph_vector = file.CreateVector(subgraphs);
  const auto description = file.CreateString(graph.description);
  const auto buffer_vector = file.CreateVector(buffer_tables);
  const auto metadata_vector = vector_of(file, metadata);
  const auto signature_vector = vector_of(file, signatures);
  const auto group_vector = vector_of(file, write_groups(file, graph));
  const auto external_vector = vector_of(file, write_external_buffers(file, graph));
  schema::ModelBuilder model(file);
  model.add_version(graph.schema_version);
  model.add_operator_codes(code_vector);
  model.add_subgraphs(subgraph_vector);
  model.add_description(description);
  model.add_buffers(buffer_vector);
  model.add_metadata(metadata_vector);
  model.add_signature_defs(signature_vector);
  model.add_external_buffer_groups(group_vector);
  model.add_external_buffers(external_vector);
  file.Finish(model.Finish(), schema::ModelIdentifier());

  const auto bytes = std::as_bytes(std::span(file.GetBufferPointer(), file.GetSize()));
  return {bytes.begin(), bytes.end()};
}

}  // namespace litezoo::builder
