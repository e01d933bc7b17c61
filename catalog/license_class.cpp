#include "catalog/license_class.h"

#include <algorithm>
#include <array>

namespace litezoo::catalog {
namespace {

struct LicenseRow {
  std::string_view spdx;  // lower case
  LicenseClass license;
};

using enum LicenseClass;

constexpr auto kLicenses = std::to_array<LicenseRow>({
    {"0bsd", permissive},
    {"agpl-3.0", copyleft},
    {"agpl-3.0-only", copyleft},
    {"agpl-3.0-or-later", copyleft},
    {"apache-2.0", permissive},
    {"artistic-2.0", permissive},
    {"bsd-2-clause", permissive},
    {"bsd-3-clause", permissive},
    {"bsd-3-clause-clear", permissive},
    {"bsl-1.0", permissive},
    {"cc-by-3.0", permissive},
    {"cc-by-4.0", permissive},
    {"cc-by-nc-2.0", non_commercial},
    {"cc-by-nc-3.0", non_commercial},
    {"cc-by-nc-4.0", non_commercial},
    {"cc-by-nc-nd-4.0", non_commercial},
    {"cc-by-nc-sa-3.0", non_commercial},
    {"cc-by-nc-sa-4.0", non_commercial},
    {"cc-by-sa-3.0", copyleft},
    {"cc-by-sa-4.0", copyleft},
    {"cc0-1.0", permissive},
    {"epl-2.0", copyleft},
    {"eupl-1.2", copyleft},
    {"gpl-2.0", copyleft},
    {"gpl-2.0-only", copyleft},
    {"gpl-2.0-or-later", copyleft},
    {"gpl-3.0", copyleft},
    {"gpl-3.0-only", copyleft},
    {"gpl-3.0-or-later", copyleft},
    {"isc", permissive},
    {"lgpl-2.1", copyleft},
    {"lgpl-2.1-only", copyleft},
    {"lgpl-2.1-or-later", copyleft},
    {"lgpl-3.0", copyleft},
    {"lgpl-3.0-only", copyleft},
    {"lgpl-3.0-or-later", copyleft},
    {"mit", permissive},
    {"mit-0", permissive},
    {"mpl-2.0", copyleft},
    {"ncsa", permissive},
    {"unlicense", permissive},
    {"zlib", permissive},
});
static_assert(std::ranges::is_sorted(kLicenses, {}, &LicenseRow::spdx));

struct ClassName {
  LicenseClass license;
  std::string_view name;
};
constexpr auto kClassNames = std::to_array<ClassName>({
    {unknown, "unknown"},
    {permissive, "permissive"},
    {copyleft, "copyleft"},
    {non_commercial, "non-commercial"},
});

}  // namespace

LicenseClass license_class(std::string_view spdx) noexcept {
  constexpr std::size_t kLongest = 32;
  if (spdx.size() > kLongest) return unknown;
  std::array<char, kLongest> lower{};
  std::ranges::transform(spdx, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const std::string_view wanted(lower.data(), spdx.size());
  const auto* row = std::ranges::lower_bound(kLicenses, wanted, {}, &LicenseRow::spdx);
  return row != kLicenses.end() && row->spdx == wanted ? row->license : unknown;
}

std::string_view to_string(LicenseClass license) noexcept {
  const auto* row = std::ranges::find(kClassNames, license, &ClassName::license);
  return row == kClassNames.end() ? "unknown" : row->name;
}

std::optional<LicenseClass> parse_license_class(std::string_view name) noexcept {
  const auto* row = std::ranges::find(kClassNames, name, &ClassName::name);
  if (row == kClassNames.end()) return std::nullopt;
  return row->license;
}

}  // namespace litezoo::catalog
