#include "inspector/input_ranges.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>
#include <span>

#include "inspector/metadata.h"

namespace litezoo::inspector {
namespace {

const Tensor* tensor_of(const Subgraph& subgraph, const Operator& op, std::size_t position) {
  if (position >= op.inputs.size() || op.inputs[position] < 0) return nullptr;
  return &subgraph.tensors[static_cast<std::size_t>(op.inputs[position])];
}

// 0 = not known. A dimension that may change is stored as 1.
std::int64_t dimension(const Tensor* tensor, std::size_t axis) {
  if (tensor == nullptr || axis >= tensor->shape.size()) return 0;
  const auto& signature = tensor->shape_signature;
  if (axis < signature.size() && signature[axis] < 0) return 0;
  return std::max(tensor->shape[axis], 0);
}

// Of an INT32 constant; 0 = not known.
std::int64_t constant_at(const Tensor* tensor, std::size_t index) {
  std::int32_t value = 0;
  if (tensor == nullptr || tensor->type != TensorType::INT32) return 0;
  if (tensor->data.size() < (index + 1) * sizeof(value)) return 0;
  std::memcpy(&value, tensor->data.data() + index * sizeof(value), sizeof(value));
  return std::max(value, 0);
}

std::int64_t gathered(const Subgraph& subgraph, const Operator& op) {
  const Tensor* const values = tensor_of(subgraph, op, 0);
  const auto* const options = std::get_if<GatherOptions>(&op.options);
  if (values == nullptr) return 0;
  std::int64_t axis = options != nullptr ? options->axis : 0;
  if (axis < 0) axis += static_cast<std::int64_t>(values->shape.size());
  return axis < 0 ? 0 : dimension(values, static_cast<std::size_t>(axis));
}

std::int64_t embedded(const Subgraph& subgraph, const Operator& op) {
  return dimension(tensor_of(subgraph, op, 1), 0);
}

std::int64_t embedded_sparsely(const Subgraph& subgraph, const Operator& op) {
  return dimension(tensor_of(subgraph, op, 4), 0);
}

std::int64_t one_of_depth(const Subgraph& subgraph, const Operator& op) {
  return constant_at(tensor_of(subgraph, op, 1), 0);
}

// An index is a row of as many numbers as the last dimension of `indices` says; what is right for
// the smallest of the dimensions is right for all of them.
template <typename Size>
std::int64_t smallest(const Tensor* indices, Size size) {
  if (indices == nullptr || indices->shape.empty()) return 0;
  const std::int64_t numbers = dimension(indices, indices->shape.size() - 1);
  std::int64_t least = 0;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(numbers, 8); ++i) {
    const std::int64_t one = size(static_cast<std::size_t>(i));
    if (one > 0 && (least == 0 || one < least)) least = one;
  }
  return least;
}

std::int64_t gathered_by_row(const Subgraph& subgraph, const Operator& op) {
  const Tensor* const values = tensor_of(subgraph, op, 0);
  return smallest(tensor_of(subgraph, op, 1),
                  [&](std::size_t axis) { return dimension(values, axis); });
}

std::int64_t scattered_by_row(const Subgraph& subgraph, const Operator& op) {
  const Tensor* const shape = tensor_of(subgraph, op, 2);
  return smallest(tensor_of(subgraph, op, 0),
                  [&](std::size_t axis) { return constant_at(shape, axis); });
}

// Where an operator takes an index, and how many there are to choose from.
struct IndexInput {
  BuiltinOperator code;
  std::size_t position;
  std::int64_t (*count)(const Subgraph&, const Operator&);  // 0 = not known
};
constexpr auto kIndexInputs = std::to_array<IndexInput>({
    {BuiltinOperator::EMBEDDING_LOOKUP, 0, embedded},
    {BuiltinOperator::EMBEDDING_LOOKUP_SPARSE, 0, embedded_sparsely},
    {BuiltinOperator::GATHER, 1, gathered},
    {BuiltinOperator::ONE_HOT, 0, one_of_depth},
    {BuiltinOperator::GATHER_ND, 1, gathered_by_row},
    {BuiltinOperator::SCATTER_ND, 0, scattered_by_row},
});
static_assert(std::ranges::is_sorted(kIndexInputs, {}, &IndexInput::code));

// Operators that hand values on as they are.
bool hands_on(BuiltinOperator code) {
  switch (code) {
    case BuiltinOperator::BROADCAST_TO:
    case BuiltinOperator::CAST:
    case BuiltinOperator::CONCATENATION:
    case BuiltinOperator::EXPAND_DIMS:
    case BuiltinOperator::PACK:
    case BuiltinOperator::RESHAPE:
    case BuiltinOperator::REVERSE_V2:
    case BuiltinOperator::SLICE:
    case BuiltinOperator::SPLIT:
    case BuiltinOperator::SPLIT_V:
    case BuiltinOperator::SQUEEZE:
    case BuiltinOperator::STRIDED_SLICE:
    case BuiltinOperator::TILE:
    case BuiltinOperator::TRANSPOSE:
    case BuiltinOperator::UNPACK:
      return true;
    default:
      return false;
  }
}

std::int64_t index_count(const Subgraph& subgraph, const Operator& op, std::size_t position) {
  for (const IndexInput& use : kIndexInputs) {
    if (use.code == op.code && use.position == position) return use.count(subgraph, op);
  }
  return 0;
}

// The fewest values that any index made from this input chooses from; 0 = it is none. Operators are
// in the order of execution, so one pass over them follows every path.
std::int64_t choices_of(const Subgraph& subgraph, std::int32_t input) {
  std::set<std::int32_t> carriers = {input};
  std::int64_t least = 0;
  for (const Operator& op : subgraph.operators) {
    for (std::size_t position = 0; position < op.inputs.size(); ++position) {
      if (!carriers.contains(op.inputs[position])) continue;
      const std::int64_t count = index_count(subgraph, op, position);
      if (count > 0 && (least == 0 || count < least)) least = count;
      if (hands_on(op.code)) carriers.insert(op.outputs.begin(), op.outputs.end());
    }
  }
  return least;
}

std::optional<ValueRange> sensible(double low, double high) {
  constexpr auto kMost = static_cast<double>(std::numeric_limits<float>::max());
  // The comparison is false for what is not a number.
  if (!(low < high && low >= -kMost && high <= kMost)) return std::nullopt;
  return ValueRange{low, high};
}

// What all channels can hold; where they share nothing, the first one's.
std::optional<ValueRange> of_channels(std::span<const float> lows, std::span<const float> highs) {
  if (lows.empty() || highs.empty()) return std::nullopt;
  const auto low = static_cast<double>(*std::ranges::max_element(lows));
  const auto high = static_cast<double>(*std::ranges::min_element(highs));
  if (auto shared = sensible(low, high)) return shared;
  return sensible(static_cast<double>(lows.front()), static_cast<double>(highs.front()));
}

// A float image takes the 256 levels of a pixel, normalised as the metadata says.
std::optional<ValueRange> of_pixels(const TensorMetadata& described) {
  if (described.content != ContentKind::image || described.process.normalization.empty()) {
    return std::nullopt;
  }
  const auto& [means, deviations] = described.process.normalization.front();
  std::vector<float> lows;
  std::vector<float> highs;
  for (std::size_t i = 0; i < std::min(means.size(), deviations.size()); ++i) {
    if (!(deviations[i] > 0)) return std::nullopt;
    lows.push_back((0 - means[i]) / deviations[i]);
    highs.push_back((255 - means[i]) / deviations[i]);
  }
  return of_channels(lows, highs);
}

std::optional<ValueRange> of_metadata(const TensorMetadata& described, const Tensor& tensor) {
  const auto said = of_channels(described.min, described.max);
  if (!said) return tensor.type == TensorType::FLOAT32 ? of_pixels(described) : std::nullopt;
  const auto& quantization = tensor.quantization;
  if (quantization.scale.size() != 1 || !(quantization.scale.front() > 0)) return said;
  // Some write steps, some the real numbers they stand for. What is meant is the wider one: real
  // numbers taken for steps leave next to none, steps taken for real numbers leave the type.
  const auto scale = static_cast<double>(quantization.scale.front());
  const double zero =
      quantization.zero_point.empty() ? 0 : static_cast<double>(quantization.zero_point.front());
  const auto steps = sensible(said->low / scale + zero, said->high / scale + zero);
  const bool is_byte = tensor.type == TensorType::INT8 || tensor.type == TensorType::UINT8;
  const double least = tensor.type == TensorType::UINT8 ? 0 : is_byte ? -128 : -32768;
  const double most = least + (is_byte ? 255 : 65535);
  const auto width = [&](const ValueRange& range) {
    return std::min(range.high, most) - std::max(range.low, least);
  };
  return steps && width(*steps) > width(*said) ? steps : said;
}

}  // namespace

std::vector<std::optional<ValueRange>> input_ranges(const Graph& graph) {
  if (graph.subgraphs.empty()) return {};
  const Subgraph& main = graph.subgraphs.front();
  std::vector<Finding> findings;
  const auto metadata = read_metadata(graph, findings);
  std::vector<std::optional<ValueRange>> result(main.inputs.size());
  for (std::size_t i = 0; i < main.inputs.size(); ++i) {
    if (const std::int64_t choices = choices_of(main, main.inputs[i]); choices > 0) {
      result[i] = ValueRange{0, static_cast<double>(choices - 1)};
      continue;
    }
    if (!metadata || metadata->subgraphs.empty()) continue;
    const auto& described = metadata->subgraphs.front().inputs;
    const Tensor& tensor = main.tensors[static_cast<std::size_t>(main.inputs[i])];
    if (i < described.size()) result[i] = of_metadata(described[i], tensor);
  }
  return result;
}

}  // namespace litezoo::inspector
