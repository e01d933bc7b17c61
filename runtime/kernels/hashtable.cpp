#include "runtime/kernels/hashtable.h"

#include <fmt/format.h>

#include <unordered_map>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/string_tensor.h"
#include "runtime/kernels/variable.h"

namespace litezoo::runtime {
namespace {

struct Table final : Resource {
  bool filled = false;
  TensorType key_type = TensorType::STRING;
  std::unordered_map<std::string, std::int64_t> numbers;
  std::unordered_map<std::int64_t, std::string> texts;

  std::size_t size() const noexcept {
    return key_type == TensorType::STRING ? numbers.size() : texts.size();
  }
};

Table& find_table(const Node& node) {
  const auto found = node.resources().find(resource_key(node, node.input(0)));
  auto* table =
      found == node.resources().end() ? nullptr : dynamic_cast<Table*>(found->second.get());
  if (table == nullptr) node.corrupt("its first input is no table");
  return *table;
}

void expect_pair(const Node& node, TensorType key, TensorType value) {
  const bool numbers = key == TensorType::STRING && value == TensorType::INT64;
  const bool texts = key == TensorType::INT64 && value == TensorType::STRING;
  if (!numbers && !texts) {
    node.unsupported(fmt::format("a table from {} to {} is not supported", tensor_type_name(key),
                                 tensor_type_name(value)));
  }
}

void expect_key_type(const Node& node, const Table& table, TensorType type) {
  if (table.key_type != type) node.corrupt("the table's keys have another type");
}

void find_numbers(const Node& n, const Table& table) {
  const StringTensor keys = read_strings(n, n.input(1));
  auto* to = n.output(0).mutable_values<std::int64_t>();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto found = table.numbers.find(std::string(keys[i]));
    to[i] = found == table.numbers.end() ? *n.input(2).values<std::int64_t>() : found->second;
  }
}

void find_texts(const Node& n, const Table& table) {
  const StringTensor otherwise = read_strings(n, n.input(2));
  const auto* keys = n.input(1).values<std::int64_t>();
  std::vector<std::string_view> values(n.input(1).size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto found = table.texts.find(keys[i]);
    values[i] = found == table.texts.end() ? otherwise[0] : std::string_view(found->second);
  }
  write_strings(n, 0, values);
}

// A key that comes again keeps its first value, as in LiteRT.
void fill(const Node& n, Table& table) {
  if (table.filled) return;
  table.filled = true;
  const bool numbers = table.key_type == TensorType::STRING;
  const StringTensor strings = read_strings(n, n.input(numbers ? 1 : 2));
  const auto* integers = n.input(numbers ? 2 : 1).values<std::int64_t>();
  for (std::size_t i = 0; i < strings.size(); ++i) {
    if (numbers) {
      table.numbers.try_emplace(std::string(strings[i]), integers[i]);
    } else {
      table.texts.try_emplace(integers[i], std::string(strings[i]));
    }
  }
}

}  // namespace

Evaluate prepare_hashtable(Node& node) {
  node.expect_outputs(1);
  node.expect_type(node.output(0), {TensorType::RESOURCE});
  const auto& options = node.options<HashtableOptions>();
  expect_pair(node, options.key_dtype, options.value_dtype);
  node.set_shape(0, {1});
  return [key = fmt::format("hashtable: {}", options.table_id),
          type = options.key_dtype](const Node& n) {
    auto& resource = n.resources()[key];
    if (!resource) {
      auto table = std::make_unique<Table>();
      table->key_type = type;
      resource = std::move(table);
    }
    write_resource_key(n, 0, key);
  };
}

Evaluate prepare_hashtable_find(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  node.expect_type(node.input(0), {TensorType::RESOURCE});
  const RuntimeTensor& keys = node.input(1);
  expect_pair(node, keys.type, node.output(0).type);
  expect_same_type(node, node.input(2), node.output(0));
  if (node.input(2).size() != 1) node.corrupt("it needs one default");
  node.set_shape(0, keys.shape);
  return [type = keys.type](const Node& n) {
    const Table& table = find_table(n);
    expect_key_type(n, table, type);
    type == TensorType::STRING ? find_numbers(n, table) : find_texts(n, table);
  };
}

Evaluate prepare_hashtable_import(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(0);
  node.expect_type(node.input(0), {TensorType::RESOURCE});
  expect_pair(node, node.input(1).type, node.input(2).type);
  if (node.input(1).size() != node.input(2).size()) node.corrupt("it needs one value a key");
  return [type = node.input(1).type](const Node& n) {
    Table& table = find_table(n);
    expect_key_type(n, table, type);
    fill(n, table);
  };
}

Evaluate prepare_hashtable_size(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.expect_type(node.input(0), {TensorType::RESOURCE});
  node.expect_type(node.output(0), {TensorType::INT64});
  node.set_shape(0, {1});
  return [](const Node& n) {
    *n.output(0).mutable_values<std::int64_t>() = static_cast<std::int64_t>(find_table(n).size());
  };
}

}  // namespace litezoo::runtime
