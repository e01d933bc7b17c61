#include "catalog/license_class.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string_view>

namespace litezoo::catalog {

TEST_CASE("an SPDX identifier has a licence class, in any case") {
  struct Case {
    std::string_view spdx;
    std::string_view license;
  };
  const Case cases[] = {
      {"Apache-2.0", "permissive"},
      {"apache-2.0", "permissive"},
      {"MIT", "permissive"},
      {"GPL-3.0-only", "copyleft"},
      {"AGPL-3.0-only", "copyleft"},
      {"CC-BY-NC-4.0", "non-commercial"},
      {"CC-BY-SA-4.0", "copyleft"},
      {"CC-BY-4.0", "permissive"},
      {"", "unknown"},
      {"LicenseRef-proprietary", "unknown"},
      {"MIT AND GPL-3.0", "unknown"},
      {"apache", "unknown"},
      {"a-licence-name-that-is-longer-than-any-identifier-there-is", "unknown"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.spdx);
    CHECK(to_string(license_class(c.spdx)) == c.license);
  }
}

TEST_CASE("a licence class is read back from its name") {
  for (const auto license : {LicenseClass::unknown, LicenseClass::permissive,
                             LicenseClass::copyleft, LicenseClass::non_commercial}) {
    CHECK(parse_license_class(to_string(license)) == license);
  }
  CHECK_FALSE(parse_license_class("free"));
}

}  // namespace litezoo::catalog
