#include "inspector/buffers.h"

#include <flatbuffers/flatbuffers.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/checked.h"
#include "inspector/copy.h"
#include "inspector/schema_generated.h"
#include "inspector/validate_data.h"

namespace litezoo::inspector {
namespace {

// A table with data takes at least its vtable's distance, the reference to the vector and the
// vector's length. With a vtable of its own, the offset fields and alignment it takes no more than
// this.
constexpr std::size_t kLeastOverhead = 12;
constexpr std::size_t kMostOverhead = 96;

// A file of this size is read in one or two requests anyway.
constexpr std::size_t kNothingToSave = std::size_t{128} << 10;

enum class Role : std::uint8_t { unused, read, computed };

std::vector<Role> roles_of(const Subgraph& subgraph) {
  std::vector<Role> result(subgraph.tensors.size());
  const auto mark = [&result](std::span<const std::int32_t> indices, Role role) {
    for (const std::int32_t index : indices) {
      if (index >= 0 && static_cast<std::size_t>(index) < result.size()) {
        result[static_cast<std::size_t>(index)] = role;
      }
    }
  };
  for (const Operator& op : subgraph.operators) mark(op.inputs, Role::read);
  mark(subgraph.outputs, Role::read);
  for (const Operator& op : subgraph.operators) {
    mark(op.outputs, Role::computed);
    mark(op.intermediates, Role::computed);
  }
  mark(subgraph.inputs, Role::computed);
  for (std::size_t t = 0; t < result.size(); ++t) {
    const Tensor& tensor = subgraph.tensors[t];
    if (tensor.is_variable || tensor.external_buffer != 0) result[t] = Role::computed;
    if (const auto& blockwise = tensor.quantization.blockwise) {
      const std::int32_t scales[] = {blockwise->scales, blockwise->zero_points};
      mark(scales, Role::read);
    }
  }
  return result;
}

// Nothing when the shape does not tell it.
std::optional<std::size_t> bytes_by_shape(const Tensor& tensor) {
  const auto type = static_cast<int>(tensor.type);
  if (type < 0 || type >= kTensorTypeCount || tensor.sparsity) return std::nullopt;
  if (tensor.type == TensorType::STRING) return std::nullopt;
  const auto bytes = dense_bytes(tensor);
  return bytes && *bytes > 0 ? bytes : std::nullopt;
}

// What a tensor's role and shape say about its data.
struct Expected {
  bool stored = false;
  std::optional<std::size_t> bytes;  // if it is stored; nothing = cannot be told
};

std::vector<Expected> expectations(const Subgraph& subgraph) {
  const std::vector<Role> roles = roles_of(subgraph);
  std::vector<Expected> result;
  for (std::size_t t = 0; t < roles.size(); ++t) {
    result.push_back({roles[t] == Role::read, bytes_by_shape(subgraph.tensors[t])});
  }
  // Strides are looked at to tell what a delegate takes.
  for (const Operator& op : subgraph.operators) {
    if (op.code != BuiltinOperator::STRIDED_SLICE || op.inputs.size() < 4) continue;
    const auto strides = static_cast<std::size_t>(op.inputs[3]);
    if (op.inputs[3] >= 0 && strides < result.size()) result[strides].bytes.reset();
  }
  return result;
}

bool is_explained(std::size_t room, const Expected& expected) {
  const std::size_t bytes = expected.bytes.value_or(0);
  if (!expected.stored) return room <= kMostOverhead && room < bytes + kLeastOverhead;
  return bytes > 0 && room >= bytes + kLeastOverhead && room - bytes <= kMostOverhead;
}

}  // namespace

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

Buffers::Buffers(const schema::Model& model, BufferTables how, Source& source)
    : source_(&source), how_(how) {
  const auto* tables = model.buffers();
  if (tables == nullptr) return;
  source.charge(tables->size() * sizeof(void*));
  positions_.reserve(tables->size());
  const auto* const first = reinterpret_cast<const std::byte*>(tables->Data());
  const auto start = static_cast<std::size_t>(first - source.bytes().data());
  for (flatbuffers::uoffset_t i = 0; i < tables->size(); ++i) {
    const std::size_t at = start + i * sizeof(flatbuffers::uoffset_t);
    const std::size_t position =
        at + flatbuffers::ReadScalar<flatbuffers::uoffset_t>(source.bytes().data() + at);
    if (position >= source.bytes().size()) {
      source.fail(fmt::format("buffer {} lies outside the file: it is truncated or damaged", i));
    }
    positions_.push_back(position);
  }
  known_.resize(positions_.size());
  is_outside_.resize(positions_.size());
  ascending_ = positions_;
  std::ranges::sort(ascending_);
  if (how == BufferTables::inferred && source.bytes().size() > kNothingToSave) return;
  for (std::size_t i = 0; i < size(); ++i) follow(i);
}

std::span<const std::byte> Buffers::follow(std::size_t index) {
  if (known_[index]) return *known_[index];
  const auto* const start = reinterpret_cast<const std::uint8_t*>(source_->bytes().data());
  const auto* const table = reinterpret_cast<const schema::Buffer*>(start + positions_[index]);
  if (how_ == BufferTables::inferred) {
    const std::size_t size =
        std::min<std::size_t>(source_->bytes().size(), FLATBUFFERS_MAX_BUFFER_SIZE - 1);
    flatbuffers::Verifier verifier(start, size, 2, 1);
    if (!verifier.VerifyTable(table)) {
      source_->fail(
          fmt::format("buffer {} leads outside the file: it is truncated or damaged", index));
    }
  }
  auto bytes = view_bytes(table->data());
  if (bytes.empty()) {
    bytes =
        outside_bytes(table->offset(), table->size(), fmt::format("buffer {}", index), *source_);
    is_outside_[index] = !bytes.empty();
  }
  known_[index] = bytes;
  return bytes;
}

// FlatBuffers are written back to front: behind each Buffer table comes its data, then the next
// table. 0 = there is no next one to measure by.
std::size_t Buffers::room_behind(std::size_t index) const {
  const auto next = std::ranges::upper_bound(ascending_, positions_[index]);
  return next == ascending_.end() ? 0 : *next - positions_[index];
}

// Data that lies behind another Buffer table is shared with it, or that table's is elsewhere too.
void Buffers::follow_with_owner(std::size_t index) {
  const auto bytes = follow(index);
  if (bytes.empty()) return;
  const auto at = static_cast<std::size_t>(bytes.data() - source_->bytes().data());
  const auto next = std::ranges::upper_bound(ascending_, at);
  if (next == ascending_.begin() || *std::prev(next) == positions_[index]) return;
  const auto owner = std::ranges::find(positions_, *std::prev(next));
  follow(static_cast<std::size_t>(owner - positions_.begin()));
}

void Buffers::fill(Graph& graph) {
  std::vector<std::vector<Expected>> expected;
  for (const Subgraph& subgraph : graph.subgraphs) {
    expected.push_back(expectations(subgraph));
    for (std::size_t t = 0; t < subgraph.tensors.size(); ++t) {
      const std::size_t buffer = subgraph.tensors[t].buffer;
      if (buffer >= size() || known_[buffer]) continue;
      const std::size_t room = room_behind(buffer);
      if (room == 0 || !is_explained(room, expected.back()[t])) follow_with_owner(buffer);
    }
  }
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    auto& tensors = graph.subgraphs[s].tensors;
    for (std::size_t t = 0; t < tensors.size(); ++t) {
      const std::size_t buffer = tensors[t].buffer;
      if (buffer >= size()) continue;
      const auto& [stored, bytes] = expected[s][t];
      if (known_[buffer]) {
        tensors[t].data = *known_[buffer];
      } else if (stored) {
        tensors[t].data = source_->bytes().subspan(positions_[buffer], bytes.value_or(0));
      }
    }
  }
}

void Buffers::count(Graph& graph) const {
  graph.buffer_count = size();
  for (std::size_t i = 0; i < size(); ++i) {
    if (!known_[i] || known_[i]->empty()) continue;
    graph.buffer_bytes += known_[i]->size();
    ++(is_outside_[i] ? graph.buffers_outside : graph.buffers_inside);
  }
}

}  // namespace litezoo::inspector
