#pragma once

#include <optional>
#include <string_view>

namespace litezoo::catalog {

// What a licence lets a product do, coarsely: enough to filter, not legal advice.
enum class LicenseClass { unknown, permissive, copyleft, non_commercial };

// The class of an SPDX identifier, in any case; `unknown` for everything else, expressions too.
LicenseClass license_class(std::string_view spdx) noexcept;

// "permissive", "copyleft", "non-commercial", "unknown".
std::string_view to_string(LicenseClass license) noexcept;

std::optional<LicenseClass> parse_license_class(std::string_view name) noexcept;

}  // namespace litezoo::catalog
