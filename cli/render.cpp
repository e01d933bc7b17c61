#include "cli/render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/text.h"
#include "cli/context.h"

namespace litezoo::cli {
namespace {

// Of the JSON that every command prints; raised when a field changes its meaning or goes.
constexpr int kJsonSchemaVersion = 1;

std::string dump(const nlohmann::ordered_json& value, int indent) {
  nlohmann::ordered_json document;
  document["schema_version"] = kJsonSchemaVersion;
  document.update(value);
  return document.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

// Characters, not bytes: continuation bytes of UTF-8 take no room.
std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

void append_cell(std::string& line, std::string_view cell, std::size_t width, Align align) {
  const std::string padding(width - std::min(width, display_width(cell)), ' ');
  if (align == Align::right) line += padding;
  line += cell;
  if (align == Align::left) line += padding;
}

}  // namespace

std::string shape_text(std::span<const std::int32_t> shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const std::int32_t dimension : shape) {
    if (!text.empty()) text += 'x';
    text += dimension < 0 ? "?" : std::to_string(dimension);
  }
  return text;
}

std::string elided(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  const auto is_inside_character = [&text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80;
  };
  std::size_t head = (most - 3) / 2, tail = text.size() - (most - 3 - head);
  while (head > 0 && is_inside_character(head)) --head;
  while (tail < text.size() && is_inside_character(tail)) ++tail;
  return text.substr(0, head) + "..." + text.substr(tail);
}

void print_json(const Context& context, const nlohmann::ordered_json& value) {
  context.out << dump(value, 2) << '\n';
}

std::string json_line(const nlohmann::ordered_json& value) {
  return dump(value, -1);
}

void Table::add(std::vector<std::string> cells) {
  assert(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = escape_for_terminal(cell);
  rows_.push_back(std::move(cells));
}

void Table::print(const Context& context) const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  const auto print_line = [&](auto cell_at) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += "  ";
      append_cell(line, cell_at(i), widths[i], columns_[i].align);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    context.out << line << '\n';
  };
  print_line([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) {
    print_line([&](std::size_t i) { return std::string_view(row[i]); });
  }
}

}  // namespace litezoo::cli
