#include "catalog/samples.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

#include "base/error.h"

namespace litezoo::catalog {

TEST_CASE("samples come back as they were packed") {
  using N = Nanoseconds;
  const std::vector<std::vector<Nanoseconds>> cases = {
      {},
      {N(0)},
      {N(1), N(0), N(1)},
      {N(4'210'000), N(4'209'871), N(4'300'123), N(3)},
      {N(std::numeric_limits<std::int64_t>::max()), N(0),
       N(std::numeric_limits<std::int64_t>::min()), N(-1)},
  };
  for (const auto& samples : cases) CHECK(unpack_samples(pack_samples(samples)) == samples);
}

TEST_CASE("a steady run takes at most three bytes a sample") {
  std::vector<Nanoseconds> samples;
  for (int i = 0; i < 1000; ++i) samples.emplace_back(4'210'000 + (i * 7919) % 60'000);
  CHECK(pack_samples(samples).size() <= 3 * samples.size() + 2);
}

TEST_CASE("damaged samples are refused") {
  CHECK_THROWS_AS(unpack_samples("\x80"), Error);
  CHECK_THROWS_AS(unpack_samples("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), Error);
}

}  // namespace litezoo::catalog
