#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/graph.h"

namespace litezoo::cli {

// The options of a builtin operator under the names of the format's schema, enumerations by name;
// null when it has none.
nlohmann::ordered_json options_json(const OperatorOptions& options);

// The same for those of StableHLO, which options_json passes on.
nlohmann::ordered_json stablehlo_options_json(const OperatorOptions& options);

// The entries of a custom operator's options (null when they are not a map), as long as all that
// were asked for hold no more than `budget` bytes: operators may share one large vector.
class CustomOptions {
 public:
  explicit CustomOptions(std::size_t budget) : budget_(budget) {}
  nlohmann::ordered_json read(const Operator& op);

 private:
  std::size_t budget_;
};

// What differs from zero, on one line for people: "SAME stride 2x2 RELU6". Empty when there is
// nothing to say.
std::string options_text(const OperatorOptions& options);

}  // namespace litezoo::cli
