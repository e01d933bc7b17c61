#include "runtime/kernels/join.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <span>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/strided_copy.h"

namespace litezoo::runtime {
namespace {

using ByteTable = std::array<std::uint8_t, 256>;

// One piece of the joined tensor: runs of `bytes`, in the joined tensor `pitch` apart.
struct Piece {
  std::size_t offset = 0, bytes = 0;
  StridedCopy copy;                        // of as many rows as are joined at a time
  StridedCopy rest;                        // of those left at the end
  std::shared_ptr<const ByteTable> table;  // 8-bit values that change their scale
};

std::ptrdiff_t signed_size(std::size_t n) {
  return static_cast<std::ptrdiff_t>(n);
}

template <typename T>
std::uint8_t requantised(int raw, double scale, int input_zero, int output_zero) {
  // As LiteRT's ConcatenationWithScaling: float arithmetic, rounded half away from zero.
  const auto factor = static_cast<float>(scale);
  const float bias = static_cast<float>(-input_zero) * factor;
  const float rounded = std::round(static_cast<float>(raw) * factor + bias);
  const float clamped = std::clamp(rounded + static_cast<float>(output_zero),
                                   static_cast<float>(std::numeric_limits<T>::min()),
                                   static_cast<float>(std::numeric_limits<T>::max()));
  return static_cast<std::uint8_t>(static_cast<T>(clamped));
}

std::shared_ptr<const ByteTable> requantise_table(const RuntimeTensor& from,
                                                  const RuntimeTensor& to) {
  const bool quantised = from.scale() > 0 && to.scale() > 0;
  const bool same = from.scale() == to.scale() && from.zero_point() == to.zero_point();
  if (!quantised || same || (from.type != TensorType::INT8 && from.type != TensorType::UINT8)) {
    return nullptr;
  }
  auto table = std::make_shared<ByteTable>();
  const double scale = static_cast<double>(from.scale() * (1.0F / to.scale()));
  for (int i = 0; i < 256; ++i) {
    (*table)[static_cast<std::size_t>(i)] =
        from.type == TensorType::INT8
            ? requantised<std::int8_t>(static_cast<std::int8_t>(i), scale, from.zero_point(),
                                       to.zero_point())
            : requantised<std::uint8_t>(i, scale, from.zero_point(), to.zero_point());
  }
  return table;
}

StridedCopy joining_copy(std::size_t rows, std::size_t bytes, std::size_t pitch) {
  return {1, {{rows, signed_size(bytes), signed_size(pitch)}, {bytes, 1, 1}}};
}

StridedCopy splitting_copy(std::size_t rows, std::size_t bytes, std::size_t pitch) {
  return {1, {{rows, signed_size(pitch), signed_size(bytes)}, {bytes, 1, 1}}};
}

void translate(const Piece& piece, std::size_t rows, std::size_t pitch, const std::byte* from,
               std::byte* to) {
  for (std::size_t r = 0; r < rows; ++r) {
    const auto* source = reinterpret_cast<const std::uint8_t*>(from) + r * piece.bytes;
    auto* target = reinterpret_cast<std::uint8_t*>(to) + r * pitch;
    for (std::size_t i = 0; i < piece.bytes; ++i) target[i] = (*piece.table)[source[i]];
  }
}

// What is written at a time stays in the second cache while one piece after the other goes there.
constexpr std::size_t kBlockBytes = std::size_t{64} << 10U;

struct Rows {
  std::size_t count = 0, pitch = 0;
  std::size_t block() const {
    return pitch == 0 || pitch >= kBlockBytes ? count : std::min(count, kBlockBytes / pitch);
  }
};

Piece joining_piece(std::size_t offset, std::size_t bytes, const Rows& rows,
                    std::shared_ptr<const ByteTable> table = nullptr) {
  const std::size_t block = rows.block();
  const std::size_t rest = block == 0 ? 0 : rows.count % block;
  return {offset, bytes, joining_copy(block, bytes, rows.pitch),
          joining_copy(rest, bytes, rows.pitch), std::move(table)};
}

void join_rows(const Node& n, std::span<const Piece> pieces, const Rows& rows, std::size_t first,
               const ThreadPool& threads) {
  const std::size_t block = rows.block(), count = std::min(block, rows.count - first);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& piece = pieces[i];
    if (piece.bytes == 0) continue;
    const std::byte* from = n.input(i).data + first * piece.bytes;
    std::byte* to = n.output(0).data + first * rows.pitch + piece.offset;
    if (piece.table) {
      translate(piece, count, rows.pitch, from, to);
    } else {
      (count == block ? piece.copy : piece.rest).run(from, to, threads);
    }
  }
}

// Runs each input into its place of output 0.
Evaluate join(std::vector<Piece> pieces, const Rows& rows) {
  return [pieces = std::move(pieces), rows](const Node& n) {
    const std::size_t block = rows.block();
    if (block == rows.count) {
      if (block > 0) join_rows(n, pieces, rows, 0, n.threads());
      return;
    }
    const ThreadPool alone(1);
    n.threads().parallel_for((rows.count + block - 1) / block, 1,
                             [&](std::size_t begin, std::size_t end) {
                               for (std::size_t i = begin; i < end; ++i) {
                                 join_rows(n, pieces, rows, i * block, alone);
                               }
                             });
  };
}

// Gives each output its part of input `source`, along an axis with `sizes`.
Evaluate split(Node& node, std::size_t source, std::size_t axis,
               const std::vector<std::int32_t>& sizes, bool drop_axis) {
  const RuntimeTensor& input = node.input(source);
  const std::size_t element = element_bytes(node, input);
  const std::size_t rows = count_between(input.shape, 0, axis);
  const std::size_t inner = element * count_between(input.shape, axis + 1, input.shape.size());
  const std::size_t pitch = inner * static_cast<std::size_t>(input.shape[axis]);
  struct Part {
    std::size_t offset, bytes;
    StridedCopy copy;
  };
  std::vector<Part> parts;
  std::size_t offset = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    expect_same_type(node, input, node.output(i));
    Shape shape = input.shape;
    shape[axis] = sizes[i];
    if (drop_axis) shape.erase(shape.begin() + signed_size(axis));
    node.set_shape(i, std::move(shape));
    const std::size_t bytes = inner * static_cast<std::size_t>(sizes[i]);
    parts.push_back({offset, bytes, splitting_copy(rows, bytes, pitch)});
    offset += bytes;
  }
  return [parts = std::move(parts), source](const Node& n) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].bytes == 0) continue;
      parts[i].copy.run(n.input(source).data + parts[i].offset, n.output(i).data, n.threads());
    }
  };
}

}  // namespace

