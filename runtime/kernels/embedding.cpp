#include "runtime/kernels/embedding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/float16.h"
#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

std::size_t checked_row(const Node& node, std::int32_t index, std::int32_t rows) {
  if (index < 0 || index >= rows) {
    node.corrupt(fmt::format("index {} lies outside the table's {} rows", index, rows));
  }
  return static_cast<std::size_t>(index);
}

std::size_t row_size(const RuntimeTensor& table) {
  return table.shape[0] == 0 ? 0 : table.size() / static_cast<std::size_t>(table.shape[0]);
}

// One element of a table of 8 bits or fewer.
float small_value(const RuntimeTensor& table, std::size_t i) {
  if (table.type == TensorType::INT4 || table.type == TensorType::INT2) {
    const auto bits = static_cast<unsigned>(tensor_type_bits(table.type));
    const unsigned per_byte = 8 / bits, sign = 1U << (bits - 1);
    const unsigned raw =
        (table.values<std::uint8_t>()[i / per_byte] >> (i % per_byte * bits)) & (2 * sign - 1);
    return static_cast<float>(static_cast<int>(raw ^ sign) - static_cast<int>(sign));
  }
  // UINT8 is what old converters called symmetric signed bytes here.
  return static_cast<float>(table.values<std::int8_t>()[i]);
}

Evaluate copy_rows(std::size_t row_bytes) {
  return [row_bytes](const Node& node) {
    const RuntimeTensor &ids = node.input(0), &table = node.input(1);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::size_t row = checked_row(node, ids.values<std::int32_t>()[i], table.shape[0]);
      std::memcpy(node.output(0).data + i * row_bytes, table.data + row * row_bytes, row_bytes);
    }
  };
}

template <typename T>
Evaluate scale_rows(std::vector<float> scales) {
  return [scales = std::move(scales)](const Node& node) {
    const RuntimeTensor &ids = node.input(0), &table = node.input(1);
    const std::size_t width = row_size(table);
    T* out = node.output(0).mutable_values<T>();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::size_t row = checked_row(node, ids.values<std::int32_t>()[i], table.shape[0]);
      for (std::size_t k = 0; k < width; ++k) {
        *out++ = T(small_value(table, row * width + k) * scales[row]);
      }
    }
  };
}

// A bucket of rows is being summed into one output row.
struct Bucket {
  float* out = nullptr;
  float weight = 0, squares = 0;
};

void finish(const Bucket& bucket, EmbeddingCombiner combiner, std::size_t width) {
  if (bucket.out == nullptr || combiner == EmbeddingCombiner::SUM) return;
  const float divisor =
      combiner == EmbeddingCombiner::MEAN ? bucket.weight : std::sqrt(bucket.squares);
  for (std::size_t k = 0; k < width; ++k) bucket.out[k] /= divisor;
}

// The output row an entry of the sparse tensor belongs to.
std::size_t bucket_of(const Node& node, const std::int32_t* index, const Shape& lookup) {
  std::size_t bucket = 0;
  for (std::size_t k = 0; k < lookup.size(); ++k) {
    if (index[k] < 0 || index[k] >= lookup[k]) node.corrupt("an index lies outside its shape");
    bucket = bucket * static_cast<std::size_t>(lookup[k]) + static_cast<std::size_t>(index[k]);
  }
  return bucket;
}

}  // namespace

Evaluate prepare_embedding_lookup(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor &ids = node.input(0), &table = node.input(1);
  node.expect_type(ids, {TensorType::INT32});
  if (ids.rank() != 1 || table.rank() < 2) {
    node.corrupt("it needs a list of indices and a table of 2 dimensions or more");
  }
  Shape shape = table.shape;
  shape[0] = ids.shape[0];
  node.set_shape(0, std::move(shape));
  const TensorType type = node.output(0).type;
  if (type == table.type) {
    const int bits = tensor_type_bits(type);
    if (bits < 8) node.unsupported("rows of this type cannot be copied");
    return copy_rows(row_size(table) * static_cast<std::size_t>(bits) / 8);
  }
  node.expect_type(table,
                   {TensorType::INT8, TensorType::UINT8, TensorType::INT4, TensorType::INT2});
  node.expect_type(node.output(0), {TensorType::FLOAT32, TensorType::FLOAT16});
  std::vector<float> scales = channel_scales(node, table, static_cast<std::size_t>(table.shape[0]));
  return type == TensorType::FLOAT32 ? scale_rows<float>(std::move(scales))
                                     : scale_rows<Half>(std::move(scales));
}

Evaluate prepare_embedding_lookup_sparse(Node& node) {
  node.expect_inputs(5, 5);
  node.expect_outputs(1);
  const auto combiner = node.options_or_default<EmbeddingLookupSparseOptions>().combiner;
  const RuntimeTensor &ids = node.input(0), &indices = node.input(1), &dense = node.input(2);
  const RuntimeTensor &weights = node.input(3), &table = node.input(4);
  for (const RuntimeTensor* tensor : {&ids, &indices, &dense}) {
    node.expect_type(*tensor, {TensorType::INT32});
  }
  node.expect_type(weights, {TensorType::FLOAT32});
  node.expect_type(table, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  if (ids.rank() != 1 || indices.rank() != 2 || dense.rank() != 1 || table.rank() < 2 ||
      indices.shape[0] != ids.shape[0] || indices.shape[1] != dense.shape[0] ||
      weights.size() != ids.size() || dense.shape[0] < 1) {
    node.corrupt("its sparse tensor contradicts itself");
  }
  if (!node.value_known(2)) return kDeferred;
  // The last dimension is replaced by the embedding.
  const Shape lookup(dense.values<std::int32_t>(), dense.values<std::int32_t>() + dense.size() - 1);
  Shape shape = lookup;
  shape.insert(shape.end(), table.shape.begin() + 1, table.shape.end());
  node.set_shape(0, std::move(shape));
  return [combiner, lookup](const Node& running) {
    const RuntimeTensor &keys = running.input(0), &rows = running.input(4);
    const std::size_t width = row_size(rows);
    const auto rank = static_cast<std::size_t>(running.input(1).shape[1]);
    auto* out = running.output(0).mutable_values<float>();
    std::fill_n(out, running.output(0).size(), 0.0F);
    Bucket bucket;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::size_t row = checked_row(running, keys.values<std::int32_t>()[i], rows.shape[0]);
      const auto* index = running.input(1).values<std::int32_t>() + i * rank;
      float* to = out + bucket_of(running, index, lookup) * width;
      if (to != bucket.out) {
        finish(bucket, combiner, width);
        bucket = {.out = to};
      }
      const float weight = running.input(3).values<float>()[i];
      bucket.weight += weight;
      bucket.squares += weight * weight;
      const float* from = rows.values<float>() + row * width;
      for (std::size_t k = 0; k < width; ++k) to[k] += from[k] * weight;
    }
    finish(bucket, combiner, width);
  };
}

}  // namespace litezoo::runtime
