#pragma once

#include <cstdint>
#include <string_view>

#include "base/builtin_operator.h"

namespace litezoo::inspector {

// The first LiteRT release, in LiteRT's own numbering (1.0.0 and later, not TensorFlow's), whose
// interpreter loads a version of a builtin operator; empty when none up to 2.3.0 does. Found by
// asking the Python packages of all releases, see tests/inspector/litert_releases.py.
std::string_view litert_release_that_brought(BuiltinOperator code, std::int32_t version) noexcept;

inline constexpr std::string_view kFirstLitertRelease = "1.0.0";
inline constexpr std::string_view kLitertReleasesSource =
    "LiteRT's Python packages 1.0.0 to 2.3.0, each asked to load every operator version";

}  // namespace litezoo::inspector
