#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inspector/report.h"

namespace litezoo::cli {

// One thing by which two models can be told apart. A number when it has one, else a text.
struct Fact {
  std::string_view name;  // stable: the key of the JSON
  std::string_view unit;  // "B", "MACs"; empty for texts
  nlohmann::json (*value)(const inspector::Report& report);
};

std::span<const Fact> facts() noexcept;

struct OperatorDifference {
  std::string name;
  std::int32_t version = 1;
  std::uint64_t left = 0, right = 0;  // how many nodes
};

// Operators that the two have in different numbers, by name and version.
std::vector<OperatorDifference> operator_differences(const Inspection& left,
                                                     const Inspection& right);

}  // namespace litezoo::cli