Evaluate prepare_concatenation(Node& node) {
  node.expect_inputs(1, 4096);
  node.expect_outputs(1);
  const auto& options = node.options<ConcatenationOptions>();
  if (options.fused_activation_function != ActivationFunction::NONE) {
    node.unsupported("a fused activation is not supported here");
  }
  const RuntimeTensor& output = node.output(0);
  const std::size_t element = element_bytes(node, output);
  Shape shape = node.input(0).shape;
  const std::size_t axis = checked_axis(node, options.axis, shape.size());
  std::int64_t along = 0;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const RuntimeTensor& input = node.input(i);
    expect_same_type(node, input, output);
    bool fits = input.shape.size() == shape.size();
    for (std::size_t d = 0; fits && d < shape.size(); ++d) {
      fits = d == axis || input.shape[d] == shape[d];
    }
    if (!fits) node.corrupt(fmt::format("the shape of input {} does not fit the others", i));
    along += input.shape[axis];
  }
  shape[axis] = checked_dimension(node, along);
  node.set_shape(0, shape);
  const std::size_t inner = element * count_between(shape, axis + 1, shape.size());
  const Rows rows{count_between(shape, 0, axis), inner * static_cast<std::size_t>(shape[axis])};
  std::vector<Piece> pieces;
  std::size_t offset = 0;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    const std::size_t bytes = inner * static_cast<std::size_t>(node.input(i).shape[axis]);
    pieces.push_back(joining_piece(offset, bytes, rows, requantise_table(node.input(i), output)));
    offset += bytes;
  }
  return join(std::move(pieces), rows);
}

