#include "base/float16.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace litezoo;

TEST_CASE("every binary16 value survives the way through float") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const Half half = Half::from_bits(static_cast<std::uint16_t>(bits));
    const float value = half;
    if (std::isnan(value)) {
      CHECK(std::isnan(static_cast<float>(Half(value))));
    } else if (Half(value).bits() != bits) {
      FAIL_CHECK("bits " << bits << " came back as " << Half(value).bits());
    }
  }
}

TEST_CASE("a float becomes the nearest binary16") {
  struct Case {
    float value;
    std::uint16_t bits;
  };
  constexpr Case cases[] = {
      {1.0F, 0x3C00},       {-2.0F, 0xC000},          {65504.0F, 0x7BFF},       {65519.0F, 0x7BFF},
      {65520.0F, 0x7C00},   {1e30F, 0x7C00},          {5.9604645e-8F, 0x0001},  {2e-8F, 0x0000},
      {1.0009765F, 0x3C01}, {1.00048828125F, 0x3C00}, {1.00146484375F, 0x3C02}, {-0.0F, 0x8000},
  };
  for (const Case& c : cases) {
    CAPTURE(c.value);
    CHECK(Half(c.value).bits() == c.bits);
  }
}

TEST_CASE("a bfloat16 keeps the upper half of a float, rounded to even") {
  CHECK(static_cast<float>(BFloat16(1.0F)) == 1.0F);
  CHECK(static_cast<float>(BFloat16(1.00390625F)) == 1.0F);       // a tie, down to even
  CHECK(static_cast<float>(BFloat16(1.01171875F)) == 1.015625F);  // a tie, up to even
  CHECK(std::isnan(static_cast<float>(BFloat16(std::numeric_limits<float>::quiet_NaN()))));
}
