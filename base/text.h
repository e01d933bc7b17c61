#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace litezoo {

// Text from a file or server made safe for a terminal: control characters and invalid UTF-8
// become \xNN, so that a model's name cannot move the cursor or fake a line.
std::string escape_for_terminal(std::string_view text);

// Number of single-character edits (insert, delete, replace, swap of neighbours) from a to b.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The names most like `wanted`, best first, at most `most`: those that contain it or are contained,
// share a word with it, or are within a third of its length in edits.
std::vector<std::string> near_names(std::string_view wanted, std::span<const std::string> names,
                                    std::size_t most = 3);

// "a, b and c".
std::string join_names(std::span<const std::string> names);

// Parts between separators; empty parts are kept.
std::vector<std::string> split(std::string_view text, char separator);

std::string to_lower(std::string_view text);

}  // namespace litezoo