Evaluate prepare_pack(Node& node) {
  node.expect_inputs(1, 4096);
  node.expect_outputs(1);
  const auto& options = node.options<PackOptions>();
  const Shape& part = node.input(0).shape;
  const std::size_t element = element_bytes(node, node.output(0));
  const std::size_t axis = checked_axis(node, options.axis, part.size() + 1);
  if (options.count != static_cast<std::int64_t>(node.input_count())) {
    node.corrupt("its number of inputs is not the one its options name");
  }
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    expect_same_type(node, node.input(i), node.output(0));
    if (node.input(i).shape != part) {
      node.corrupt(fmt::format("the shape of input {} is not that of the first", i));
    }
  }
  Shape shape = part;
  shape.insert(shape.begin() + signed_size(axis), static_cast<std::int32_t>(node.input_count()));
  node.set_shape(0, std::move(shape));
  const std::size_t bytes = element * count_between(part, axis, part.size());
  const Rows rows{count_between(part, 0, axis), bytes * node.input_count()};
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    pieces.push_back(joining_piece(i * bytes, bytes, rows));
  }
  return join(std::move(pieces), rows);
}

Evaluate prepare_unpack(Node& node) {
  node.expect_inputs(1, 1);
  const auto& options = node.options<PackOptions>();
  const Shape& shape = node.input(0).shape;
  const std::size_t axis = checked_axis(node, options.axis, shape.size());
  node.expect_outputs(static_cast<std::size_t>(shape[axis]));
  return split(node, 0, axis, std::vector<std::int32_t>(node.output_count(), 1), true);
}

Evaluate prepare_split(Node& node) {
  node.expect_inputs(2, 2);
  const std::size_t parts = node.output_count();
  if (parts == 0) node.corrupt("it has no outputs");
  if (!node.value_known(0)) return kDeferred;
  const RuntimeTensor& input = node.input(1);
  const std::size_t axis =
      checked_axis(node, integer_value(node, node.input(0)), input.shape.size());
  const auto size = static_cast<std::size_t>(input.shape[axis]);
  if (size % parts != 0) {
    node.corrupt(fmt::format("size {} cannot be split into {} equal parts", size, parts));
  }
  const std::vector<std::int32_t> sizes(parts, static_cast<std::int32_t>(size / parts));
  return split(node, 1, axis, sizes, false);
}

Evaluate prepare_split_v(Node& node) {
  node.expect_inputs(3, 3);
  if (!node.value_known(1) || !node.value_known(2)) return kDeferred;
  const RuntimeTensor& input = node.input(0);
  const std::size_t axis =
      checked_axis(node, integer_value(node, node.input(2)), input.shape.size());
  const auto wanted = integer_values(node, node.input(1), 4096);
  node.expect_outputs(wanted.size());
  std::int64_t known = 0;
  std::size_t stretches = 0;
  for (const std::int64_t size : wanted) {
    if (size == -1) {
      ++stretches;
    } else {
      known += checked_dimension(node, size);
    }
  }
  const std::int64_t rest = input.shape[axis] - known;
  if (stretches > 1 || rest < 0 || (stretches == 0 && rest != 0)) {
    node.corrupt("the sizes of its parts do not add up to the size of its input");
  }
  std::vector<std::int32_t> sizes;
  sizes.reserve(wanted.size());
  for (const std::int64_t size : wanted) {
    sizes.push_back(static_cast<std::int32_t>(size == -1 ? rest : size));
  }
  return split(node, 0, axis, sizes, false);
}

}  // namespace litezoo::runtime
