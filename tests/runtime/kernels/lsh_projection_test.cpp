#include <doctest/doctest.h>

#include "base/error.h"
#include "runtime/kernels/fingerprint.h"
#include "tests/support/run_op.h"

namespace litezoo::test {
namespace {

using Ints = std::vector<std::int32_t>;
using Floats = std::vector<float>;

const Floats kSeeds{0.123F, 0.456F, -0.321F, 1.234F, 5.678F, -4.321F};
const Ints kItems{12345, 54321, 67890, 9876, -12345678};
const Floats kWeights{0.12F, 0.34F, 0.56F, 0.67F, 0.78F};

// A bit by its definition.
bool bit(float seed, const Ints& items, std::size_t width, const Floats& weights) {
  double score = 0;
  for (std::size_t i = 0; i < items.size() / width; ++i) {
    std::vector<std::byte> key(sizeof(float) + width * sizeof(std::int32_t));
    std::memcpy(key.data(), &seed, sizeof(seed));
    std::memcpy(key.data() + sizeof(seed), items.data() + i * width, width * sizeof(std::int32_t));
    const auto value = static_cast<double>(static_cast<std::int64_t>(runtime::fingerprint64(key)));
    score += weights.empty() ? value : static_cast<double>(weights[i]) * value;
  }
  return score > 0;
}

RunResult project(LshProjectionType type, const Ints& shape, const Ints& items,
                  const Floats& weights, const Ints& seeds = {3, 2}) {
  std::vector<OpInput> inputs{{seeds, kSeeds}, {shape, items}};
  if (!weights.empty()) inputs.push_back({{static_cast<std::int32_t>(weights.size())}, weights});
  return run_op(BuiltinOperator::LSH_PROJECTION, inputs, {TensorType::INT32},
                LshProjectionOptions{type});
}

}  // namespace

TEST_CASE("a fingerprint is FarmHash's, at every length") {
  const struct {
    std::size_t length;
    std::uint64_t fingerprint;
  } cases[] = {{0, 0x9AE16A3B2F90404FU},   {1, 0xEBBF7FF11EFF54B2U},   {3, 0x14DBAA5F64CBA7B7U},
               {4, 0x98F5BE5B22958558U},   {7, 0xEECFA6806AF0AD02U},   {8, 0xBFE89E3958B0BD2DU},
               {16, 0x80973607791AC20AU},  {17, 0x63CE9EE2EB5A9B9BU},  {32, 0x42AD1BCFCA5447CAU},
               {33, 0x512971C4311651F1U},  {64, 0xE89D7555193CB5D2U},  {65, 0x9C2FCCDB6970267AU},
               {127, 0xDA22AB5CDFEF1CCAU}, {128, 0x558D7524AE02E6EEU}, {129, 0x0FCC9D8FD6A83014U},
               {300, 0xC3196F26ACF207C8U}};
  for (const auto& c : cases) {
    CAPTURE(c.length);
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i < c.length; ++i) bytes.push_back(std::byte(33 + i * 7 % 90));
    CHECK(runtime::fingerprint64(bytes) == c.fingerprint);
  }
}

TEST_CASE("LSH_PROJECTION gives the bits of its definition, alone or as numbers") {
  // What LiteRT gives for these values.
  CHECK(project(LshProjectionType::DENSE, {5}, kItems, {}).values<std::int32_t>() ==
        Ints{0, 0, 0, 1, 0, 0});
  CHECK(project(LshProjectionType::DENSE, {5}, kItems, kWeights).values<std::int32_t>() ==
        Ints{1, 0, 1, 0, 0, 1});
  CHECK(project(LshProjectionType::SPARSE, {5}, kItems, kWeights).values<std::int32_t>() ==
        Ints{2, 4 + 2, 8 + 1});
  const struct {
    Ints shape;
    std::size_t width;
    Floats weights;
  } cases[] = {{{5}, 1, {}}, {{1, 5}, 5, {}}, {{1, 5, 1}, 5, {-2.0F}}, {{5, 1}, 1, kWeights}};
  for (const auto& c : cases) {
    Ints bits;
    for (const float seed : kSeeds) bits.push_back(bit(seed, kItems, c.width, c.weights) ? 1 : 0);
    CHECK(project(LshProjectionType::DENSE, c.shape, kItems, c.weights).values<std::int32_t>() ==
          bits);
    CHECK(project(LshProjectionType::SPARSE, c.shape, kItems, c.weights).values<std::int32_t>() ==
          Ints{2 * bits[0] + bits[1], 4 + 2 * bits[2] + bits[3], 8 + 2 * bits[4] + bits[5]});
  }
}

TEST_CASE("LSH_PROJECTION refuses what makes no sense") {
  CHECK_THROWS_AS(project(LshProjectionType::UNKNOWN, {5}, kItems, {}), Error);
  CHECK_THROWS_AS(project(LshProjectionType::DENSE, {5}, kItems, {1.0F}), Error);
  CHECK_THROWS_AS(project(LshProjectionType::DENSE, {}, {1}, {}), Error);
  CHECK_THROWS_AS(project(LshProjectionType::DENSE, {5}, kItems, {}, {6}), Error);
}

}  // namespace litezoo::test
