#pragma once

#include <string_view>

namespace litezoo::data {

// A shipped file, "models.tsv", embedded in the program; empty when there is none of that name.
std::string_view file(std::string_view name) noexcept;

// SHA-256 over the shipped catalog tables, computed when the program was built.
std::string_view digest() noexcept;

}  // namespace litezoo::data
