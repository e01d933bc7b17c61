#include "inspector/validate.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "inspector/calls.h"
#include "inspector/validate_data.h"

namespace litezoo::inspector {
namespace {

constexpr std::size_t kMostDimensions = 32;

bool is_tensor(std::int32_t index, const Subgraph& subgraph) {
  return index >= 0 && static_cast<std::size_t>(index) < subgraph.tensors.size();
}

enum class Absent { allowed, refused };

void check_indices(std::span<const std::int32_t> indices, const Subgraph& subgraph, Absent absent,
                   const std::string& whose, const Source& source) {
  for (const std::int32_t index : indices) {
    if (index == -1 && absent == Absent::allowed) continue;
    if (!is_tensor(index, subgraph)) {
      source.fail(fmt::format("{} names tensor {}, but there are {}", whose, index,
                              subgraph.tensors.size()));
    }
  }
}

void check_shape(Tensor& tensor, const std::string& label, Source& source) {
  if (tensor.shape.size() > kMostDimensions) {
    source.fail(fmt::format("{} has {} dimensions", label, tensor.shape.size()));
  }
  if (!dense_bytes(tensor)) {
    source.fail(fmt::format("{} has a shape that no memory can hold", label));
  }
  if (std::ranges::find(tensor.shape, -1) != tensor.shape.end()) {
    source.findings.add("unset-dimension", label + " stores -1 in its shape");
  }
  if (tensor.shape_signature.empty()) return;
  if (tensor.shape_signature.size() != tensor.shape.size() ||
      std::ranges::any_of(tensor.shape_signature, [](std::int32_t d) { return d < -1; })) {
    source.findings.add("shape-signature", label + " has a shape signature that does not fit");
    tensor.shape_signature.clear();
  }
}

void check_quantization(Tensor& tensor, const Subgraph& subgraph, const std::string& label,
                        Source& source) {
  Quantization& quantization = tensor.quantization;
  // Old converters give a bias the filter's dimension, which a vector does not have.
  const auto axis = static_cast<std::size_t>(quantization.quantized_dimension);
  if (axis >= tensor.shape.size() && tensor.shape.size() == 1 && quantization.scale.size() > 1) {
    source.findings.add("quantized-dimension",
                        fmt::format("{} is quantised along dimension {} of 1; 0 is taken", label,
                                    quantization.quantized_dimension));
    quantization.quantized_dimension = 0;
  }
  if (const auto fault = quantization_fault(tensor)) source.fail(label + ": " + *fault);
  if (!std::ranges::all_of(quantization.scale, [](float s) { return std::isfinite(s) && s > 0; })) {
    source.findings.add("odd-scale", label + " has a scale that is not a positive number");
  }
  if (!quantization.blockwise) return;
  const BlockwiseQuantization& blockwise = *quantization.blockwise;
  if (!is_tensor(blockwise.scales, subgraph) || blockwise.block_size <= 0 ||
      (blockwise.zero_points != -1 && !is_tensor(blockwise.zero_points, subgraph))) {
    source.fail(label + ": its blockwise scales point nowhere");
  }
}

// Which tensors some operator or the caller reads; constants that nobody reads may be damaged.
std::vector<bool> read_ones(const Subgraph& subgraph) {
  std::vector<bool> result(subgraph.tensors.size());
  const auto mark = [&result](std::span<const std::int32_t> indices) {
    for (const std::int32_t index : indices) {
      if (index >= 0) result[static_cast<std::size_t>(index)] = true;
    }
  };
  mark(subgraph.inputs);
  mark(subgraph.outputs);
  for (const Operator& op : subgraph.operators) mark(op.inputs);
  for (const Tensor& tensor : subgraph.tensors) {
    if (const auto& blockwise = tensor.quantization.blockwise) {
      mark(std::initializer_list<std::int32_t>{blockwise->scales, blockwise->zero_points});
    }
  }
  return result;
}

void check_data(Tensor& tensor, const std::string& label, bool is_read, Source& source) {
  // Checking texts reads them, and any number of tensors may share them.
  if (tensor.type == TensorType::STRING) source.charge(tensor.data.size());
  if (const auto fault = data_fault(tensor)) {
    if (is_read) source.fail(label + ": " + *fault);
    source.findings.add("unused-constant", label + " is not used, and " + *fault);
    tensor.data = {};
    return;
  }
  const std::size_t wanted = dense_bytes(tensor).value_or(0);
  if (wanted == 0 || tensor.sparsity || tensor.data.size() <= wanted) return;
  source.findings.add("long-constant",
                      fmt::format("{} has {} bytes of data, {} more than needed", label,
                                  tensor.data.size(), tensor.data.size() - wanted));
  tensor.data = tensor.data.first(wanted);
}

void check_tensors(Subgraph& subgraph, std::size_t index, Source& source) {
  for (std::size_t t = 0; t < subgraph.tensors.size(); ++t) {
    Tensor& tensor = subgraph.tensors[t];
    const std::string label = tensor_label(index, t, tensor.name);
    const auto type = static_cast<int>(tensor.type);
    if (type < 0 || type >= kTensorTypeCount) {
      source.fail(
          fmt::format("{} has element type {}, which the format does not know", label, type));
    }
    check_shape(tensor, label, source);
    check_quantization(tensor, subgraph, label, source);
  }
  const std::vector<bool> is_read = read_ones(subgraph);
  for (std::size_t t = 0; t < subgraph.tensors.size(); ++t) {
    Tensor& tensor = subgraph.tensors[t];
    if (!tensor.is_constant()) continue;
    check_data(tensor, tensor_label(index, t, tensor.name), is_read[t], source);
  }
}

void check_calls(const Operator& op, const std::string& label, const Graph& graph,
                 const Source& source) {
  for (const std::int32_t called : called_subgraphs(op.options)) {
    if (called < 0 || static_cast<std::size_t>(called) >= graph.subgraphs.size()) {
      source.fail(fmt::format("{} calls subgraph {}, but there are {}", label, called,
                              graph.subgraphs.size()));
    }
  }
}

void check_operators(const Graph& graph, std::size_t index, Source& source) {
  const Subgraph& subgraph = graph.subgraphs[index];
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    const Operator& op = subgraph.operators[node];
    const auto code = static_cast<std::int32_t>(op.code);
    if (code < 0 || code >= kBuiltinOperatorCount) {
      source.findings.add("unknown-operator",
                          fmt::format("subgraph {}, node {} is operator {}, which is newer than "
                                      "this version of Litezoo",
                                      index, node, code));
    }
    const std::string label = fmt::format("subgraph {}, node {} ({})", index, node,
                                          escape_for_terminal(operator_name(op)));
    check_indices(op.inputs, subgraph, Absent::allowed, label, source);
    check_indices(op.outputs, subgraph, Absent::refused, label, source);
    check_indices(op.intermediates, subgraph, Absent::allowed, label, source);
    for (const std::int32_t output : op.outputs) {
      if (subgraph.tensors[static_cast<std::size_t>(output)].is_constant()) {
        source.fail(fmt::format("{} writes to constant tensor {}", label, output));
      }
    }
    if (op.options_mismatch) {
      source.findings.add("options-mismatch", label + " lacks the options of its operator");
    }
    check_calls(op, label, graph, source);
  }
}

bool is_usable(const Signature& signature, const Graph& graph) {
  if (signature.subgraph < 0 ||
      static_cast<std::size_t>(signature.subgraph) >= graph.subgraphs.size()) {
    return false;
  }
  const Subgraph& subgraph = graph.subgraphs[static_cast<std::size_t>(signature.subgraph)];
  const auto exists = [&subgraph](const SignatureTensor& t) {
    return is_tensor(t.tensor, subgraph);
  };
  return std::ranges::all_of(signature.inputs, exists) &&
         std::ranges::all_of(signature.outputs, exists);
}

void drop_unusable_signatures(Graph& graph, Source& source) {
  std::erase_if(graph.signatures, [&graph, &source](const Signature& signature) {
    if (is_usable(signature, graph)) return false;
    source.findings.add("signature", fmt::format("signature '{}' points to tensors that are not "
                                                 "there and is left out",
                                                 escape_for_terminal(signature.key)));
    return true;
  });
}

void report_external_weights(const Graph& graph, Source& source) {
  constexpr std::string_view kCode = "external-weights";
  std::map<std::uint32_t, const ExternalBuffer*> buffers;
  for (const ExternalBuffer& buffer : graph.external_buffers) buffers.emplace(buffer.id, &buffer);
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    const auto& tensors = graph.subgraphs[s].tensors;
    for (std::size_t t = 0; t < tensors.size(); ++t) {
      if (tensors[t].external_buffer == 0) continue;
      if (!source.findings.keeps(kCode)) {
        source.findings.add(kCode, "");
        continue;
      }
      const auto buffer = buffers.find(tensors[t].external_buffer);
      const std::string file = buffer == buffers.end()
                                   ? std::string("a file that is not named")
                                   : "'" + escape_for_terminal(buffer->second->file) + "'";
      source.findings.add(kCode, tensor_label(s, t, tensors[t].name) + " has its data in " + file);
    }
  }
}

}  // namespace

void validate(Graph& graph, Source& source) {
  if (graph.subgraphs.empty()) {
    source.findings.add("no-subgraphs", "the model has no subgraph: there is nothing to run");
  }
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    Subgraph& subgraph = graph.subgraphs[s];
    check_indices(subgraph.inputs, subgraph, Absent::refused, fmt::format("subgraph {}", s),
                  source);
    check_indices(subgraph.outputs, subgraph, Absent::refused, fmt::format("subgraph {}", s),
                  source);
    for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
      check_indices(subgraph.operators[node].inputs, subgraph, Absent::allowed,
                    fmt::format("subgraph {}, node {}", s, node), source);
    }
    check_tensors(subgraph, s, source);
    check_operators(graph, s, source);
  }
  if (const auto circular = find_circular_call(graph)) {
    source.fail(fmt::format("subgraph {} calls itself in a circle", *circular));
  }
  drop_unusable_signatures(graph, source);
  report_external_weights(graph, source);
}

}  // namespace litezoo::inspector
