#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace litezoo::cli {

struct Context;

// "1x224x224x3"; a scalar is "scalar", an unknown dimension "?".
std::string shape_text(std::span<const std::int32_t> shape);

// Adds schema_version to the front and prints, indented, with a final line break. Text that is not
// UTF-8 is replaced, never an error.
void print_json(const Context& context, const nlohmann::ordered_json& value);

// The same document on one line, without the line break: a row of JSON lines.
std::string json_line(const nlohmann::ordered_json& value);

// Its beginning and its end with "..." between when it is longer than `most` bytes; not in the
// middle of a character.
std::string elided(const std::string& text, std::size_t most);

enum class Align { left, right };

struct Column {
  std::string_view title;  // with the unit
  Align align = Align::left;
};

// A text table: columns as wide as their widest cell, two spaces apart; cells are escaped for the
// terminal. An empty table prints its titles only.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as columns.
  void add(std::vector<std::string> cells);
  void print(const Context& context) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace litezoo::cli
